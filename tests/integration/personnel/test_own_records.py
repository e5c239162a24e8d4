"""What gives somebody a say is entered by somebody else."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.directory import Capacity
from personnel import capabilities, careers, committees
from personnel.access import OwnRecord
from personnel.committees import Decree
from tests.integration.personnel.office import HR, Office

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


def _prove(session: Session, actor: Actor, office: Office, me: Any) -> Any:
    return capabilities.prove(session, actor, me.id, "certified-assessor", "S/1", since=DAY)


@pytest.mark.parametrize("enters", [_hold, _form, _seat, _prove])
def test_hr_enters_for_others_and_not_for_oneself(session: Session, office: Office, enters: Enters) -> None:
    me = office.person(office.unit("A"), "Rosmawati")
    clerk = Actor(me.id, "Rosmawati", frozenset({str(Role.EMPLOYEE), str(Role.HR)}), "web")
    with pytest.raises(OwnRecord), session.begin_nested():
        enters(session, clerk, office, me)
    assert enters(session, clerk, office, office.person(office.unit("B"), "Lain"))
