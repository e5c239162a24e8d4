"""What gives somebody a say is entered by somebody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.directory import Capacity
from personnel import capabilities, careers, committees
from personnel.access import OwnRecord
from personnel.committees import Decree, OwnCommittee
from tests.integration.personnel.office import ADMIN, HR, Office

DAY = date(2026, 1, 1)
DECREE = Decree(key="tim", title_id="Tim", title_en="Team", order_number="1", starts_on=DAY)
Enters = Callable[[Session, Actor, Office, Any], Any]


def _hold(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    post = office.post(office.unit("Z"))
    return careers.hold(
        session,
        actor,
        post.id,
        me.id,
        starts_on=DAY,
        capacity=Capacity.PLT,
        order_number="SP/1",
        ends_on=date(2026, 2, 1),
    )


def _form(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    return committees.form(session, actor, DECREE, {me.id: "chair"})


def _seat(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    chair = office.person(office.unit("Y"), "Ketua")
    formed = committees.form(session, HR, DECREE, {chair.id: "chair"})
    return committees.seat(session, actor, formed.id, me.id, part="member", starts_on=DAY)


def _promote(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    return careers.promote(session, actor, me.id, "III/d", DAY, "SK/1")


def _act_longer(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    acts = _hold(session, HR, office, me)
    return careers.end_holding(session, actor, acts.id, acts.ends_on + timedelta(days=1))


def _be_able_for_longer(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    proof = capabilities.prove(session, HR, me.id, "certified-assessor", "S/2", since=DAY, until=DAY)
    return capabilities.end(session, actor, proof.id, DAY + timedelta(days=1))


def _prove(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    return capabilities.prove(session, actor, me.id, "certified-assessor", "S/1", since=DAY)


@pytest.mark.parametrize("enters", [_hold, _form, _seat, _prove, _promote, _act_longer, _be_able_for_longer])
def test_hr_enters_for_others_and_not_for_oneself(session: Session, office: Office, enters: Enters) -> None:
    me = office.person(office.unit("A"), "Rosmawati")
    clerk = Actor(me.id, "Rosmawati", frozenset({str(Role.EMPLOYEE), str(Role.HR)}), "web")
    with pytest.raises(OwnRecord), session.begin_nested():
        enters(session, clerk, office, me)
    assert enters(session, clerk, office, office.person(office.unit("B"), "Lain"))


def test_who_sits_in_a_committee_does_not_choose_who_else_sits_there(
    session: Session, office: Office
) -> None:
    me, chair, other = (office.person(office.unit(c), c) for c in ("A", "Ketua", "Lain"))
    clerk = Actor(me.id, "Rosmawati", frozenset({str(Role.EMPLOYEE), str(Role.HR)}), "web")
    formed = committees.form(session, HR, DECREE, {chair.id: "chair", me.id: "secretary"})
    later = DAY + timedelta(days=30)

    def seat(actor: Actor) -> Any:
        return committees.seat(session, actor, formed.id, other.id, part="chair", starts_on=later)

    changes: list[Callable[[Actor], Any]] = [
        seat,
        lambda actor: committees.end(session, actor, formed.id, later),
        lambda actor: committees.form(session, actor, replace(DECREE, starts_on=later), {other.id: "chair"}),
    ]
    for change in changes:
        with pytest.raises(OwnCommittee), session.begin_nested():
            change(clerk)
    assert seat(ADMIN).employee_id == other.id
