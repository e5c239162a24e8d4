"""Where a case stands when it goes on by another version of its chain."""

from typing import Any

import pytest

from approvals.crossing import Crossing, Gone, Standing, Way, cross
from approvals.definition import parse
from approvals.machine import CaseStatus, Ended, Entered, Forbidden, NoStage, Skipped
from approvals.models import CaseState
from core.conditions import BadCondition

CHAIN = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion}
stages:
  - stage: unit-head
    candidates: {holder_of: head}
  - stage: verification
    candidates: {role: hr-verifier}
    due: 5 working days
  - stage: official
    candidates: {holder_of: ppk, unit: top}
"""
COMMITTEE = "  - stage: committee\n    candidates: {role: committee}\n"
VERIFICATION = "  - stage: verification\n    candidates: {role: hr-verifier}\n    due: 5 working days\n"


def standing(stage: str = "verification", state: str = "open", **more: Any) -> Standing:
    said = {"decided": ("unit-head",), "voted": ("unit-head",), **more}
    return Standing(CaseStatus(CaseState(state), stage), {"rank": 9}, **said)


def over(case: Standing, text: str, choice: Any = "move", **targets: str) -> Crossing:
    way = Way(choice, {name.replace("_", "-"): to for name, to in targets.items()})
    return cross(parse(CHAIN), parse(text), case, way)


def entered(crossing: Crossing) -> list[str]:
    return [e.stage.name for e in crossing.effects if isinstance(e, Entered)]


def test_where_the_stage_is_the_same_word_by_word_its_tasks_stand():
    found = over(standing(), CHAIN.replace("unit: top", "unit: nearest"))
    assert (found.kept, found.effects, found.after) == (True, (), standing().status)


def test_where_the_stage_changed_its_tasks_end_and_new_ones_begin():
    found = over(standing(), CHAIN.replace("due: 5 working days", "due: 2 working days"))
    assert isinstance(found.effects[0], Ended)
    assert entered(found) == ["verification"]
    assert (found.after.stage, found.after.round, found.lost) == ("verification", 1, ())


def test_a_stage_that_is_gone_needs_to_be_told_where_to():
    gone = CHAIN.replace(VERIFICATION, COMMITTEE)
    with pytest.raises(Gone):
        over(standing(), gone)
    with pytest.raises(Gone):
        over(standing(), gone, verification="nowhere")
    assert over(standing(), gone, verification="committee").after.stage == "committee"
    again = over(standing(), gone, verification="")
    assert (again.restarts, again.after.stage, again.after.round) == (True, "unit-head", 2)


def test_a_new_stage_before_where_the_case_stands_is_passed_by_and_said():
    found = over(standing(), CHAIN.replace(VERIFICATION, COMMITTEE + VERIFICATION))
    assert [stage.name for stage in found.passed] == ["committee"]


def test_a_stage_that_a_rule_passes_is_not_missed():
    automatic = (
        "  - stage: check\n    kind: automatic\n    pass_when: rank < 12\n    candidates: {role: committee}\n"
    )
    assert over(standing(), CHAIN.replace(VERIFICATION, automatic + VERIFICATION)).passed == ()


def test_decisions_at_stages_that_are_gone_do_not_count_any_more():
    found = over(standing(), CHAIN.replace("stage: unit-head", "stage: superior"))
    assert found.lost == ("unit-head",)
    assert [stage.name for stage in found.passed] == ["superior"]


def test_a_restart_begins_at_the_first_stage_that_applies_in_a_new_round():
    first = COMMITTEE.replace("    candidates", "    when: rank >= 12\n    candidates")
    text = CHAIN.replace("stages:\n", "stages:\n" + first)
    found = over(standing(), text, "restart")
    assert [type(e) for e in found.effects] == [Ended, Skipped, Entered]
    assert (entered(found), found.after.round, found.lost) == (["unit-head"], 2, ("unit-head",))


def test_votes_of_a_stage_whose_rule_changes_do_not_count_by_the_new_one():
    case = standing(decided=("unit-head", "verification"), voted=("unit-head", "verification"))
    found = over(case, CHAIN.replace("due: 5 working days", "decide: {quorum: 2}"))
    assert (found.after.round, found.lost) == (2, ("verification",))
    kept = over(case, CHAIN)
    assert (kept.after.round, kept.lost) == (1, ())


def test_a_case_at_a_stage_that_does_not_apply_any_more_goes_on_to_the_next():
    text = CHAIN.replace("    due: 5 working days", "    when: rank >= 12")
    assert over(standing(), text).after.stage == "official"


def test_going_over_never_approves():
    text = CHAIN.replace("unit: top}", "unit: top}\n    when: rank >= 12")
    with pytest.raises(NoStage):
        over(standing("official"), text)


def test_a_condition_that_reads_a_fact_the_case_lacks_stops_it():
    text = CHAIN.replace("unit: top}", "unit: top}\n    when: points >= 12")
    with pytest.raises(BadCondition):
        over(standing(), text)


def test_what_was_returned_goes_on_waiting_for_its_repair():
    case = standing(state="returned")
    changed = over(case, CHAIN.replace("due: 5 working days", "due: 2 working days"))
    assert (changed.after.state, changed.after.stage, changed.effects) == ("returned", "verification", ())
    again = over(case, CHAIN.replace("unit: top", "unit: nearest"), "restart")
    assert (again.after.state, again.after.stage, again.after.round) == ("returned", "unit-head", 2)


@pytest.mark.parametrize("state", ["draft", "suspended", "approved", "rejected", "withdrawn", "cancelled"])
def test_no_other_case_goes_over(state: str):
    with pytest.raises(Forbidden):
        over(standing(state=state), CHAIN)
