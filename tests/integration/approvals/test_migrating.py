"""Cases under way go on by another version: seen beforehand, one by one, and what their streams tell."""

from typing import Any

import pytest
from sqlalchemy import select

from approvals import chains, decisions, migrating, tasks, views
from approvals.crossing import Way
from approvals.errors import (
    CommentNeeded,
    DecidedBefore,
    HrOnly,
    MovedOn,
    NotPossibleNow,
    NotYetInForce,
    NowhereToGo,
    OwnCase,
    SignatureMissing,
    StageGone,
    TaskEnded,
)
from approvals.migrating import Change, Prospect, Seen
from approvals.models import Case, CaseState, ChainVersion, Task
from core import clock
from core.errors import MufakatError
from core.events import facts_of, history
from tests.integration.approvals.desk import CHAIN, FLOW, Desk
from tests.integration.approvals.office import named
from tests.integration.approvals.second import agreed

SHORTER = CHAIN.replace("    checklist: [diploma, last-decree]\n", "    checklist: [diploma]\n")
RENAMED = CHAIN.replace("- stage: verification", "- stage: inspection")
REASON = "the law changed"


def change(desk: Desk, text: str, choice: Any = "move", **targets: str) -> Change:
    version = chains.publish(desk.session, FLOW, text)
    return Change(version, Way(choice, {name.replace("_", "-"): to for name, to in targets.items()}))


def seen(case: Case) -> Seen:
    return Seen.of(case)


def migrate(
    desk: Desk, wanted: Change, *cases: Case, actor: str = "Hana", **more: Any
) -> list[MufakatError | None]:
    takeover = agreed(desk.session, desk.who(actor), wanted, **{"reason": REASON, **more})
    answers = migrating.migrate(
        desk.session,
        desk.who(actor),
        takeover,
        [seen(case) for case in cases],
        directory=desk.office,
    )
    return [answers[case.id] for case in cases]


def prospect(desk: Desk, wanted: Change) -> Prospect:
    (found,) = migrating.plan(desk.session, wanted)
    return found


def test_a_case_that_moves_has_new_tasks_by_the_new_version(desk: Desk):
    case = desk.at("verification")
    old = desk.task(case)
    wanted = change(desk, SHORTER)
    seen_before = prospect(desk, wanted)
    assert (seen_before.tasks, seen_before.problem, seen_before.here.en) == (1, "", "Verification")
    assert migrate(desk, wanted, case) == [None]
    assert (case.chain_version_id, case.stage, case.round) == (wanted.to.id, "verification", 1)
    assert old.ended_at
    assert desk.names(case)[-3:] == ["case.migrated", "task.cancelled", "task.opened"]
    desk.decide("Vera", case, checklist=("diploma",))
    assert case.stage == "consideration"
    assert desk.facts(case, "case.migrated")[0]["comment"] == REASON


def test_where_nothing_changed_at_its_stage_the_task_and_its_claim_stand(desk: Desk):
    case = desk.at("verification")
    task = desk.task(case)
    tasks.claim(desk.session, desk.who("Vera"), task.id)
    wanted = change(desk, CHAIN.replace("due: 3 working days", "due: 2 working days"))
    found = prospect(desk, wanted)
    assert found.crossing and found.crossing.kept
    assert found.tasks == 0
    assert migrate(desk, wanted, case) == [None]
    assert desk.task(case).id == task.id
    assert desk.task(case).assignee_id == named("Vera")
    desk.decide("Vera", case)


def test_a_stage_that_is_gone_leads_where_it_is_told_to(desk: Desk):
    case = desk.at("verification")
    wanted = change(desk, RENAMED)
    assert prospect(desk, wanted).problem == "gone"
    assert [type(e) for e in migrate(desk, wanted, case)] == [StageGone]
    assert case.chain_version_id == desk.version.id
    led = Change(wanted.to, Way("move", {"verification": "inspection"}))
    assert migrate(desk, led, case) == [None]
    assert case.stage == "inspection"
    desk.decide("Vera", case, checklist=("diploma", "last-decree"))


def test_a_restart_begins_again_in_a_new_round_and_the_old_decisions_stay_told(desk: Desk):
    case = desk.at("verification")
    wanted = change(desk, CHAIN.replace("due: 3 working days", "due: 2 working days"), "restart")
    assert [t.en for t in prospect(desk, wanted).lost] == ["Unit head"]
    assert migrate(desk, wanted, case) == [None]
    assert (case.stage, case.round) == ("unit-head", 2)
    desk.decide("Kasi", case)
    desk.decide("Vera", case)
    assert len(views.case_view(desk.session, case.id).stages[0].decisions) == 2


