"""Who sends a file, or applies one, gains nothing by it themselves."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from personnel import importing
from personnel.access import OwnRecord
from personnel.models import Employee, Holding
from tests.integration.personnel.test_importing import ADI, BUDI, applied, office, preview, row

HELD = ["NIP", "Kode Jabatan", "Sebagai", "Nomor SK", "TMT", "Sampai"]
PERSON = ["NIP", "Nama", "Unit Kerja", "Gol/Ruang", "TMT Golongan", "Status", "Pendidikan", "Email"]


def hr(session: Session, nip: str) -> Actor:
    person = session.scalars(select(Employee).where(Employee.nip == nip)).one()
    return Actor(person.id, person.name, frozenset({Role.EMPLOYEE, Role.HR}))


@pytest.mark.parametrize(
    ("sheet", "headers", "said"),
    [
        ("Riwayat Jabatan", HELD, [BUDI, "K", "Plh", "SP/1", "01-11-2026", "30-11-2026"]),
        ("Riwayat Jabatan", HELD, [BUDI, "K", "", "SK/1", "01-11-2026", ""]),
        ("Riwayat Pangkat", ["NIP", "Gol", "TMT", "Nomor SK"], [BUDI, "IV/a", "01-04-2026", "SK/2"]),
        ("SKP", ["NIP", "2025"], [BUDI, "Sangat Baik"]),
        ("Pegawai", [*PERSON, "Jabatan"], [BUDI, "Budi Santoso", "1.1", "", "", "", "", "", "K"]),
        ("Pegawai", PERSON, [BUDI, "Budi Santoso", "1.1", "IV/a", "01-10-2026", "", "", ""]),
        ("Pegawai", [*PERSON, "Peran"], [BUDI, "Budi Santoso", "1.1", "", "", "", "", "", "hr"]),
    ],
)
def test_a_row_that_gives_its_sender_a_say_is_refused_and_the_others_stand(
    session: Session, sheet: str, headers: list[str], said: list[Any]
) -> None:
    office(session)
    other = [ADI, "Adi Lubis", *said[2:]] if sheet == "Pegawai" else [ADI, *said[1:]]
    mine = preview(session, {sheet: [headers, said]}, hr(session, BUDI))
    refused = row(session, mine, 2, sheet)
    assert (mine.counts["refuse"], refused.action) == (1, "refuse")
    assert refused.problems[-1]["message"].startswith("This would change your own record")
    theirs = preview(session, {sheet: [headers, other]}, hr(session, BUDI))
    assert theirs.counts["refuse"] == 0


def test_the_sender_may_say_again_what_is_on_record_and_how_they_are_reached(session: Session) -> None:
    office(session)
    same = [BUDI, "Budi Santoso", "1.1", "III/a", "01-04-2022", "PNS", "S-1", "budi@medan.example"]
    applied(session, {"Pegawai": [PERSON, same]}, hr(session, BUDI))
    assert session.scalars(select(Employee.email).where(Employee.nip == BUDI)).one() == "budi@medan.example"


def test_the_sender_does_not_make_their_own_post_lead_a_unit(session: Session) -> None:
    office(session)
    applied(session, {"Riwayat Jabatan": [HELD, [BUDI, "K", "", "SK/1", "01-01-2026", ""]]})
    posts = [["Kode Jabatan", "Nama Jabatan", "Unit Kerja", "Pimpinan"], ["K", "Kepala Dinas", "1", "ya"]]
    mine = preview(session, {"Jabatan": posts}, hr(session, BUDI))
    assert row(session, mine, 2, "Jabatan").action == "refuse"
    assert preview(session, {"Jabatan": posts}, hr(session, ADI)).counts["refuse"] == 0


def test_who_applies_a_colleagues_file_gains_nothing_by_it_either(session: Session) -> None:
    office(session)
    said = [HELD, [BUDI, "K", "Plh", "SP/1", "01-11-2026", "30-11-2026"]]
    sent = preview(session, {"Riwayat Jabatan": said}, hr(session, ADI))
    with pytest.raises(OwnRecord), session.begin_nested():
        importing.apply(session, hr(session, BUDI), sent.id)
    assert session.scalars(select(Holding)).all() == []
    importing.apply(session, hr(session, ADI), sent.id)
    assert len(session.scalars(select(Holding)).all()) == 1
