"""What somebody's own page shows: where each case is and who has it, what is asked of them, what may come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import appeals, consultations, views
from approvals.appeals import AppealRight
from approvals.chains import definition_by_id
from approvals.consultations import Question
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.expiry import EXPIRED
from approvals.machine import applies
from approvals.models import Case, CaseState, Decision, DecisionKind, Task
from approvals.stage import Stage
from core.actor import Actor
from flows.completion import service as completion
from flows.process.models import ENDED, Process
from flows.promotion import chances
from flows.promotion import queries as promotions
from flows.promotion.chances import Outlook
from flows.promotion.cohort import Cohort
from flows.promotion.explaining import Text
from flows.promotion.models import Decree, Screening
from flows.promotion.queries import CandidateRow
from flows.promotion.rulebook import Said
from personnel import relations
from personnel.directory import office_day
from personnel.relations import RelationRow

_Row = TypeVar("_Row", Task, Decision)
Place = Literal[
    "mine", "repair", "stopped", "expired", "person", "group", "committee", "vacant", "outside", "between"
]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case is, in a person's terms: with whom, since when, by when."""

    place: Place
    since: datetime
    due: datetime | None = None
    name: str = ""
    post: str = ""
    acting: str = ""
    """The capacity of who acts for the post; empty for its holder."""
    group: str = ""
    """The queue, or None of the people that it is offered to."""


