"""Where one is logged in, and the second factor of one's own account."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.errors import MufakatError
from personnel import accounts, factors, logins, presence
from personnel.models import Account
from web import cookies, devices, entering, limiting, pages
from web.deps import CurrentActor, DbSession, Visitor
from web.errors import status_of
from web.routes.second import picture
from web.words import N_

router = APIRouter(prefix="/my")


@router.get("/sessions")
def sessions(request: Request, visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """Every device on which one is logged in, and how the account is guarded."""
    account = _own(session, visit.account_id)
    here = logins.hash_of(request.cookies.get(cookies.session_name(), ""))
    return pages.show(
        request,
        "my/sessions.html",
        account=account,
        sessions=presence.sessions(session, account.id),
        here=here,
        device=devices.device,
        is_phone=devices.is_phone,
        rough=devices.rough,
        factor=factors.enrolled(session, account.id),
        required=factors.required(account.roles),
        far_reaching=not factors.FAR_REACHING.isdisjoint(account.roles),
    )


@router.post("/sessions/end-others")
def end_others(request: Request, visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """End every session but this one."""
    account = _own(session, visit.account_id)
    token = request.cookies.get(cookies.session_name(), "")
    gone = presence.revoke_others(session, actor, account, token)
    return pages.go("/my/sessions", N_("Ended sessions: {count}."), count=gone)


@router.post("/sessions/{session_id}/end")
def end(visit: Visitor, session: DbSession, actor: CurrentActor, session_id: UUID) -> Response:
    """End one session, wherever it is."""
    presence.revoke(session, actor, _own(session, visit.account_id), session_id)
    return pages.go("/my/sessions", N_("The session is ended."))


@router.get("/second-factor")
def second_factor(request: Request, visit: Visitor, session: DbSession, actor: CurrentActor) -> Response:
    """Set one up, or see how it stands."""
    return _page(request, session, _own(session, visit.account_id))


@router.post("/second-factor/begin")
def begin(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    password: Annotated[str, Form()] = "",
) -> Response:
    """Show the picture that the app reads, to who knows the password."""
    account = _own(session, visit.account_id)
    try:
        limiting.hit(limiting.PASSWORD, str(account.id))
        accounts.check_password(account, password)
        factors.begin(session, account.id)
    except MufakatError as error:
        return _page(request, session, account, error)
    return pages.go("/my/second-factor")


@router.post("/second-factor/{deed}")
def change(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: CurrentActor,
    deed: Literal["confirm", "renew", "end"],
    code: Annotated[str, Form()] = "",
) -> Response:
    """Confirm a new one, renew its recovery codes, or switch it off: each by a code."""
    account, (address, _) = _own(session, visit.account_id), entering.place(request)
    papers: Sequence[str] = ()
    try:
        with session.begin_nested():
            if deed == "confirm":
                papers = factors.confirm(session, account, actor, code, address)
            elif deed == "renew":
                papers = factors.renew_papers(session, account, actor, code, address)
            else:
                factors.give_up(session, account, actor, code, address)
    except MufakatError as error:
        return _page(request, session, account, error)
    if papers:
        return pages.show(request, "login/papers.html", papers=papers, back="/my/sessions")
    return pages.go("/my/sessions", N_("The second factor is switched off."), "plain")


def _own(session: Session, account_id: UUID | None) -> Account:
    assert account_id
    return session.get_one(Account, account_id)


def _page(
    request: Request, session: Session, account: Account, problem: MufakatError | None = None
) -> Response:
    secret = factors.waiting(session, account.id)
    return pages.show(
        request,
        "my/second_factor.html",
        status_of(problem) if problem else 200,
        factor=factors.enrolled(session, account.id),
        left=factors.papers_left(session, account.id),
        required=factors.required(account.roles),
        secret=secret,
        picture=picture(account, secret) if secret else "",
        problem=pages.said(request, problem) if problem else "",
    )
