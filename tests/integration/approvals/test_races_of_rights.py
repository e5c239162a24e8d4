"""A right that is given or taken away in the very moment in which somebody decides by it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from approvals import instruments
from approvals.errors import DelegationEnded, NotYours, RelatedToSubject
from approvals.instruments import Order
from approvals.models import Case, Decision, Delegation, Task
from approvals.ties import rebar
from core import clock
from tests.integration.approvals.desk import CHAIN, FLOW, Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.test_races import Arena, Job, lost, won


@pytest.fixture
def ring(committed: sessionmaker[Session]) -> Iterator[Arena]:
    made = Arena(committed)
    yield made
    with committed() as session:
        check_streams(session)


def declares(arena: Arena) -> Job:
    """Somebody declares that the head of the section lives with Budi."""

    def job(session: Session) -> int:
        arena.office.relations.clear()
        arena.office.relate("Kasi", "Budi")
        return rebar(session, FLOW, [named("Budi"), named("Kasi")], directory=arena.office)

    return job


@pytest.mark.parametrize("_time", range(5))
def test_a_tie_is_declared_while_the_head_decides(ring: Arena, _time: int):
    [(case_id, task)] = ring.prepare("unit-head", "Budi")
    answers = ring.at_once([ring.decides("Kasi", task), declares(ring)])
    with ring.sessions() as session:
        case = session.get_one(Case, case_id)
        decision = session.scalars(select(Decision)).one_or_none()
        assert case.tied == [named("Kasi")]
        if decision:
            assert decision.decider_id == named("Kasi"), "decided before it was declared"
        else:
            assert lost(answers) == [RelatedToSubject]
        waiting = session.scalars(select(Task).where(Task.ended_at.is_(None))).one()
        assert waiting.assignee_id != named("Kasi")
        assert named("Kasi") in waiting.barred


@pytest.mark.parametrize("_time", range(5))
def test_a_delegation_is_revoked_while_its_bearer_decides(ring: Arena, _time: int):
    listed = CHAIN.replace("acting: [plh, plt]", "acting: [plh, plt, delegate]")
    with ring.sessions.begin() as session:
        desk = Desk(session, ring.office, listed)
        task = desk.task(desk.open("Budi")).id
        now = clock.now(session)
        order = Order(
            from_id=named("Kasi"),
            to_id=named("Dewi"),
            order_number="ST-1",
            reason="dinas",
            starts_at=now,
            ends_at=now + timedelta(days=1),
        )
        given = instruments.grant(session, desk.who("Kasi"), order, directory=ring.office).id
    revokes: Job = lambda s: instruments.revoke(s, ring.office.actor("Kasi"), given)  # noqa: E731
    answers = ring.at_once([ring.decides("Dewi", task), revokes, revokes])
    with ring.sessions() as session:
        decision = session.scalars(select(Decision)).one_or_none()
        assert session.get_one(Delegation, given).revoked_at is not None
        assert lost(answers).count(DelegationEnded) == 1, "revoked once"
        if decision:
            assert (decision.capacity, decision.acting_for_id) == ("delegate", named("Kasi"))
        else:
            assert NotYours in lost(answers)
    assert len(won(answers)) == (2 if decision else 1)
