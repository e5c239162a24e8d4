"""Whom the cases of a cohort would go to if they were opened now, and where nobody would be found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.candidates import LAST_RESORT, Assignment, Wanted, assign
from approvals.crowds import About, Crowds
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.durations import in_hand
from approvals.forecast import week_of, weeks_after
from approvals.interests import Decided, Interests, tied_to
from approvals.machine import applies, passes
from approvals.models import DecisionKind, Task, TaskState
from approvals.opening import rank_of
from approvals.pace import Pace
from approvals.panels import Panel, is_crowd, panel
from approvals.simulation import How, Plan, Seat, Server, Step
from approvals.stage import Stage
from approvals.voting import Standing, Vote, standing
from core.directory import Capacity, Holder
from core.worktable import WorkTable
from core.worktime import WorkCalendar

HORIZON = timedelta(days=730)
BACK = timedelta(days=60)
Leave = Mapping[UUID, Sequence[tuple[date, date]]]
"""When people are away, first and last day included."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A case that might be opened."""

    subject_id: UUID
    unit_id: UUID
    facts: Mapping[str, Any]
    requester_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stage at which cases find nobody: the post is vacant, or its holder is in conflict with them."""

    kind: Literal["vacant", "conflict"]
    stage: Stage
    position_id: UUID | None
    person_id: UUID | None
    """Whom the conflict bars."""
    cases: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many cases somebody, or a queue, gets at a stage."""

    stage: Stage
    person_id: UUID | None
    queue: str | None
    position_id: UUID | None
    among: int
    """How many people it is offered to by name, where it is no queue's and no single person's."""
    cases: int


@dataclass(slots=True)
class Staffing:
    """Who would decide what."""

    unit_ids: frozenset[UUID]
    """The units of its cases."""
    routes: list[list[Step]]
    people: list[UUID] = field(default_factory=list[UUID])
    """Everybody who would decide, in the order of the steps' servers."""
    members: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Of each queue that is asked, who is in it."""
    gaps: list[Gap] = field(default_factory=list[Gap])
    shares: list[Share] = field(default_factory=list[Share])

    def plan(
        self,
        session: Session,
        directory: Directory,
        paces: Sequence[Pace],
        *,
        table: WorkTable,
        leave: Leave,
        now: datetime,
        backlogs: bool = True,
    ) -> Plan:
        """The cohort, ready to be lived through: when its people are away, and what lies before them today.

        Without `backlogs` nothing lies there: for a day in the past, of which that is not known.
        """
        backlog = self._backlog(session) if backlogs else Counter[UUID]()
        tables = _own_tables(directory, self.people, leave, table)
        return Plan(
            self.routes,
            paces,
            [Server(person, backlog[person], tables.get(person)) for person in self.people],
            table,
            table.worked_until(now.timestamp()),
            week_of(now, table.calendar.zone),
            weeks_after(table, now, table.calendar.zone),
        )

    def _backlog(self, session: Session) -> Counter[UUID]:
        """What each has by name, and a fair part of what their queues are offered."""
        backlog = Counter(in_hand(session, self.people))
        for queue, members in self.members.items():
            offered = _offered(session, queue)
            for n in members:
                backlog[self.people[n]] += offered // len(members)
        return backlog


def staff(
    definition: ChainDefinition, prospects: Sequence[Prospect], directory: Directory, at: datetime
) -> Staffing:
    """Find everybody's deciders, stage by stage, as opening the cases would; nothing is written."""
    empty = Staffing(frozenset(p.unit_id for p in prospects), [[] for _ in prospects])
    found = _Finding(empty, definition.chain, directory, at)
    ties = directory.related({p.subject_id for p in prospects}, at)
    interests = [
        Interests(p.subject_id, p.requester_id, tied=tied_to(p.subject_id, ties.get(p.subject_id, ())))
        for p in prospects
    ]
    for number, stage in enumerate(definition.stages):
        asked = [
            _Asked(n, p, frozenset(interests[n].barred_from(stage)), interests[n].decided)
            for n, p in enumerate(prospects)
            if applies(stage, p.facts) and not passes(stage, p.facts)
        ]
        for one, seats in zip(asked, found.seats(stage, asked), strict=True):
            found.staffing.routes[one.number].append(found.step(number, stage, one, seats))
            deciders = [Decided(stage.name, a.assignee_id) for a in seats if a.assignee_id]
            interests[one.number] = interests[one.number].and_decided(deciders)
    return found.staffing


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case that comes to a stage, who may not decide it there, and who would have decided before."""

    number: int
    prospect: Prospect
    barred: frozenset[UUID]
    decided: tuple[Decided, ...]

    @property
    def about(self) -> About:
        deciders: dict[str, list[UUID]] = {}
        for one in self.decided:
            deciders.setdefault(one.stage, []).append(one.by)
        return About(self.prospect.facts, deciders)


def office_table(directory: Directory, unit_ids: Iterable[UUID], now: datetime) -> WorkTable | None:
    """The working time ahead of the calendar that most of these units follow; None without any unit."""
    calendars = list(directory.calendars(set(unit_ids)).values())
    if not calendars:
        return None
    usual = max(calendars, key=calendars.count)
    first = now.astimezone(usual.zone).date() - timedelta(days=1)
    return WorkTable(usual, first, first + HORIZON)


@dataclass(slots=True)
class _Finding:
    """What is found on the way."""

    staffing: Staffing
    chain: str
    directory: Directory
    at: datetime
    _numbers: dict[UUID, int] = field(default_factory=dict[UUID, int])
    _steps: dict[Any, Step] = field(default_factory=dict[Any, Step])

    def seats(self, stage: Stage, asked: Sequence[_Asked]) -> list[list[Assignment]]:
        """Who is found for each seat of a stage, case by case; the directory is asked once for all."""
        crowd = [c for c in stage.wanted if stage.is_panel and is_crowd(c)]
        crowds = Crowds.ask(crowd, self.directory, self.at) if crowd and asked else Crowds()
        panels = [panel(stage, one.about, crowds, one.barred) for one in asked]
        wanted = [
            Wanted(
                s.candidate,
                one.prospect.unit_id,
                stage.acting,
                one.barred,
                about=one.about,
                chain=self.chain,
                stage=stage.name,
                rank=rank_of(one.prospect.facts),
            )
            for one, those in zip(asked, panels, strict=True)
            for s in those.seats
            if not those.short
        ]
        given = assign(wanted, self.directory, self.at) if wanted else []
        self._count(stage, given, panels)
        rest = iter(given)
        return [
            [Assignment(queue=LAST_RESORT, unfilled=True)]
            if those.short
            else [next(rest) for _ in those.seats]
            for those in panels
        ]

    def step(self, number: int, stage: Stage, one: _Asked, seats: Sequence[Assignment]) -> Step:
        """A stage's step; cases that go the same way share it."""
        restarts = stage.after_return == "restart"
        if stage.is_external:
            step = Step(number, (), "outside", restarts=restarts)
        else:
            how: How = "sequence" if stage.decide.rule == "sequence" else "together"
            servers = tuple(self._servers(seat, one.barred) for seat in seats)
            step = Step(number, servers, how, _needed(stage, len(seats)), restarts=restarts)
        return self._steps.setdefault(step, step)

    def _servers(self, one: Assignment, barred: frozenset[UUID]) -> Seat:
        """Who would decide it: a person, or anybody who may of a queue or of certain people."""
        if one.assignee_id:
            return (self._number(one.assignee_id),)
        if one.candidates:
            return tuple(self._number(person) for person in one.candidates)
        queue = one.queue or LAST_RESORT
        if queue not in self.staffing.members:
            able = self.directory.with_role(queue.removeprefix("role:"))
            self.staffing.members[queue] = [self._number(p.id) for p in able if p.active]
        members = self.staffing.members[queue]
        return tuple(n for n in members if self.staffing.people[n] not in barred)

    def _count(self, stage: Stage, given: Sequence[Assignment], panels: Sequence[Panel]) -> None:
        """Note how many cases find whom, how many nobody, and who must step aside."""
        if short := sum(1 for those in panels if those.short):
            self.staffing.gaps.append(Gap("vacant", stage, None, None, short))
        for person, cases in Counter(person for those in panels for person in those.away).items():
            self.staffing.gaps.append(Gap("conflict", stage, None, person, cases))
        for one, cases in Counter(given).items():
            if not one.unfilled:
                among = 0 if one.assignee_id else len(one.candidates or ())
                share = Share(stage, one.assignee_id, one.queue, one.position_id, among, cases)
                self.staffing.shares.append(share)
                continue
            post = self.directory.post(one.position_id, self.at) if one.position_id else None
            able = [h for h in post.holders if _may_act(h, stage)] if post else []
            gap = Gap(
                "conflict" if able else "vacant",
                stage,
                one.position_id,
                able[0].person_id if able else None,
                cases,
            )
            self.staffing.gaps.append(gap)

    def _number(self, person_id: UUID) -> int:
        if person_id not in self._numbers:
            self._numbers[person_id] = len(self.staffing.people)
            self.staffing.people.append(person_id)
        return self._numbers[person_id]


