"""Whatever the members of panels do, in whatever order: the engine keeps the books that a child would."""

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import decisions, errors, meetings
from approvals.decisions import Verdict
from approvals.models import Case, DecisionKind, Task
from approvals.panels import CONVENER
from approvals.voting import Rule, Standing, Vote, standing
from core import database
from core.errors import MufakatError
from tests.integration.approvals.desk import Desk, check_streams, keys
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.test_panels import MEETING, PANEL

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))
MEMBERS = ("Ketua", "Agus", "Bela", "Cahya")
RULES = {
    MEETING: {"quorum": 3, "of": "present", "majority": "more-than-half", "chair": "casting-vote"},
    "{quorum: 2}": {"quorum": 2},
    "{majority: two-thirds, of: cast}": {"majority": "two-thirds", "of": "cast"},
    "all": "all",
    "first-reject": "first-reject",
    "sequence": "sequence",
}
KINDS = ("approve", "approve", "approve", "reject", "return", "abstain", "recuse")


@dataclass
class Book:
    """What a child writes down about one case."""

    said: str
    subject: str
    state: str = "open"
    stage: str | None = "panel"
    votes: dict[str, str] = field(default_factory=dict[str, str])
    """Of this round, by member."""
    aside: set[str] = field(default_factory=set[str])
    """Who stepped aside, in any round."""
    short: bool = False
    seats_open: bool = True
    """False of a panel that was too small from the start."""

    @property
    def rule(self) -> Rule:
        return Rule.model_validate(RULES[self.said])

    @property
    def seated(self) -> list[str]:
        """Who had a seat in this round, in order."""
        return [m for m in MEMBERS if m != self.subject and (m not in self.aside or m in self.votes)]

    @property
    def waiting(self) -> list[str]:
        """Whose task is open."""
        if self.stage != "panel" or self.state != "open" or (self.short and not self.seats_open):
            return []
        left = [m for m in self.seated if m not in self.votes]
        return left[:1] if self.said == "sequence" else left

    def cast(self) -> list[Vote]:
        return [Vote(DecisionKind(k), "chair" if m == "Ketua" else "member") for m, k in self.votes.items()]

    def begin(self) -> None:
        """A round begins; a panel that is too small from the start has no seats."""
        self.votes, self.short, self.seats_open = {}, False, True
        seats = len(self.seated)
        if seats < max(self.rule.needed(seats), 1):
            self.short, self.seats_open = True, False

    def vote(self, who: str, kind: str) -> None:
        self.votes[who] = kind
        if kind == "recuse":
            self.aside.add(who)
        ends = kind in ("reject", "return")
        if self.said == "sequence" and not ends and self.waiting:
            return
        self.follow(standing(self.rule, self.cast(), len(self.waiting) if self.said != "sequence" else 0))

    def follow(self, found: Standing) -> None:
        match found:
            case Standing.APPROVE:
                self.stage = "official"
            case Standing.REJECT:
                self.state, self.stage = "rejected", None
            case Standing.RETURN:
                self.state = "returned"
            case Standing.SHORT:
                self.short = True
            case Standing.PENDING:
                pass


