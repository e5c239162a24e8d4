"""The pure core: the table is the only way to move, and no sequence of moves breaks what must always hold."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.definition import ChainDefinition
from approvals.machine import (
    TRANSITIONS,
    CaseStatus,
    Ended,
    Entered,
    Forbidden,
    Move,
    NoStage,
    Resumed,
    Returned,
    Settled,
    Skipped,
    Suspended,
    Who,
    advance,
    may_move,
    who_may,
)
from approvals.models import SETTLED, CaseState
from approvals.stage import Stage
from core.conditions import BadCondition

DRAFT = CaseStatus(CaseState.DRAFT, None)


def chain(*stages: Mapping[str, Any]) -> ChainDefinition:
    usual = {"candidates": {"role": "hr"}}
    made = [
        Stage.model_validate((usual if said.get("kind") != "external" else {}) | {"stage": f"s{n}"} | said)
        for n, said in enumerate(stages)
    ]
    return ChainDefinition.model_validate({"chain": "c", "title": {"id": "c", "en": "c"}, "stages": made})


SIMPLE = chain({}, {"when": "big"}, {"kind": "external", "after_return": "restart"}, {})


def walk(*moves: Move, facts: Mapping[str, Any], definition: ChainDefinition = SIMPLE) -> CaseStatus:
    status = DRAFT
    for move in moves:
        status, _ = advance(definition, status, move, facts)
    return status


def test_approvals_lead_from_stage_to_stage_to_the_end():
    facts = {"big": True}
    stages = [walk(Move.OPEN, *[Move.APPROVE] * n, facts=facts).stage for n in range(4)]
    assert stages == ["s0", "s1", "s2", "s3"]
    assert walk(Move.OPEN, *[Move.APPROVE] * 4, facts=facts) == CaseStatus(CaseState.APPROVED, None)


def test_a_stage_whose_condition_does_not_hold_is_passed_by():
    _, effects = advance(SIMPLE, walk(Move.OPEN, facts={"big": False}), Move.APPROVE, {"big": False})
    ended, skipped, entered = effects
    assert ended == Ended()
    assert skipped == Skipped(SIMPLE.stage("s1"))
    assert entered == Entered(SIMPLE.stage("s2"), "s0")


def test_a_condition_that_reads_a_missing_fact_is_an_error_never_a_no():
    with pytest.raises(BadCondition):
        walk(Move.OPEN, Move.APPROVE, facts={})


def test_a_return_keeps_the_stage_and_a_repair_reopens_it_in_the_next_round():
    facts = {"big": True}
    returned = walk(Move.OPEN, Move.APPROVE, Move.RETURN, facts=facts)
    assert (returned.state, returned.stage) == (CaseState.RETURNED, "s1")
    again, effects = advance(SIMPLE, returned, Move.RESUBMIT, facts, corrects=True)
    assert again == CaseStatus(CaseState.OPEN, "s1", round=2, version=2)
    assert effects == (Entered(SIMPLE.stage("s1"), None),)


def test_a_stage_may_send_a_repair_back_to_the_start():
    facts = {"big": True}
    returned = walk(Move.OPEN, Move.APPROVE, Move.APPROVE, Move.RETURN, facts=facts)
    again, _ = advance(SIMPLE, returned, Move.RESUBMIT, facts)
    assert (again.stage, again.round, again.version) == ("s0", 2, 1)


def test_a_repair_cannot_make_the_stage_that_returned_it_disappear():
    returned = walk(Move.OPEN, Move.APPROVE, Move.RETURN, facts={"big": True})
    again, _ = advance(SIMPLE, returned, Move.RESUBMIT, {"big": False}, corrects=True)
    assert again.stage == "s1"


def test_a_case_that_no_stage_applies_to_never_opens():
    with pytest.raises(NoStage):
        advance(chain({"when": "false"}), DRAFT, Move.OPEN, {})


def test_passing_over_leads_to_the_next_stage_and_never_to_approval():
    facts = {"big": True}
    assert walk(Move.OPEN, Move.SKIP, facts=facts).stage == "s1"
    with pytest.raises(NoStage):
        walk(Move.OPEN, *[Move.APPROVE] * 3, Move.SKIP, facts=facts)


def test_a_case_that_is_sent_back_is_decided_anew_in_the_next_round():
    facts = {"big": True}
    status = walk(Move.OPEN, Move.APPROVE, Move.APPROVE, Move.APPROVE, facts=facts)
    back, effects = advance(SIMPLE, status, Move.REDO, facts, to="s1")
    assert back == CaseStatus(CaseState.OPEN, "s1", round=2)
    assert effects == (Ended(), Entered(SIMPLE.stage("s1"), None))
    assert advance(SIMPLE, back, Move.APPROVE, facts)[0].stage == "s2"
    with pytest.raises(Forbidden):
        advance(SIMPLE, back, Move.REDO, facts, to="s2")


@pytest.mark.parametrize("moves", [[], [Move.RETURN]])
def test_a_suspended_case_goes_back_to_the_state_it_had(moves: list[Move]):
    facts = {"big": True}
    before = walk(Move.OPEN, *moves, facts=facts)
    stopped, effects = advance(SIMPLE, before, Move.SUSPEND, facts)
    assert (stopped.state, effects) == (
        CaseState.SUSPENDED,
        (Suspended(SIMPLE.stage("s0"), before.state),),
    )
    assert not may_move(stopped.state, Move.APPROVE)
    again, effects = advance(SIMPLE, stopped, Move.RESUME, facts)
    assert (again, effects) == (before, (Resumed(SIMPLE.stage("s0")),))


def test_whoever_it_is_the_table_says_who_may():
    assert who_may(CaseState.OPEN, Move.APPROVE) == {Who.APPROVER}
    assert who_may(CaseState.RETURNED, Move.RESUBMIT) == {Who.REPAIRER}
    assert who_may(CaseState.RETURNED, Move.WITHDRAW) == {Who.OWNER}
    assert who_may(CaseState.APPROVED, Move.WITHDRAW) == frozenset()


def test_nothing_leads_out_of_a_settled_case():
    assert not [line for line in TRANSITIONS if line.sources & SETTLED]


STATUSES = st.builds(
    CaseStatus,
    st.sampled_from(CaseState),
    st.sampled_from([s.name for s in SIMPLE.stages]),
    st.integers(1, 9),
    st.integers(1, 9),
)


@given(STATUSES, st.sampled_from(Move), st.booleans(), st.booleans())
def test_what_the_table_does_not_say_is_forbidden_and_what_it_says_happens(
    status: CaseStatus, move: Move, big: bool, corrects: bool
):
    if not may_move(status.state, move):
        with pytest.raises(Forbidden):
            advance(SIMPLE, status, move, {"big": big}, corrects=corrects)
        return
    if move is Move.SKIP and status.stage == "s3":
        with pytest.raises(NoStage):
            advance(SIMPLE, status, move, {"big": big})
        return
    after, _ = advance(SIMPLE, status, move, {"big": big}, corrects=corrects)
    lines = [line for line in TRANSITIONS if line.move is move and status.state in line.sources]
    assert any(after.state in line.targets for line in lines)


CHAINS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["people", "external"]),
            "when": st.sampled_from([None, "big", "!big", "true", "false"]),
            "after_return": st.sampled_from(["same", "restart"]),
        }
    ),
    min_size=1,
    max_size=6,
).map(lambda stages: chain(*stages))


@given(CHAINS, st.lists(st.tuples(st.sampled_from(Move), st.booleans()), max_size=30))
def test_no_sequence_of_moves_breaks_what_always_holds(
    definition: ChainDefinition, moves: list[tuple[Move, bool]]
):
    status, names = DRAFT, [s.name for s in definition.stages]
    for move, big in [(Move.OPEN, True), *moves]:
        before = status
        try:
            status, effects = advance(definition, before, move, {"big": big}, corrects=big)
        except Forbidden:
            assert not may_move(before.state, move)
            continue
        except NoStage:
            assert move in (Move.SKIP, Move.MIGRATE) or before.state is CaseState.DRAFT
            if move is not Move.OPEN:
                continue
            return
        assert (status.stage is None) == status.is_settled
        assert status.stage is None or status.stage in names
        assert not before.is_settled
        assert status.round - before.round == (move in (Move.RESUBMIT, Move.REDO))
        assert status.version - before.version in (0, 1)
        assert status.version == before.version or move in (Move.CORRECT, Move.FILE, Move.RESUBMIT)
        assert_effects_agree(move, before, status, effects)


STAYS = (Move.CORRECT, Move.FILE, Move.LAPSE, Move.REVIVE, Move.SUSPEND, Move.RESUME)


def assert_effects_agree(
    move: Move, before: CaseStatus, after: CaseStatus, effects: tuple[object, ...]
) -> None:
    """What follows from a move says the same as where it leads."""
    entered = [e for e in effects if isinstance(e, Entered)]
    settled = [e for e in effects if isinstance(e, Settled)]
    # what was returned goes on waiting for its repair, by whichever version
    waits = move is Move.MIGRATE and before.state is CaseState.RETURNED
    stays = move in (Move.RETURN, *STAYS) or waits
    assert len(entered) + len(settled) == (0 if stays else 1)
    assert all(e.stage.name == after.stage for e in entered)
    assert all(e.state is after.state for e in settled)
    assert any(isinstance(e, Returned) for e in effects) == (move is Move.RETURN)
    leaves_tasks = move in (Move.OPEN, Move.RESUBMIT, *STAYS) or waits
    assert any(isinstance(e, Ended) for e in effects) != leaves_tasks
    if move is Move.APPROVE and after.stage and before.stage:
        assert after.stage > before.stage, "stages never go backwards by an approval"