def _needed(stage: Stage, seats: int) -> int:
    """How many approvals settle a stage of so many seats; everybody's where fewer never do."""
    for approvals in range(1, seats):
        votes = [Vote(DecisionKind.APPROVE)] * approvals
        if standing(stage.decide, votes, seats - approvals) is Standing.APPROVE:
            return approvals
    return max(seats, 1)


def _may_act(holder: Holder, stage: Stage) -> bool:
    return holder.capacity is Capacity.DEFINITIVE or holder.capacity in stage.acting


def _offered(session: Session, queue: str) -> int:
    """How many tasks a queue is offered that nobody has taken."""
    waiting = select(func.count()).where(Task.queue == queue, Task.state == TaskState.OFFERED)
    return session.scalar(waiting) or 0


def _own_tables(
    directory: Directory, people: Sequence[UUID], leave: Leave, table: WorkTable
) -> dict[UUID, WorkTable]:
    """The working time of those whose time is not the office's: on leave, or in a unit with other hours."""
    units = {p.id: p.unit_id for p in directory.people(people).values() if p.unit_id}
    calendars = directory.calendars(set(units.values()))
    first, last = table.days[0].on, table.days[-1].on
    own: dict[UUID, WorkTable] = {}
    for person in people:
        calendar = calendars.get(units[person], table.calendar) if person in units else table.calendar
        # who is away for years comes back at the table's end: a time without any work is none
        away = _days_away(leave.get(person, ()), first, last - BACK)
        if away or calendar != table.calendar:
            own[person] = WorkTable(_without(calendar, away), first, last)
    return own


def _days_away(spans: Iterable[tuple[date, date]], first: date, last: date) -> frozenset[date]:
    return frozenset(
        start + timedelta(days=n)
        for begins, ends in spans
        if (start := max(begins, first)) <= (end := min(ends, last))
        for n in range((end - start).days + 1)
    )


def _without(calendar: WorkCalendar, days: frozenset[date]) -> WorkCalendar:
    return WorkCalendar(calendar.zone, calendar.week, calendar.holidays | days, calendar.seasons)
