"""HR's launch of a process: said in a form, tried dry, then asked for; the keeper carries it out.

What was said travels in the address until the launch, so it is there again after a login, and behind "back".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core.actor import Actor, Role
from core.errors import Invalid, MufakatError
from core.settings import settings
from flows.process import kinds, service
from flows.process.errors import BadParams, NoSuchKind
from flows.process.kinds import Kind
from flows.process.models import IntentKind
from flows.promotion.dryrun import FileWindow, file_window
from flows.promotion.errors import CycleOverlaps, NobodyThere, NotFirstOfMonth, UnknownUnit
from personnel import queries
from web import cookies, limiting, pages
from web.deps import DbSession, Visitor, only
from web.errors import status_of
from web.formats import plain_day
from web.words import N_

router = APIRouter(prefix="/hr/processes")
LauncherActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]
MONTHS_AHEAD = 12
OPENS = time(7, 30)
"""When a cycle that is launched on a day to come begins."""


class NotAComingDay(Invalid):
    """The day on which the cycle begins must be a day to come. Nothing was created; leave it empty to begin
    at once."""


class Wanted(BaseModel):
    """What HR says of the process to launch."""

    kind: str = "promotion"
    title: str = ""
    effective_on: str = ""
    units: list[str] = []
    start_on: str = ""

    def params(self) -> dict[str, Any]:
        """As the kind reads them."""
        return {"effective_on": self.effective_on, "unit_codes": self.units}

    def titled(self, kind: Kind, language: str) -> str:
        """The title that was typed, or one that says what it is."""
        return self.title.strip() or f"{kind.title(language)} {plain_day(self.effective_on, language)}"

    def start(self, now: datetime) -> datetime | None:
        """When it begins; None for at once. Raises NotAComingDay."""
        if not self.start_on:
            return None
        zone = settings().zone
        try:
            day = date.fromisoformat(self.start_on)
        except ValueError as error:
            raise NotAComingDay from error
        if day <= now.astimezone(zone).date():
            raise NotAComingDay
        return datetime.combine(day, OPENS, zone)

    def query(self) -> str:
        """The same as an address has it."""
        return urlencode({name: value for name, value in self.model_dump().items() if value}, doseq=True)


class Launched(Wanted):
    """The same, with the proof that its dry run was looked at."""

    seen: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A day on which a promotion may take effect, and when files for it are sent in."""

    day: date
    window: FileWindow


@router.get("/new")
def ask(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: LauncherActor,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The form; it leads to a dry run, never straight to the launch."""
    return _form(request, session, visit.now, wanted)


@router.get("/dry-run")
def dry_run(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: LauncherActor,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """What a launch would do today: the cohort, what is in the way, who gets how much, when it ends."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    try:
        kind = kinds.kind(wanted.kind)
        params = kind.read(wanted.params())
        kind.check(session, params)
        start = wanted.start(visit.now)
        found = kind.dry_run(session, params)
    except MufakatError as error:
        return _form(request, session, visit.now, wanted, error)
    return pages.show(
        request,
        "launch/dry_run.html",
        wanted=wanted,
        title=wanted.titled(kind, settings().office.language),
        run=found,
        kind=kind,
        start=start,
        query=wanted.query(),
        seen=cookies.sealed("dry-run", _seen(actor, wanted, visit.now)),
    )


@router.post("/launch")
def launch(
    request: Request,
    visit: Visitor,
    session: DbSession,
    actor: LauncherActor,
    launched: Annotated[Launched, Form()],
) -> Response:
    """Create the process and ask for its launch, both in one transaction; after the dry run of today only."""
    wanted = Wanted(**launched.model_dump(exclude={"seen"}))
    if cookies.opened("dry-run", launched.seen) != _seen(actor, wanted, visit.now):
        word = N_("Look at the dry run of today first; nothing was launched.")
        return pages.go(f"/hr/processes/dry-run?{wanted.query()}", word, "plain")
    try:
        with session.begin_nested():
            title = wanted.titled(kinds.kind(wanted.kind), settings().office.language)
            start = wanted.start(visit.now)
            made = service.create(session, actor, wanted.kind, title, wanted.params(), start_at=start)
            service.ask(session, actor, made.id, IntentKind.LAUNCH)
    except MufakatError as error:
        return _form(request, session, visit.now, wanted, error)
    return pages.go(f"/processes/{made.id}", N_("The launch is asked for; it begins within seconds."))


FIELDS_OF: Mapping[type[MufakatError], str] = {
    NoSuchKind: "kind",
    NotFirstOfMonth: "effective_on",
    UnknownUnit: "units",
    NobodyThere: "units",
    CycleOverlaps: "units",
    NotAComingDay: "start_on",
}
"""Beside which field a refusal is said."""


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
        field=_field(problem),
    )


def _field(problem: MufakatError | None) -> str:
    if isinstance(problem, BadParams):
        named = str(problem.facts["field"]).partition(".")[0]
        return {"unit_codes": "units"}.get(named, named)
    return FIELDS_OF.get(type(problem), "") if problem else ""


def _seen(actor: Actor, wanted: Wanted, now: datetime) -> list[str]:
    """Who looked at the dry run of what, on which day."""
    return [str(actor.person_id), wanted.query(), now.astimezone(settings().zone).date().isoformat()]


def _months(today: date) -> Sequence[Month]:
    """The firsts of the months to come, on which a promotion may take effect."""
    first = today.year * 12 + today.month
    days = (date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(MONTHS_AHEAD))
    return [Month(day, file_window(day, today)) for day in days]
