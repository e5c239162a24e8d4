"""How several people's decisions become one."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approvals.models import DecisionKind
from approvals.voting import Rule, Standing, Vote, standing

SAID = {
    "y": DecisionKind.APPROVE,
    "n": DecisionKind.REJECT,
    "b": DecisionKind.RETURN,
    "a": DecisionKind.ABSTAIN,
    "r": DecisionKind.RECUSE,
}


def rule(said: Any) -> Rule:
    return Rule.model_validate(said)


def stands(said: Any, votes: str, waiting: int = 0, *, closed: bool = False, chair: str = "") -> str:
    """How a rule stands after votes, one letter each; `chair` is the chair's, who votes first."""
    cast = [Vote(SAID[v], "chair") for v in chair] + [Vote(SAID[v], "member") for v in votes]
    return standing(rule(said), cast, waiting, closed=closed)


@pytest.mark.parametrize(
    ("said", "votes", "waiting", "found"),
    [
        ("any", "y", 2, "approve"),
        ("any", "n", 2, "reject"),
        ("any", "b", 2, "return"),
        ("any", "r", 1, "pending"),
        ("any", "rr", 0, "short"),
        ("all", "yy", 1, "pending"),
        ("all", "yyy", 0, "approve"),
        ("all", "ny", 1, "pending"),
        ("all", "nyy", 0, "reject"),
        ("all", "yya", 0, "approve"),
        ("all", "yyr", 0, "approve"),
        ("all", "aaa", 0, "short"),
        ("first-reject", "yn", 3, "reject"),
        ("first-reject", "yy", 1, "pending"),
        ("first-reject", "yyr", 0, "approve"),
        ("sequence", "yn", 0, "reject"),
        ({"quorum": 2}, "yn", 1, "pending"),
        ({"quorum": 2}, "yny", 1, "approve"),
        ({"quorum": 2}, "nn", 1, "reject"),
        ({"quorum": 2}, "rry", 0, "short"),
        ({"quorum": "60%"}, "yyy", 2, "approve"),
        ({"quorum": "60%"}, "yy", 3, "pending"),
        ({"quorum": "60%"}, "nnn", 2, "reject"),
        ({"quorum": "60%"}, "yrr", 1, "pending"),
        ("majority", "yy", 1, "approve"),
        ("majority", "yn", 2, "pending"),
        ("majority", "yn", 0, "reject"),
        ("majority", "yaa", 0, "reject"),
        ({"majority": "more-than-half", "of": "cast"}, "yaa", 0, "approve"),
        ({"majority": "more-than-half", "of": "present"}, "yyaaa", 0, "reject"),
        ({"majority": "two-thirds"}, "yy", 1, "approve"),
        ({"majority": "two-thirds"}, "yn", 1, "pending"),
        ({"majority": "two-thirds"}, "yynn", 0, "reject"),
        ({"majority": "three-quarters"}, "yyyn", 0, "approve"),
        ({"majority": "unanimous"}, "yyn", 0, "reject"),
        ({"majority": "unanimous", "of": "cast"}, "yya", 0, "approve"),
    ],
)
def test_a_rule_stands_as_it_says(said: Any, votes: str, waiting: int, found: str):
    assert stands(said, votes, waiting) == found


MEETING = {"quorum": 3, "of": "present", "majority": "more-than-half", "chair": "casting-vote"}


@pytest.mark.parametrize(
    ("chair", "votes", "waiting", "closed", "found"),
    [
        ("y", "yn", 2, False, "pending"),
        ("y", "yn", 2, True, "approve"),
        ("y", "n", 3, True, "short"),
        ("y", "nyn", 0, False, "approve"),
        ("n", "nyy", 0, False, "reject"),
        ("y", "nyna", 0, False, "approve"),
        ("a", "nyny", 0, False, "reject"),
        ("b", "yy", 2, False, "return"),
        ("n", "byb", 0, False, "return"),
        ("y", "rr", 0, False, "short"),
        ("y", "yrr", 1, False, "pending"),
        ("y", "yrrn", 0, False, "approve"),
        ("", "aaa", 0, False, "short"),
    ],
)
def test_a_committee_needs_attendance_a_majority_of_those_present_and_its_chair_breaks_a_tie(
    chair: str, votes: str, waiting: int, closed: bool, found: str
):
    assert stands(MEETING, votes, waiting, closed=closed, chair=chair) == found


def test_without_a_casting_vote_a_tie_is_not_carried():
    assert stands({**MEETING, "chair": None}, "nyn", chair="y") == "reject"


def test_a_veto_ends_it_whatever_the_others_say():
    assert stands({**MEETING, "veto": ["chair"]}, "yyy", 3, chair="n") == "reject"
    assert stands(MEETING, "yyy", 0, chair="n") == "approve"


@pytest.mark.parametrize(
    "said",
    [
        "most",
        {"quorum": 0},
        {"quorum": "0%"},
        {"quorum": "101%"},
        {"rule": "quorum"},
        {"rule": "all", "quorum": 2},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(said: Any):
    with pytest.raises(ValidationError):
        rule(said)


RULES = st.sampled_from(
    [
        "any",
        "all",
        "first-reject",
        "majority",
        {"quorum": 2},
        {"quorum": "60%"},
        {"majority": "two-thirds", "of": "cast"},
        {"majority": "unanimous", "of": "present"},
        MEETING,
        {**MEETING, "veto": ["chair"]},
    ]
)
BALLOTS = st.lists(st.sampled_from("ynar"), min_size=1, max_size=7)


@given(RULES, BALLOTS)
def test_when_everybody_has_voted_nothing_is_pending(said: Any, ballots: Sequence[str]):
    assert stands(said, "".join(ballots[1:]), chair=ballots[0]) != Standing.PENDING


@given(RULES, BALLOTS, st.data())
def test_what_is_settled_early_is_what_it_would_be_in_the_end(said: Any, ballots: Sequence[str], data: Any):
    """Of a rule that ends early: however the others would vote, recusals aside, it would end the same."""
    cut = data.draw(st.integers(min_value=1, max_value=len(ballots)))
    early, rest = "".join(ballots[:cut]), "".join(ballots[cut:]).replace("r", "a")
    then = stands(said, early[1:], len(rest), chair=early[0])
    if said in ("any", "first-reject"):
        return  # these do not count the others, by design
    if then in ("approve", "reject"):
        assert stands(said, early[1:] + rest, chair=early[0]) == then


@given(RULES, st.lists(st.sampled_from("ynar"), min_size=1, max_size=6))
def test_nothing_is_approved_without_an_approval(said: Any, ballots: Sequence[str]):
    if "y" not in ballots:
        assert stands(said, "".join(ballots[1:]), chair=ballots[0]) != "approve"
