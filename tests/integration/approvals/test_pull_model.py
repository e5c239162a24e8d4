"""Whatever order work is drawn, asked for and declined in: it goes where a child's list says that it goes."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases, decisions, declining, errors, pulling, tasks
from approvals.decisions import Verdict
from approvals.models import Case, Task
from core import database
from core.errors import MufakatError
from tests.integration.approvals.desk import Desk, check_streams, keys
from tests.integration.approvals.office import Office, named

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))
HOLD = 2
CHAIN = f"""
chain: drawn
title: {{id: Ditarik, en: Drawn}}
stages:
  - {{stage: check, candidates: {{role: hr-verifier}}, distribute: late, hold: {HOLD}}}
  - {{stage: asked, candidates: {{role: assessor}}, allocate: round-robin, binding: false}}
"""
VERIFIERS, ASSESSORS = ("Vera", "Viktor", "Komang"), ("Asih", "Asri", "Komang")
PEOPLE = ("Vera", "Viktor", "Komang", "Asih", "Asri", "Hana", "Budi")
SUBJECTS = ("Budi", "Vera", "Asri")
Refusal = type[Exception] | None


@dataclass
class Slip:
    """What the list says of one case."""

    subject: str
    at: str | None = "check"
    holder: str | None = None
    begun: bool = False
    asked: str | None = None
    """Whom it is offered to by name; at the second stage nobody when it fell to HR."""
    out: set[str] = field(default_factory=set[str])
    """Who may not be asked: whose case it is, who decided before, who said no."""

    @property
    def held(self) -> bool:
        return self.at == "check" and self.holder is None

    def conflict(self, who: str, decider: str | None) -> Refusal:
        if who == self.subject:
            return errors.OwnCase
        return errors.DecidedBefore if self.at == "asked" and who == decider else None

    def is_for(self, who: str) -> bool:
        if self.at == "check":
            return who in VERIFIERS
        return who == (self.asked or "Hana")


class Drawing(RuleBasedStateMachine):
    """People who draw work, in one transaction that is rolled back afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = database.engine().connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        office = Office.usual()
        for name in PEOPLE:
            office.employ(name, "badan")
        for role, names in {"hr-verifier": VERIFIERS, "assessor": ASSESSORS, "hr": ("Hana",)}.items():
            for name in names:
                office.roles[named(name)].add(role)
        self.desk = Desk(self.session, office, CHAIN)
        self.slips: dict[UUID, Slip] = {}
        """In the order in which they were opened."""
        self.deciders: dict[UUID, str] = {}
        self.last: UUID = UUID(int=0)
        """Who was asked last."""

    def teardown(self) -> None:
        try:
            check_streams(self.session)
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    def attempt(self, deed: Callable[[], Any], refusal: Refusal) -> Any:
        """Do something that must be refused for this reason, or succeed; gives what it gave."""
        if refusal is None:
            with self.session.begin_nested():
                return deed() or True
        with pytest.raises(MufakatError) as refused, self.session.begin_nested():
            deed()
        assert type(refused.value) is refusal, refused.value
        return None

    def pick(self, nth: int) -> tuple[UUID, Slip, UUID]:
        alive = [(id_, slip) for id_, slip in self.slips.items() if slip.at]
        case_id, slip = alive[nth % len(alive)]
        of = select(Task.id).where(Task.case_id == case_id, Task.ended_at.is_(None))
        return case_id, slip, self.session.scalars(of).one()

    def whose(self, slip: Slip, who: str, helped: bool) -> str:
        return (slip.holder or slip.asked or who) if helped else who

    # the list

    def in_hand(self, who: str) -> list[UUID]:
        return [id_ for id_, slip in self.slips.items() if slip.at == "check" and slip.holder == who]

    def next_for(self, who: str) -> UUID | None:
        """The oldest that nobody has and that somebody may check."""
        if who not in VERIFIERS:
            return None
        return next((id_ for id_, slip in self.slips.items() if slip.held and slip.subject != who), None)

    def ask_next(self, slip: Slip) -> None:
        able = sorted(named(one) for one in ASSESSORS if one not in slip.out)
        slip.holder, slip.begun, slip.asked = None, False, None
        if able:
            self.last = next((one for one in able if one > self.last), able[0])
            slip.asked = next(one for one in ASSESSORS if named(one) == self.last)

    # what people do

    @initialize(subjects=st.lists(st.sampled_from(SUBJECTS), min_size=2, max_size=5))
    def begin(self, subjects: list[str]) -> None:
        for subject in subjects:
            self.opened(subject)

    @rule(subject=st.sampled_from(SUBJECTS))
    def open_case(self, subject: str) -> None:
        self.opened(subject)

    def opened(self, subject: str) -> None:
        case = self.desk.open(subject, key=f"d{len(self.slips)}")
        self.slips[case.id] = Slip(subject, out={subject})

    @rule(who=st.sampled_from(PEOPLE))
    def take_next(self, who: str) -> None:
        found = self.next_for(who)
        refusal: Refusal = None if found else errors.NothingHeldBack
        if found and len(self.in_hand(who)) >= HOLD:
            refusal = errors.HandsFull
        taken = self.attempt(lambda: pulling.take_next(self.session, self.desk.who(who)), refusal)
        if found and taken:
            assert taken.case_id == found
            self.slips[found].holder = who

    @rule(who=st.sampled_from(VERIFIERS))
    def go_on(self, who: str) -> None:
        """The next of the same kind: what one has already, or one more."""
        mine = self.in_hand(who)
        expected = mine[0] if mine else self.next_for(who)
        actor, office = self.desk.who(who), self.desk.office
        task = pulling.next_of_kind(self.session, actor, ("drawn", "check"), directory=office)
        assert (task.case_id if task else None) == expected
        if expected:
            self.slips[expected].holder, self.slips[expected].begun = who, True

    @precondition(lambda self: any(slip.at for slip in self.slips.values()))
    @rule(nth=st.integers(0, 9), who=st.sampled_from(PEOPLE), helped=st.booleans())
    def claim(self, nth: int, who: str, helped: bool) -> None:
        case_id, slip, task = self.pick(nth)
        who = self.whose(slip, who, helped)
        refusal: Refusal = None if slip.is_for(who) else errors.NotYours
        refusal = refusal or slip.conflict(who, self.deciders.get(case_id))
        if refusal is None and slip.holder not in (None, who):
            refusal = errors.AlreadyClaimed
        if refusal is None and slip.held:
            refusal = errors.HeldBack
        if self.attempt(lambda: tasks.claim(self.session, self.desk.who(who), task), refusal):
            slip.holder = who

    @precondition(lambda self: any(slip.at for slip in self.slips.values()))
    @rule(nth=st.integers(0, 9), who=st.sampled_from(PEOPLE), helped=st.booleans())
    def release(self, nth: int, who: str, helped: bool) -> None:
        _, slip, task = self.pick(nth)
        who = self.whose(slip, who, helped)
        refusal: Refusal = errors.NotYours if slip.holder not in (None, who) else None
        if self.attempt(lambda: tasks.release(self.session, self.desk.who(who), task), refusal):
            slip.holder, slip.begun = None, False

    @precondition(lambda self: any(slip.at for slip in self.slips.values()))
    @rule(nth=st.integers(0, 9), who=st.sampled_from(PEOPLE), helped=st.booleans())
    def decide(self, nth: int, who: str, helped: bool) -> None:
        case_id, slip, task = self.pick(nth)
        who = self.whose(slip, who, helped)
        refusal = slip.conflict(who, self.deciders.get(case_id))
        if refusal is None and slip.held:
            refusal = errors.HeldBack
        if refusal is None and not slip.is_for(who):
            refusal = errors.NotYours
        if refusal is None and slip.holder not in (None, who):
            refusal = errors.AlreadyClaimed
        verdict = Verdict(kind="approve", seen_version=1, request_key=f"drawn-{next(keys)}")
        actor, office = self.desk.who(who), self.desk.office
        if not self.attempt(
            lambda: decisions.decide(self.session, actor, task, verdict, directory=office), refusal
        ):
            return
        if slip.at == "asked":
            slip.at = None
            return
        slip.at, self.deciders[case_id] = "asked", who
        slip.out.add(who)
        self.ask_next(slip)
        more = self.next_for(who)
        if more and len(self.in_hand(who)) < HOLD:
            self.slips[more].holder = who

    @precondition(lambda self: any(slip.at for slip in self.slips.values()))
    @rule(nth=st.integers(0, 9), who=st.sampled_from(PEOPLE), helped=st.booleans())
    def decline(self, nth: int, who: str, helped: bool) -> None:
        _, slip, task = self.pick(nth)
        who = self.whose(slip, who, helped)
        asked = slip.at == "asked" and slip.holder is None and slip.asked == who
        actor, office = self.desk.who(who), self.desk.office
        refusal: Refusal = None if asked else errors.NotAsked
        if self.attempt(lambda: declining.decline(self.session, actor, task, directory=office), refusal):
            slip.out.add(who)
            self.ask_next(slip)

    @precondition(lambda self: any(slip.at for slip in self.slips.values()))
    @rule(nth=st.integers(0, 9), mood=st.integers(0, 3))
    def withdraw(self, nth: int, mood: int) -> None:
        if mood:  # seldom, for it ends the story
            return
        case_id, slip, _ = self.pick(nth)
        said = {"reason_code": "own-wish", "comment": ""}
        self.attempt(lambda: cases.withdraw(self.session, self.desk.who(slip.subject), case_id, **said), None)
        slip.at = None

    @invariant()
    def work_is_where_the_list_says(self) -> None:
        self.session.flush()
        rows = self.session.execute(select(Task).where(Task.ended_at.is_(None)).join(Case)).scalars()
        found = {
            t.case_id: (t.stage, t.state, t.assignee_id, t.candidates, t.queue, t.held_back) for t in rows
        }
        assert found == {id_: stored(slip) for id_, slip in self.slips.items() if slip.at}


def stored(slip: Slip) -> tuple[Any, ...]:
    """A task as its row must be."""
    state = "offered" if slip.holder is None else "started" if slip.begun else "allocated"
    holder = named(slip.holder) if slip.holder else None
    if slip.at == "check":
        return "check", state, holder, None, "role:hr-verifier", slip.held
    if slip.asked is None:
        return "asked", state, holder, None, "role:hr", False
    return "asked", state, holder, [named(slip.asked)], None, False


def test_work_goes_where_the_list_says_that_it_goes(database_url: str):
    run(
        Drawing,
        settings=settings(
            max_examples=EXAMPLES * 3,
            stateful_step_count=24,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
