"""Work handed out to many at once: each task to one, each turn once, nobody more than they may have."""

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from approvals import cases, cohort, pulling
from approvals.errors import HandsFull, NothingHeldBack
from approvals.models import Task
from core.ids import new_id
from tests.integration.approvals.desk import FLOW, Desk, check_streams
from tests.integration.approvals.test_races import Arena, Job, lost, won

CHAIN = """
chain: handed
title: {id: Dibagi, en: Handed}
stages:
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
  - stage: check
    candidates: {role: hr-verifier}
    RULE
"""


class Handing(Arena):
    """An arena whose cases wait for the head, before a stage that is handed out by a rule."""

    text: str

    def publish(self, rule: str, count: int, first: str = "head") -> list[UUID]:
        """Cases at their first stage; gives their open tasks."""
        text = CHAIN.replace("RULE", rule)
        if first != "head":
            text = text.replace(text[text.index("  - stage: head") : text.index("  - stage: check")], "")
        self.text, self.process_id = text, new_id()
        with self.sessions.begin() as session:
            self.opens("a", count)(session)
        with self.sessions() as session:
            return list(session.scalars(select(Task.id).order_by(Task.id)))

    def opens(self, prefix: str, count: int) -> Job:
        def job(session: Session) -> int:
            desk = Desk(session, self.office, self.text)
            drafts = [desk.draft("Budi", key=f"{prefix}{n}") for n in range(count)]
            made = cases.open_cases(
                session, FLOW, self.process_id, desk.version, drafts, directory=self.office
            )
            return len(made)

        return job

    def takes(self, name: str) -> Job:
        return lambda session: pulling.take_next(session, self.office.actor(name)).id

    def hands(self) -> Counter[str]:
        with self.sessions() as session:
            counted = (
                select(Task.assignee_id, func.count())
                .where(Task.stage == "check", Task.assignee_id.is_not(None))
                .group_by(Task.assignee_id)
            )
            rows = session.execute(counted).tuples()
            return Counter({self.office.staff[who].name: n for who, n in rows if who})


@pytest.fixture
def arena(committed: sessionmaker[Session]) -> Iterator[Handing]:
    made = Handing(committed)
    yield made
    with committed() as session:
        check_streams(session)


LATE = "distribute: late\n    hold: 2"
TURNS = "allocate: round-robin"
TEAM = [*(f"V{n}" for n in range(8)), "Vera", "Viktor"]


@pytest.mark.parametrize("turn", range(3))
def test_eight_who_take_the_next_at_once_get_eight_different_tasks(arena: Handing, turn: int):
    arena.publish(LATE, 8, first="check")
    answers = arena.at_once([arena.takes(f"V{n}") for n in range(8)])
    assert lost(answers) == []
    assert len(set(won(answers))) == 8
    assert set(arena.hands().values()) == {1}


@pytest.mark.parametrize("turn", range(3))
def test_one_person_who_takes_six_times_at_once_gets_as_many_as_one_may_have(arena: Handing, turn: int):
    arena.publish(LATE, 6, first="check")
    answers = arena.at_once([arena.takes("Vera")] * 6)
    assert len(won(answers)) == 2
    assert lost(answers) == [HandsFull] * 4
    assert arena.hands() == {"Vera": 2}


def test_three_who_want_the_last_one_are_one_who_gets_it(arena: Handing):
    arena.publish(LATE, 1, first="check")
    answers = arena.at_once([arena.takes(name) for name in ("Vera", "Viktor", "V0")])
    assert len(won(answers)) == 1
    assert lost(answers) == [NothingHeldBack] * 2


@pytest.mark.parametrize("turn", range(2))
def test_what_is_drawn_after_a_decision_is_nothing_that_somebody_takes_meanwhile(arena: Handing, turn: int):
    arena.publish(LATE, 12, first="check")
    had = won(arena.at_once([arena.takes(f"V{n}") for n in range(4)]))
    with arena.sessions() as session:
        owners = {id_: arena.office.staff[who].name for id_, who in holders(session, had).items()}
    jobs = [arena.decides(who, id_) for id_, who in owners.items()]
    answers = arena.at_once([*jobs, *(arena.takes(f"V{n}") for n in range(4, 8))])
    assert lost(answers) == []
    with arena.sessions() as session:
        still = select(Task.assignee_id).where(Task.ended_at.is_(None), Task.assignee_id.is_not(None))
        hands = Counter(session.scalars(still).all())
    assert set(hands.values()) == {1} and hands.total() == 8


def holders(session: Session, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = session.execute(select(Task.id, Task.assignee_id).where(Task.id.in_(ids))).tuples()
    return {id_: who for id_, who in rows if who}


@pytest.mark.parametrize("turn", range(2))
def test_a_case_that_ends_while_somebody_takes_it_is_in_nobodys_hands(arena: Handing, turn: int):
    arena.publish(LATE, 3, first="check")
    ends: Job = lambda s: cohort.cancel_cases(s, FLOW, arena.process_id, "over")  # noqa: E731
    answers = arena.at_once([*(arena.takes(f"V{n}") for n in range(3)), ends])
    assert set(lost(answers)) <= {NothingHeldBack}
    with arena.sessions() as session:
        assert session.scalar(select(func.count()).where(Task.ended_at.is_(None))) == 0


def test_turns_that_are_given_at_once_are_each_given_once(arena: Handing):
    arena.publish(TURNS, 0, first="check")
    answers = arena.at_once([arena.opens(f"t{n}-", 5) for n in range(8)])
    assert lost(answers) == []
    assert arena.hands() == dict.fromkeys(TEAM, 4)


def test_single_decisions_at_once_give_turns_that_differ_by_one_at_most(arena: Handing):
    ids = arena.publish(TURNS, 8)
    answers = arena.at_once([arena.decides("Kasi", id_) for id_ in ids])
    assert lost(answers) == []
    counted = arena.hands()
    assert counted.total() == 8
    assert max(counted.values()) - min(counted[name] for name in TEAM) <= 1
