from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import events
from core.directory import Capacity
from core.errors import NotFound
from core.ids import new_id
from personnel import absences
from personnel.absences import Alone, BadLeave, LeaveMeets
from personnel.access import RecordsAreHrs
from personnel.models import Employee, Position, Unit
from tests.integration.personnel.office import CLERK, HR, Office

TODAY, SOON = date(2026, 12, 1), date(2026, 12, 31)
FIRST, LAST = date(2026, 12, 7), date(2026, 12, 18)


@dataclass
class Bureau:
    """A unit below another, each with a head; and two who hold posts in it."""

    office: Office
    session: Session
    unit: Unit
    post: Position
    head: Employee
    above: Employee
    section: Employee
    expert: Employee

    def alone(self, **more: Any) -> list[Alone]:
        return absences.without_substitute(self.session, TODAY, SOON, **more)

    def leave(self, person: Employee, first: date = FIRST, last: date = LAST) -> None:
        absences.record(self.session, HR, person.id, kind="annual", starts_on=first, ends_on=last)


@pytest.fixture
def bureau(office: Office, session: Session) -> Bureau:
    top = office.unit("A")
    unit = office.unit("A.1", top)
    post = office.post(unit, echelon="III.a")
    people = {name: office.person(unit, name) for name in ("Kepala", "Kasubag", "Ahli")}
    above = office.person(top, "Sekda", rank="IV/d")
    office.holding(office.post(top, echelon="II.a"), above)
    office.holding(post, people["Kepala"])
    office.holding(office.post(unit, None, title="Kasubag", echelon="IV.a"), people["Kasubag"])
    office.holding(office.post(unit, None, kind="functional", title="Ahli"), people["Ahli"])
    return Bureau(office, session, unit, post, people["Kepala"], above, people["Kasubag"], people["Ahli"])


def test_a_head_who_goes_away_leaves_the_post_to_the_highest_of_the_unit(bureau: Bureau) -> None:
    assert bureau.alone() == []
    bureau.leave(bureau.head)
    (found,) = bureau.alone()
    assert (found.position_id, found.holder_name, found.leave, found.gap) == (
        bureau.post.id,
        "Kepala",
        (FIRST, LAST),
        (FIRST, LAST),
    )
    assert found.deputy is not None
    assert found.deputy.person_id == bureau.section.id


def test_whoever_is_away_too_is_not_proposed_and_then_the_head_above_is(bureau: Bureau) -> None:
    bureau.leave(bureau.head)
    bureau.leave(bureau.section, LAST, LAST)
    assert [a.deputy and a.deputy.name for a in bureau.alone()] == ["Ahli"]
    bureau.leave(bureau.expert, date(2026, 11, 20), FIRST)
    assert [a.deputy and a.deputy.name for a in bureau.alone()] == ["Sekda"]
    bureau.leave(bureau.above)
    assert [(a.holder_name, a.deputy) for a in bureau.alone()] == [("Sekda", None), ("Kepala", None)]


def test_an_order_covers_the_days_it_names_and_only_a_whole_one_covers(bureau: Bureau) -> None:
    bureau.leave(bureau.head)
    acting = {"capacity": Capacity.PLH, "order_number": "800/1"}
    scoped = bureau.office.holding(
        bureau.post,
        bureau.section,
        **acting,
        starts_on=FIRST,
        ends_on=LAST,
        scope={"stages": ["unit-head"]},
    )
    assert [a.gap for a in bureau.alone()] == [(FIRST, LAST)]
    scoped.scope, scoped.ends_on = {}, date(2026, 12, 10)
    bureau.session.flush()
    assert [a.gap for a in bureau.alone()] == [(date(2026, 12, 11), LAST)]
    scoped.ends_on = LAST
    bureau.session.flush()
    assert bureau.alone() == []
    bureau.leave(bureau.section, date(2026, 12, 9), date(2026, 12, 9))
    assert [a.gap for a in bureau.alone()] == [(date(2026, 12, 9), date(2026, 12, 9))]


def test_an_absence_that_is_over_or_far_off_is_not_shown(bureau: Bureau) -> None:
    bureau.leave(bureau.head, date(2026, 11, 1), date(2026, 11, 30))
    bureau.leave(bureau.head, date(2027, 1, 1), date(2027, 1, 5))
    assert bureau.alone() == []


def test_an_absence_under_way_is_shown_from_today(bureau: Bureau) -> None:
    bureau.leave(bureau.head, date(2026, 11, 25), date(2026, 12, 4))
    assert [a.gap for a in bureau.alone()] == [(TODAY, date(2026, 12, 4))]


def test_posts_that_no_chain_names_are_shown_when_something_waits_there(bureau: Bureau) -> None:
    bureau.leave(bureau.section)
    assert bureau.alone() == []
    (post,) = absences.posts_held(bureau.session, [bureau.section.id], TODAY)
    assert [a.title for a in bureau.alone(also=[post])] == ["Kasubag"]
    assert bureau.alone(also=[post], people=[bureau.head.id]) == []


def test_leave_is_recorded_once_by_hr_and_why_is_erasable(bureau: Bureau) -> None:
    with pytest.raises(RecordsAreHrs):
        absences.record(bureau.session, CLERK, bureau.head.id, kind="sick", starts_on=FIRST, ends_on=LAST)
    absences.record(bureau.session, HR, bureau.head.id, kind="sick", starts_on=FIRST, ends_on=LAST)
    with pytest.raises(LeaveMeets):
        bureau.leave(bureau.head, LAST, SOON)
    (event,) = events.history(bureau.session, bureau.head.id)
    assert (event.name, "sick" in event.body) == ("leave.recorded", False)


@pytest.mark.parametrize(("kind", "last"), [("picnic", LAST), ("annual", TODAY)])
def test_leave_has_a_kind_and_does_not_end_before_it_begins(bureau: Bureau, kind: str, last: date) -> None:
    with pytest.raises(BadLeave):
        absences.record(bureau.session, HR, bureau.head.id, kind=kind, starts_on=FIRST, ends_on=last)
    with pytest.raises(NotFound):
        absences.record(bureau.session, HR, new_id(), kind="annual", starts_on=FIRST, ends_on=LAST)
