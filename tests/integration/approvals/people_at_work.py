"""People at work on the real engine, in whatever order, beside a reference that a child could read."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from approvals import ahead, decisions, errors, outside, pausing, sweep, tasks
from approvals.decisions import Verdict
from approvals.inbox import InboxFilter, inbox
from approvals.models import Case, Decision, Task
from approvals.next_task import done
from core import clock, database, events
from core.actor import system
from core.errors import MufakatError
from tests.integration.approvals.desk import Desk, check_streams, keys
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.reference import CHAIN, HEADS, PEOPLE, ROLES, UNITS, Hands, Reference

LACKS = {"approve": errors.ChecklistIncomplete, "recuse": errors.CommentNeeded}
LACKS |= dict.fromkeys(["reject", "return"], errors.ReasonNeeded)
WATCHED = ("Kasi", "Vera", "Hana", "Walikota", "Citra")

stories_begin = st.tuples(
    st.sampled_from([*UNITS]), st.none() | st.sampled_from([*UNITS]), st.sampled_from([9, 12])
)
"""Whom a case is about, who raised it, at which rank."""
anybody = st.sampled_from(PEOPLE)
some_case: st.SearchStrategy[UUID] = st.runner().flatmap(lambda work: st.sampled_from(work.worth_a_look()))


class Work(RuleBasedStateMachine):
    """People at work on cases, in one transaction that is rolled back afterwards."""

    ended = Bundle("ended")
    """Tasks that are over, with the error that a late decision gets."""
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
        office = Office.usual()
        for name, unit in UNITS.items():
            office.employ(name, unit, *[role for role, who in ROLES.items() if name in who])
        office.roles[named("Kaban")].add("committee")
        self.desk = Desk(self.session, office, CHAIN)
        self.heads = dict(HEADS)
        self.orders: set[tuple[str, str]] = set()
        self.questions: dict[UUID, tuple[UUID, str]] = {}
        self.papers: dict[UUID, tuple[str, str]] = {}
        self.known: dict[UUID, Reference] = {}
        self.letters = 0
        self.looks = 0
        events.wire([ahead.subscriber(lambda _: office)])
        Work.stories += 1

    def teardown(self) -> None:
        try:
            check_streams(self.session)
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    def worth_a_look(self) -> list[UUID]:
        """All cases, mostly those that go on."""
        alive = [case_id for case_id, model in self.known.items() if model.stage]
        return alive * 4 + [*self.known]

    def attempt(self, deed: Callable[[], Any], refusal: type[Exception] | None) -> bool:
        """Do something that must be refused for this reason, or succeed; tells which."""
        if all(model.stage is None for model in self.known.values()):
            self.opened("Budi", None, 12)  # work never runs out
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

    @initialize(story=stories_begin, steps=st.integers(0, 5))
    def begin(self, story: tuple[str, str | None, int], steps: int) -> None:
        """A case somewhere on its way, so that no story is about nothing."""
        case_id = self.opened(*story)
        for _ in range(steps):
            if self.known[case_id].stage == "consideration":
                self.answer_as(case_id, "Hana", "MS")
            else:
                self.decide_as(case_id, "Vera", "approve", None, helped=True)

    @precondition(lambda self: sum(model.stage is not None for model in self.known.values()) < 3)
    @rule(story=stories_begin)
    def open_case(self, story: tuple[str, str | None, int]) -> None:
        self.opened(*story)

    def opened(self, subject: str, requester: str | None, rank: int) -> UUID:
        case = self.desk.open(
            subject,
            key=f"n{len(self.known)}",
            requester_id=named(requester) if requester else None,
            data={"subject": {"rank": rank}, "documents": []},
        )
        reference = Reference(subject, requester, rank, self.heads, orders=self.orders)
        self.known[case.id] = reference
        reference.open()
        return case.id

    @rule(target=ended, case_id=some_case)
    def approve(self, case_id: UUID) -> Any:
        """Whoever may, approves: without this few cases would get far."""
        return self.decide_as(case_id, "Vera", "approve", None, helped=True)

    @rule(
        target=ended,
        case_id=some_case,
        who=anybody,
        kind=st.sampled_from(["approve", "approve", "reject", "return", "return", "recuse"]),
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
            who = next((p for p in PEOPLE if model.obstacle(p) is None), who)
        refusal = model.obstacle(who)
        bare = slip == "bare" and (kind != "approve" or model.stage == "verification")
        if refusal is None and slip == "stale":
            refusal = errors.CaseChanged
        if refusal is None and bare:
            refusal = LACKS[kind]
        verdict = Verdict(
            kind=kind,
            seen_version=model.version - (slip == "stale"),
            request_key=f"model-{next(keys)}",
            code=None if bare else "other",
            comment="" if bare else "because",
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

    @rule(case_id=some_case, who=anybody)
    def claim(self, case_id: UUID, who: str) -> None:
        model, task_id = self.known[case_id], self.open_task(case_id)
        if task_id is None or model.hands is None or model.stage is None:
            return
        hands = model.hands
        refusal: type[Exception] | None = None
        if model.state != "open":
            refusal = errors.NotPossibleNow
        elif not hands.offered:
            refusal = errors.NotClaimable
        elif not hands.offers_to(who):
            refusal = errors.NotYours
        elif why := model.barred(model.stage).get(who):
            refusal = why
        elif hands.person not in (None, who):
            refusal = errors.AlreadyClaimed
        if self.attempt(lambda: tasks.claim(self.session, self.desk.who(who), task_id), refusal):
            hands.person, hands.claimed = who, hands.claimed or hands.person is None

    @rule(case_id=some_case, who=anybody)
    def release(self, case_id: UUID, who: str) -> None:
        model, task_id = self.known[case_id], self.open_task(case_id)
        if task_id is None or model.hands is None:
            return
        hands, refusal = model.hands, None
        if model.state != "open":
            refusal = errors.NotPossibleNow
        elif not hands.offered:
            refusal = errors.NotClaimable
        elif hands.person not in (None, who):
            refusal = errors.NotYours
        if self.attempt(lambda: tasks.release(self.session, self.desk.who(who), task_id), refusal):
            hands.give_back()

    @rule(case_id=some_case, who=anybody, helped=st.booleans(), corrects=st.booleans(), cheats=st.booleans())
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

    @rule(target=ended, case_id=some_case, who=anybody, helped=st.booleans(), mood=st.integers(0, 5))
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
        case_id=some_case,
        who=st.sampled_from(["Hana"] * 4 + ["Vera"]),
        outcome=st.sampled_from(["MS", "MS", "TMS", "BTS"]),
    )
    def answer(self, case_id: UUID, who: str, outcome: str) -> None:
        self.answer_as(case_id, who, outcome)

    def answer_as(self, case_id: UUID, who: str, outcome: str) -> None:
        model = self.known[case_id]
        kind, number = str(outside.OUTCOMES[outcome]), f"B-{self.letters}"
        refusal: type[Exception] | None = None
        if who != "Hana":
            refusal = errors.HrOnly
        elif why := model.parties.get("Hana"):
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
            model.entered.add(who)
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
        pausing.resume_due(self.session, directory=self.desk.office)
        sweep.sweep(self.session, directory=self.desk.office)
        for model in self.known.values():
            model.time_passes()

    @precondition(lambda self: any(model.stage == "unit-head" for model in self.known.values()))
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
        self.looks += 1
        Work.steps += self.looks > 1
        self.session.flush()
        found = self.session.execute(
            select(Case, Task).outerjoin(Task, and_(Task.case_id == Case.id, Task.ended_at.is_(None)))
        ).tuples()
        seen: dict[UUID, tuple[Case, Task | None]] = {}
        for case, task in found:
            assert case.id not in seen, "two open tasks"
            seen[case.id] = case, task
        assert seen.keys() == self.known.keys()
        for case_id, (case, task) in seen.items():
            model = self.known[case_id]
            said = (case.state, case.stage, case.round, case.version, case.returned_to, [*case.decided_ahead])
            returned_to = named(model.returned_to) if model.returned_to else None
            expected = (model.state, model.stage, model.round, model.version, returned_to)
            assert said == (*expected, sorted(model.ahead))
            assert hands_of(task) == (model.hands and as_stored(model.hands, model.state))

    @invariant()
    def inboxes_hold_exactly_what_each_may_decide(self) -> None:
        if self.looks % 3:  # one look costs as much as several deeds
            return
        who = WATCHED[self.looks // 3 % len(WATCHED)]
        rows = inbox(self.session, self.desk.who(who), directory=self.desk.office, limit=500)
        mine = {case_id for case_id, model in self.known.items() if model.hands and model.lists_for(who)}
        assert {row.case_id for row in rows} == mine, who
        self.what_comes_next_is_the_first_of_the_inbox(who)

    def what_comes_next_is_the_first_of_the_inbox(self, who: str) -> None:
        """One's own before what is offered, without the task that was done: two ways to ask the same."""
        actor, office = self.desk.who(who), self.desk.office
        parts = (InboxFilter.MINE, InboxFilter.OFFERED)
        rows = [row for p in parts for row in inbox(self.session, actor, directory=office, filter=p, limit=2)]
        some = rows[0].task_id if rows else self.session.scalar(select(Task.id).limit(1))
        if some is not None:
            expected = next((row.task_id for row in rows if row.task_id != some), None)
            assert done(self.session, actor, some, directory=office).following == expected, who


def hands_of(task: Task | None) -> tuple[Any, ...] | None:
    if task is None:
        return None
    names = None if task.candidates is None else {*task.candidates}
    draft = (task.draft or {}).get("comment", "")
    return task.queue, names, task.assignee_id, task.position_id, task.state, draft


def as_stored(hands: Hands, state: str) -> tuple[Any, ...]:
    post = hands.post and ("ppk@kota" if hands.post == "ppk" else f"head@{hands.post}")
    return (
        f"role:{hands.queue}" if hands.queue else None,
        None if hands.names is None else {named(name) for name in hands.names},
        named(hands.person) if hands.person else None,
        named(post) if post else None,
        state_of(hands, state),
        hands.draft,
    )


def state_of(hands: Hands, state: str) -> str:
    if hands.aside or state == "suspended":
        return "suspended"
    if hands.person is None:
        return "offered"
    return "started" if hands.begun else "allocated"
