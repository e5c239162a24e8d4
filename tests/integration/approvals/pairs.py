"""Two verbs at the same moment on one case: what comes of it must be what one after the other would give.

What each order gives is found by doing both, one after the other, in a transaction that is rolled back. Then
both are done for real: a third holds the case until both wait for it, so that each has begun before the other
is done. Nothing is known here of what a verb should answer; that two at once are as two in turn is all.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session, sessionmaker

from approvals import cohort
from approvals.models import Case, Decision, Task
from approvals.replay import differences
from core import database
from core.errors import MufakatError
from core.events import history
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import Office

Job = Callable[[Session], Any]
LONGEST = 20.0
"""Seconds after which two that wait for each other are given up."""
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass
class Spot:
    """Where a pair of verbs meets: the people, a case, and the task that both are about."""

    desk: Desk
    case_id: UUID
    task_id: UUID | None
    more: Mapping[str, Any]

    @property
    def office(self) -> Office:
        return self.desk.office


@dataclass(frozen=True)
class Verb:
    """A verb as somebody calls it on a spot."""

    name: str
    job: Callable[[Spot], Job]
    passes_by: bool = False
    """Whether it leaves alone what somebody else has at the moment."""


Outcome = tuple[tuple[str, ...], Any]
"""What each was answered, and how the case is afterwards."""


class Ring:
    """Where pairs of verbs meet, one pair after another, on a database whose commits are real."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions

    def meet(self, prepare: Callable[[Session], Spot], verb: Verb, rival: Verb) -> None:
        """Let two verbs meet on a case of their own, each first once; fails when it is as in no order."""
        possible: list[Outcome] = []
        for order in ((0, 1), (1, 0)):
            with self.sessions.begin() as session:
                spot = prepare(session)
            jobs = [verb.job(spot), rival.job(spot)]
            if not possible or verb.passes_by or rival.passes_by:  # what the clock does depends on the day
                possible = self.in_turn(spot, jobs, skips=[verb.passes_by, rival.passes_by])
            at_once = self.together if verb.passes_by or rival.passes_by else self.at_the_door
            found = self.outcome(spot, at_once(spot, jobs, order))
            assert found in possible, f"{verb.name}, {rival.name}: {found}, not one of {possible}"
            with self.sessions.begin() as session:
                assert differences(session, spot.case_id) == []
                cohort.cancel_cases(session, FLOW, spot.desk.process_id, "over")

    # one after the other

    def in_turn(self, spot: Spot, jobs: Sequence[Job], skips: Sequence[bool]) -> list[Outcome]:
        """What either order gives; and one alone, where the other may pass the case by."""
        found = [self.tried(spot, jobs, (0, 1)), self.tried(spot, jobs, (1, 0))]
        return found + [self.tried(spot, jobs, (1 - n,)) for n, skip in enumerate(skips) if skip]

    def tried(self, spot: Spot, jobs: Sequence[Job], order: Sequence[int]) -> Outcome:
        """What is answered in an order; nothing of it is kept."""
        answers = ["ok" for _ in jobs]
        with self.sessions() as session:
            for n in order:
                answers[n] = answer_of(attempted(session, jobs[n]))
            found = (tuple(answers), how_it_is(session, spot))
            session.rollback()
        return found

    # at the same moment

    def at_the_door(self, spot: Spot, jobs: Sequence[Job], order: Sequence[int]) -> list[str]:
        """All wait for the case, one after the other in this order; then the door opens."""
        with self.sessions() as door, self.watching() as watch, ThreadPoolExecutor(len(jobs)) as pool:
            lock = select(Case.id).where(Case.id == spot.case_id)
            door.execute(lock.with_for_update(key_share=True))
            going: dict[int, Future[Any]] = {}
            for n in order:
                going[n] = pool.submit(self.committed, jobs[n])
                wait_for(watch, going.values())
            door.rollback()
            return [answer_of(going[n].result(LONGEST)) for n in range(len(jobs))]

    @contextmanager
    def watching(self) -> Iterator[Connection]:
        """A connection without a transaction: within one, what others do would be told as it was at first."""
        with database.engine().connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def together(self, _spot: Spot, jobs: Sequence[Job], _order: Sequence[int]) -> list[str]:
        """All begin at the same moment; who comes first is chance."""
        start = Barrier(len(jobs))

        def run(job: Job) -> Any:
            start.wait(LONGEST)
            return self.committed(job)

        with ThreadPoolExecutor(len(jobs)) as pool:
            return [answer_of(answer) for answer in pool.map(run, jobs)]

    def committed(self, job: Job) -> Any:
        with self.sessions() as session:
            try:
                answer = job(session)
            except MufakatError as refused:
                session.rollback()
                return refused
            session.commit()
            return answer

    def outcome(self, spot: Spot, answers: Sequence[str]) -> Outcome:
        with self.sessions() as session:
            return tuple(answers), how_it_is(session, spot)


def wait_for(watch: Connection, going: Collection[Future[Any]]) -> None:
    """Until each of these is at the door, or over."""
    deadline = monotonic() + LONGEST
    while (left := [one for one in going if not one.done()]) and watch.scalar(_WAITING) < len(left):
        assert monotonic() < deadline, "it neither waits nor ends"
        wait(left, timeout=0.001)


def attempted(session: Session, job: Job) -> Any:
    session.expire_all()
    try:
        with session.begin_nested():
            answer = job(session)
            session.flush()
    except MufakatError as refused:
        return refused
    else:
        return answer


def answer_of(answer: Any) -> str:
    """The error's name; of many answers, how many were done: who looks first may see what is done by then."""
    if isinstance(answer, MufakatError):
        return type(answer).__name__
    if isinstance(answer, Mapping):
        return f"ok: {sum(not isinstance(one, MufakatError) for one in answer.values())}"
    return "ok"


def how_it_is(session: Session, spot: Spot) -> Any:
    """All of a case that two orders could leave different, without the ids and moments that differ anyway."""
    session.expire_all()
    case_id = spot.case_id
    case = session.get_one(Case, case_id)
    tasks = session.scalars(select(Task).where(Task.case_id == case_id)).all()
    decisions = session.scalars(select(Decision).where(Decision.case_id == case_id)).all()
    return (
        (case.state, case.stage, case.round, case.version, case.outcome, case.suspension, case.returned_to),
        (case.chain_version_id == spot.desk.version.id, *case.decided_ahead, *case.tied),
        sorted(str(hands_of(task)) for task in tasks),
        sorted((d.stage, d.kind, d.round, d.decider_name, d.capacity or "") for d in decisions),
        [event.name for event in history(session, case_id)],
    )


def hands_of(task: Task) -> tuple[Any, ...]:
    return (
        (task.stage, task.round, task.seat, task.part, task.state, task.suspended_from),
        (task.assignee_id, task.queue, task.position_id, task.claimed_at is None, task.handed_by),
        (sorted(task.candidates or ()), sorted(task.barred), task.held_back, task.draft, task.reminded),
    )