def test_whoever_decided_before_is_still_barred_from_other_stages(desk: Desk):
    desk.office.employ("Kasi", "seksi", "hr-verifier")
    desk.office.appoint("head", "seksi", "Kasi")
    case = desk.at("verification")
    wanted = change(desk, SHORTER)
    migrate(desk, wanted, case)
    with pytest.raises(DecidedBefore):
        desk.decide("Kasi", case, checklist=("diploma",))


def test_what_waits_outside_goes_on_waiting_and_takes_its_answer(desk: Desk):
    case = desk.at("consideration")
    assert migrate(desk, change(desk, CHAIN.replace("sign: decree", "sign: letter")), case) == [None]
    assert (case.stage, desk.names(case)[-1]) == ("consideration", "case.migrated")
    desk.answer(case)
    assert case.stage == "appointing-official"


def test_an_authority_outside_becomes_people_and_people_an_authority(desk: Desk):
    outside = desk.at("consideration", "Budi")
    people = desk.at("verification", "Citra")
    text = CHAIN.replace("    kind: external\n", "    candidates: {role: hr-verifier}\n").replace(
        "    candidates: {role: hr-verifier}\n    checklist: [diploma, last-decree]\n", "    kind: external\n"
    )
    assert migrate(desk, change(desk, text), outside, people) == [None, None]
    assert desk.task(outside).stage == "consideration"
    assert desk.names(people)[-1] == "case.waiting_outside"


def test_a_returned_case_is_repaired_by_the_new_version(desk: Desk):
    case = desk.at("verification")
    desk.decide("Vera", case, "return")
    assert migrate(desk, change(desk, SHORTER), case) == [None]
    assert (case.state, case.returned_to) == ("returned", named("Budi"))
    desk.resubmit("Budi", case)
    desk.decide("Vera", case, checklist=("diploma",))
    assert case.stage == "consideration"


def test_a_returned_case_that_restarts_is_repaired_first_and_then_begins_again(desk: Desk):
    case = desk.at("verification")
    desk.decide("Vera", case, "return")
    assert migrate(desk, change(desk, SHORTER, "restart"), case) == [None]
    assert (case.state, case.stage) == ("returned", "unit-head")
    desk.resubmit("Budi", case)
    assert desk.task(case).stage == "unit-head"


def test_a_case_that_moved_on_since_it_was_seen_is_left_alone(desk: Desk):
    case = desk.at("verification")
    wanted, before = change(desk, SHORTER), seen(case)
    desk.decide("Vera", case)
    takeover = agreed(desk.session, desk.who("Hana"), wanted)
    answers = migrating.migrate(desk.session, desk.who("Hana"), takeover, [before], directory=desk.office)
    assert [type(e) for e in answers.values()] == [MovedOn]
    assert case.chain_version_id == desk.version.id


def test_each_case_stands_or_falls_by_itself(desk: Desk):
    here, there = desk.at("unit-head", "Budi"), desk.at("verification", "Citra")
    answers = migrate(desk, change(desk, RENAMED), here, there)
    assert [type(e) for e in answers] == [type(None), StageGone]


def test_nobody_takes_over_their_own_case_and_nobody_but_hr_any(desk: Desk):
    case = desk.open("Budi")
    own = desk.open("Citra")
    desk.office.roles[named("Citra")].add("hr")
    wanted = change(desk, SHORTER)
    assert [type(e) for e in migrate(desk, wanted, own, actor="Citra")] == [OwnCase]
    for name in ("Kasi", "Vera", "Budi"):
        with pytest.raises(HrOnly):
            migrate(desk, wanted, case, actor=name)
    with pytest.raises(CommentNeeded):
        migrate(desk, wanted, case, reason=" ")


def test_what_is_settled_suspended_or_sealed_is_not_touched(desk: Desk):
    rejected, suspended = desk.open("Budi"), desk.open("Citra")
    desk.decide("Kasi", rejected, "reject")
    before = seen(rejected)
    wanted = change(desk, SHORTER)
    suspended.state, suspended.suspended_from = CaseState.SUSPENDED, CaseState.OPEN
    desk.session.flush()
    assert prospect(desk, wanted).problem == "state"
    (refused,) = migrate(desk, wanted, suspended)
    assert isinstance(refused, NotPossibleNow)
    suspended.state, suspended.suspended_from = CaseState.OPEN, None
    desk.session.flush()
    takeover = agreed(desk.session, desk.who("Hana"), wanted)
    answers = migrating.migrate(desk.session, desk.who("Hana"), takeover, [before], directory=desk.office)
    assert all(isinstance(e, MufakatError) for e in answers.values())


