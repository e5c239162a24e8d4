"""Two at once: one wins, the other is told, nothing is lost or doubled. Commits are real here."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from approvals import cases, cohort, decisions, outside, pulling, sweep, tasks
from approvals.decisions import Verdict
from approvals.errors import AlreadyClaimed, AlreadyDecided, NotYours
from approvals.models import Case, Decision, Task
from core import clock
from core.errors import MufakatError
from core.ids import new_id
from tests.integration.approvals.desk import ALL_TICKED, FLOW, Desk, check_streams
from tests.integration.approvals.office import Office, named

Job = Callable[[Session], Any]


class Arena:
    """Cases that are committed, and ways to do things to them at the same moment."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions
        self.office = Office.usual()
        for n in range(8):
            self.office.employ(f"V{n}", "badan", "hr-verifier")

    def prepare(self, stage: str, *subjects: str) -> list[tuple[UUID, UUID | None]]:
        """Cases at a stage, with their open tasks."""
        with self.sessions.begin() as session:
            desk = Desk(session, self.office)
            self.process_id = desk.process_id
            made = [desk.at(stage, name) for name in subjects]
            open_tasks = dict(
                session.execute(select(Task.case_id, Task.id).where(Task.ended_at.is_(None))).all()
            )
            return [(case.id, open_tasks.get(case.id)) for case in made]

    def at_once(self, jobs: Sequence[Job]) -> list[Any]:
        """What each job answered, or the error that refused it."""
        start = Barrier(len(jobs))

        def run(job: Job) -> Any:
            with self.sessions() as session:
                session.connection()
                start.wait(10)
                try:
                    answer = job(session)
                    session.commit()
                except MufakatError as refused:
                    session.rollback()
                    return refused
                else:
                    return answer

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(run, jobs))

    def decides(self, name: str, task_id: UUID | None, kind: str = "approve", key: str = "") -> Job:
        def job(session: Session) -> Decision:
            assert task_id
            reason = {} if kind == "approve" else {"code": "other", "comment": "no"}
            said = Verdict(
                kind=kind,
                seen_version=1,
                request_key=key or str(new_id()),
                checklist=ALL_TICKED,
                **reason,
            )
            return decisions.decide(session, self.office.actor(name), task_id, said, directory=self.office)

        return job

    def claims(self, name: str, task_id: UUID | None) -> Job:
        assert task_id
        return lambda session: tasks.claim(session, self.office.actor(name), task_id)

    def withdraws(self, name: str, case_id: UUID) -> Job:
        return lambda session: cases.withdraw(
            session, self.office.actor(name), case_id, reason_code="own-wish", comment=""
        )


@pytest.fixture
def arena(committed: sessionmaker[Session]) -> Iterator[Arena]:
    made = Arena(committed)
    yield made
    with committed() as session:
        check_streams(session)
        for task, count in session.execute(select(Decision.task_id, func.count()).group_by(Decision.task_id)):
            assert count == 1, task


def won(answers: Sequence[Any]) -> list[Any]:
    return [a for a in answers if not isinstance(a, MufakatError)]


def lost(answers: Sequence[Any]) -> list[type]:
    return [type(a) for a in answers if isinstance(a, MufakatError)]


@pytest.mark.parametrize("turn", range(5))
def test_of_two_who_decide_the_same_task_one_wins_and_the_other_is_told_who(arena: Arena, turn: int):
    [(_, task)] = arena.prepare("verification", "Budi")
    answers = arena.at_once([arena.decides("Vera", task), arena.decides("Viktor", task, "reject")])
    assert len(won(answers)) == 1
    assert lost(answers) == [AlreadyDecided]
    loser = next(a for a in answers if isinstance(a, AlreadyDecided))
    assert loser.facts["by"] == won(answers)[0].decider_name


def test_of_eight_who_decide_the_same_task_one_wins(arena: Arena):
    [(case_id, task)] = arena.prepare("verification", "Budi")
    answers = arena.at_once([arena.decides(f"V{n}", task) for n in range(8)])
    assert len(won(answers)) == 1
    assert lost(answers) == [AlreadyDecided] * 7
    with arena.sessions() as session:
        assert session.get_one(Case, case_id).stage == "consideration"


def test_the_same_request_sent_eight_times_at_once_is_one_decision(arena: Arena):
    [(_, task)] = arena.prepare("verification", "Budi")
    answers = arena.at_once([arena.decides("Vera", task, key="one form")] * 8)
    assert len({a.id for a in won(answers)}) == 1
    assert lost(answers) == []


def test_of_eight_who_claim_one_wins(arena: Arena):
    [(_, task)] = arena.prepare("verification", "Budi")
    answers = arena.at_once([arena.claims(f"V{n}", task) for n in range(8)])
    assert len(won(answers)) == 1
    assert lost(answers) == [AlreadyClaimed] * 7


