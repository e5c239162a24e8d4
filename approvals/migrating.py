"""Cases under way go on by another version of their chain: seen beforehand, one by one, for a reason."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from approvals.announcing import forget
from approvals.chains import current, definition_by_id, definition_of, must_publish, stage_of
from approvals.changed_law import change_law
from approvals.crossing import Crossing, Gone, Standing, Unsigned, Way, cross, problem_of
from approvals.directory import Directory
from approvals.dossier import Dossier, lock_case
from approvals.errors import (
    CommentNeeded,
    HrOnly,
    MovedOn,
    NotPossibleNow,
    NotYetInForce,
    NowhereToGo,
    SignatureMissing,
    StageGone,
)
from approvals.machine import CaseStatus, Forbidden, Move, NoStage
from approvals.models import Case, CaseState, ChainVersion, Decision, ExternalAnswer, Task
from approvals.models_proposals import Proposal, ProposalKind, ProposalState
from approvals.moving import Cause, about, carry_out
from approvals.obstacles import Conflicted, NotConfirmed
from approvals.proposals import in_conflict
from approvals.rotation import lock_ahead
from approvals.signatures import standing_approvals
from approvals.titles import Titles
from core import clock
from core.actor import Actor
from core.conditions import BadCondition
from core.errors import MufakatError
from core.events import Event, EventRow, record


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a case stood when somebody looked; if it stands elsewhere by then, nothing is done with it."""

    case_id: UUID
    version_id: UUID
    state: str
    stage: str | None
    round: int

    @classmethod
    def of(cls, case: Case) -> "Seen":
        return cls(case.id, case.chain_version_id, case.state, case.stage, case.round)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A case under way: where it stands, where it would stand, and what that costs."""

    seen: Seen
    reference: str
    subject_id: UUID
    subject_name: str
    version: int
    here: Titles
    crossing: Crossing | None = None
    there: Titles | None = None
    tasks: int = 0
    """Open tasks that would end."""
    lost: tuple[Titles, ...] = ()
    """Stages whose decisions would not count any more."""
    problem: str = ""
    """Why it can't go over: gone, nowhere, fact, unsigned, state; empty when it can."""


@dataclass(frozen=True, slots=True)
class Change:
    """To which version cases go over, and how."""

    to: ChainVersion
    way: Way


def waiting(session: Session, to: ChainVersion) -> dict[str, int]:
    """How many cases are under way by other versions of the chain, by the stage they are at."""
    found = select(Case.stage, func.count()).join(ChainVersion).where(*_under_way(to)).group_by(Case.stage)
    return {stage: count for stage, count in session.execute(found).tuples() if stage}


def plan(
    session: Session, change: Change, *, limit: int | None = None, after: UUID | None = None
) -> list[Prospect]:
    """What would become of the cases under way by other versions; nothing is changed. In the order of ids."""
    found = (
        select(Case, ChainVersion.number)
        .join(ChainVersion)
        .where(*_under_way(change.to))
        .order_by(Case.id)
        .limit(limit)
    )
    rows = session.execute(found.where(Case.id > after) if after else found).tuples().all()
    ids = [case.id for case, _ in rows]
    said, tasks = _said(session, ids), _open_tasks(session, ids)
    return [
        _prospect(session, change, _blank(session, case, number, tasks), _standing(case, said[case.id]))
        for case, number in rows
    ]


def changed_since(session: Session, case_ids: Sequence[UUID], moment: datetime) -> set[UUID]:
    """Those of these cases to which something happened after a moment."""
    found = select(EventRow.stream_id).where(EventRow.stream_id.in_(case_ids), EventRow.at > moment)
    return set(session.scalars(found.distinct()))


def migrate(
    session: Session,
    actor: Actor,
    takeover: Proposal,
    seen: Sequence[Seen],
    *,
    directory: Directory,
) -> dict[UUID, MufakatError | None]:
    """Take cases over as one proposed and another confirmed, each by itself: for each, None, or the error
    that left it where it is.

    Call it with portions: the cases of one are locked together. HR and administrators only; a case is left
    where it is if it is that of whoever does this, proposed it or confirmed it.
    Raises HrOnly, NotConfirmed, NotYetInForce.
    """
    if actor.is_system:
        raise HrOnly
    must_publish(actor)
    if takeover.kind != ProposalKind.TAKE_OVER or takeover.state != ProposalState.CONFIRMED:
        raise NotConfirmed
    change = change_of(session, takeover)
    must_be_in_force(session, change.to)
    answers: dict[UUID, MufakatError | None] = {}
    lock_ahead(session, [one.case_id for one in seen], [definition_of(change.to)])
    for one in sorted(seen, key=lambda s: s.case_id):
        try:
            with session.begin_nested():
                _migrate(session, actor, change, one, takeover, directory=directory)
            answers[one.case_id] = None
        except MufakatError as refused:
            answers[one.case_id] = refused
    if moved := len([answer for answer in answers.values() if answer is None]):
        record(session, actor, [_told(change.to, change.way.choice, moved, takeover.reason)])
    return answers


def change_of(session: Session, takeover: Proposal) -> Change:
    """To which version a proposal would take cases over, and how."""
    way = Way(takeover.body["choice"], takeover.body["targets"])
    return Change(session.get_one(ChainVersion, takeover.version_id), way)


def must_be_in_force(session: Session, to: ChainVersion) -> None:
    """Cases go over to the version in force alone. Raises NotYetInForce."""
    if current(session, to.chain, clock.now(session)).id != to.id:
        raise NotYetInForce


