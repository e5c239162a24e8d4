"""Plain delegation as a legal instrument: by order, in dates and scope, never transitive, never to sign."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import access, decisions, instruments, tasks
from approvals.errors import (
    ActsForConflicted,
    BadDelegation,
    DelegatesToOneself,
    DelegationEnded,
    NoSuchCase,
    NoSuchDelegate,
    NoSuchDelegation,
    NotYourDelegation,
    NotYours,
    OwnCase,
    OwnRequest,
)
from approvals.inbox import InboxCounts, InboxFilter, counts, inbox
from approvals.instruments import Order
from approvals.models import Case, Delegation, Task
from core import clock, events
from core.actor import Actor
from core.directory import Capacity, Scope
from core.errors import MufakatError
from core.ids import new_id
from tests.conftest import Clock
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named

LISTED = CHAIN.replace("acting: [plh, plt]", "acting: [plh, plt, delegate]")
BY_NAME = f"""
chain: by-name
title: {{id: Nama, en: Name}}
stages:
  - stage: reader
    candidates: {{person: {named("Kabid")}}}
    acting: [delegate]
"""


@pytest.fixture
def office(session: Session, desk: Desk) -> Desk:
    """A desk whose chain lets the unit's head delegate."""
    return Desk(session, desk.office, LISTED)


def order(desk: Desk, giver: str, to: str, **said: Any) -> Order:
    now = clock.now(desk.session)
    usual = {
        "from_id": named(giver),
        "to_id": named(to),
        "order_number": "ST-9/2026",
        "reason": "dinas luar",
        "starts_at": now - timedelta(minutes=1),
        "ends_at": now + timedelta(days=5),
    }
    return Order(**(usual | said))


def delegate(desk: Desk, giver: str, to: str, by: str | Actor | None = None, **said: Any) -> Delegation:
    return instruments.grant(
        desk.session, desk.who(by or giver), order(desk, giver, to, **said), directory=desk.office
    )


def shown(desk: Desk, name: str) -> list[str]:
    return [row.subject_name for row in inbox(desk.session, desk.who(name), directory=desk.office)]


def test_a_delegate_decides_for_the_giver_and_the_decision_says_so(office: Desk):
    case = office.open("Budi")
    delegate(office, "Kasi", "Dewi")
    decision = office.decide("Dewi", case)
    assert (decision.acting_for_id, decision.capacity, decision.order_number) == (
        named("Kasi"),
        "delegate",
        "ST-9/2026",
    )
    said = office.facts(case, "task.decided")[0]
    assert (said["acting_for"], said["capacity"]) == (str(named("Kasi")), "delegate")


def test_it_covers_what_was_pending_and_what_comes_and_the_giver_may_still_decide(office: Desk):
    before = office.open("Budi")
    delegate(office, "Kasi", "Dewi")
    after = office.open("Citra")
    assert sorted(shown(office, "Dewi")) == ["Budi", "Citra"]
    assert sorted(shown(office, "Kasi")) == ["Budi", "Citra"]
    office.decide("Dewi", before)
    assert office.decide("Kasi", after).capacity == "definitive"


