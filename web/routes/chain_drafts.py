"""HR changes a chain: a draft on the desk, published for a reason from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import chains, drafting
from approvals.directory import Directory
from approvals.errors import InThePast
from core.errors import MufakatError
from core.settings import settings
from core.worktime import Duration
from web import pages
from web.chain_editor import desk, shelf, words
from web.chain_editor.difference import Line, difference
from web.chain_editor.fields import chosen_kind
from web.chain_editor.filling import named
from web.deps import DbSession, HrActor, People, Posted, Visitor
from web.errors import status_of
from web.visit import Visit
from web.words import N_

router = APIRouter(prefix="/hr/chains")


class Wish(BaseModel):
    """From which day on a draft is to be in force, and why."""

    revision: int = 0
    effective_on: str = ""
    reason: str = ""

    def moment(self, now: datetime) -> datetime | None:
        """The beginning of that day in the office; None for today, which is at once. Raises InThePast."""
        if not self.effective_on:
            return None
        try:
            day = date.fromisoformat(self.effective_on)
        except ValueError as exc:
            raise InThePast from exc
        zone = settings().zone
        return None if day == now.astimezone(zone).date() else datetime.combine(day, time(), zone)


@router.get("/{chain}/draft")
def edit(request: Request, session: DbSession, actor: HrActor, visit: Visitor, chain: str) -> Response:
    """The draft: form and text side by side."""
    draft = drafting.draft_of(session, chain)
    return _desk(request, desk.desk(draft, visit.language), draft.revision)


@router.post("/{chain}/draft")
def save(
    request: Request, session: DbSession, actor: HrActor, visit: Visitor, form: Posted, chain: str
) -> Response:
    """Keep what was written on either side, right or wrong; the other is drawn anew from it."""
    act, revision = str(form.get("act", "save")), _number(form.get("revision"))
    draft = drafting.draft_of(session, chain)
    sides = desk.sides(draft, form, act, fresh=revision == draft.revision)
    if sides.kept is None:
        shown = desk.desk(draft, visit.language, source=sides.text, form=sides.form)
        return _desk(request, shown, draft.revision, status=409, both=True)
    try:
        with session.begin_nested():
            drafting.save(session, actor, chain, sides.kept, seen_revision=revision)
    except MufakatError as error:
        shown = desk.desk(draft, visit.language, source=sides.kept)
        theirs = difference(draft.source, sides.kept)
        return _desk(request, shown, draft.revision, status=status_of(error), error=error, theirs=theirs)
    return pages.go(
        f"/hr/chains/{chain}/draft{_place(act)}", N_("Saved as a draft; nothing is in force yet.")
    )


@router.post("/{chain}/draft/drop")
def drop(session: DbSession, actor: HrActor, chain: str, revision: Annotated[int, Form()]) -> Response:
    """Throw the draft away."""
    drafting.drop(session, actor, chain, seen_revision=revision)
    known = chains.versions(session, chain)
    return pages.go(f"/hr/chains/{chain}" if known else "/hr/chains", N_("The draft is gone."), kind="plain")


@router.get("/{chain}/draft/publish")
def ask_to_publish(
    request: Request, session: DbSession, people: People, actor: HrActor, visit: Visitor, chain: str
) -> Response:
    """What changed against the version in force, from when on, and why."""
    return _publishing(request, session, people, visit, chain, Wish())


@router.post("/{chain}/draft/publish")
def publish(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    visit: Visitor,
    chain: str,
    wish: Annotated[Wish, Form()],
) -> Response:
    """Make the draft the chain's newest version."""
    try:
        with session.begin_nested():
            version = drafting.publish(
                session,
                actor,
                chain,
                seen_revision=wish.revision,
                effective_from=wish.moment(visit.now),
                reason=wish.reason,
            )
    except MufakatError as error:
        return _publishing(request, session, people, visit, chain, wish, error)
    return pages.go(
        f"/hr/chains/{chain}/versions/{version.number}",
        N_("Version {number} waits to be confirmed by somebody else; until then nothing changes."),
        number=version.number,
    )


def _desk(
    request: Request,
    shown: desk.Desk,
    revision: int,
    *,
    status: int = 200,
    both: bool = False,
    error: MufakatError | None = None,
    theirs: Sequence[Line] = (),
) -> Response:
    return pages.show(
        request,
        "chains/draft.html",
        status,
        desk=shown,
        draft=shown.draft,
        revision=revision,
        both=both,
        problem=pages.said(request, error) if error else "",
        theirs=theirs,
        problems=shown.at_fields,
        words=words,
        kind_of=chosen_kind,
        named=named,
        units=Duration.UNITS,
    )


def _publishing(
    request: Request,
    session: Session,
    people: Directory,
    visit: Visit,
    chain: str,
    wish: Wish,
    error: MufakatError | None = None,
) -> Response:
    draft = drafting.draft_of(session, chain)
    found = shelf.chain(session, people, chain)
    before = found.in_force or next(iter(found.versions), None)
    return pages.show(
        request,
        "chains/publish.html",
        status_of(error) if error else 200,
        chain=found,
        draft=draft,
        before=before,
        desk=desk.desk(draft, visit.language),
        changes=difference(before.version.source if before else "", draft.source),
        today=visit.now.astimezone(settings().zone).date().isoformat(),
        wish=wish,
        problem=pages.said(request, error) if error else "",
    )


def _number(said: object) -> int:
    """A number that was sent; read by hand, for the framework reads no form with so many fields."""
    return int(said) if isinstance(said, str) and said.isdecimal() else 0


def _place(act: str) -> str:
    """Where on the page a button stands that moved a stage."""
    what, _, number = act.partition(":")
    if not number.isdecimal():
        return ""
    shift = {"up": -1, "down": 1, "add": 1}.get(what, 0)
    return f"#stage-{max(int(number) + shift, 0)}"
