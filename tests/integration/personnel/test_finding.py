from datetime import date

import pytest
from sqlalchemy.orm import Session

from core.errors import MufakatError
from personnel import finding
from personnel.finding import NoSuchPerson, SeveralPeople
from personnel.models import Employee
from tests.integration.personnel.office import Office


@pytest.fixture
def people(office: Office) -> dict[str, Employee]:
    unit = office.unit("A")
    made = {
        name: office.person(unit, name) for name in ("Siti Aminah", "Siti Aminah Lubis", "Budi Zulkarnain")
    }
    office.person(unit, "Budi Zulkarnain Tua", left_on=date(2020, 1, 1))
    return made


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("siti  aminah", "Siti Aminah"),
        ("Lubis", "Siti Aminah Lubis"),
        ("Dr. Siti Aminah, S.Sos.", "Siti Aminah"),
        ("zulkarnain budi", "Budi Zulkarnain"),
    ],
)
def test_one_is_found_by_whole_words(
    session: Session, people: dict[str, Employee], said: str, name: str
) -> None:
    assert finding.one(session, said) is people[name]


def test_one_is_found_by_the_nip_however_spaced(session: Session, people: dict[str, Employee]) -> None:
    nip = people["Siti Aminah"].nip
    assert finding.one(session, f" {nip[:8]} {nip[8:14]} {nip[14:]}") is people["Siti Aminah"]


@pytest.mark.parametrize("said", ["", " ", "Zul", "Tua", "100%", "19800101", "Siti_Aminah"])
def test_a_part_of_a_word_or_somebody_who_left_is_nobody(
    session: Session, people: dict[str, Employee], said: str
) -> None:
    with pytest.raises(NoSuchPerson):
        finding.one(session, said)


def test_several_are_named_to_choose_from(session: Session, people: dict[str, Employee]) -> None:
    with pytest.raises(SeveralPeople) as refused:
        finding.one(session, "Siti")
    assert isinstance(refused.value, MufakatError)
    assert "Siti Aminah Lubis" in str(refused.value)
