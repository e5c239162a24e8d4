"""People at work who also hand on, pause, steer, decide ahead and add each other: all verbs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, precondition, rule

from approvals import (
    ahead,
    consultations,
    drafts,
    errors,
    handing,
    instruments,
    obstacles,
    panel_members,
    pausing,
    steering,
)
from approvals.decisions import Verdict
from approvals.drafts import Draft
from approvals.instruments import Order
from core import clock
from tests.integration.approvals.desk import keys
from tests.integration.approvals.office import named
from tests.integration.approvals.people_at_work import LACKS, Work, anybody, some_case
from tests.integration.approvals.reference import HEADS, PEOPLE, Reference

Refusal = type[Exception] | None
mostly_hr = st.sampled_from(["Hana"] * 12 + PEOPLE)
rarely = st.integers(0, 2).map(lambda mood: mood == 0)


class SteeredWork(Work):
    """All that people do at work, and all that they do beside deciding."""

    orders_given = Bundle("orders_given")

    def at(self, case_id: UUID) -> tuple[Reference, UUID | None]:
        return self.known[case_id], self.open_task(case_id)

    def not_over(self, model: Reference, who: str, not_permitted: type[Exception]) -> Refusal:
        """What keeps anybody but HR from steering a case; HR too, where it is their own or over."""
        if model.stage is None:
            return errors.CaseSettled
        return not_permitted if who != "Hana" else model.parties.get(who)

    def not_workable(self, model: Reference) -> Refusal:
        if model.state != "open":
            return errors.NotPossibleNow
        return obstacles.TaskSuspended if model.hands and model.hands.aside else None

    def has_or_hr(self, model: Reference, who: str, not_permitted: type[Exception]) -> Refusal:
        if model.hands and model.hands.person == who:
            return None
        return not_permitted if who != "Hana" else model.parties.get(who)

    def until(self, for_a_day: bool) -> Any:
        return clock.now(self.session) + timedelta(days=1) if for_a_day else None

    # working

    @rule(case_id=some_case, who=anybody, helped=st.booleans(), writes=st.booleans())
    def begin_work(self, case_id: UUID, who: str, helped: bool, writes: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        who, said = (model.hands.person or who) if helped else who, f"half {next(keys)}"
        refusal = self.not_workable(model)
        if refusal is None and model.hands.person != who:
            refusal = obstacles.NotWithYou
        actor = self.desk.who(who)

        def deed() -> object:
            if writes:
                return drafts.save_draft(self.session, actor, task, Draft(comment=said))
            return drafts.start(self.session, actor, task)

        if self.attempt(deed, refusal):
            model.hands.begun, model.hands.draft = True, said if writes else model.hands.draft

    @rule(case_id=some_case, who=anybody, helped=st.booleans(), whom=anybody)
    def ask(self, case_id: UUID, who: str, helped: bool, whom: str) -> None:
        model, task = self.at(case_id)
        if task is None or model.stage is None:
            return
        who = next((p for p in PEOPLE if helped and model.obstacle(p) is None), who)
        refusal = model.obstacle(who)
        if refusal is None and whom == who:
            refusal = obstacles.AsksThemselves
        if refusal is None and whom in model.owners:
            refusal = obstacles.AsksOwner
        if refusal is None and whom in model.parties:
            refusal = obstacles.Conflicted
        if refusal is None and (task, whom) in self.questions.values():
            refusal = obstacles.AskedAlready
        actor, office, made = self.desk.who(who), self.desk.office, list[UUID]()

        def deed() -> None:
            said = {"question": "?", "directory": office}
            made.append(consultations.consult(self.session, actor, task, named(whom), **said).id)

        self.attempt(deed, refusal)
        self.questions |= dict.fromkeys(made, (task, whom))

    @precondition(lambda self: self.questions)
    @rule(helped=st.booleans(), who=anybody)
    def answer_question(self, helped: bool, who: str) -> None:
        asked = next(reversed(self.questions))
        task, whom = self.questions[asked]
        who = whom if helped else who
        refusal: Refusal = None if who == whom else obstacles.NoSuchQuestion
        if refusal is None and task not in {self.open_task(case_id) for case_id in self.known}:
            refusal = obstacles.QuestionEnded
        actor = self.desk.who(who)
        if self.attempt(lambda: consultations.answer(self.session, actor, asked, text="yes"), refusal):
            refusal = obstacles.QuestionEnded
        if refusal is obstacles.QuestionEnded:
            del self.questions[asked]

    # pausing

    @rule(case_id=some_case, who=mostly_hr, helped=st.booleans(), for_a_day=st.booleans())
    def put_aside(self, case_id: UUID, who: str, helped: bool, for_a_day: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        who = (model.hands.person or who) if helped else who
        refusal = self.not_workable(model)
        if refusal is None and model.hands.person is None:
            refusal = obstacles.NotWithYou
        refusal = refusal or self.has_or_hr(model, who, errors.HrOnly)
        actor, until = self.desk.who(who), self.until(for_a_day)

        def deed() -> object:
            return pausing.suspend_task(self.session, actor, task, reason="waits", until=until)

        if self.attempt(deed, refusal):
            model.hands.aside, model.hands.for_a_day = True, for_a_day

    @rule(case_id=some_case, who=mostly_hr, helped=st.booleans())
    def take_up(self, case_id: UUID, who: str, helped: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        who = (model.hands.person or who) if helped else who
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else None
        if refusal is None and not model.hands.aside:
            refusal = obstacles.NotSuspended
        refusal = refusal or self.has_or_hr(model, who, errors.HrOnly)
        if self.attempt(lambda: pausing.resume_task(self.session, self.desk.who(who), task), refusal):
            model.hands.aside = False

    @rule(case_id=some_case, who=mostly_hr, for_a_day=st.booleans(), seldom=rarely)
    def suspend(self, case_id: UUID, who: str, for_a_day: bool, seldom: bool) -> None:
        model = self.known[case_id]
        if not seldom:
            return
        refusal = self.not_over(model, who, obstacles.OverseersOnly)
        if refusal is None and model.state == "suspended":
            refusal = errors.NotPossibleNow
        said: dict[str, Any] = {"code": "other", "reason": "waits", "until": self.until(for_a_day)}
        if self.steered(pausing.suspend_case, who, case_id, refusal, **said):
            model.suspend(for_a_day=for_a_day)

    @rule(case_id=some_case, who=mostly_hr)
    def resume(self, case_id: UUID, who: str) -> None:
        model = self.known[case_id]
        refusal = self.not_over(model, who, obstacles.OverseersOnly)
        if refusal is None and model.state != "suspended":
            refusal = obstacles.NotSuspended
        if self.steered(pausing.resume_case, who, case_id, refusal, reason="it came"):
            model.resume()

    # handing on

    @rule(case_id=some_case, who=anybody, helped=st.booleans(), to=anybody, draft=st.booleans())
    def delegate(self, case_id: UUID, who: str, helped: bool, to: str, draft: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        if helped:
            who, to = model.hands.person or who, self.who_fits(model, to)
        refusal = self.not_workable(model)
        if refusal is None and model.hands.person != who:
            refusal = obstacles.NotWithYou
        refusal = refusal or model.unfit(to)
        said: dict[str, Any] = {"reason": "a trip", "with_draft": draft}
        if self.steered(handing.delegate, who, task, refusal, named(to), **said):
            model.hands.pass_to(to, whole=draft)

    def who_fits(self, model: Reference, otherwise: str) -> str:
        return next((p for p in PEOPLE if model.unfit(p) is None), otherwise)

    @rule(case_id=some_case, who=mostly_hr, to=anybody, helped=st.booleans())
    def reassign(self, case_id: UUID, who: str, to: str, helped: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        to = self.who_fits(model, to) if helped else to
        above = model.above()
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else None
        if refusal is None and who != "Hana" and (above is None or above.person != who):
            refusal = obstacles.NotSuperior
        refusal = refusal or model.parties.get(who) or model.unfit(to)
        if self.steered(handing.reassign, who, task, refusal, named(to), reason="is ill"):
            model.hands.pass_to(to)

    @rule(case_id=some_case, who=mostly_hr, helped=st.booleans())
    def escalate(self, case_id: UUID, who: str, helped: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        who = (model.hands.person or who) if helped else who
        above = model.above()
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else None
        refusal = refusal or self.has_or_hr(model, who, obstacles.OverseersOnly)
        if refusal is None and above is None:
            refusal = obstacles.NobodyAbove
        if self.steered(handing.escalate, who, task, refusal, reason="it hurries"):
            model.hands = above

    @precondition(lambda self: len(self.papers) < 2)
    @rule(target=orders_given, head=st.sampled_from([*HEADS]), to=st.sampled_from(["Citra", "Kasi"]))
    def order(self, head: str, to: str) -> Any:
        giver, now = self.heads[head], clock.now(self.session)
        said = Order(
            from_id=named(giver),
            to_id=named(to),
            order_number="SP/1",
            reason="a trip",
            starts_at=now,
            ends_at=now + timedelta(days=36500),
        )
        refusal = errors.DelegatesToOneself if giver == to else None
        given: list[UUID] = []

        def deed() -> None:
            actor, office = self.desk.who(giver), self.desk.office
            given.append(instruments.grant(self.session, actor, said, directory=office).id)

        self.attempt(deed, refusal)
        self.orders |= {(giver, to)} if given else set()
        self.papers |= dict.fromkeys(given, (giver, to))
        return given[0] if given else None

    @rule(order=consumes(orders_given), who=mostly_hr)
    def revoke(self, order: UUID | None, who: str) -> None:
        if order is None:
            return
        giver, _ = self.papers[order]
        refusal = None if who in ("Hana", giver) else errors.NotYourDelegation
        if self.attempt(lambda: instruments.revoke(self.session, self.desk.who(who), order), refusal):
            del self.papers[order]
            self.orders.clear()
            self.orders |= set(self.papers.values())

    # steering

    @rule(case_id=some_case, who=mostly_hr, seldom=rarely)
    def skip(self, case_id: UUID, who: str, seldom: bool) -> None:
        model = self.known[case_id]
        if not seldom or model.stage is None:
            return
        stage = model.stage
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else None
        refusal = refusal or self.not_over(model, who, errors.HrOnly) or model.barred(stage).get(who)
        if refusal is None and stage != "verification":
            refusal = obstacles.NotSkippable
        if self.steered(steering.skip, who, case_id, refusal, stage=stage, reason="on paper"):
            model.advance()

    @rule(
        case_id=some_case,
        who=mostly_hr,
        to=st.sampled_from(["unit-head", "verification", "consideration", "committee"]),
        seldom=rarely,
    )
    def redo(self, case_id: UUID, who: str, to: str, seldom: bool) -> None:
        model = self.known[case_id]
        if not seldom or model.stage is None:
            return
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else model.parties.get(who)
        if refusal is None and who != "Hana":
            refusal = model.obstacle(who)
        if refusal is None and to not in model.ways_back():
            refusal = obstacles.NoWayBack
        if self.steered(steering.redo, who, case_id, refusal, to=to, reason="again", seen=model.stage):
            model.send_back(to)

    # deciding ahead

    @rule(
        case_id=some_case,
        who=anybody,
        stage=st.sampled_from(["verification", "committee", "committee", "consideration"]),
        kind=st.sampled_from(["approve", "approve", "reject", "return"]),
        slip=st.sampled_from([None] * 6 + ["stale", "bare"]),
        helped=st.booleans(),
    )
    def decide_ahead(
        self, case_id: UUID, who: str, *, stage: str, kind: str, slip: str | None, helped: bool
    ) -> None:
        model = self.known[case_id]
        refusal: Refusal = errors.CaseSettled if model.stage is None else None
        if refusal is None and model.state != "open":
            refusal = errors.NotPossibleNow
        if refusal is None:
            who = next((p for p in PEOPLE if helped and model.too_early(p, stage) is None), who)
            refusal = model.too_early(who, stage)
        if refusal is None and slip == "stale":
            refusal = errors.CaseChanged
        if refusal is None and slip == "bare" and (kind != "approve" or stage == "verification"):
            refusal = LACKS[kind]
        bare = slip == "bare"
        verdict = Verdict(
            kind=kind,
            seen_version=model.version - (slip == "stale"),
            request_key=f"ahead-{next(keys)}",
            code=None if bare else "other",
            comment="because",
            checklist=[] if bare else ["diploma"],
        )
        if self.steered(ahead.decide_ahead, who, case_id, refusal, stage, verdict):
            model.ahead[stage] = (who, kind, model.version)

    @rule(case_id=some_case, who=anybody, stage=st.sampled_from(["verification", "committee"]))
    def take_back(self, case_id: UUID, who: str, stage: str) -> None:
        model = self.known[case_id]
        made = model.ahead.get(stage)
        who = made[0] if made else who
        refusal = None if made else obstacles.NoSuchAhead
        if self.attempt(lambda: ahead.take_back(self.session, self.desk.who(who), case_id, stage), refusal):
            del model.ahead[stage]

    # who else decides

    @rule(case_id=some_case, who=mostly_hr, more=anybody)
    def add(self, case_id: UUID, who: str, more: str) -> None:
        model = self.known[case_id]
        refusal: Refusal = errors.CaseSettled if model.stage is None else None
        if refusal is None and (model.state != "open" or model.hands is None):
            refusal = errors.NotPossibleNow
        refusal = refusal or self.not_over(model, who, obstacles.ChairOnly)
        if refusal is None and more == who:
            refusal = obstacles.AddsThemselves
        if refusal is None and more in model.barred(model.stage or ""):
            refusal = obstacles.Conflicted
        if refusal is None and model.hands and model.hands.post:
            refusal = obstacles.NotAddable
        if refusal is None and more in model.open_to():
            refusal = obstacles.SeatedAlready
        if self.steered(panel_members.add_approver, who, case_id, refusal, named(more), reason="knows it"):
            model.add(more)

    @rule(case_id=some_case, who=mostly_hr, less=anybody, helped=st.booleans())
    def remove(self, case_id: UUID, who: str, less: str, helped: bool) -> None:
        model, task = self.at(case_id)
        if task is None or model.hands is None:
            return
        hands, names = model.hands, model.hands.names or []
        less = names[-1] if helped and names else less
        refusal: Refusal = errors.NotPossibleNow if model.state != "open" else None
        refusal = refusal or self.not_over(model, who, errors.HrOnly)
        if refusal is None and (less not in names or hands.person == less):
            refusal = obstacles.NotAddable
        if refusal is None and len(names) == 1:
            refusal = obstacles.LastApprover
        if self.steered(panel_members.remove_approver, who, task, refusal, named(less), reason="left"):
            names.remove(less)

    def steered(
        self, verb: Callable[..., object], who: str, of: UUID, refusal: Refusal, *more: Any, **said: Any
    ) -> bool:
        actor, office = self.desk.who(who), self.desk.office
        return self.attempt(lambda: verb(self.session, actor, of, *more, directory=office, **said), refusal)
