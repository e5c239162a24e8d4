"""What a chain's change would have done to past cases, and what becomes of those under way."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

import wiring
from approvals import drafting, migrating, takeovers
from approvals.crossing import Choice, Way
from approvals.definition import ChainDefinition, parse
from approvals.directory import Directory
from approvals.migrating import Change, Prospect
from approvals.models_proposals import Proposal, ProposalState
from approvals.pasts import DryRun, Period, dry_run, today
from approvals.whatif import Comparison, groups
from core.actor import Actor
from core.database import transaction
from core.errors import MufakatError
from core.settings import settings
from web import limiting, pages
from web.chain_editor import shelf, telling
from web.deps import DbSession, HrActor, OverseerActor, People, Posted, Visitor
from web.errors import status_of
from web.typed import YEARS
from web.visit import Visit
from web.words import N_

router = APIRouter(prefix="/hr/chains")
PAGE = 25
PORTION = 25
MOST = 5_000
"""More are not looked at in one page; they are when these have gone over."""
PATIENCE_SECONDS = 8.0
"""How long one press of the button works; what is left then is taken over by the next."""


class Span(BaseModel):
    """Which past cases are looked at; a year back when nothing is said."""

    since: str = ""
    until: str = ""
    with_open: bool = False
    kind: str = ""
    page: int = Field(1, ge=1, le=MOST)

    def days(self, now: datetime) -> tuple[date, date]:
        here = now.astimezone(settings().zone).date()
        return _day(self.since) or here - timedelta(days=365), _day(self.until) or here

    def period(self, now: datetime) -> Period:
        first, last = self.days(now)
        zone = settings().zone
        return Period(
            datetime.combine(first, time(), zone).astimezone(UTC),
            datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC),
            self.with_open,
        )


Spanned = Annotated[Span, Query()]


@router.get("/{chain}/draft/dry-run")
def try_draft(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    visit: Visitor,
    span: Spanned,
    chain: str,
) -> Response:
    """A draft held against real past cases."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    draft = drafting.draft_of(session, chain)
    try:
        definition = parse(draft.source)
    except MufakatError as error:
        return pages.go(f"/hr/chains/{chain}/draft", pages.said(request, error), kind="bad")
    return _dry_run(request, session, people, visit, span, definition, f"/hr/chains/{chain}/draft")


@router.get("/{chain}/versions/{number}/dry-run")
def try_version(
    request: Request,
    session: DbSession,
    people: People,
    actor: OverseerActor,
    visit: Visitor,
    span: Spanned,
    chain: str,
    number: int,
) -> Response:
    """A version held against real past cases."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    definition = shelf.chain(session, people, chain).numbered(number).definition
    base = f"/hr/chains/{chain}/versions/{number}"
    return _dry_run(request, session, people, visit, span, definition, base)


def _dry_run(
    request: Request,
    session: Session,
    people: Directory,
    visit: Visit,
    span: Span,
    definition: ChainDefinition,
    base: str,
) -> Response:
    run = dry_run(session, definition, span.period(visit.now), directory=people)
    chosen = _of_kind(run, span.kind)
    shown = chosen[(span.page - 1) * PAGE : span.page * PAGE]
    asked = today(session, definition, shown, directory=people)
    named = people.people({id_ for one in asked.values() for id_ in one.people})
    first, last = span.days(visit.now)
    return pages.show(
        request,
        "chains/dry_run.html",
        run=run,
        definition=definition,
        groups=groups(run.comparisons),
        shown=shown,
        more=len(chosen) > span.page * PAGE,
        asked=asked,
        names={id_: person.name for id_, person in named.items()},
        span=span,
        first=first,
        last=last,
        base=base,
        telling=telling,
    )


def _of_kind(run: DryRun, kind: str) -> Sequence[Comparison]:
    """Those that differ; of one kind of difference alone where it is named as `why:stage`."""
    return [c for c in run.differing if not kind or any(f"{d.why}:{d.stage}" == kind for d in c.differences)]


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if found.year in YEARS else None


class Asked(BaseModel):
    """How cases under way are to go over."""

    choice: Choice = "move"
    page: int = Field(1, ge=1, le=MOST)


def chosen_way(request: Request, asked: Annotated[Asked, Query()]) -> Way:
    return Way(asked.choice, _targets(request.query_params.multi_items()))


@router.get("/{chain}/versions/{number}/in-flight")
def look_ahead(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    visit: Visitor,
    way: Annotated[Way, Depends(chosen_way, scope="function")],
    asked: Annotated[Asked, Query()],
    chain: str,
    number: int,
) -> Response:
    """What would become of each case under way; where a way is proposed or confirmed, by that one."""
    found = shelf.chain(session, people, chain)
    to = found.numbered(number).version
    going = takeovers.of_version(session, to.id)
    if going is None or "choice" in request.query_params:
        change = Change(to, way)
    else:
        change = migrating.change_of(session, going)
    return _in_flight(request, session, visit, found, change, page=asked.page)


@router.post("/{chain}/versions/{number}/in-flight")
def propose(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    visit: Visitor,
    form: Posted,
    chain: str,
    number: int,
    choice: Annotated[Choice, Form()],
    looked_at: Annotated[datetime, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let them stay; or propose to take them over, which another confirms."""
    found = shelf.chain(session, people, chain)
    way = Way(choice, _targets([(name, str(value)) for name, value in form.multi_items()]))
    change = Change(found.numbered(number).version, way)
    try:
        with session.begin_nested():
            if choice == "stay":
                cases = migrating.leave(session, actor, change.to, reason=reason)
                word = N_("{cases} cases stay on their versions; the reason is in the ledger.")
                return pages.go(f"/hr/chains/{chain}", word, cases=cases)
            able = len([p for p in migrating.plan(session, change, limit=MOST) if not p.problem])
            takeovers.propose(session, actor, change, looked_at=looked_at, cases=able, reason=reason)
    except MufakatError as error:
        return _in_flight(request, session, visit, found, change, reason=reason, error=error)
    return pages.go(
        f"/hr/chains/{chain}/versions/{number}/in-flight",
        N_("Proposed. The cases go over when somebody else of HR, or an administrator, confirms it."),
    )


