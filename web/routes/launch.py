"""HR's launch of a process: said in a form, tried dry, then asked for; the keeper carries it out."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.actor import Actor, Role
from core.errors import MufakatError
from core.settings import settings
from flows.process import kinds, service
from flows.process.kinds import Kind
from flows.process.models import IntentKind
from personnel import queries
from web import limiting, pages
from web.deps import DbSession, Visitor, only
from web.errors import status_of
from web.formats import plain_day
from web.words import N_

router = APIRouter(prefix="/hr/processes")
LauncherActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]
MONTHS_AHEAD = 12


class Wanted(BaseModel):
    """What HR says of the process to launch."""

    kind: str = "promotion"
    title: str = ""
    effective_on: str = ""
    units: list[str] = []

    def params(self) -> dict[str, Any]:
        """As the kind reads them."""
        return {"effective_on": self.effective_on, "unit_codes": self.units}

    def titled(self, kind: Kind, language: str) -> str:
        """The title that was typed, or one that says what it is."""
        return self.title.strip() or f"{kind.title(language)} {plain_day(self.effective_on, language)}"


@router.get("/new")
def ask(request: Request, visit: Visitor, session: DbSession, actor: LauncherActor) -> Response:
    """The form; it leads to a dry run, never straight to the launch."""
    return _form(request, session, visit.now, Wanted())


@router.post("/dry-run")
def dry_run(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: LauncherActor,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """What a launch would do today: the cohort, what is in the way, who gets how much, when it ends."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    try:
        kind = kinds.kind(wanted.kind)
        params = kind.read(wanted.params())
        kind.check(session, params)
        found = kind.dry_run(session, params)
    except MufakatError as error:
        return _form(request, session, visit.now, wanted, error)
    title = wanted.titled(kind, settings().office.language)
    return pages.show(request, "launch/dry_run.html", wanted=wanted, title=title, run=found, kind=kind)


@router.post("/launch")
def launch(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: LauncherActor,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """Create the process and ask for its launch, both in one transaction."""
    try:
        with session.begin_nested():
            title = wanted.titled(kinds.kind(wanted.kind), settings().office.language)
            made = service.create(session, actor, wanted.kind, title, wanted.params())
            service.ask(session, actor, made.id, IntentKind.LAUNCH)
    except MufakatError as error:
        return _form(request, session, visit.now, wanted, error)
    return pages.go(f"/processes/{made.id}", N_("The launch is asked for; it begins within seconds."))


def _form(
    request: Request, session: Session, now: datetime, wanted: Wanted, problem: MufakatError | None = None
) -> Response:
    return pages.show(
        request,
        "launch/form.html",
        status_of(problem) if problem else 200,
        wanted=wanted,
        kinds=kinds.kinds(),
        months=_months(now.astimezone(settings().zone).date()),
        units=queries.unit_tree(session),
        problem=pages.said(request, problem) if problem else "",
    )


def _months(today: date) -> list[date]:
    """The firsts of the months to come, on which a promotion may take effect."""
    first = today.year * 12 + today.month
    return [date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(MONTHS_AHEAD)]
