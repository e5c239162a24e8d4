from datetime import date

import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.ids import new_id
from personnel import establishment
from tests.integration.personnel.office import Office

DAY = date(2026, 11, 24)


def test_vacant_posts_come_first_with_the_day_since_when(office: Office, session: Session) -> None:
    unit = office.unit("E-1")
    held, vacant, left = (office.post(unit, key=None, title=title) for title in ("A", "B", "C"))
    never = office.post(unit, key=None, title="D")
    office.holding(held, office.person(unit, "Ani"))
    office.holding(vacant, office.person(unit, "Beni"), starts_on=date(2020, 1, 1), ends_on=date(2026, 6, 30))
    gone = office.person(unit, "Cici", left_on=date(2026, 3, 1))
    office.holding(left, gone, starts_on=date(2019, 1, 1), ends_on=None)
    found = establishment.posts(session, DAY, unit.id)
    assert [line.title for line in found] == ["B", "C", "D", "A"]
    since = {line.title: line.vacant_since for line in found}
    assert since == {"A": None, "B": date(2026, 7, 1), "C": date(2026, 3, 1), "D": None}
    assert found[-1].holder and found[-1].holder.name == "Ani"
    assert never.id in {line.id for line in found if line.vacant}


def test_whoever_acts_for_a_post_does_not_fill_it(office: Office, session: Session) -> None:
    unit = office.unit("E-2")
    post = office.post(unit)
    office.holding(post, office.person(unit, "Dodi"), capacity="plt", order_number="800/1")
    (line,) = establishment.posts(session, DAY, unit.id)
    assert line.vacant
    assert [one.name for one in line.acting] == ["Dodi"]


def test_all_who_ever_had_a_post_are_listed_the_latest_first(office: Office, session: Session) -> None:
    unit = office.unit("E-3")
    post = office.post(unit)
    office.holding(post, office.person(unit, "Eka"), starts_on=date(2018, 1, 1), ends_on=date(2021, 12, 31))
    office.holding(post, office.person(unit, "Fajar"), starts_on=date(2022, 1, 1), ends_on=None)
    other = office.post(office.unit("E-4"))
    office.holding(other, office.person(unit, "Gita"))
    assert [one.name for one in establishment.holders(session, unit.id)[post.id]] == ["Fajar", "Eka"]


def test_an_unknown_unit_is_not_found(office: Office, session: Session) -> None:
    with pytest.raises(NotFound):
        establishment.unit(session, new_id())