@router.post("/{chain}/versions/{number}/in-flight/go")
def take_over(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    visit: Visitor,
    chain: str,
    number: int,
) -> Response:
    """Take them over as it was confirmed, a portion in a transaction; what moved on since is left alone."""
    found = shelf.chain(session, people, chain)
    version = found.numbered(number).version
    going = takeovers.of_version(session, version.id)
    if going is None:
        return pages.go(f"/hr/chains/{chain}/versions/{number}/in-flight")
    change = migrating.change_of(session, going)
    try:
        done = _portions(actor, going.id)
    except MufakatError as error:
        return _in_flight(request, session, visit, found, change, error=error)
    return _in_flight(request, session, visit, found, change, done=done)


def _portions(actor: Actor, takeover_id: UUID) -> dict[UUID, MufakatError | None]:
    """Take cases over for as long as patience lasts; for each, None or why it was left."""
    until, answers, last = monotonic() + PATIENCE_SECONDS, dict[UUID, MufakatError | None](), None
    while monotonic() < until:
        with transaction() as session:
            takeover = session.get_one(Proposal, takeover_id)
            change, since = migrating.change_of(session, takeover), takeovers.looked_at(takeover)
            portion = migrating.plan(session, change, limit=PORTION, after=last)
            if not portion:
                break
            last = portion[-1].seen.case_id
            moved = migrating.changed_since(session, [p.seen.case_id for p in portion], since)
            able = [p.seen for p in portion if not p.problem and p.seen.case_id not in moved]
            directory = wiring.directory(session)
            answers |= migrating.migrate(session, actor, takeover, able, directory=directory)
    return answers


def _in_flight(
    request: Request,
    session: Session,
    visit: Visit,
    found: shelf.ShelfChain,
    change: Change,
    *,
    page: int = 1,
    reason: str = "",
    error: MufakatError | None = None,
    done: dict[UUID, MufakatError | None] | None = None,
) -> Response:
    session.expire_all()
    prospects = migrating.plan(session, change, limit=MOST)
    known = {stage.name for stage in found.numbered(change.to.number).definition.stages}
    waiting = migrating.waiting(session, change.to)
    said: dict[str, Any] = {
        "chain": found,
        "shown": found.numbered(change.to.number),
        "way": change.way,
        "prospects": prospects[(page - 1) * PAGE : page * PAGE],
        "counts": _counts(prospects),
        "gone": {p.seen.stage: p.here for p in prospects if p.seen.stage not in known},
        "waiting": waiting,
        "page": page,
        "more": len(prospects) > page * PAGE,
        "reason": reason,
        "refused": {id_: pages.said(request, answer) for id_, answer in (done or {}).items() if answer},
        "done": None if done is None else len([a for a in done.values() if a is None]),
        "looked_at": visit.now.isoformat(),
        "going": takeovers.of_version(session, change.to.id),
        "confirmed": ProposalState.CONFIRMED,
        "problem": pages.said(request, error) if error else "",
        "telling": telling,
    }
    return pages.show(request, "chains/in_flight.html", status_of(error) if error else 200, **said)


def _counts(prospects: Sequence[Prospect]) -> dict[str, int]:
    able = [p for p in prospects if not p.problem]
    return {
        "all": len(prospects),
        "able": len(able),
        "kept": len([p for p in able if p.crossing and p.crossing.kept]),
        "tasks": sum(p.tasks for p in able),
        "lost": len([p for p in able if p.lost]),
        "passed": len([p for p in able if p.crossing and p.crossing.passed]),
        "problems": len(prospects) - len(able),
    }


def _targets(said: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Where cases of stages that are gone go on: fields called `target.STAGE`; `restart` begins again."""
    chosen = {name.removeprefix("target."): to for name, to in said if name.startswith("target.") and to}
    return {stage: "" if to == "restart" else to for stage, to in chosen.items()}
