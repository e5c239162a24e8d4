"""A file is undone as one: all that it did goes, but for what was changed or used since; rows say which."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.errors import NotFound
from core.ids import new_id
from personnel import accounts, careers, importing, reviewing, undoing
from personnel.access import RecordsAreHrs
from personnel.models import (
    Appraisal,
    Discipline,
    Document,
    Employee,
    Holding,
    Leave,
    Position,
    RankHeld,
    Schooling,
    Unit,
)
from personnel.models_imports import Import
from personnel.undoing import NotApplied, ReasonMissing
from tests.integration.personnel.office import CLERK, HR, SYSTEM
from tests.integration.personnel.test_importing import (
    ADI,
    BUDI,
    PEOPLE,
    POSTS,
    SITI,
    UNITS,
    Sheets,
    applied,
    office,
    person,
    row,
)

WHY = "Berkas yang salah"
TABLES = (Unit, Position, Employee, Holding, RankHeld, Schooling, Appraisal, Discipline, Leave, Document)


def nobody(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Other rooms that speak of nobody."""
    return set()


def undone(session: Session, made: Import) -> Import:
    return undoing.undo(session, HR, made.id, WHY, in_use=nobody)


def records(session: Session) -> dict[str, list[Any]]:
    """All that the records hold."""
    session.expire_all()
    return {
        table.__tablename__: sorted(map(str, session.execute(select(*table.__table__.c)).all()))
        for table in TABLES
    }


def test_a_first_file_leaves_nothing_behind_once_it_is_undone(session: Session) -> None:
    before = records(session)
    office(session)
    made = session.scalars(select(Import)).one()
    undone(session, made)
    assert records(session) == before
    assert (made.state, made.undone_for, made.undone_by_name) == ("undone", WHY, HR.name)
    assert made.counts["undone"] == {"undone": 5, "partly": 0, "kept": 0}
    assert {r.undone for r in reviewing.rows(session, HR, made.id)} == {"undone"}


def test_what_a_file_changed_is_as_it_was_before(session: Session) -> None:
    office(session)
    before = records(session)
    made = applied(
        session,
        {
            "Unit": [UNITS[0], ["1.2", "Dinas Sosial", "1"], ["1.1", "Dinas Kesehatan Kota", "1.2"]],
            "Pegawai": [PEOPLE[0], [BUDI, "Budi S.", "1.2", "III/b", "01-04-2026", "", "S-2"]],
            "Riwayat Pangkat": [["NIP", "Gol", "TMT", "No SK"], [ADI, "II/d", "1/4/2025", "823/1"]],
            "SKP": [["NIP", "2024", "2025"], [BUDI, "Baik", "Baik"]],
        },
    )
    assert records(session) != before
    undone(session, made)
    assert records(session) == before


def test_after_an_undo_the_same_file_can_be_sent_again(session: Session) -> None:
    office(session)
    after = records(session)["employee"]
    undone(session, session.scalars(select(Import)).one())
    again = applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": PEOPLE})
    assert again.counts["create"] == 5
    assert len(records(session)["employee"]) == len(after)


def test_what_was_changed_since_stays_and_the_row_says_which_field(session: Session) -> None:
    office(session)
    change = [BUDI, "Budi S.", "1.1", "III/b", "01-04-2026", "", ""]
    made = applied(session, {"Pegawai": [PEOPLE[0], change, [ADI, "Adi L.", "1.1", "", "", "", ""]]})
    careers.promote(session, SYSTEM, person(session).id, "III/c", date(2026, 10, 1), "823/9")
    session.flush()
    undone(session, made)
    assert (person(session).name, person(session).rank) == ("Budi Santoso", "III/c")
    assert person(session, ADI).name == "Adi Lubis"
    told = row(session, made, 2)
    assert (told.undone, [p["field"] for p in told.kept]) == ("partly", ["Gol/Ruang", "TMT Golongan"])
    assert row(session, made, 3).undone == "undone"
    assert made.counts["undone"] == {"undone": 1, "partly": 1, "kept": 0}