def test_going_over_never_approves_a_case(desk: Desk):
    case = desk.at("appointing-official")
    text = CHAIN.replace("    sign: decree\n", "    when: subject.rank >= 12\n")
    wanted = change(desk, text)
    assert prospect(desk, wanted).problem == "nowhere"
    assert [type(e) for e in migrate(desk, wanted, case)] == [NowhereToGo]


SIGNED_FIRST = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion}
correctable: [documents]
stages:
  - stage: signing
    candidates: {holder_of: ppk, unit: top}
    sign: decree
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    due: 1 working days
"""


def test_going_over_never_passes_a_signature_by(desk: Desk):
    case = desk.open()
    wanted = change(desk, SIGNED_FIRST)
    assert prospect(desk, wanted).problem == "unsigned"
    (refused,) = migrate(desk, wanted, case)
    assert isinstance(refused, SignatureMissing)
    assert case.stage == "unit-head"
    (again,) = migrate(desk, Change(wanted.to, Way("restart")), case)
    assert again is None
    assert case.stage == "signing"


def test_a_signature_that_was_given_is_not_asked_again_by_going_over(desk: Desk):
    desk = Desk(desk.session, desk.office, SIGNED_FIRST)
    case = desk.open()
    desk.decide("Walikota", case)
    (answer,) = migrate(desk, change(desk, SIGNED_FIRST.replace("due: 1", "due: 2")), case)
    assert answer is None
    assert case.stage == "unit-head"


SIGNED_THEN_CHECKED = (
    SIGNED_FIRST
    + """
    return_to: [requester]
  - stage: verification
    candidates: {role: hr-verifier}
