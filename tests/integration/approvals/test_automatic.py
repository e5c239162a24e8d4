"""Stages that a rule passes, so that nobody need be asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.errors import BadChain, NoStageApplies
from approvals.views import case_view
from core.conditions import BadCondition
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import named

CHAIN = """
chain: ruled
title: {id: Beraturan, en: Ruled}
correctable: [documents]
stages:
  - stage: completeness
    kind: automatic
    pass_when: size(documents) >= 2
    candidates: {role: hr-verifier}
    checklist: [diploma]
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
  - stage: rank-check
    kind: automatic
    when: subject.rank >= 12
    pass_when: subject.rank < 20
    candidates: {role: hr-verifier}
  - stage: official
    candidates: {holder_of: ppk, unit: top}
    sign: decree
"""


def data(*documents: str, rank: int = 9) -> dict[str, Any]:
    return {"data": {"subject": {"rank": rank}, "documents": list(documents)}}


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    yield Desk(session, chain=CHAIN)
    check_streams(session)


def test_where_the_rule_holds_nobody_is_asked_and_the_stream_says_by_which_rule(desk: Desk):
    case = desk.open("Budi", **data("diploma", "decree"))
    assert (case.stage, desk.task(case).assignee_id) == ("head", named("Kasi"))
    [said] = desk.facts(case, "case.stage_passed")
    assert (said["stage"], said["rule"]) == ("completeness", "size(documents) >= 2")
    assert desk.names(case) == ["case.opened", "case.stage_passed", "task.opened"]


def test_where_it_does_not_hold_people_decide(desk: Desk):
    case = desk.open("Budi", **data("diploma"))
    assert (case.stage, desk.task(case).queue) == ("completeness", "role:hr-verifier")
    desk.decide("Vera", case)
    assert case.stage == "head"
    assert desk.facts(case, "case.stage_passed") == []


def test_a_stage_in_the_middle_is_passed_skipped_or_asked(desk: Desk):
    for rank, stage, told in ((9, "official", "case.stage_skipped"), (13, "official", "case.stage_passed")):
        case = desk.open("Budi", key=f"r{rank}", **data("a", "b", rank=rank))
        desk.decide("Kasi", case)
        assert case.stage == stage
        assert desk.facts(case, told)[-1]["stage"] == "rank-check"
    case = desk.open("Budi", key="r25", **data("a", "b", rank=25))
    desk.decide("Kasi", case)
    assert case.stage == "rank-check"


def test_the_stage_is_shown_as_done(desk: Desk):
    case = desk.open("Budi", **data("a", "b"))
    states = {s.stage.name: s.state for s in case_view(desk.session, case.id).stages}
    assert (states["completeness"], states["head"]) == ("done", "current")


def test_whoever_returned_it_there_looks_again_whatever_the_rule_says(desk: Desk):
    case = desk.open("Budi", **data("diploma"))
    desk.decide("Vera", case, "return")
    desk.resubmit("Budi", case, {"documents": ["diploma", "decree"]})
    assert (case.stage, desk.task(case).assignee_id) == ("completeness", named("Vera"))


def test_a_rule_never_has_the_only_word(desk: Desk, session: Session):
    text = CHAIN.replace(
        "candidates: {holder_of: head", "when: subject.rank > 50\n    candidates: {holder_of: head"
    )
    text = text.replace(
        "candidates: {holder_of: ppk", "when: subject.rank > 50\n    candidates: {holder_of: ppk"
    )
    nobody = Desk(session, chain=text)
    with pytest.raises(NoStageApplies):
        nobody.open("Budi", **data("a", "b", rank=13))


def test_a_fact_that_a_rule_lacks_is_missed_when_the_case_opens(desk: Desk):
    with pytest.raises(BadCondition):
        desk.open("Budi", data={"subject": {"rank": 9}})


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("    pass_when: size(documents) >= 2\n", "", "goes with pass_when"),
        ("kind: automatic\n    pass_when: size", "kind: people\n    pass_when: size", "goes with pass_when"),
        ("sign: decree", "kind: automatic\n    pass_when: subject.rank > 1", "last stage"),
        ("    when: subject.rank >= 12\n    pass_when", "    sign: decree\n    pass_when", "by a person"),
        ("kind: automatic\n    pass_when: size", "kind: external\n    pass_when: size", "decided outside"),
    ],
)
def test_a_chain_that_would_let_a_rule_decide_too_much_is_refused(
    session: Session, old: str, new: str, why: str
):
    assert old in CHAIN
    with pytest.raises(BadChain, match=why):
        Desk(session, chain=CHAIN.replace(old, new))
