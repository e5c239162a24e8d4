"""Past cases held against another definition: what would have been otherwise, and what would not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from approvals.definition import parse
from approvals.whatif import Comparison, Happened, Past, compare, groups
from core.worktime import WorkCalendar

CHAIN = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion}
stages:
  - stage: unit-head
    candidates: {holder_of: head}
    due: 3 working days
    acting: [plh]
  - stage: verification
    candidates: {role: hr-verifier}
    checklist: [diploma]
  - stage: consideration
    kind: external
  - stage: official
    candidates: {holder_of: ppk, unit: top}
    sign: decree
"""
CALENDAR = WorkCalendar(ZoneInfo("Asia/Jakarta"))
MONDAY = datetime(2026, 1, 5, 2, tzinfo=UTC)
SPACE = UUID(int=7)


def named(name: str) -> UUID:
    return uuid5(SPACE, name)


def happened(stage: str, by: str, day: int, kind: str = "approve", **more: Any) -> Happened:
    at = MONDAY + timedelta(days=day)
    said = {"by": named(by) if by else None, "by_name": by, "asked_at": MONDAY if by else None, **more}
    return Happened(stage, kind, at, **said)


WAY = (
    happened("unit-head", "Kasi", 1, capacity="definitive"),
    happened("verification", "Vera", 2, checklist=frozenset({"diploma"})),
    happened("consideration", "", 3),
    happened("official", "Walikota", 4, capacity="definitive"),
)


def past(*way: Happened, state: str = "approved", stage: str | None = None, **data: Any) -> Past:
    facts = {"subject": {"rank": 9}, **data}
    who = (named("case"), "KP/1", named("Budi"), "Budi", None, named("seksi"))
    return Past(*who, state, stage, facts, way)


def held(case: Past, **changes: str) -> Comparison:
    """A case held against the chain with pieces of its text replaced."""
    text = CHAIN
    for old, new in changes.items():
        assert MARKS[old] in text
        text = text.replace(MARKS[old], new)
    return compare(case, parse(CHAIN), parse(text), CALENDAR)


MARKS = {
    "due": "due: 3 working days",
    "acting": "    acting: [plh]\n",
    "checklist": "[diploma]",
    "consideration": "  - stage: consideration\n    kind: external\n",
    "official": "  - stage: official",
    "verification": "  - stage: verification\n    candidates: {role: hr-verifier}\n"
    "    checklist: [diploma]\n",
    "sign": "    sign: decree\n",
}


COMMITTEE = "  - stage: committee\n    candidates: {role: committee}\n"


def whys(comparison: Comparison) -> list[tuple[str, str]]:
    return [(d.why, d.stage) for d in comparison.differences]


def states(comparison: Comparison) -> list[tuple[str, str]]:
    return [(step.stage, step.state) for step in comparison.after]


def test_the_same_definition_changes_nothing():
    same = held(past(*WAY))
    assert not same.differs
    assert [step.state for step in same.after] == ["as-was"] * 4
    assert same.before == same.after


def test_a_new_stage_would_have_been_asked_of_what_was_approved():
    committee = "  - stage: committee\n    candidates: {role: committee}\n"
    found = held(past(*WAY), official=committee + MARKS["official"])
    assert whys(found) == [("asked", "committee")]
    assert states(found)[3:] == [("committee", "asked"), ("official", "as-was")]


def test_a_new_stage_whose_condition_does_not_hold_is_no_difference():
    committee = "  - stage: committee\n    when: subject.rank >= 12\n    candidates: {role: committee}\n"
    assert not held(past(*WAY), official=committee + MARKS["official"]).differs
    assert held(past(*WAY, subject={"rank": 13}), official=committee + MARKS["official"]).differs


def test_a_stage_that_passes_by_its_rule_would_have_asked_nobody():
    automatic = COMMITTEE.replace(
        "stage: committee", "stage: check\n    kind: automatic\n    pass_when: subject.rank < 12"
    )
    passed = held(past(*WAY), official=automatic + MARKS["official"])
    assert not passed.differs
    assert ("check", "by-rule") in states(passed)
    asked = held(past(*WAY, subject={"rank": 13}), official=automatic + MARKS["official"])
    assert whys(asked) == [("asked", "check")]


def test_a_condition_that_reads_a_fact_the_case_lacks_can_t_be_told():
    committee = "  - stage: committee\n    when: subject.points >= 12\n    candidates: {role: committee}\n"
    found = held(past(*WAY), official=committee + MARKS["official"])
    assert whys(found) == [("unknown", "committee")]
    assert found.differences[0].facts["condition"] == "subject.points >= 12"


def test_a_decision_at_a_stage_that_is_no_more_would_not_have_been_asked_for():
    found = held(past(*WAY), consideration="")
    assert whys(found) == [("not-asked", "consideration")]
    assert "consideration" not in [step.stage for step in found.after]


def test_a_decision_of_somebody_acting_counts_as_far_as_the_stage_permits():
    way = (happened("unit-head", "Wakil", 1, capacity="plh"), *WAY[1:])
    assert not held(past(*way)).differs
    found = held(past(*way), acting="")
    assert whys(found) == [("acting", "unit-head")]
    assert found.after[0].state == "again"


def test_a_longer_checklist_would_have_asked_for_more():
    found = held(past(*WAY), checklist="[diploma, last-decree]")
    assert whys(found) == [("checklist", "verification")]
    assert [t.en for t in found.differences[0].facts["missing"]] == ["Last decree"]