def test_who_has_an_account_since_stays_with_unit_and_post(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    sheets: Sheets = {
        "Unit": [*UNITS, ["1.2", "Dinas Sosial", "1"]],
        "Jabatan": POSTS,
        "Pegawai": [
            header,
            [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS"],
            [ADI, "Adi", "1.2", "", "", "PNS"],
        ],
        "SKP": [["NIP", "2025"], [BUDI, "Baik"], [ADI, "Baik"]],
    }
    made = applied(session, sheets)
    accounts.create(session, SYSTEM, person(session).id, "budi")
    undone(session, made)
    assert [e.nip for e in session.scalars(select(Employee))] == [BUDI]
    assert set(session.scalars(select(Unit.code))) == {"1", "1.1"}
    assert session.scalars(select(func.count()).select_from(Holding)).one() == 1
    assert session.scalars(select(func.count()).select_from(Appraisal)).one() == 1
    outcomes = {(r.sheet, r.number): r.undone for r in reviewing.rows(session, HR, made.id)}
    assert outcomes == {
        ("Unit", 2): "kept",
        ("Unit", 3): "kept",
        ("Unit", 4): "undone",
        ("Jabatan", 2): "kept",
        ("Pegawai", 2): "kept",
        ("Pegawai", 3): "undone",
        ("SKP", 2): "kept",
        ("SKP", 3): "undone",
    }


def test_of_whom_a_case_speaks_is_not_removed(session: Session) -> None:
    office(session)
    made = session.scalars(select(Import)).one()
    budi = person(session).id
    undoing.undo(session, HR, made.id, WHY, in_use=lambda _, ids: {budi} & set(ids))
    assert [e.nip for e in session.scalars(select(Employee))] == [BUDI]
    assert row(session, made, 2).kept[0]["message"].startswith("This is in use since")


def test_a_post_goes_back_to_whom_the_file_took_it_from(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    first = [header, [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS"], [SITI, "Siti", "1.1", "", "", "PNS"]]
    applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": first})
    before = records(session)["holding"]
    made = applied(session, {"Pegawai": [header, [ADI, "Adi", "1.1", "K", "1-3-2026", "PNS"]]})
    adi = person(session, ADI).id
    undone(session, made)
    assert records(session)["holding"] == before
    told = [events.facts_of(e) for e in events.history(session, adi) if e.name == "position.held"]
    assert told[-1]["from"] == str(adi)


def test_a_post_that_somebody_else_took_since_stays_theirs(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    first = [header, [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS"], [SITI, "Siti", "1.1", "", "", "PNS"]]
    applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": first})
    made = applied(session, {"Pegawai": [header, [ADI, "Adi", "1.1", "K", "1-3-2026", "PNS"]]})
    post = session.scalars(select(Position.id)).one()
    careers.hold(session, SYSTEM, post, person(session, SITI).id, starts_on=date(2026, 6, 1))
    undone(session, made)
    held = session.scalars(select(Holding).where(Holding.ends_on.is_(None))).one()
    assert held.employee_id == person(session, SITI).id
    assert row(session, made, 2).undone in ("kept", "partly")


def test_nobody_gets_a_post_of_their_own_back_by_an_undo(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    first = [header, [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS"]]
    applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": first})
    made = applied(session, {"Pegawai": [header, [ADI, "Adi", "1.1", "K", "1-3-2026", "PNS"]]})
    budi = type(HR)(person(session).id, "Budi", HR.roles)
    undoing.undo(session, budi, made.id, WHY, in_use=nobody)
    assert session.scalars(select(Holding).where(Holding.ends_on.is_(None))).all() == []


def test_an_undo_needs_a_reason_an_applied_file_and_somebody_of_hr(session: Session) -> None:
    made = importing.preview(session, HR, "a.csv", b"Kode Unit;Nama Unit\n1;Kota\n")
    with pytest.raises(NotApplied):
        undone(session, made)
    importing.apply(session, HR, made.id)
    with pytest.raises(ReasonMissing):
        undoing.undo(session, HR, made.id, "  ", in_use=nobody)
    with pytest.raises(RecordsAreHrs):
        undoing.undo(session, CLERK, made.id, WHY, in_use=nobody)
    with pytest.raises(NotFound):
        undoing.undo(session, HR, new_id(), WHY, in_use=nobody)
    undone(session, made)
    with pytest.raises(NotApplied):
        undone(session, made)


def test_an_undo_is_told_in_the_log_without_anything_personal(session: Session) -> None:
    office(session)
    made, budi = session.scalars(select(Import)).one(), person(session).id
    undone(session, made)
    assert [e.name for e in events.history(session, made.id)][-1] == "import.undone"
    (told,) = [e for e in events.history(session, budi) if e.name == "person.import_undone"]
    assert BUDI not in told.body
    assert "Budi" not in told.body
