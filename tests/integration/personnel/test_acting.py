from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import events
from core.directory import Capacity, Scope
from personnel import acting, careers
from personnel.acting import ActingNeedsEnd, ActingTooLong, ActsForOneself, NobodyToActFor, NotVacant
from personnel.directory import PersonnelDirectory
from personnel.models import Employee, Holding, Position
from personnel.scopes import BadScope
from tests.integration.personnel.office import HR, Office

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 14)
SCOPE = Scope(("promotion",), ("unit-head",), 12)


@dataclass
class Desk:
    """A post, somebody who may hold it, and somebody who may act for it."""

    session: Session
    post: Position
    head: Employee
    deputy: Employee

    def appoint(self, person: Employee, capacity: Capacity, **said: Any) -> Holding:
        usual = {"starts_on": FIRST, "ends_on": LAST, "order_number": "800/7"}
        return careers.hold(self.session, HR, self.post.id, person.id, capacity=capacity, **(usual | said))

    def settle(self) -> None:
        careers.hold(self.session, HR, self.post.id, self.head.id, starts_on=date(2026, 1, 1))


@pytest.fixture
def desk(office: Office, session: Session) -> Desk:
    unit = office.unit("A")
    return Desk(session, office.post(unit), office.person(unit, "Kepala"), office.person(unit, "Wakil"))


def test_an_order_says_what_it_covers(desk: Desk) -> None:
    desk.settle()
    holding = desk.appoint(desk.deputy, Capacity.PLH, scope=SCOPE)
    noon = datetime(2026, 12, 3, 5, tzinfo=UTC)
    found = PersonnelDirectory(desk.session).post(desk.post.id, noon)
    assert [h.scope for h in found.holders] == [Scope(), SCOPE]
    event = events.history(desk.session, desk.deputy.id)[-1]
    assert events.facts_of(event)["scope"] == holding.scope
    (row,) = acting.orders(desk.session, FIRST)
    assert (row.name, row.capacity, row.order_number, row.scope) == ("Wakil", Capacity.PLH, "800/7", SCOPE)
    assert acting.orders(desk.session, date(2026, 12, 15)) == []


@pytest.mark.parametrize(
    "scope", [Scope(("Promotion!",)), Scope(stages=("",)), Scope(up_to_rank=18), Scope(up_to_rank=0)]
)
def test_a_scope_names_what_chains_can_have(desk: Desk, scope: Scope) -> None:
    desk.settle()
    with pytest.raises(BadScope):
        desk.appoint(desk.deputy, Capacity.PLH, scope=scope)


def test_nobody_acts_for_themselves(desk: Desk) -> None:
    desk.settle()
    with pytest.raises(ActsForOneself):
        desk.appoint(desk.head, Capacity.PLH)


def test_an_order_to_act_has_a_last_day(desk: Desk) -> None:
    desk.settle()
    with pytest.raises(ActingNeedsEnd):
        desk.appoint(desk.deputy, Capacity.PLH, ends_on=None)


def test_acting_never_stands_on_somebody_who_only_acts(desk: Desk) -> None:
    desk.appoint(desk.deputy, Capacity.PLT)
    with pytest.raises(NobodyToActFor):
        desk.appoint(desk.head, Capacity.PLH)


def test_a_vacancy_is_acted_for_only_while_there_is_one(desk: Desk) -> None:
    desk.settle()
    with pytest.raises(NotVacant):
        desk.appoint(desk.deputy, Capacity.PLT)


def test_a_plt_acts_for_three_months_at_most(desk: Desk) -> None:
    with pytest.raises(ActingTooLong):
        desk.appoint(desk.deputy, Capacity.PLT, ends_on=date(2027, 3, 1))
    desk.appoint(desk.deputy, Capacity.PLT, ends_on=date(2027, 2, 28))


def test_whoever_acts_for_a_vacancy_stops_when_the_post_is_taken(desk: Desk) -> None:
    plt = desk.appoint(desk.deputy, Capacity.PLT)
    careers.hold(desk.session, HR, desk.post.id, desk.head.id, starts_on=date(2026, 12, 10))
    assert plt.ends_on == date(2026, 12, 9)
    told = [events.facts_of(e) for e in events.history(desk.session, desk.deputy.id)]
    assert [(facts["to"], facts["on"]) for facts in told] == [
        (str(desk.deputy.id), "2026-12-01"),
        (None, "2026-12-10"),
    ]


def test_a_month_without_that_day_ends_on_its_last(desk: Desk) -> None:
    with pytest.raises(ActingTooLong):
        desk.appoint(desk.deputy, Capacity.PLT, starts_on=date(2026, 11, 30), ends_on=date(2027, 2, 28))
    desk.appoint(desk.deputy, Capacity.PLT, starts_on=date(2026, 11, 30), ends_on=date(2027, 2, 27))