def test_whoever_decided_twice_would_have_been_in_conflict_where_that_is_not_permitted():
    way = (*WAY[:3], happened("official", "Kasi", 4, capacity="definitive"))
    free = CHAIN.replace("    sign: decree\n", "    separate_from: []\n")
    found = compare(past(*way), parse(free), parse(CHAIN), CALENDAR)
    assert whys(found) == [("conflict", "official")]


def test_after_a_rejection_nothing_more_would_have_been_asked():
    rejected = past(WAY[0], happened("verification", "Vera", 2, "reject"), state="rejected")
    committee = "  - stage: committee\n    candidates: {role: committee}\n"
    assert not held(rejected, official=committee + MARKS["official"]).differs
    before = held(rejected, verification=committee + MARKS["verification"])
    assert whys(before) == [("asked", "committee")]


def test_without_the_stage_that_rejected_a_case_it_would_have_gone_on():
    rejected = past(WAY[0], happened("verification", "Vera", 2, "reject"), state="rejected")
    found = held(rejected, verification="")
    assert whys(found) == [("not-asked", "verification")]
    assert states(found)[1:] == [("consideration", "unreached"), ("official", "unreached")]


def test_a_shorter_deadline_tells_who_would_have_been_late_in_working_time():
    found = held(past(*WAY), due="due: 1 working hour")
    assert whys(found) == [("late", "unit-head")]
    facts = found.differences[0].facts
    assert facts["took"] == timedelta(hours=7, minutes=30)
    assert facts["by"] == timedelta(hours=6, minutes=30)


def test_a_longer_deadline_tells_who_would_have_been_in_time():
    late = past(happened("unit-head", "Kasi", 7, capacity="definitive"), state="withdrawn")
    assert whys(held(late, due="due: 10 working days")) == [("in-time", "unit-head")]


def test_the_same_stages_in_another_order_are_a_difference():
    moved = {"verification": "", "official": MARKS["verification"] + MARKS["official"]}
    found = held(past(*WAY), **moved)
    assert whys(found) == [("order", "consideration")]


def test_people_in_the_place_of_an_authority_outside_decide_otherwise():
    inside = "  - stage: consideration\n    candidates: {role: committee}\n"
    assert whys(held(past(*WAY), consideration=inside)) == [("otherwise", "consideration")]


def test_what_an_open_case_has_not_reached_is_no_difference():
    open_case = past(WAY[0], state="open", stage="verification")
    committee = "  - stage: committee\n    candidates: {role: committee}\n"
    later = held(open_case, official=committee + MARKS["official"])
    assert not later.differs
    assert states(later)[1:] == [
        ("verification", "ahead"),
        ("consideration", "ahead"),
        ("committee", "ahead"),
        ("official", "ahead"),
    ]
    passed = held(open_case, verification=committee + MARKS["verification"])
    assert whys(passed) == [("asked", "committee")]


def test_of_several_rounds_the_last_decision_at_a_stage_counts():
    again = [replace(one, round=2) for one in WAY[1:]]
    way = (WAY[0], happened("verification", "Vera", 2, "return"), *again)
    assert not held(past(*way)).differs


def test_a_stage_that_several_decide_would_have_asked_for_more():
    three = "    candidates: [{holder_of: head}, {holder_of: head, unit: top}, {role: committee}]\n"
    panel = CHAIN.replace("    candidates: {holder_of: head}\n", three + "    decide: {quorum: 2}\n")
    found = compare(past(*WAY), parse(CHAIN), parse(panel), CALENDAR)
    assert whys(found) == [("too-few", "unit-head")]
    assert found.differences[0].facts == {"had": 1, "needed": 3}


VOTES = (
    happened("unit-head", "Kasi", 1),
    happened("unit-head", "Kabid", 1),
    happened("unit-head", "Kaban", 1, "reject"),
)


def by_rule(rule: str) -> str:
    return CHAIN.replace("{holder_of: head}", "{role: committee}").replace(
        "    acting: [plh]\n", f"    decide: {rule}\n"
    )


def test_the_same_votes_may_lead_elsewhere_by_another_rule():
    majority, everybody = parse(by_rule("{majority: more-than-half}")), parse(by_rule("all"))
    case = past(*VOTES, *WAY[1:])
    assert not compare(case, majority, majority, CALENDAR).differs
    found = compare(case, majority, everybody, CALENDAR)
    assert ("outcome", "unit-head") in whys(found)
    assert [step.state for step in found.after][1:] == ["unreached"] * 3


def test_the_kinds_of_difference_are_counted_over_all_cases():
    committee = "  - stage: committee\n    candidates: {role: committee}\n"
    changes = {"official": committee + MARKS["official"], "due": "due: 1 working hour"}
    found = groups([held(past(*WAY), **changes), held(past(WAY[0], state="withdrawn"), **changes)])
    assert [(d.why, count) for d, count in found] == [("late", 2), ("asked", 1)]


@pytest.mark.parametrize("state", ["withdrawn", "cancelled"])
def test_a_case_that_ended_early_is_not_told_further_than_it_came(state: str):
    found = held(past(WAY[0], state=state))
    assert not found.differs
    assert [step.state for step in found.after] == ["as-was", "unreached", "unreached", "unreached"]