class Panels(RuleBasedStateMachine):
    """Members at work on one case a run, in one transaction that is rolled back afterwards."""

    steps: ClassVar[int] = 0
    """How many steps were made, by all of them together."""
    stories: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.connection = database.engine().connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        Panels.stories += 1
        self.looks = 0
        self.office = Office.usual()
        for name in MEMBERS:
            self.office.employ(name, "badan")
        self.office.form_committee("baperjakat", *MEMBERS)

    def teardown(self) -> None:
        try:
            check_streams(self.session)
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    @initialize(said=st.sampled_from([*RULES]), subject=st.sampled_from(["Budi", "Budi", "Agus"]))
    def open_case(self, said: str, subject: str) -> None:
        chain = PANEL.format(candidates="{committee: baperjakat}", decide=said)
        self.desk = Desk(self.session, self.office, chain)
        self.case: Case = self.desk.open(subject)
        self.book = Book(said, subject)
        self.book.begin()

    def attempt(self, deed: Any, refusal: type[Exception] | tuple[type[Exception], ...] | None) -> bool:
        if refusal is None:
            with self.session.begin_nested():
                deed()
            return True
        with pytest.raises(MufakatError) as refused, self.session.begin_nested():
            deed()
        assert isinstance(refused.value, refusal), refused.value
        return False

    def task_of(self, who: str) -> UUID | None:
        tasks = select(Task.id).where(Task.case_id == self.case.id, Task.assignee_id == named(who))
        return self.session.scalar(tasks.where(Task.stage == "panel").order_by(Task.id.desc()).limit(1))

    @rule(who=st.sampled_from(MEMBERS), helped=st.booleans(), kind=st.sampled_from(KINDS))
    def vote(self, who: str, helped: bool, kind: str) -> None:
        if helped and self.book.waiting:
            who = self.book.waiting[0]
        task_id = self.task_of(who)
        if task_id is None:
            return
        refusal: type[Exception] | tuple[type[Exception], ...] | None = None
        if who not in self.book.waiting:
            refusal = (errors.AlreadyDecided, errors.CaseSettled, errors.TaskEnded)
        verdict = Verdict(
            kind=kind, seen_version=1, request_key=f"panel-{next(keys)}", code="other", comment="because"
        )

        def deed() -> None:
            decisions.decide(self.session, self.desk.who(who), task_id, verdict, directory=self.office)

        if self.attempt(deed, refusal):
            self.book.vote(who, kind)

    @rule(who=st.sampled_from(["Ketua", "Ketua", "Agus"]))
    def end_meeting(self, who: str) -> None:
        book = self.book
        refusal: type[Exception] | None = None
        if book.state not in ("open", "returned"):
            refusal = errors.CaseSettled
        elif book.state != "open" or book.stage != "panel":
            refusal = errors.NotPossibleNow
        elif who != "Ketua" or who not in {*book.votes, *book.waiting}:
            refusal = errors.NotChair
        elif book.votes.get(who) == "recuse":
            refusal = errors.SteppedAside
        found = standing(book.rule, book.cast(), len(book.waiting), closed=True)
        if refusal is None and found in (Standing.SHORT, Standing.PENDING):
            refusal = errors.PanelShort

        def deed() -> None:
            meetings.end_meeting(self.session, self.desk.who(who), self.case.id, directory=self.office)

        if self.attempt(deed, refusal):
            book.follow(found)

    @precondition(lambda self: self.book.state == "returned")
    @rule()
    def resubmit(self) -> None:
        self.desk.resubmit(self.book.subject, self.case)
        self.book.state = "open"
        self.book.begin()

    @precondition(lambda self: self.book.short)
    @rule()
    def hr_decides_for_nobody(self) -> None:
        convener = select(Task.id).where(
            Task.case_id == self.case.id, Task.part == CONVENER, Task.ended_at.is_(None)
        )
        if task_id := self.session.scalar(convener):
            said = Verdict(kind="approve", seen_version=1, request_key=f"panel-{next(keys)}")
            hana = self.desk.who("Hana")
            self.attempt(
                lambda: decisions.decide(self.session, hana, task_id, said, directory=self.office),
                errors.PanelShort,
            )

    @invariant()
    def the_case_is_where_the_book_says_and_asks_whom_it_says(self) -> None:
        Panels.steps += self.looks > 0
        self.looks += 1
        case = self.session.get_one(Case, self.case.id)
        assert (case.state, case.stage) == (self.book.state, self.book.stage)
        open_tasks = self.session.scalars(
            select(Task).where(Task.case_id == case.id, Task.ended_at.is_(None), Task.stage == "panel")
        ).all()
        asked = {t.assignee_id for t in open_tasks if t.part != CONVENER}
        assert asked == {named(m) for m in self.book.waiting}
        conveners = sum(t.part == CONVENER for t in open_tasks)
        assert conveners == (self.book.short and self.book.stage == "panel" and self.book.state == "open")


def test_panels_keep_the_books_that_a_child_would_keep(database_url: str):
    run(
        Panels,
        settings=settings(
            max_examples=EXAMPLES * 3,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
