"""Whatever people do, in whatever order: the engine agrees with a reference that a child could read."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import decisions, errors, outside, sweep, tasks
from approvals.decisions import Verdict
from approvals.inbox import inbox
from approvals.models import Case, Decision, Task
from core import clock, database
from core.actor import system
from core.errors import MufakatError
from tests.integration.approvals.desk import Desk, check_streams, keys
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.reference import CHAIN, HEADS, PEOPLE, ROLES, UNITS, Hands, Reference

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))
STEPS = 50
"""A bench run sets more examples: 4,000 of them are 200,000 steps."""

anybody = st.sampled_from(PEOPLE)


class Work(RuleBasedStateMachine):
    """People at work on cases, in one transaction that is rolled back afterwards."""

    cases = Bundle("cases")
    ended = Bundle("ended")
    """Tasks that are over, with the error that a late decision gets."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = database.engine().connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        office = Office.usual()
        for name, unit in UNITS.items():
            office.employ(name, unit, *[role for role, who in ROLES.items() if name in who])
        office.roles[named("Kaban")].add("committee")
        self.desk = Desk(self.session, office, CHAIN)
        self.heads = dict(HEADS)
        self.known: dict[UUID, Reference] = {}
        self.letters = 0

    def teardown(self) -> None:
        try:
            check_streams(self.session)
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    def attempt(self, deed: Callable[[], Any], refusal: type[Exception] | None) -> bool:
        """Do something that must be refused for this reason, or succeed; tells which."""
        if refusal is None:
            with self.session.begin_nested():
                deed()
            return True
        with pytest.raises(MufakatError) as refused, self.session.begin_nested():
            deed()
        assert type(refused.value) is refusal, refused.value
        return False

    def open_task(self, case_id: UUID) -> UUID | None:
        return self.session.scalar(select(Task.id).where(Task.case_id == case_id, Task.ended_at.is_(None)))

    # what people do

    @precondition(lambda self: sum(model.stage is not None for model in self.known.values()) < 3)
    @rule(
        target=cases,
        subject=st.sampled_from([*UNITS]),
        requester=st.none() | st.sampled_from([*UNITS]),
        rank=st.sampled_from([9, 12]),
    )
    def open_case(self, subject: str, requester: str | None, rank: int) -> UUID:
        case = self.desk.open(
            subject,
            key=f"n{len(self.known)}",
            requester_id=named(requester) if requester else None,
            data={"subject": {"rank": rank}, "documents": []},
        )
        self.known[case.id] = reference = Reference(subject, requester, rank, self.heads)
        reference.open()
        return case.id

    @rule(target=ended, case_id=cases)
    def approve(self, case_id: UUID) -> Any:
        """Whoever may, approves: without this few cases would get far."""
        return self.decide_as(case_id, "Vera", "approve", None, helped=True)

    @rule(
        target=ended,
        case_id=cases,
        who=anybody,
        kind=st.sampled_from(["approve", "approve", "reject", "return", "return"]),
        slip=st.sampled_from([None] * 8 + ["stale", "bare"]),
        helped=st.booleans(),
    )
    def decide(self, case_id: UUID, who: str, kind: str, slip: str | None, helped: bool) -> Any:
        return self.decide_as(case_id, who, kind, slip, helped=helped)

    def decide_as(self, case_id: UUID, who: str, kind: str, slip: str | None, *, helped: bool) -> Any:
        model, task_id = self.known[case_id], self.open_task(case_id)
        if task_id is None:
            return multiple()
        if helped:
            who = next((p for p in PEOPLE if model.refusal(p) is None), who)
        refusal = model.refusal(who)
        bare = slip == "bare" and (kind != "approve" or model.stage == "verification")
        if refusal is None and slip == "stale":
            refusal = errors.CaseChanged
        if refusal is None and bare:
            refusal = errors.ChecklistIncomplete if kind == "approve" else errors.ReasonNeeded
        verdict = Verdict(
            kind=kind,
            seen_version=model.version - (slip == "stale"),
            request_key=f"model-{next(keys)}",
            code=None if bare else "other",
            comment="because",
            checklist=[] if bare else ["diploma"],
        )

        def deed() -> Decision:
            actor = self.desk.who(who)
            decision = decisions.decide(self.session, actor, task_id, verdict, directory=self.desk.office)
            again = decisions.decide(self.session, actor, task_id, verdict, directory=self.desk.office)
            assert again.id == decision.id
            return decision

        if not self.attempt(deed, refusal):
            return multiple()
        model.decide(who, kind)
        return (task_id, errors.AlreadyDecided)

    @rule(late=ended, who=anybody)
    def decide_late(self, late: tuple[UUID, type[Exception]], who: str) -> None:
        task_id, refusal = late
        self.attempt(lambda: self.desk.decide(who, self.session.get_one(Task, task_id)), refusal)

    @rule(case_id=cases, who=anybody)
    def claim(self, case_id: UUID, who: str) -> None:
        model, task_id = self.known[case_id], self.open_task(case_id)
        if task_id is None or model.hands is None or model.stage is None:
            return
        hands = model.hands
        refusal: type[Exception] | None = None
        if hands.queue is None:
            refusal = errors.NotClaimable
        elif who not in ROLES[hands.queue]:
            refusal = errors.NotYours
        elif why := model.barred(model.stage).get(who):
            refusal = why
        elif hands.person not in (None, who):
            refusal = errors.AlreadyClaimed
        if self.attempt(lambda: tasks.claim(self.session, self.desk.who(who), task_id), refusal):
            hands.person, hands.claimed = who, hands.claimed or hands.person is None

    @rule(case_id=cases, who=anybody)
    def release(self, case_id: UUID, who: str) -> None:
        model, task_id = self.known[case_id], self.open_task(case_id)
        if task_id is None or model.hands is None:
            return
        hands, refusal = model.hands, None
        if hands.queue is None:
            refusal = errors.NotClaimable
        elif hands.person not in (None, who):
            refusal = errors.NotYours
        if self.attempt(lambda: tasks.release(self.session, self.desk.who(who), task_id), refusal):
            hands.person, hands.claimed = None, False

    @rule(case_id=cases, who=anybody, helped=st.booleans(), corrects=st.booleans(), cheats=st.booleans())
    def resubmit(self, case_id: UUID, who: str, helped: bool, corrects: bool, cheats: bool) -> None:
        model, case = self.known[case_id], self.session.get_one(Case, case_id)
        who = model.returned_to or who if helped else who
        refusal: type[Exception] | None = None
        if model.stage is None:
            refusal = errors.CaseSettled
        elif model.state != "returned":
            refusal = errors.NotPossibleNow
        elif who != model.returned_to:
            refusal = errors.NotRepairer
        elif cheats:
            refusal = errors.NotCorrectable
        data = {"documents": [f"d{next(keys)}"]} if corrects else {}
        data |= {"subject": {"rank": 17}} if cheats else {}
        if self.attempt(lambda: self.desk.resubmit(who, case, data), refusal):
            model.resubmit(corrects=corrects)

    @rule(target=ended, case_id=cases, who=anybody, helped=st.booleans(), mood=st.integers(0, 5))
    def withdraw(self, case_id: UUID, who: str, helped: bool, mood: int) -> Any:
        if mood:  # seldom, for it ends the story
            return multiple()
        model, case, task_id = (
            self.known[case_id],
            self.session.get_one(Case, case_id),
            self.open_task(case_id),
        )
        who = model.subject if helped else who
        refusal: type[Exception] | None = None
        if model.stage is None:
            refusal = errors.CaseSettled
        elif who not in (model.subject, model.requester):
            refusal = errors.NotOwner
        if not self.attempt(lambda: self.desk.withdraw(who, case), refusal):
            return multiple()
        model.settle("withdrawn")
        return (task_id, errors.CaseSettled) if task_id else multiple()

    @rule(
        case_id=cases,
        who=st.sampled_from(["Hana"] * 4 + ["Vera"]),
        outcome=st.sampled_from(["MS", "MS", "TMS", "BTS"]),
    )
    def answer(self, case_id: UUID, who: str, outcome: str) -> None:
        model = self.known[case_id]
        kind, number = str(outside.OUTCOMES[outcome]), f"B-{self.letters}"
        refusal: type[Exception] | None = None
        if who != "Hana":
            refusal = errors.HrOnly
        elif why := {model.requester: errors.OwnRequest, model.subject: errors.OwnCase}.get("Hana"):
            refusal = why
        elif any(round_ == str(model.round) for _, round_ in model.letters):
            refusal = errors.AlreadyAnswered
        elif model.stage is None:
            refusal = errors.CaseSettled
        elif model.state != "open" or model.stage != "consideration":
            refusal = errors.NotWaitingOutside
        self.letters += 1
        if self.attempt(lambda: self.say(case_id, who, outcome, number), refusal):
            model.letters.add((number, str(model.round)))
            model.follow(kind)

    def say(self, case_id: UUID, who: str, outcome: str, number: str) -> None:
        first, again = (
            outside.answer(
                self.session,
                self.desk.who(who),
                case_id,
                outcome=outcome,
                letter_number=number,
                letter_date=date(2026, 1, 5),
                note="",
                directory=self.desk.office,
            )
            for _ in range(2)
        )
        assert first is again

    @precondition(lambda self: self.known)
    @rule()
    def time_passes(self) -> None:
        clock.move(self.session, timedelta(days=40))
        sweep.sweep(self.session, directory=self.desk.office)
        for model in self.known.values():
            model.escalate()

    @rule(name=st.sampled_from(["Kasi", "Baru", "Budi"]))
    def the_section_gets_another_head(self, name: str) -> None:
        self.desk.office.appoint("head", "seksi", name)
        self.heads["seksi"] = name
        tasks.rehome(self.session, system("cli"), [named("head@seksi")], directory=self.desk.office)
        for model in self.known.values():
            model.rehome("seksi")

    # what must hold all the time

    @invariant()
    def cases_are_as_the_reference_says(self) -> None:
        for case_id, model in self.known.items():
            case = self.session.get_one(Case, case_id)
            said = (case.state, case.stage, case.round, case.version, case.returned_to)
            returned_to = named(model.returned_to) if model.returned_to else None
            assert said == (model.state, model.stage, model.round, model.version, returned_to)
            assert self.hands_of(case_id) == (model.hands and self.as_stored(model.hands))

    def hands_of(self, case_id: UUID) -> tuple[Any, ...] | None:
        task = self.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None))
        ).one_or_none()
        return task and (task.queue, task.assignee_id, task.position_id, task.state)

    def as_stored(self, hands: Hands) -> tuple[Any, ...]:
        post = hands.post and ("ppk@kota" if hands.post == "ppk" else f"head@{hands.post}")
        return (
            f"role:{hands.queue}" if hands.queue else None,
            named(hands.person) if hands.person else None,
            named(post) if post else None,
            "allocated" if hands.person else "offered",
        )

    @invariant()
    def inboxes_hold_exactly_what_each_may_decide(self) -> None:
        for who in ("Kasi", "Vera", "Hana", "Walikota"):
            rows = inbox(self.session, self.desk.who(who), directory=self.desk.office, limit=500)
            mine = {
                case_id
                for case_id, model in self.known.items()
                if model.hands
                and model.refusal(who) in (None, errors.PostVacant)
                and (model.refusal(who) is None or who == "Hana")
            }
            assert {row.case_id for row in rows} == mine, who


def test_the_engine_agrees_with_the_reference(database_url: str):
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
