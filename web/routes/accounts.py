"""HR's page of accounts: who can log in, who waits for a first password, and what can be done about it."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.errors import Invalid, MufakatError
from notifications import unreached
from personnel import activation, factors, letters, locking, looking, rolls
from personnel.activation import Invited
from personnel.models_accounts import Channel
from web import downloads, entering, limiting, pages
from web.deps import DbSession, HrActor, Posted, Visitor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/accounts")
A_PAGE = 50
MOST_LETTERS, MOST_MAILS = 500, 25_000


class NobodyChosen(Invalid):
    """Nobody is chosen; nothing was sent or printed. Tick the people, or "all who wait"."""


class TooManyLetters(Invalid):
    """At most {most} letters are printed at once, and {found} are asked for; nothing was printed. Choose
    fewer, for example by a part of a name."""


class Wanted(BaseModel):
    """Which accounts."""

    search: str = ""
    role: str = ""
    state: str = ""
    page: int = 1


@router.get("")
def all_accounts(
    request: Request, session: DbSession, actor: HrActor, wanted: Annotated[Wanted, Query()]
) -> Response:
    """The accounts, with how many wait for their first password."""
    return _list(request, session, wanted)


@router.post("/invite")
def invite(request: Request, session: DbSession, actor: HrActor, posted: Posted) -> Response:
    """Give the chosen, or all who wait, a code by mail or letter: one deed, a line for each."""
    channel = Channel(str(posted.get("channel"))) if posted.get("channel") in set(Channel) else Channel.MAIL
    try:
        limiting.hit(limiting.COSTLY, str(actor.person_id))
        lines = activation.invite(session, actor, _chosen(session, posted, channel), channel)
    except MufakatError as error:
        return _list(request, session, Wanted(), error)
    return _result(request, lines, channel)


@router.post("/letters.pdf")
def print_letters(request: Request, session: DbSession, actor: HrActor, posted: Posted) -> Response:
    """The letters whose codes were just given, as a PDF with one page a person."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    lines = activation.to_print(session, actor, _ids(posted.getlist("code")))
    if not lines:
        return _list(request, session, Wanted(), NobodyChosen())
    now = clock.now(session)
    return downloads.attachment(f"mufakat-{now:%Y%m%d-%H%M}.pdf", letters.pdf(lines, now), downloads.PDF)


@router.get("/{account_id}")
def account(request: Request, session: DbSession, actor: HrActor, account_id: UUID) -> Response:
    """One account, and what may be done with it."""
    looking.looked(session, actor, rolls.row(session, account_id).employee_id, "account")
    return _one(request, session, account_id)


@router.post("/{account_id}/{deed}")
def do(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: HrActor,
    account_id: UUID,
    deed: Literal["lock", "unlock", "reset-factor"],
    reason: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Lock, unlock, or free of a lost second factor: with a reason, and the actor's own code where there is
    one."""
    assert visit.account_id
    try:
        with session.begin_nested():
            factors.prove_again(session, visit.account_id, code, entering.place(request)[0])
            if deed == "lock":
                locking.lock(session, actor, account_id, reason)
            elif deed == "unlock":
                locking.unlock(session, actor, account_id, reason)
            else:
                factors.reset(session, actor, account_id, reason)
    except MufakatError as error:
        return _one(request, session, account_id, error, reason)
    return pages.go(f"/hr/accounts/{account_id}", DONE[deed])


DONE = {
    "lock": N_("The account is locked; its sessions have ended."),
    "unlock": N_("The account is unlocked."),
    "reset-factor": N_("The second factor is removed; its owner sets a new one at the next login."),
}


def _chosen(session: Session, posted: Posted, channel: Channel) -> list[UUID]:
    """Whom the form means."""
    everybody = posted.get("everybody") == "1"
    ids = activation.unactivated(session) if everybody else _ids(posted.getlist("account"))
    if not ids:
        raise NobodyChosen
    most = MOST_LETTERS if channel is Channel.LETTER else MOST_MAILS
    if len(ids) > most:
        raise TooManyLetters(most=most, found=len(ids))
    return ids


def _ids(said: Sequence[object]) -> list[UUID]:
    try:
        return [UUID(str(one)) for one in said]
    except ValueError as exc:
        raise NobodyChosen from exc


def _result(request: Request, lines: Sequence[Invited], channel: Channel) -> Response:
    return pages.show(
        request,
        "accounts/invited.html",
        lines=lines,
        done=sum(line.expires_at is not None for line in lines),
        by_letter=channel is Channel.LETTER,
    )


def _list(
    request: Request, session: Session, wanted: Wanted, problem: MufakatError | None = None
) -> Response:
    page, which = max(1, wanted.page), (wanted.search, wanted.role)
    found = rolls.accounts(session, *which, A_PAGE + 1, A_PAGE * (page - 1), state=wanted.state)
    have, wait = activation.counts(session)
    return pages.show(
        request,
        "accounts/list.html",
        status_of(problem) if problem else 200,
        rows=found[:A_PAGE],
        unreached=unreached.among(session, [row.employee_id for row in found]),
        more=len(found) > A_PAGE,
        total=rolls.count(session, *which, state=wanted.state),
        page=page,
        wanted=wanted,
        have=have,
        wait=wait,
        most_letters=MOST_LETTERS,
        problem=pages.said(request, problem) if problem else "",
    )


def _one(
    request: Request,
    session: Session,
    account_id: UUID,
    problem: MufakatError | None = None,
    reason: str = "",
) -> Response:
    account_id_here = pages.visit_of(request).account_id
    assert account_id_here
    return pages.show(
        request,
        "accounts/account.html",
        status_of(problem) if problem else 200,
        row=(row := rolls.row(session, account_id)),
        unreached=unreached.among(session, [row.employee_id]).get(row.employee_id),
        asks_code=factors.enrolled(session, account_id_here) is not None,
        own=account_id_here == account_id,
        reason=reason,
        problem=pages.said(request, problem) if problem else "",
    )