def test_nothing_before_its_first_or_after_its_last_moment(office: Desk, clock: Clock):
    now = clock.now()
    case = office.open("Budi")
    delegate(office, "Kasi", "Dewi", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    for days in (0, 1):
        clock.move(days=days)
        entitled = days == 1
        assert (shown(office, "Dewi") == ["Budi"]) is entitled
        if not entitled:
            with pytest.raises(NotYours):
                office.decide("Dewi", case)
    clock.move(days=1)
    assert shown(office, "Dewi") == []
    with pytest.raises(NotYours):
        office.decide("Dewi", case)


def test_a_stage_that_does_not_list_it_is_not_decided_by_a_delegate(desk: Desk):
    case = desk.open("Budi")
    delegate(desk, "Kasi", "Dewi")
    assert shown(desk, "Dewi") == []
    with pytest.raises(NotYours):
        desk.decide("Dewi", case)


def test_a_delegate_never_signs(office: Desk):
    case = office.at("appointing-official")
    delegate(office, "Walikota", "Dewi")
    assert shown(office, "Dewi") == []
    with pytest.raises(NotYours):
        office.decide("Dewi", case)


@pytest.mark.parametrize(
    ("scope", "entitled"),
    [
        (Scope(), True),
        (Scope(("promotion",), ("unit-head",), 9), True),
        (Scope(("training",)), False),
        (Scope(stages=("verification",)), False),
        (Scope(up_to_rank=8), False),
    ],
)
def test_it_covers_what_its_scope_says(office: Desk, scope: Scope, entitled: bool):
    case = office.open("Budi")
    delegate(office, "Kasi", "Dewi", scope=scope)
    assert (shown(office, "Dewi") == ["Budi"]) is entitled
    if entitled:
        office.decide("Dewi", case)
    else:
        with pytest.raises(NotYours):
            office.decide("Dewi", case)


def test_it_is_never_transitive(office: Desk):
    case = office.open("Budi")
    delegate(office, "Kasi", "Dewi")
    delegate(office, "Dewi", "Citra")
    assert shown(office, "Citra") == []
    with pytest.raises(NotYours):
        office.decide("Citra", case)


def test_who_only_acts_for_a_post_passes_nothing_on(office: Desk):
    office.office.appoint("head", "seksi", "Dewi", Capacity.PLH, "SP-1")
    case = office.open("Budi")
    delegate(office, "Dewi", "Citra")
    assert shown(office, "Citra") == []
    with pytest.raises(NotYours):
        office.decide("Citra", case)


def test_a_queues_member_passes_nothing_on(office: Desk):
    case = office.at("verification")
    delegate(office, "Vera", "Dewi")
    tasks.claim(office.session, office.who("Vera"), office.task(case).id)
    assert shown(office, "Dewi") == []
    with pytest.raises(NotYours):
        office.decide("Dewi", case)


def test_what_was_given_by_name_is_covered_unless_somebody_handed_it_on(session: Session, desk: Desk):
    named_desk = Desk(session, desk.office, BY_NAME)
    case = named_desk.open("Budi")
    delegate(named_desk, "Kabid", "Dewi")
    assert shown(named_desk, "Dewi") == ["Budi"]
    task = named_desk.task(case)
    task.handed_by = named("Kaban")
    session.flush()
    assert shown(named_desk, "Dewi") == []
    with pytest.raises(NotYours):
        named_desk.decide("Dewi", case)
    task.handed_by = None
    session.flush()
    assert named_desk.decide("Dewi", case).acting_for_id == named("Kabid")


def test_the_givers_conflict_is_the_delegates_too(office: Desk):
    case = office.open("Budi", requester_id=named("Citra"))
    task = office.task(case)
    delegate(office, "Kasi", "Dewi")
    case.tied = [named("Kasi")]
    task.barred = [*task.barred, named("Kasi")]
    office.session.flush()
    assert shown(office, "Dewi") == []
    with pytest.raises(ActsForConflicted):
        office.decide("Dewi", case)


def test_the_delegates_own_conflicts_count(office: Desk):
    about_dewi = office.open("Dewi")
    raised = office.open("Budi", requester_id=named("Dewi"))
    delegate(office, "Kasi", "Dewi")
    assert shown(office, "Dewi") == []
    with pytest.raises(OwnCase):
        office.decide("Dewi", about_dewi)
    with pytest.raises(OwnRequest):
        office.decide("Dewi", raised)


def test_whoever_lost_the_post_has_nothing_to_delegate(office: Desk):
    case = office.open("Budi")
    delegate(office, "Kasi", "Dewi")
    office.office.employ("Baru", "seksi")
    office.office.appoint("head", "seksi", "Baru")
    assert shown(office, "Dewi") == []
    with pytest.raises(NotYours):
        office.decide("Dewi", case)


def test_what_somebody_who_left_delegated_is_void(session: Session, desk: Desk):
    named_desk = Desk(session, desk.office, BY_NAME)
    case = named_desk.open("Budi")
    delegate(named_desk, "Kabid", "Dewi")
    desk.office.retire("Kabid")
    assert shown(named_desk, "Dewi") == []
    with pytest.raises(NotYours):
        named_desk.decide("Dewi", case)


def test_two_delegations_of_one_giver_count_a_task_once(office: Desk):
    office.open("Budi")
    delegate(office, "Kasi", "Dewi", scope=Scope(("promotion",)))
    delegate(office, "Kasi", "Dewi", order_number="ST-10")
    office.office.appoint("head", "seksi", "Dewi", Capacity.PLH, "SP-1")
    assert shown(office, "Dewi") == ["Budi"]
    assert counts(office.session, office.who("Dewi"), directory=office.office) == InboxCounts(mine=1)
    assert office.decide("Dewi", office.session.scalars(select(Case)).one()).capacity == "plh"


def test_a_delegate_sees_the_case_while_it_may_be_decided(office: Desk):
    case = office.open("Budi")
    with pytest.raises(NoSuchCase):
        access.must_see(office.session, office.who("Dewi"), case.id, directory=office.office)
    given = delegate(office, "Kasi", "Dewi")
    access.must_see(office.session, office.who("Dewi"), case.id, directory=office.office)
    instruments.revoke(office.session, office.who("Kasi"), given.id)
    with pytest.raises(NoSuchCase):
        access.must_see(office.session, office.who("Dewi"), case.id, directory=office.office)


def test_the_way_by_mail_asks_for_the_same_right(office: Desk):
    case = office.open("Budi")
    by_mail = office.office.actor("Dewi", via="mail")
    with pytest.raises(NotYours):
        office.decide(by_mail, case)
    delegate(office, "Kasi", "Dewi")
    decisions.may_decide(office.session, by_mail, office.task(case).id, directory=office.office)
    decision = office.decide(by_mail, case)
    assert (decision.via, decision.capacity) == ("mail", "delegate")


def test_deciding_by_ones_own_right_asks_for_no_delegations(office: Desk):
    case = office.open("Budi")
    said: list[str] = []
    hooks.listen(office.session.connection(), "before_cursor_execute", lambda *a: said.append(a[2]))
    office.decide("Kasi", case)
    assert not [statement for statement in said if "delegation" in statement]


# granting and revoking


def test_a_delegation_is_told_in_a_history_of_its_own(office: Desk, wired: list[events.Recorded]):
    given = delegate(office, "Kasi", "Dewi", scope=Scope(("promotion",), (), 12))
    instruments.revoke(office.session, office.who("Kasi"), given.id)
    rows = events.history(office.session, given.id)
    assert [row.name for row in rows] == ["delegation.granted", "delegation.revoked"]
    said = events.facts_of(rows[0])
    assert (said["from"], said["to"], said["chains"], said["up_to_rank"]) == (
        str(named("Kasi")),
        str(named("Dewi")),
        ["promotion"],
        12,
    )
    assert "dinas luar" not in rows[0].body
    assert [e.name for e in wired][-2:] == ["delegation.granted", "delegation.revoked"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"to_id": named("Kasi")}, DelegatesToOneself),
        ({"to_id": new_id()}, NoSuchDelegate),
        ({"order_number": " "}, BadDelegation),
        ({"reason": ""}, BadDelegation),
        ({"ends_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, BadDelegation),
    ],
)
def test_an_order_that_can_not_stand_is_refused(office: Desk, said: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        delegate(office, "Kasi", "Dewi", **said)


def test_nobody_delegates_to_somebody_who_left(office: Desk):
    office.office.retire("Dewi")
    with pytest.raises(NoSuchDelegate):
        delegate(office, "Kasi", "Dewi")


def test_only_the_giver_and_hr_grant_and_revoke(office: Desk):
    for stranger in ("Dewi", "Kabid"):
        with pytest.raises(NotYourDelegation):
            delegate(office, "Kasi", "Dewi", by=stranger)
    given = delegate(office, "Kasi", "Dewi", by="Hana")
    assert given.created_by == named("Hana")
    with pytest.raises(NotYourDelegation):
        instruments.revoke(office.session, office.who("Dewi"), given.id)
    instruments.revoke(office.session, office.who("Hana"), given.id)
    with pytest.raises(DelegationEnded):
        instruments.revoke(office.session, office.who("Kasi"), given.id)
    with pytest.raises(NoSuchDelegation):
        instruments.revoke(office.session, office.who("Kasi"), new_id())
    with pytest.raises(NotYours):
        office.decide("Dewi", office.open("Budi"))


def test_delegations_are_listed_for_the_two_and_for_hr(office: Desk):
    given = delegate(office, "Kasi", "Dewi")
    for name in ("Kasi", "Dewi"):
        found = instruments.delegations_of(office.session, office.who(name), named(name))
        assert [d.id for d in found] == [given.id]
    with pytest.raises(NotYourDelegation):
        instruments.delegations_of(office.session, office.who("Citra"), named("Kasi"))
    assert [d.id for d in instruments.delegations(office.session, office.who("Hana"))] == [given.id]
    with pytest.raises(NotYourDelegation):
        instruments.delegations(office.session, office.who("Kasi"))


# the inbox is exactly what may be decided


def entitled(desk: Desk, name: str, task: Task) -> bool:
    try:
        decisions.may_decide(desk.session, desk.who(name), task.id, directory=desk.office)
    except MufakatError:
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_what_an_inbox_holds_is_exactly_what_may_be_decided(session: Session, desk: Desk, seed: int):
    rng = random.Random(seed)
    office = desk.office
    names = ["Budi", "Citra", "Dewi", "Kasi", "Kabid", "Kaban", "Vera", "Viktor"]
    desks = [Desk(session, office, LISTED), Desk(session, office, BY_NAME)]
    scopes = [
        Scope(),
        Scope(("promotion",)),
        Scope(("by-name",)),
        Scope(stages=("unit-head",)),
        Scope((), (), 9),
    ]
    for _ in range(3):
        office.relate(*rng.sample(names, 2))
    for _ in range(2):
        name, capacity = rng.choice(names[:3]), rng.choice([Capacity.PLH, Capacity.PLT])
        unit = rng.choice(["seksi", "bidang"])
        office.appoint("head", unit, name, capacity, "SP-1", scope=rng.choice(scopes))
    for n in range(10):
        subject = rng.choice(names)
        rank = rng.choice([8, 9, 10, None])
        data = {"subject": {"rank": rank} if rank else {"rank": {"name": "?"}}, "documents": []}
        where = rng.choice(desks)
        case = where.open(
            subject, key=f"{seed}-{n}", data=data if where is desks[1] or rank else {"subject": {"rank": 9}}
        )
        if rng.random() < 0.4 and where is desks[0] and (holder := where.task(case).assignee_id):
            where.decide(office.staff[holder].name, case)
    for _ in range(6):
        giver, to = rng.sample(names, 2)
        delegate(desk, giver, to, scope=rng.choice(scopes))
    open_tasks = session.scalars(select(Task).where(Task.ended_at.is_(None))).all()
    for name in [*names, "Hana", "Sekda"]:
        rows = inbox(session, desk.who(name), directory=office, filter=InboxFilter.ALL, limit=100)
        listed = [row.task_id for row in rows]
        assert sorted(listed) == sorted(t.id for t in open_tasks if entitled(desk, name, t)), name
        assert len(listed) == len(set(listed))
        how_many = counts(session, desk.who(name), directory=office)
        assert how_many.mine + how_many.offered == len(listed)