"""
)


def test_a_signature_is_void_once_the_case_begins_again(desk: Desk):
    desk = Desk(desk.session, desk.office, SIGNED_THEN_CHECKED)
    case = desk.open()
    desk.decide("Walikota", case)
    longer = SIGNED_THEN_CHECKED.replace("due: 1", "due: 2")
    assert migrate(desk, change(desk, longer, "restart"), case) == [None]
    assert (case.stage, case.round) == ("signing", 2)
    wanted = change(desk, longer.replace("due: 2", "due: 3"))
    onward = Change(wanted.to, Way("move", {"signing": "unit-head"}))
    assert prospect(desk, onward).problem == "unsigned", "it was given for what began before"
    assert [type(e) for e in migrate(desk, onward, case)] == [SignatureMissing]
    desk.decide("Walikota", case)


def test_a_signature_stands_through_a_repair_behind_it(desk: Desk):
    desk = Desk(desk.session, desk.office, SIGNED_THEN_CHECKED)
    case = desk.open()
    desk.decide("Walikota", case)
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case)
    assert (case.stage, case.round) == ("unit-head", 2)
    assert migrate(desk, change(desk, SIGNED_THEN_CHECKED.replace("due: 1", "due: 2")), case) == [None]
    assert case.stage == "unit-head"


def test_a_task_of_a_stage_that_is_gone_is_over_and_says_so(desk: Desk):
    case = desk.at("verification")
    old = desk.task(case)
    wanted = change(desk, RENAMED, verification="inspection")
    migrate(desk, wanted, case)
    with pytest.raises(TaskEnded):
        desk.decide("Vera", old)
    with pytest.raises(TaskEnded):
        decisions.may_decide(desk.session, desk.who("Vera"), old.id, directory=desk.office)


def test_a_case_still_shows_what_was_decided_at_stages_that_are_gone(desk: Desk):
    case = desk.at("consideration")
    migrate(desk, change(desk, RENAMED), case)
    view = views.case_view(desk.session, case.id)
    assert [(s.stage.name, s.state) for s in view.stages if s.decisions] == [
        ("verification", "former"),
        ("unit-head", "done"),
    ]


def test_a_move_is_told_in_the_versions_stream_and_so_is_that_cases_stay(desk: Desk):
    case = desk.open("Budi")
    wanted = change(desk, SHORTER)
    assert migrating.waiting(desk.session, wanted.to) == {"unit-head": 1}
    assert migrating.leave(desk.session, desk.who("Hana"), wanted.to, reason="as they began") == 1
    migrate(desk, wanted, case)
    told = [facts_of(row) for row in history(desk.session, wanted.to.id)][1:]
    assert [(t["choice"], t["cases"]) for t in told if "choice" in t] == [("stay", 1), ("move", 1)]
    assert migrating.plan(desk.session, wanted) == []


def test_cases_go_over_to_the_version_in_force_alone(desk: Desk):
    case = desk.open("Budi")
    older = Change(desk.version, Way("move"))
    wanted = change(desk, SHORTER)
    migrate(desk, wanted, case)
    with pytest.raises(NotYetInForce):
        migrate(desk, older, case)


def test_what_happened_since_one_looked_is_known(desk: Desk):
    still, moved = desk.open("Budi"), desk.open("Citra")
    looked = clock.now(desk.session)
    desk.decide("Kasi", moved)
    assert migrating.changed_since(desk.session, [still.id, moved.id], looked) == {moved.id}


def test_any_number_of_cases_is_looked_at_in_portions(desk: Desk):
    for subject in ("Budi", "Citra", "Dewi"):
        desk.open(subject)
    wanted = change(desk, SHORTER)
    first = migrating.plan(desk.session, wanted, limit=2)
    rest = migrating.plan(desk.session, wanted, limit=2, after=first[-1].seen.case_id)
    assert (len(first), len(rest)) == (2, 1)


def test_cases_of_several_versions_go_over_together(desk: Desk):
    first = desk.open("Budi")
    desk.version = chains.publish(desk.session, FLOW, SHORTER)
    second = desk.open("Citra")
    wanted = change(desk, SHORTER.replace("due: 3 working days", "due: 4 working days"))
    assert {p.version for p in migrating.plan(desk.session, wanted)} == {1, 2}
    assert migrate(desk, wanted, first, second) == [None, None]
    versions = desk.session.scalars(select(ChainVersion.number).join(Case).distinct()).all()
    assert versions == [3]
    due = desk.session.scalars(select(Task.due_at).where(Task.ended_at.is_(None)).distinct()).all()
    assert len(due) == 1


STAGES = ("unit-head", "verification", "consideration", "committee", "appointing-official")
VARIANTS = {
    "same": CHAIN.replace("sign: decree", "sign: letter"),
    "shorter": CHAIN.replace("  - stage: consideration\n    kind: external\n", ""),
    "inside": CHAIN.replace("    kind: external\n", "    candidates: {role: hr-verifier}\n"),
    "panel": CHAIN.replace(
        "    candidates: {role: hr-verifier}\n",
        "    candidates: [{role: hr-verifier}, {role: committee}]\n",
        1,
    ).replace("    checklist: [diploma, last-decree]\n", "    decide: all\n"),
    "longer": CHAIN.replace(
        "  - stage: consideration\n",
        "  - stage: second-look\n    candidates: {role: hr}\n  - stage: consideration\n",
    ),
}


def finish(desk: Desk, case: Case) -> None:
    """Decide a case to its end, by whoever may."""
    desk.office.employ("Hari", "badan", "hr")  # whoever recorded an answer decides no later stage
    people = [
        "Kasi",
        "Vera",
        "Viktor",
        "Kiki",
        "Karin",
        "Hana",
        "Hari",
        "Walikota",
        "Kabid",
        "Kaban",
        "Sekda",
    ]
    while case.state == CaseState.OPEN:
        open_tasks = [t for t in desk.tasks(case) if t.ended_at is None]
        if not open_tasks:
            desk.answer(case, number=f"B-{case.round}-{case.stage}")
            continue
        task = open_tasks[0]
        for name in people:
            try:
                decisions.may_decide(desk.session, desk.who(name), task.id, directory=desk.office)
            except MufakatError:
                continue
            desk.decide(name, task)
            break
        else:
            pytest.fail(f"nobody may decide {task.stage}")


@pytest.mark.parametrize("choice", ["move", "restart"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("state", ["open", "returned"])
def test_every_way_over_leaves_a_case_that_can_be_decided_to_its_end(
    desk: Desk, stage: str, state: str, variant: str, choice: Any
):
    for name in ("Karin", "Kiki"):
        desk.office.employ(name, "badan", "committee")
    case = desk.open("Budi", data={"subject": {"rank": 13}, "documents": []})
    while case.stage != stage:
        finish_one(desk, case)
    if state == "returned":
        if stage == "consideration":
            desk.answer(case, "BTS")
        else:
            who = {"unit-head": "Kasi", "verification": "Vera", "committee": "Karin"}.get(stage, "Walikota")
            desk.decide(who, case, "return")
    wanted = Change(change(desk, VARIANTS[variant]).to, Way(choice, {"consideration": "committee"}))
    if variant != "shorter":
        wanted = Change(wanted.to, Way(choice))
    (refused,) = migrate(desk, wanted, case)
    assert refused is None
    assert case.state == state
    if state == "returned":
        desk.resubmit("Budi", case)
    finish(desk, case)
    assert case.state == CaseState.APPROVED


def finish_one(desk: Desk, case: Case) -> None:
    who = {"unit-head": "Kasi", "verification": "Vera", "committee": "Karin"}
    if case.stage == "consideration":
        desk.answer(case)
    else:
        desk.decide(who[case.stage or ""], case)