@dataclass(frozen=True, slots=True)
class MyCase:
    """A case of somebody, as they read it."""

    case: Case
    definition: ChainDefinition
    standing: Standing | None
    """None once it is settled."""
    coming: Sequence[Stage]
    last: Decision | None
    """The last decision that was no approval: why it came back, or was rejected."""
    candidacy: CandidateRow | None
    decree: Decree | None
    replaced_by: Decree | None
    """The decree that corrected or revoked it."""
    appeal: AppealRight | None

    @property
    def at(self) -> Stage | None:
        return self.definition.stage(self.case.stage) if self.case.stage else None

    @property
    def reason(self) -> object:
        """Why it came back or was rejected, in words of its chain."""
        if self.last is None or not self.last.code:
            return ""
        known = self.definition.reasons_for(self.last.kind, self.last.stage)
        return known.get(self.last.code, self.last.code)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle that goes on, and what it found about the person; None where it did not look at them."""

    process: Process
    row: CandidateRow | None
    covers: bool
    """Whether it covers the person's unit."""

    papers: Mapping[str, Said] = field(default_factory=dict[str, Said])
    """The documents that the person can send now, by key."""
    sent: Case | None = None
    """The case by which HR checks what was sent."""

    @property
    def incomplete(self) -> bool:
        return self.row is not None and self.row.candidate.outcome == Screening.INCOMPLETE

    @property
    def asks(self) -> bool:
        return self.incomplete and self.sent is None

    @property
    def entered_by_hr(self) -> Sequence[Text]:
        """What is missing and is no document that the person could send."""
        sendable = [said.id for said in self.papers.values()]
        return [name for name in self.row.missing if name["id"] not in sendable] if self.row else []


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything on the page."""

    open: Sequence[MyCase]
    settled: Sequence[MyCase]
    cycles: Sequence[Cycle]
    outlook: Outlook | None
    """What may come; None while a case of promotion is open, or would be if the file were complete."""
    questions: Sequence[Question]
    ties: Sequence[RelationRow]

    @property
    def repairs(self) -> list[MyCase]:
        return [one for one in self.open if one.standing and one.standing.place == "mine"]

    @property
    def incomplete(self) -> list[Cycle]:
        return [one for one in self.cycles if one.asks]

    @property
    def told(self) -> bool:
        """Whether a cycle says already which rules are not met."""
        return any(one.row and one.row.candidate.outcome == Screening.FAILS for one in self.cycles)

    @property
    def asked(self) -> int:
        """How many things are asked of the person."""
        return len(self.repairs) + len(self.incomplete) + len(self.ties) + len(self.questions)


def my_page(
    session: Session, actor: Actor, person_id: UUID, *, directory: Directory, now: datetime
) -> MyPage:
    """What the page shows; a number of statements that does not grow with the cases."""
    found = views.cases_of_subject(session, person_id)
    candidacies = promotions.candidacies(session, person_id)
    known = _Known.of(session, found, person_id, directory, now)
    rows = {row.candidate.case_id: row for _, row in candidacies if row.candidate.case_id}
    mine = [known.my(session, case, rows.get(case.id)) for case in found]
    cycles = [_completed(session, one, found) for one in _cycles(session, person_id, candidacies, directory)]
    alive = [one for one in mine if one.standing]
    busy = any(one.candidacy for one in alive) or any(one.incomplete for one in cycles)
    return MyPage(
        open=alive,
        settled=[one for one in mine if not one.standing],
        cycles=cycles,
        outlook=None if busy else chances.outlook(session, person_id, office_day(now)),
        questions=consultations.asked(session, actor),
        ties=[tie for tie in relations.relations(session, actor, person_id) if tie.asks(person_id)],
    )


def _cycles(
    session: Session,
    person_id: UUID,
    candidacies: Sequence[tuple[Process, CandidateRow]],
    directory: Directory,
) -> list[Cycle]:
    """Those that go on, with what they found; the latest effective day last."""
    query = select(Process).where(
        Process.kind == "promotion", Process.state.not_in(ENDED), Process.launched_at.is_not(None)
    )
    alive = session.scalars(query.order_by(Process.reference)).all()
    rows = {process.id: row for process, row in candidacies}
    if all(process.id in rows for process in alive):
        return [Cycle(process, rows[process.id], True) for process in alive]
    person = directory.people([person_id]).get(person_id)
    unit = person.unit_id if person else None
    return [
        Cycle(one, rows.get(one.id), one.id in rows or unit in Cohort.of_process(session, one).units)
        for one in alive
    ]


def _completed(session: Session, cycle: Cycle, cases: Sequence[Case]) -> Cycle:
    """The cycle with what the person can do about an incomplete file."""
    if not cycle.incomplete or cycle.row is None:
        return cycle
    papers = completion.needed(session, cycle.process, cycle.row.candidate)
    return replace(cycle, papers=papers, sent=completion.under_way(cases, cycle.process.id))


@dataclass(frozen=True, slots=True)
class _Known:
    """What belongs to several cases, read once."""

    person_id: UUID
    directory: Directory
    now: datetime
    tasks: Mapping[UUID, list[Task]]
    decisions: Mapping[UUID, list[Decision]]
    decrees: Mapping[UUID, Decree]
    replacing: Mapping[UUID | None, Decree]
    names: Mapping[UUID, str] = field(default_factory=dict[UUID, str])

    @classmethod
    def of(
        cls, session: Session, cases: Sequence[Case], person_id: UUID, directory: Directory, now: datetime
    ) -> "_Known":
        alive = [case.id for case in cases if case.settled_at is None]
        open_ = select(Task).where(Task.case_id.in_(alive), Task.ended_at.is_(None)).order_by(Task.id)
        tasks = session.scalars(open_).all()
        ids = [case.id for case in cases]
        made = select(Decision).where(Decision.case_id.in_(ids)).order_by(Decision.id)
        decisions = session.scalars(made).all()
        wanted = {task.assignee_id for task in tasks} | {case.returned_to for case in cases}
        people = directory.people([id_ for id_ in wanted if id_])
        issued = promotions.decrees_of(session, person_id)
        return cls(
            person_id,
            directory,
            now,
            _by_case(tasks),
            _by_case(decisions),
            {decree.case_id: decree for decree in issued},
            {decree.replaces_id: decree for decree in issued},
            {id_: person.name for id_, person in people.items()},
        )

    def my(self, session: Session, case: Case, row: CandidateRow | None) -> MyCase:
        definition = definition_by_id(session, case.chain_version_id)
        made, decree = self.decisions.get(case.id, []), self.decrees.get(case.id)
        against = (DecisionKind.RETURN, DecisionKind.REJECT)
        return MyCase(
            case=case,
            definition=definition,
            standing=None if case.settled_at else self._standing(case, definition, made),
            coming=_coming(case, definition),
            last=next((one for one in reversed(made) if one.kind in against), None),
            candidacy=row,
            decree=decree,
            replaced_by=self.replacing.get(decree.id) if decree else None,
            appeal=appeals.right_to_appeal(session, case, directory=self.directory),
        )

    def _standing(self, case: Case, definition: ChainDefinition, made: Sequence[Decision]) -> Standing:
        since = made[-1].decided_at if made else case.opened_at
        if case.state == CaseState.RETURNED:
            place = "mine" if case.returned_to == self.person_id else "repair"
            name = self.names.get(case.returned_to, "") if case.returned_to else ""
            return Standing(place, case.returned_at or since, name=name)
        if case.state == CaseState.SUSPENDED:
            place = "expired" if case.suspension == EXPIRED else "stopped"
            return Standing(place, case.suspended_at or since, case.resumes_at)
        stage = definition.stage(case.stage) if case.stage else None
        tasks = self.tasks.get(case.id, [])
        if not tasks:
            return Standing("outside" if stage and stage.is_external else "between", since)
        first = tasks[0]
        due = min((task.due_at for task in tasks if task.due_at), default=None)
        if stage is None or stage.is_panel:  # who sits in it is not for the person concerned
            return Standing("committee", first.opened_at, due)
        return self._with(first, due)

    def _with(self, task: Task, due: datetime | None) -> Standing:
        post = self.directory.post(task.position_id, self.now).title if task.position_id else ""
        since = task.opened_at
        if task.assignee_id:
            acting = task.assignee_capacity or ""
            return Standing(
                "person",
                since,
                due,
                self.names.get(task.assignee_id, ""),
                post,
                acting if acting in ("plh", "plt") else "",
                task.queue or "",
            )
        if task.position_id:
            return Standing("vacant", since, due, post=post)
        return Standing("group", since, due, group=task.queue or "")


def _by_case(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _coming(case: Case, definition: ChainDefinition) -> list[Stage]:
    """The stages after the one where it is, as far as its facts tell."""
    if case.settled_at or not case.stage:
        return []
    return [stage for stage in definition.following(case.stage) if applies(stage, case.data)]
