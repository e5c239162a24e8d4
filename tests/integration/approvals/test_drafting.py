"""Drafts of chains: kept, shared, never written over unseen, published for a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals import chains, drafting, proposals
from approvals.errors import (
    BadChain,
    CommentNeeded,
    DraftChanged,
    HrOnly,
    InForce,
    InThePast,
    NoSuchDraft,
    NothingChanged,
)
from approvals.models import ChainDraft, ChainVersion
from core import clock as clocks
from core.events import facts_of, history
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.second import ADMIN

CHANGED = CHAIN.replace("due: 3 working days", "due: 2 working days")


def begun(desk: Desk) -> ChainDraft:
    return drafting.begin(desk.session, desk.who("Hana"), "promotion", CHAIN, based_on=desk.version)


def saved(desk: Desk, source: str = CHANGED) -> ChainDraft:
    seen = begun(desk).revision
    return drafting.save(desk.session, desk.who("Hana"), "promotion", source, seen_revision=seen)


def published(desk: Desk, seen: int, **more: Any) -> ChainVersion:
    said = {"effective_from": None, "reason": "two days are enough", **more}
    return drafting.publish(desk.session, desk.who("Hana"), "promotion", seen_revision=seen, **said)


def test_a_draft_is_begun_once_and_kept(desk: Desk):
    saved(desk)
    again = begun(desk)
    assert (again.source, again.revision, again.saved_by_name) == (CHANGED, 2, "Hana")


def test_a_draft_may_be_wrong_and_saving_the_same_is_no_new_revision(desk: Desk):
    draft = saved(desk, "chain: [")
    assert drafting.save(desk.session, desk.who("Hana"), "promotion", "chain: [", seen_revision=2) is draft
    assert draft.revision == 2


def test_whoever_saw_an_older_revision_is_told_who_saved_since(desk: Desk):
    draft = saved(desk)
    with pytest.raises(DraftChanged) as refused:
        drafting.save(desk.session, desk.who("Hana"), "promotion", CHAIN, seen_revision=1)
    assert refused.value.facts["by"] == "Hana"
    assert draft.source == CHANGED


def test_a_published_draft_is_the_newest_version_and_its_reason_is_in_the_ledger(desk: Desk):
    version = published(desk, saved(desk).revision)
    assert (version.number, version.source) == (2, CHANGED)
    event = history(desk.session, version.id)[0]
    assert (event.name, facts_of(event)["reason"]) == ("chain.proposed", "two days are enough")
    with pytest.raises(NoSuchDraft):
        drafting.draft_of(desk.session, "promotion")


def test_a_version_may_be_planned_and_called_off_before_its_day(desk: Desk, clock: Any):
    later = clocks.now(desk.session) + timedelta(days=7)
    version = published(desk, saved(desk).revision, effective_from=later)
    (proposal,) = proposals.proposals(desk.session, desk.who("Hana"))
    chains.confirm_version(desk.session, ADMIN, proposal.id)
    assert version.effective_from == later
    assert chains.current(desk.session, "promotion", later).id == version.id
    with pytest.raises(CommentNeeded):
        chains.call_off(desk.session, desk.who("Hana"), version.id, reason=" ")
    chains.call_off(desk.session, desk.who("Hana"), version.id, reason="not agreed")
    assert chains.current(desk.session, "promotion", later).id == desk.version.id
    assert [e.name for e in history(desk.session, version.id)][-2:] == ["chain.published", "chain.called_off"]
    with pytest.raises(InForce):
        chains.call_off(desk.session, desk.who("Hana"), desk.version.id, reason="no")


def test_a_change_needs_a_reason_a_day_to_come_and_something_that_changed(desk: Desk):
    past = clocks.now(desk.session) - timedelta(days=1)
    seen = saved(desk).revision
    refusals: dict[type[Exception], dict[str, Any]] = {
        CommentNeeded: {"reason": "  "},
        InThePast: {"effective_from": past},
    }
    for error, said in refusals.items():
        with pytest.raises(error):
            published(desk, seen, **said)
    same = drafting.save(desk.session, desk.who("Hana"), "promotion", CHAIN, seen_revision=seen)
    with pytest.raises(NothingChanged):
        published(desk, same.revision)


def test_a_draft_of_one_chain_does_not_publish_another(desk: Desk):
    draft = saved(desk, CHANGED.replace("chain: promotion", "chain: transfer"))
    with pytest.raises(BadChain) as refused:
        published(desk, draft.revision)
    assert refused.value.facts["field"] == "chain"


@pytest.mark.parametrize("name", ["Budi", "Vera", "Walikota"])
def test_nobody_but_hr_writes_drafts(desk: Desk, name: str):
    draft = saved(desk)
    actor = desk.who(name)
    acts: list[Callable[[], Any]] = [
        lambda: drafting.begin(desk.session, actor, "other", CHAIN),
        lambda: drafting.save(desk.session, actor, "promotion", CHAIN, seen_revision=draft.revision),
        lambda: drafting.drop(desk.session, actor, "promotion", seen_revision=draft.revision),
        lambda: drafting.publish(
            desk.session, actor, "promotion", seen_revision=2, effective_from=None, reason="mine"
        ),
        lambda: chains.call_off(desk.session, actor, desk.version.id, reason="mine"),
    ]
    for act in acts:
        with pytest.raises(HrOnly):
            act()


def test_a_draft_that_is_dropped_is_gone(desk: Desk):
    drafting.drop(desk.session, desk.who("Hana"), "promotion", seen_revision=saved(desk).revision)
    assert drafting.drafts(desk.session) == []
