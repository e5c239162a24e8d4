"""Chains are published as immutable versions, one in force at a time."""

from datetime import timedelta

import pytest

from approvals import chains
from approvals.errors import BadChain, HrOnly, NoSuchChain
from core import clock
from core.events import facts_of, history
from tests.integration.approvals.desk import CHAIN, FLOW, Desk

LONGER = CHAIN.replace("due: 3 working days", "due: 5 working days")


def test_the_newest_text_published_again_changes_nothing(desk: Desk):
    assert chains.publish(desk.session, FLOW, CHAIN) is desk.version


def test_a_changed_text_is_a_new_version_and_cases_under_way_stay_on_theirs(desk: Desk):
    case = desk.open()
    newer = chains.publish(desk.session, FLOW, LONGER)
    assert (desk.version.number, newer.number) == (1, 2)
    assert chains.current(desk.session, "promotion", clock.now(desk.session)) is newer
    assert (
        chains.definition_by_id(desk.session, case.chain_version_id).stages[0].due
        != chains.definition_of(newer).stages[0].due
    )


def test_an_older_text_may_be_brought_back(desk: Desk):
    chains.publish(desk.session, FLOW, LONGER)
    back = chains.publish(desk.session, FLOW, CHAIN)
    assert (back.number, back.content_hash) == (3, desk.version.content_hash)
    assert chains.current(desk.session, "promotion", clock.now(desk.session)) is back


def test_a_version_takes_effect_on_its_date(desk: Desk):
    now = clock.now(desk.session)
    later = chains.publish(desk.session, FLOW, LONGER, now + timedelta(days=10))
    assert chains.current(desk.session, "promotion", now) is desk.version
    assert chains.current(desk.session, "promotion", now + timedelta(days=10)) is later


def test_a_chain_that_is_not_there_is_named(desk: Desk):
    with pytest.raises(NoSuchChain, match="nothing-like-it"):
        chains.current(desk.session, "nothing-like-it", clock.now(desk.session))


def test_only_hr_and_the_system_publish_and_only_what_is_valid(desk: Desk):
    for name in ("Budi", "Kasi", "Vera"):
        with pytest.raises(HrOnly):
            chains.publish(desk.session, desk.who(name), LONGER)
    with pytest.raises(BadChain):
        chains.publish(desk.session, FLOW, LONGER.replace("due: 5", "due: many"))


def test_publishing_is_told_in_the_versions_own_stream(desk: Desk):
    events = history(desk.session, desk.version.id)
    assert [e.name for e in events] == ["chain.published"]
    assert facts_of(events[0])["content_hash"] == desk.version.content_hash
