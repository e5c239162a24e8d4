"""Chains as text: what is accepted, and how what is not is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.candidacy import ByPost, ByRole
from approvals.definition import ChainDefinition, parse
from approvals.errors import BadChain
from core.worktime import Duration

CHAIN = """\
chain: rank-promotion
title: {id: Kenaikan pangkat, en: Rank promotion}
subject: employee
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    due: 3 working days
    remind: [1 working day before, when due, every 2 working days after]
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
    acting: [plh, plt]
    return_to: [requester]
  - stage: verification
    candidates: {role: hr-verifier}
    allocate: offer
    checklist: [sk-cpns, skp-2-years, diploma]
  - stage: consideration
    kind: external
  - stage: performance-committee
    when: subject.rank.order >= 12
    candidates: {role: committee}
    separate_from: [requester, unit-head]
  - stage: appointing-official
    candidates: {holder_of: ppk}
    acting: []
    sign: decree
    on_expiry: escalate
"""


def refusal(old: str, new: str) -> BadChain:
    assert old in CHAIN
    with pytest.raises(BadChain) as refused:
        parse(CHAIN.replace(old, new))
    return refused.value


def test_a_chain_says_who_decides_by_when_and_in_which_order():
    chain = parse(CHAIN)
    head, verification, outside, committee, official = chain.stages
    assert (head.candidates, head.due) == (
        ByPost(holder_of="head", unit="subject.unit"),
        Duration(3, "working day"),
    )
    assert [r.when for r in head.remind] == ["before", "due", "after"]
    assert head.escalate and head.escalate.to.levels_up == 1
    assert verification.candidates == ByRole(role="hr-verifier")
    assert outside.is_external
    assert committee.separate_from == ("requester", "unit-head")
    assert (official.sign, official.acting) == ("decree", ())
    assert [s.name for s in chain.following("consideration")] == [
        "performance-committee",
        "appointing-official",
    ]


def test_a_stage_without_a_title_is_called_by_its_name():
    assert parse(CHAIN).stage("unit-head").title.said("en") == "Unit head"


def test_a_stage_knows_its_own_reasons_then_the_chains_then_the_usual():
    own = CHAIN.replace(
        "  - stage: verification\n",
        "  - stage: verification\n    reasons: {reject: {forged: {id: Palsu, en: Forged}}}\n",
    ).replace("subject: employee\n", "reasons: {return: {late: {id: Terlambat, en: Late}}}\n")
    chain = parse(own)
    assert set(chain.reasons_for("reject", "verification")) == {"forged"}
    assert "requirements-not-met" in chain.reasons_for("reject", "unit-head")
    assert set(chain.reasons_for("return", "verification")) == {"late"}
    assert set(chain.reasons_for("return", "consideration")) == {"bts"}
    assert "own-wish" in chain.reasons_for("withdraw")


REFUSALS = {
    "an unknown setting": ("sign: decree", "sgn: decree", 25, "there is no such setting"),
    "a way to allocate that nothing obeys": ("allocate: offer", "allocate: auction", 14, "say 'offer'"),
    "candidates of no kind": ("{role: committee}", "{friends: of-mine}", 20, "{committee: ...}"),
    "a quorum of one person": ("acting: [plh, plt]", "decide: {quorum: 2}", 5, "name several candidates"),
    "a quorum of nobody": ("separate_from: [requester, unit-head]", "decide: {quorum: 0}", 21, "from 1"),
    "a chair without a committee": (
        "separate_from: [requester, unit-head]",
        "decide: {quorum: 2, chair: casting-vote}",
        18,
        "needs a committee",
    ),
    "a post that is allocated by lot": ("acting: [plh, plt]", "allocate: random", 5, "one"),
    "who decided a later stage": ("{role: committee}", "{decider_of: appointing-official}", 4, "not before"),
    "work held back without a number": ("allocate: offer", "distribute: late", 12, "goes with hold"),
    "a duration nobody understands": ("due: 3 working days", "due: soon", 7, "not a duration"),
    "a reminder nobody understands": ("when due,", "at due,", 8, "say '1 working day before'"),
    "an endless reminder": ("every 2 working", "every 0 working", 8, "never end"),
    "a condition that is none": ("order >= 12", "order >=", 19, "not a condition in CEL"),
    "an acting official who signs": ("acting: []", "acting: [plt]", 22, "only the holder of a post may sign"),
    "a deadline at an external stage": ("kind: external", "kind: external\n    due: 3 days", 16, "no due"),
    "two stages of one name": ("stage: verification", "stage: unit-head", 4, "two stages"),
    "separation from a later stage": ("[requester, unit-head]", "[appointing-official]", 4, "not before it"),
    "a key said twice": ("sign: decree", "sign: decree\n    sign: other", 26, "said twice"),
    "an alias": ("allocate: offer", "due: *later", 14, "aliases"),
    "a stage without candidates": ("    candidates: {role: hr-verifier}\n", "", 12, "needs candidates"),
    "a stage without a name": ("- stage: verification", "- title: {id: x, en: x}", 12, "this is needed"),
    "a reminder without a due date": ("due: 3 working days\n    ", "", 5, "needs a due date"),
    "a unit that is written wrongly": (
        "unit: subject.unit}",
        "unit: subject.boss}",
        6,
        "subject.unit.parent",
    ),
    "a capital letter": ("chain: rank", "chain: Rank", 1, "small letters"),
    "an acting kind that is none": ("[plh, plt]", "[plh, pjs]", 10, "'plh' or 'plt'"),
    "a chain without stages": ("stages:", "stages: []\nrest:", 4, "at least 1 item"),
    "text that is no YAML": ("title: {", "title: {{", 3, ""),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_chain_is_refused_with_its_line_and_why(what: str):
    old, new, line, why = REFUSALS[what]
    refused = refusal(old, new)
    assert why in str(refused.facts["why"]), refused
    assert refused.facts["line"] == line, refused


def test_a_refusal_names_the_stage_and_the_field():
    assert refusal("due: 3 working days", "due: soon").facts["field"] == "stages[unit-head].due"


@pytest.mark.parametrize("text", ["", "# nothing", "just words", "- a\n- list", "x: " + "y" * 100_001])
def test_what_is_no_chain_at_all_is_refused(text: str):
    with pytest.raises(BadChain):
        parse(text)


@pytest.mark.parametrize("text", ["{}: 1", "? [a]\n: b", "a: 2026-99-99", "a: !!timestamp b", "a: !!int b"])
def test_what_only_looks_like_yaml_is_refused_too(text: str):
    with pytest.raises(BadChain):
        parse(text)


@given(st.text(max_size=200) | st.text(alphabet="{}[]:,-#&*!|>'\"%@` \nabc123", max_size=200))
def test_any_text_is_a_chain_or_is_refused(text: str):
    try:
        assert isinstance(parse(text), ChainDefinition)
    except BadChain as refused:
        assert refused.facts["line"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(
        ["candidates", "due", "remind", "escalate", "checklist", "reasons", "decide", "title", "when"]
    ),
)
def test_any_value_of_a_setting_is_accepted_or_refused(value: object, setting: str):
    source = f"chain: c\ntitle: {{id: c, en: c}}\nstages: [{{stage: s, {setting}: {json.dumps(value)}}}]"
    try:
        parse(source)
    except BadChain as refused:
        assert refused.facts["line"]


@pytest.mark.parametrize("tower", ["[" * 40_000, "{a: " * 20_000, "[" * 30 + "]" * 30])
def test_a_tower_of_brackets_is_refused_at_once(tower: str):
    with pytest.raises(BadChain, match="in each other"):
        parse(f"chain: {tower}")