def leave(session: Session, actor: Actor, to: ChainVersion, *, reason: str) -> int:
    """Say for a reason that cases under way stay on their versions; returns how many.

    Raises HrOnly, CommentNeeded.
    """
    must_publish(actor)
    if not reason.strip():
        raise CommentNeeded
    cases = sum(waiting(session, to).values())
    record(session, actor, [_told(to, "stay", cases, reason.strip())])
    return cases


def _under_way(to: ChainVersion) -> tuple[ColumnElement[bool], ...]:
    return (ChainVersion.chain == to.chain, ChainVersion.id != to.id, Case.settled_at.is_(None))


def _told(to: ChainVersion, choice: str, cases: int, reason: str) -> Event:
    facts = {"version": to.id, "chain": to.chain, "choice": choice, "cases": cases}
    return Event("chain.cases_migrated", to.id, "chain", facts, {"reason": reason})


def _migrate(
    session: Session, actor: Actor, change: Change, seen: Seen, takeover: Proposal, *, directory: Directory
) -> None:
    dossier = lock_case(session, seen.case_id)
    dossier.must_be_alive()
    case = dossier.case
    if conflict := dossier.interests.conflict_of(actor.person_id):
        raise conflict
    if conflicted := in_conflict(takeover, dossier.interests):
        raise Conflicted(name=conflicted)
    if Seen.of(case) != seen:
        raise MovedOn
    crossing, now = _cross(dossier, change, _said(session, [case.id])[case.id]), clock.now(session)
    case.chain_version_id = change.to.id
    forget(session, [case.id])
    by_law = change_law(session, dossier, definition_of(change.to), directory=directory, now=now)
    told = about(
        case,
        "case.migrated",
        takeover.reason,
        from_version=seen.version_id,
        to_version=change.to.id,
        choice=change.way.choice,
        from_stage=seen.stage,
        to_stage=crossing.after.stage,
        round=crossing.after.round,
        kept=crossing.kept,
        proposal=takeover.id,
        **by_law,
    )
    there = replace(dossier, definition=definition_of(change.to))
    cause = Cause(Move.MIGRATE, comment=takeover.reason)
    events = carry_out(session, there, cause, crossing.after, crossing.effects, directory=directory, now=now)
    session.flush()
    record(session, actor, [told, *events])


@dataclass(frozen=True, slots=True)
class _Said:
    """At which stages a case has decisions or answers, at which in this round; whose approval stands."""

    decided: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    approved: frozenset[str] = frozenset()


def _standing(case: Case, said: _Said) -> Standing:
    status = CaseStatus(CaseState(case.state), case.stage, case.round, case.version)
    return Standing(status, case.data, said.decided, said.voted, said.approved)


def _cross(dossier: Dossier, change: Change, said: _Said) -> Crossing:
    case = dossier.case
    try:
        return cross(dossier.definition, definition_of(change.to), _standing(case, said), change.way)
    except Forbidden as exc:
        raise NotPossibleNow(state=case.state) from exc
    except Gone as exc:
        raise StageGone(stage=case.stage or "") from exc
    except NoStage as exc:
        raise NowhereToGo from exc
    except Unsigned as exc:
        raise SignatureMissing from exc


def _blank(session: Session, case: Case, number: int, tasks: Mapping[UUID, int]) -> Prospect:
    here = stage_of(session, case.chain_version_id, case.stage or "").title
    return Prospect(
        Seen.of(case),
        case.reference,
        case.subject_id,
        case.subject_name,
        number,
        here,
        tasks=tasks.get(case.id, 0),
    )


def _prospect(session: Session, change: Change, found: Prospect, case: Standing) -> Prospect:
    if change.way.choice == "stay":
        return replace(found, there=found.here, tasks=0)
    of, new = found.seen.version_id, definition_of(change.to)
    try:
        crossing = cross(definition_by_id(session, of), new, case, change.way)
    except (Forbidden, Gone, NoStage, BadCondition, Unsigned) as exc:
        return replace(found, problem=problem_of(exc), tasks=0)
    return replace(
        found,
        crossing=crossing,
        there=new.stage(crossing.after.stage or "").title,
        tasks=0 if crossing.kept else found.tasks,
        lost=tuple(stage_of(session, of, name).title for name in crossing.lost),
    )


def _said(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, _Said]:
    """What was decided on these cases so far, in three statements."""
    decided: defaultdict[UUID, dict[str, bool]] = defaultdict(dict)
    approved = standing_approvals(session, ids)
    for case_id, stage, in_round in _rows(session, ids):
        decided[case_id][stage] = decided[case_id].get(stage, False) or in_round
    return defaultdict(
        _Said,
        {
            id_: _Said(tuple(stages), tuple(stage for stage, now in stages.items() if now), approved[id_])
            for id_, stages in decided.items()
        },
    )


def _rows(session: Session, ids: Sequence[UUID]) -> Iterator[tuple[UUID, str, bool]]:
    for table in (Decision, ExternalAnswer):
        found = (
            select(table.case_id, table.stage, table.round == Case.round)
            .join(Case, Case.id == table.case_id)
            .where(table.case_id.in_(ids))
            .order_by(table.id)
        )
        yield from session.execute(found).tuples()


def _open_tasks(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    found = (
        select(Task.case_id, func.count())
        .where(Task.case_id.in_(ids), Task.ended_at.is_(None))
        .group_by(Task.case_id)
    )
    return dict(session.execute(found).tuples().all())