def test_two_last_decisions_at_once_leave_nothing_unsettled(arena: Arena):
    made = arena.prepare("appointing-official", "Budi", "Citra")
    answers = arena.at_once([arena.decides("Walikota", task) for _, task in made])
    assert lost(answers) == []
    with arena.sessions() as session:
        assert cohort.unsettled(session, arena.process_id) == 0


def test_a_cancelled_process_and_a_decision_at_once_leave_no_open_task(arena: Arena):
    made = arena.prepare("unit-head", "Budi", "Citra", "Dewi")
    jobs: list[Job] = [arena.decides("Kasi", task) for _, task in made]
    jobs.append(lambda session: cohort.cancel_cases(session, FLOW, arena.process_id, "stop"))
    arena.at_once(jobs)
    with arena.sessions() as session:
        assert cohort.cancel_cases(session, FLOW, arena.process_id, "stop") == 0
        assert session.scalar(select(func.count()).where(Task.ended_at.is_(None))) == 0


def test_the_same_letter_recorded_twice_at_once_is_one_answer(arena: Arena):
    [(case_id, _)] = arena.prepare("consideration", "Budi")

    def job(session: Session) -> UUID:
        return outside.answer(
            session,
            arena.office.actor("Hana"),
            case_id,
            outcome="MS",
            letter_number="B-1",
            letter_date=date(2026, 1, 5),
            note="",
            directory=arena.office,
        ).id

    answers = arena.at_once([job] * 4)
    assert len(set(won(answers))) == 1
    assert lost(answers) == []


def test_the_same_cases_opened_twice_at_once_are_opened_once(arena: Arena):
    process_id = new_id()

    def job(session: Session) -> list[UUID]:
        desk = Desk(session, arena.office)
        drafts = [desk.draft("Budi", key=f"n{n}") for n in range(50)]
        return cases.open_cases(session, FLOW, process_id, desk.version, drafts, directory=arena.office)

    answers = arena.at_once([job] * 4)
    assert len({tuple(a) for a in won(answers)}) == 1
    with arena.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Task)) == 50


def test_many_decided_one_after_the_other_by_many_are_each_decided_once(arena: Arena):
    """As `web.many` does it: each in a transaction of its own, so that nothing is held meanwhile."""
    made = arena.prepare("verification", *[f"V{n}" for n in range(8)], "Budi", "Citra", "Dewi")
    ids = [task for _, task in made if task]

    def batch(name: str, order: Sequence[UUID]) -> Job:
        def job(session: Session) -> list[UUID]:
            decided: list[UUID] = []
            for id_ in order:
                try:
                    decided.append(arena.decides(name, id_, key=f"{name} {id_}")(session).task_id)
                    session.commit()
                except MufakatError:
                    session.rollback()
            return decided

        return job

    answers = arena.at_once(
        [batch(f"V{n}", ids if n % 2 else ids[::-1]) for n in range(6)] + [batch("Vera", ids)]
    )
    assert sorted(id_ for decided in answers for id_ in decided) == sorted(ids)


def test_a_sweep_passes_by_what_a_decision_holds_and_neither_loses(arena: Arena):
    [(case_id, task)] = arena.prepare("unit-head", "Budi")
    with arena.sessions.begin() as session:
        clock.move(session, timedelta(days=12))
    answers = arena.at_once(
        [
            arena.decides("Kasi", task),
            lambda session: sweep.sweep(session, directory=arena.office),
            lambda session: sweep.sweep(session, directory=arena.office),
        ]
    )
    assert lost(answers[1:]) == []
    with arena.sessions() as session:
        case = session.get_one(Case, case_id)
        if isinstance(answers[0], Decision):
            assert case.stage == "verification"
        else:
            assert isinstance(answers[0], NotYours)
            assert session.get_one(Task, task).assignee_id == named("Kabid")


def test_two_sweeps_at_once_remind_once(arena: Arena):
    arena.prepare("unit-head", *["Budi", "Citra", "Dewi"])
    with arena.sessions.begin() as session:
        clock.move(session, timedelta(days=12))
    answers = arena.at_once([lambda session: sweep.sweep(session, directory=arena.office)] * 4)
    assert sum(a.reminded + a.escalated for a in answers) == 3


def test_two_who_go_on_with_the_next_of_a_kind_pass_by_what_the_other_has(arena: Arena):
    (_, one), (_, other) = arena.prepare("verification", "Budi", "Citra")
    decided = Barrier(2)

    def decides_and_goes_on(name: str, task_id: UUID | None) -> Job:
        def job(session: Session) -> Task | None:
            arena.decides(name, task_id)(session)
            decided.wait(10)  # each holds a case now, and looks for the other's
            kind = ("promotion", "verification")
            return pulling.next_of_kind(session, arena.office.actor(name), kind, directory=arena.office)

        return job

    answers = arena.at_once([decides_and_goes_on("Vera", one), decides_and_goes_on("Viktor", other)])
    assert answers == [None, None]
