"""What a file would do, and what it does; each test is a file as an office might send it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import events
from core.actor import Actor
from core.errors import NotFound
from core.ids import new_id
from personnel import accounts, careers, importing, reviewing
from personnel.access import RecordsAreHrs
from personnel.directory import PersonnelDirectory
from personnel.importing import NoLongerOpen, NothingUnderstood, PreviewOutdated, RolesAreAdmins
from personnel.models import (
    Account,
    Appraisal,
    Calendar,
    Discipline,
    Document,
    Employee,
    FreeDay,
    Holding,
    Leave,
    Position,
    RankHeld,
    Schooling,
    Unit,
)
from personnel.models_imports import Import, ImportRow
from tests.integration.personnel.office import ADMIN, CLERK, HR, SYSTEM
from tests.unit.personnel.files import xlsx

BUDI, ADI, SITI = "198001012005011001", "198102032006041002", "198512312010012001"
UNITS = [["Kode Unit", "Nama Unit", "Unit Induk"], ["1", "Kota", ""], ["1.1", "Dinas Kesehatan", "Kota"]]
POSTS = [["Kode Jabatan", "Nama Jabatan", "Unit Kerja"], ["K", "Kepala Dinas", "Dinas Kesehatan"]]
PEOPLE = [
    ["NIP", "Nama", "Unit Kerja", "Gol/Ruang", "TMT Golongan", "Status", "Pendidikan"],
    [BUDI, "Budi Santoso", "Dinas Kesehatan", "III/a", "01-04-2022", "PNS", "S-1"],
    [ADI, "Adi Lubis", "1.1", "II/c", "01-10-2023", "PNS", "D-III"],
]
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def preview(session: Session, sheets: Sheets, actor: Actor = HR) -> Import:
    return importing.preview(session, actor, "pegawai.xlsx", xlsx(sheets))


def applied(session: Session, sheets: Sheets, actor: Actor = HR) -> Import:
    return importing.apply(session, actor, preview(session, sheets, actor).id)


def office(session: Session) -> None:
    applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": PEOPLE})


def row(session: Session, made: Import, number: int, sheet: str = "Pegawai") -> ImportRow:
    return session.get_one(ImportRow, (made.id, sheet, number))


def said(row: ImportRow) -> list[tuple[str, str]]:
    """Level and first words of what is wrong with a row."""
    return [(problem["level"], " ".join(problem["message"].split()[:4])) for problem in row.problems]


def person(session: Session, nip: str = BUDI) -> Employee:
    return session.scalars(select(Employee).where(Employee.nip == nip)).one()


def test_a_preview_changes_nothing(session: Session) -> None:
    made = preview(session, {"Unit": UNITS, "Pegawai": PEOPLE})
    assert made.state == "previewed"
    assert (made.counts["create"], made.counts["refuse"], made.total) == (4, 0, 4)
    assert session.scalar(select(func.count()).select_from(Employee)) == 0
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_what_was_previewed_is_what_is_written(session: Session) -> None:
    made = preview(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": PEOPLE})
    assert row(session, made, 2).action == "create"
    importing.apply(session, HR, made.id)
    budi = person(session)
    assert (budi.name, budi.rank, budi.rank_since, budi.education) == (
        "Budi Santoso",
        "III/a",
        date(2022, 4, 1),
        "S1",
    )
    assert (budi.gender, budi.born_on, budi.appointed_on) == ("M", date(1980, 1, 1), date(2005, 1, 1))
    unit = session.get_one(Unit, budi.unit_id)
    assert unit.name == "Dinas Kesehatan"
    assert session.get_one(Unit, unit.parent_id).code == "1"
    post = session.scalars(select(Position)).one()
    assert (post.title, post.unit_id) == ("Kepala Dinas", unit.id)
    assert session.get_one(Import, made.id).state == "applied"


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    office(session)
    before = session.scalar(select(func.count()).select_from(events.EventRow))
    made = applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": PEOPLE})
    assert (made.counts["same"], made.counts["create"], made.counts["change"]) == (5, 0, 0)
    happened = session.scalars(select(events.EventRow.name).order_by(events.EventRow.at)).all()
    assert list(happened)[before:] == ["import.previewed", "import.applied"]


def test_a_change_shows_what_is_and_what_would_be(session: Session) -> None:
    office(session)
    made = preview(
        session, {"Pegawai": [PEOPLE[0], [BUDI, "Budi S.", "Kota", "III/b", "01-04-2026", "", ""]]}
    )
    changed = row(session, made, 2)
    assert changed.action == "change"
    assert changed.before == {
        "Nama": "Budi Santoso",
        "Unit Kerja": "Dinas Kesehatan",
        "Gol/Ruang": "III/a",
        "TMT Golongan": "01-04-2022",
    }
    assert changed.after == {
        "Nama": "Budi S.",
        "Unit Kerja": "Kota",
        "Gol/Ruang": "III/b",
        "TMT Golongan": "01-04-2026",
    }
    importing.apply(session, HR, made.id)
    assert (person(session).name, person(session).rank) == ("Budi S.", "III/b")


def test_an_empty_cell_says_nothing(session: Session) -> None:
    office(session)
    made = preview(session, {"Pegawai": [PEOPLE[0], [BUDI, "Budi Santoso", "1.1", "", "", "", ""]]})
    assert row(session, made, 2).action == "same"


def test_a_refused_row_is_left_out_and_the_others_are_written(session: Session) -> None:
    made = applied(
        session,
        {"Unit": UNITS, "Pegawai": [*PEOPLE, ["123", "Kurang Angka", "1.1", "", "", "", ""]]},
    )
    assert made.counts["refuse"] == 1
    refused = row(session, made, 4)
    assert said(refused) == [("refuse", "A NIP has 18")]
    assert refused.cells == {"headers": PEOPLE[0], "cells": ["123", "Kurang Angka", "1.1", "", "", "", ""]}
    assert session.scalar(select(func.count()).select_from(Employee)) == 2


def test_a_row_that_depends_on_a_refused_one_is_refused_with_the_reason(session: Session) -> None:
    units = [UNITS[0], ["1", "Kota", ""], ["9", "Dinas X", "entah"], ["9.1", "Bidang X", "9"]]
    made = preview(
        session,
        {
            "Unit": units,
            "Pegawai": [PEOPLE[0], [BUDI, "Budi", "Dinas X", "", "", "", ""]],
            "Cuti": [
                ["NIP", "Jenis Cuti", "Mulai", "Sampai"],
                [BUDI, "Cuti Tahunan", "1-12-2026", "2-12-2026"],
            ],
        },
    )
    assert said(row(session, made, 3, "Unit")) == [("refuse", "There is no unit")]
    assert row(session, made, 4, "Unit").problems[0]["facts"] == {"sheet": "Unit", "row": 3}
    assert row(session, made, 2).problems[0]["facts"] == {"sheet": "Unit", "row": 3}
    assert row(session, made, 2, "Cuti").problems[0]["facts"] == {"sheet": "Pegawai", "row": 2}
    assert made.counts["create"] == 1


def test_units_may_stand_in_any_order_but_not_below_themselves(session: Session) -> None:
    units = [UNITS[0], ["3", "C", "2"], ["2", "B", "A"], ["1", "A", ""], ["8", "X", "9"], ["9", "Y", "8"]]
    made = preview(session, {"Unit": units})
    assert made.counts["create"] == 3
    assert [row(session, made, n, "Unit").action for n in (5, 6)] == ["refuse", "refuse"]
    importing.apply(session, HR, made.id)
    moved = preview(session, {"Unit": [UNITS[0], ["1", "A", "C"]]})
    assert said(row(session, moved, 2, "Unit")) == [("refuse", "The unit would lie")]


def test_a_row_that_repeats_another_is_said_so_and_contradicting_ones_are_both_refused(
    session: Session,
) -> None:
    made = preview(
        session,
        {
            "Unit": UNITS,
            "Pegawai": [*PEOPLE, PEOPLE[1], [ADI, "Adi Nasution", "1.1", "", "", "", ""]],
        },
    )
    assert (row(session, made, 4).action, said(row(session, made, 4))) == (
        "same",
        [("warn", "The same as row")],
    )
    assert [row(session, made, n).action for n in (3, 5)] == ["refuse", "refuse"]
    assert row(session, made, 3).problems[-1]["facts"] == {"row": 5}


def test_units_with_one_name_must_be_told_apart_by_code(session: Session) -> None:
    made = preview(
        session,
        {
            "Unit": [*UNITS, ["1.2", "Dinas Kesehatan", "1"]],
            "Pegawai": [
                PEOPLE[0],
                [BUDI, "Budi", "Dinas Kesehatan", "", "", "", ""],
                [ADI, "Adi", "1.2", "", "", "", ""],
            ],
        },
    )
    assert (
        said(row(session, made, 2))
        == [("warn", "No status is given;"), ("refuse", "There are several units")][1:]
    )
    assert row(session, made, 3).action == "create"


def test_a_nip_that_became_a_number_finds_its_owner_by_fifteen_digits_and_name(session: Session) -> None:
    office(session)
    header = ["NIP", "Nama", "Jenis Cuti", "Mulai", "Sampai"]
    made = preview(
        session,
        {
            "Cuti": [
                header,
                [int(BUDI), "BUDI SANTOSO", "Cuti Tahunan", "1-12-2026", "2-12-2026"],
                [int(ADI[:15]) * 1000, "Orang Lain", "Cuti Tahunan", "1-12-2026", "2-12-2026"],
                [199901012020011001, "", "Cuti Tahunan", "1-12-2026", "2-12-2026"],
            ]
        },
    )
    found, other, unknown = (row(session, made, n, "Cuti") for n in (2, 3, 4))
    assert (found.action, found.problems[0]["facts"]) == ("create", {"nip": BUDI})
    assert [r.action for r in (other, unknown)] == ["refuse", "refuse"]
    importing.apply(session, HR, made.id)
    assert session.scalars(select(Leave)).one().employee_id == person(session).id


def test_two_people_with_the_same_fifteen_digits_are_not_guessed(session: Session) -> None:
    twin = BUDI[:15] + "002"
    applied(session, {"Unit": UNITS, "Pegawai": [*PEOPLE, [twin, "Bambang", "1.1", "", "", "PNS", ""]]})
    header = ["NIP", "Nama", "Jenis Cuti", "Mulai", "Sampai"]
    made = preview(
        session,
        {
            "Cuti": [
                header,
                [int(BUDI), "", "Cuti Tahunan", "1-12-2026", "2-12-2026"],
                [int(BUDI), "Bambang", "Cuti Tahunan", "1-12-2026", "2-12-2026"],
            ]
        },
    )
    assert said(row(session, made, 2, "Cuti")) == [("refuse", "The NIP has lost")]
    assert row(session, made, 3, "Cuti").problems[0]["facts"] == {"nip": twin}


def test_a_new_person_with_a_damaged_nip_is_refused(session: Session) -> None:
    made = preview(
        session, {"Unit": UNITS, "Pegawai": [PEOPLE[0], [int(BUDI), "Budi", "1.1", "", "", "", ""]]}
    )
    assert said(row(session, made, 2)) == [("refuse", "The spreadsheet turned the")]


def test_another_name_under_a_known_nip_is_a_warning(session: Session) -> None:
    office(session)
    made = preview(
        session, {"SKP": [["NIP", "Nama", "Tahun", "Predikat"], [BUDI, "Siapa Ini", 2025, "Baik"]]}
    )
    assert row(session, made, 2, "SKP").action == "create"
    assert said(row(session, made, 2, "SKP")) == [("warn", "The NIP belongs to")]


def test_every_history_is_taken_from_its_own_sheet(session: Session) -> None:
    office(session)
    made = applied(
        session,
        {
            "Riwayat Pangkat": [["NIP", "Gol", "TMT", "No SK"], [BUDI, "II/d", "1/4/2018", "823/1"]],
            "SKP": [["NIP", "2024", "2025"], [BUDI, "Baik", "Sangat Baik"]],
            "Pendidikan": [["NIP", "Jenjang", "Jurusan", "Tahun Lulus"], [BUDI, "S-1", "Hukum", 2004]],
            "Hukdis": [
                ["NIP", "Tingkat", "No SK", "TMT", "Berakhir"],
                [ADI, "Teguran Tertulis", "862/1", "1-1-2026", "30-6-2026"],
            ],
            "Cuti": [
                ["NIP", "Jenis Cuti", "Mulai", "Sampai"],
                [BUDI, "Cuti Sakit", "1-12-2026", "3-12-2026"],
            ],
            "Dokumen": [["NIP", "No SK CPNS", "Tgl SK CPNS", "Ijazah"], [BUDI, "813/9", "1-1-2005", "ada"]],
            "Hari Libur": [["Tanggal", "Nama", "Jenis"], ["1-7-2026", "Hari Jadi Kota Medan", "Libur Lokal"]],
        },
    )
    assert made.counts["refuse"] == 0, [r.problems for r in reviewing.rows(session, HR, made.id, "refuse")]
    budi = person(session).id
    assert [(r.rank, r.decree_number) for r in session.scalars(select(RankHeld))] == [("II/d", "823/1")]
    assert {(a.year, a.predicate) for a in session.scalars(select(Appraisal))} == {
        (2024, "Baik"),
        (2025, "Sangat Baik"),
    }
    assert [(s.level, s.field, s.finished_in) for s in session.scalars(select(Schooling))] == [
        ("S1", "Hukum", 2004)
    ]
    assert [(d.level, d.ends_on) for d in session.scalars(select(Discipline))] == [
        ("light", date(2026, 6, 30))
    ]
    assert [(leave.kind, leave.employee_id) for leave in session.scalars(select(Leave))] == [("sick", budi)]
    assert {(d.kind, d.number, d.dated) for d in session.scalars(select(Document))} == {
        ("sk-cpns", "813/9", date(2005, 1, 1)),
        ("diploma", "ada", None),
    }
    assert session.scalars(select(FreeDay.kind).where(FreeDay.on == date(2026, 7, 1))).one() == "local"
    assert person(session).rank == "III/a"


def test_a_later_and_higher_rank_or_education_becomes_the_present_one(session: Session) -> None:
    office(session)
    sheets = {
        "Riwayat Pangkat": [["NIP", "Gol", "TMT", "No SK"], [BUDI, "III/b", "1/4/2026", "823/2"]],
        "Pendidikan": [["NIP", "Jenjang"], [BUDI, "S-2"]],
    }
    made = preview(session, sheets)
    assert row(session, made, 2, "Riwayat Pangkat").after == {
        "Gol/Ruang": "III/b",
        "TMT Golongan": "01-04-2026",
    }
    importing.apply(session, HR, made.id)
    assert (person(session).rank, person(session).rank_since, person(session).education) == (
        "III/b",
        date(2026, 4, 1),
        "S2",
    )
    old = preview(session, {"Pegawai": PEOPLE[:2]})
    assert row(session, old, 2).action == "same"
    assert said(row(session, old, 2)) == [("warn", "The record holds the"), ("warn", "The record holds the")]


def test_an_old_file_takes_no_rank_back_that_a_decree_gave(session: Session) -> None:
    office(session)
    careers.promote(session, SYSTEM, person(session).id, "III/b", date(2026, 12, 1), "821/1")
    session.flush()
    made = applied(session, {"Pegawai": PEOPLE})
    assert row(session, made, 2).action == "same"
    assert person(session).rank == "III/b"


def test_the_head_of_a_unit_is_guessed_where_no_column_says_it(session: Session) -> None:
    posts = [
        ["Kode", "Nama Jabatan", "Unit Kerja", "Eselon"],
        ["A", "Kepala Dinas Kesehatan", "1.1", "II.b"],
        ["B", "Kepala Bidang Umum", "1.1", "III.b"],
        ["C", "Sekretaris", "1.1", "III.a"],
        ["D", "Pengadministrasi", "1.1", ""],
    ]
    made = applied(session, {"Unit": UNITS, "Jabatan": posts})
    assert said(row(session, made, 2, "Jabatan")) == [("warn", "Taken as the post")]
    keys = {p.code: (p.key, p.kind) for p in session.scalars(select(Position))}
    assert keys == {
        "A": ("head", "structural"),
        "B": (None, "structural"),
        "C": (None, "structural"),
        "D": (None, "executive"),
    }
    assert applied(session, {"Unit": UNITS, "Jabatan": posts}).counts["same"] == 6


def test_two_posts_of_one_unit_cannot_both_lead_it(session: Session) -> None:
    posts = [
        ["Kode", "Nama Jabatan", "Unit Kerja", "Pimpinan"],
        ["A", "Kepala", "1.1", "Kepala Unit"],
        ["B", "Ketua", "1.1", "Ya"],
    ]
    made = preview(session, {"Unit": UNITS, "Jabatan": posts})
    assert row(session, made, 3, "Jabatan").problems[0]["facts"] == {"code": "A"}


def test_a_person_enters_with_a_post_and_later_moves_to_another(session: Session) -> None:
    posts = [*POSTS, ["S", "Sekretaris", "1.1"]]
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    applied(
        session,
        {
            "Unit": UNITS,
            "Jabatan": posts,
            "Pegawai": [header, [BUDI, "Budi", "1.1", "Sekretaris", "1-2-2023", "PNS"]],
        },
    )
    made = preview(session, {"Pegawai": [header, [BUDI, "Budi", "1.1", "Kepala Dinas", "1-3-2026", "PNS"]]})
    moved = row(session, made, 2)
    assert (moved.action, moved.after) == ("change", {"Jabatan": "Kepala Dinas"})
    assert moved.problems[0]["facts"] == {"title": "Sekretaris", "ends_on": "28-02-2026"}
    importing.apply(session, HR, made.id)
    held = {(h.starts_on, h.ends_on) for h in session.scalars(select(Holding))}
    assert held == {(date(2023, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), None)}
    names = [e.name for e in events.history(session, person(session).id)]
    assert names.count("position.held") == 3


def test_a_post_passes_to_its_new_holder_and_never_back(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status"]
    applied(
        session,
        {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": [header, [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS"]]},
    )
    made = preview(session, {"Pegawai": [header, [ADI, "Adi", "1.1", "K", "1-3-2026", "PNS"]]})
    assert row(session, made, 2).problems[0]["facts"] == {"name": "Budi", "ends_on": "28-02-2026"}
    importing.apply(session, HR, made.id)
    post = session.scalars(select(Position.id)).one()
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert [h.person_id for h in PersonnelDirectory(session).post(post, at).holders] == [
        person(session, ADI).id
    ]
    event = next(e for e in events.history(session, person(session, ADI).id) if e.name == "position.held")
    assert events.facts_of(event)["from"] == str(person(session).id)
    late = preview(session, {"Pegawai": [header, [SITI, "Siti", "1.1", "K", "1-1-2026", "PNS"]]})
    assert row(session, late, 2).action == "create"
    assert said(row(session, late, 2)) == [("warn", "The post is held")]


def test_acting_for_a_post_needs_an_order_and_dates_in_order(session: Session) -> None:
    office(session)
    header = ["NIP", "Kode Jabatan", "Sebagai", "Nomor SK", "TMT", "Sampai"]
    made = applied(
        session,
        {
            "Plt dan Plh": [
                header,
                [BUDI, "K", "Plt", "800/1", "1-11-2026", "31-1-2027"],
                [ADI, "K", "Plh", "", "1-11-2026", "5-11-2026"],
                [ADI, "K", "Plh.", "800/2", "5-11-2026", "1-11-2026"],
                [ADI, "K", "Plt", "800/3", "1-11-2026", "31-12-2027"],
            ]
        },
    )
    rows = [row(session, made, n, "Plt dan Plh") for n in (2, 3, 4, 5)]
    assert [r.action for r in rows] == ["create", "refuse", "refuse", "create"]
    assert [said(r)[0][1] for r in rows[1:]] == [
        "Acting for a post",
        "The last day {ends_on}",
        "Acting for a vacant",
    ]
    assert session.scalars(select(Holding.order_number).order_by(Holding.order_number)).all() == [
        "800/1",
        "800/3",
    ]


def test_an_unknown_post_in_a_persons_row_is_left_out_with_a_warning(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Jabatan", "Status"]
    made = applied(session, {"Unit": UNITS, "Pegawai": [header, [BUDI, "Budi", "1.1", "Juru Masak", "PNS"]]})
    assert said(row(session, made, 2)) == [("warn", "There is no post")]
    assert person(session).name == "Budi"


def test_a_contract_worker_enters_without_a_rank_and_with_a_warning(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Gol", "Status", "Tgl Lahir", "L/P"]
    made = applied(
        session,
        {
            "Unit": UNITS,
            "Pegawai": [header, ["199001012023211001", "Rini", "1.1", "IX", "P3K", "1-1-1990", "P"]],
        },
    )
    assert said(row(session, made, 2)) == [("warn", "The NIP does not")]
    rini = person(session, "199001012023211001")
    assert (rini.status, rini.rank, rini.gender, rini.appointed_on) == ("PPPK", None, "F", None)


def test_titles_in_a_name_are_kept_apart(session: Session) -> None:
    applied(
        session,
        {"Unit": UNITS, "Pegawai": [PEOPLE[0], [BUDI, "Dr. Budi Santoso, M.Si.", "1.1", "", "", "PNS", ""]]},
    )
    budi = person(session)
    assert (budi.front_title, budi.name, budi.back_title) == ("Dr.", "Budi Santoso", "M.Si.")


def test_hr_cannot_make_itself_powerful_by_a_file(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Status", "Peran", "Login"]
    sheets = {"Unit": UNITS, "Pegawai": [header, [BUDI, "Budi", "1.1", "PNS", "admin; hr", "budi"]]}
    by_hr = preview(session, sheets, HR)
    assert said(row(session, by_hr, 2)) == [("warn", "Only an administrator can")]
    by_admin = preview(session, sheets, ADMIN)
    with pytest.raises(RolesAreAdmins):
        importing.apply(session, HR, by_admin.id)
    importing.apply(session, HR, by_hr.id)
    assert (person(session).wanted_roles, person(session).wanted_login) == (["hr"], "budi")


def test_an_account_that_is_there_keeps_its_login_and_roles(session: Session) -> None:
    header = ["NIP", "Nama", "Unit Kerja", "Status", "Peran", "Login"]
    applied(session, {"Unit": UNITS, "Pegawai": [header, [BUDI, "Budi", "1.1", "PNS", "hr", "budi"]]})
    accounts.provision(session, SYSTEM)
    made = applied(session, {"Pegawai": [header, [BUDI, "Budi", "1.1", "PNS", "verifikator", "boss"]]})
    assert said(row(session, made, 2)) == [("warn", "The person has an")]
    account = session.scalars(select(Account)).one()
    assert (account.login, account.roles) == ("budi", ["hr"])
    taken = preview(session, {"Pegawai": [header, [ADI, "Adi", "1.1", "PNS", "", "budi"]]})
    assert said(row(session, taken, 2))[-1] == (
        "refuse",
        "The login {login} belongs",
    )


def test_a_csv_enters_by_the_same_door(session: Session) -> None:
    applied(session, {"Unit": UNITS})
    nip = f"{BUDI[:8]} {BUDI[8:14]} {BUDI[14]} {BUDI[15:]}"
    content = f"DAFTAR PEGAWAI;;;\nNIP;Nama;Unit Kerja;Status\n{nip};Budi;Dinas Kesehatan;PNS\n"
    made = importing.preview(session, HR, "pegawai.csv", content.encode("cp1252"))
    assert made.counts["create"] == 1
    importing.apply(session, HR, made.id)
    assert person(session).name == "Budi"


def test_a_preview_that_the_records_have_overtaken_is_refused_whole(session: Session) -> None:
    office(session)
    made = preview(
        session,
        {
            "Pegawai": [
                PEOPLE[0],
                [BUDI, "Budi S.", "1.1", "", "", "", ""],
                [ADI, "Adi L.", "1.1", "", "", "", ""],
            ]
        },
    )
    person(session, ADI).name = "Adi Hasibuan"
    session.flush()
    with pytest.raises(PreviewOutdated):
        importing.apply(session, HR, made.id)
    assert person(session).name == "Budi Santoso"
    assert session.get_one(Import, made.id).state == "previewed"


def test_a_preview_overtaken_by_another_file_is_refused(session: Session) -> None:
    one, other = preview(session, {"Unit": UNITS}), preview(session, {"Unit": UNITS})
    importing.apply(session, HR, one.id)
    with pytest.raises(PreviewOutdated):
        importing.apply(session, HR, other.id)


def test_a_preview_is_applied_or_dropped_once(session: Session) -> None:
    made = preview(session, {"Unit": UNITS})
    importing.apply(session, HR, made.id)
    for again in (importing.apply, importing.drop):
        with pytest.raises(NoLongerOpen):
            again(session, HR, made.id)
    with pytest.raises(NotFound):
        importing.apply(session, HR, new_id())


def test_a_dropped_preview_leaves_nothing_personal_behind(session: Session) -> None:
    made = preview(session, {"Unit": UNITS, "Pegawai": PEOPLE})
    importing.drop(session, HR, made.id)
    assert session.scalar(select(func.count()).select_from(ImportRow)) == 0
    assert reviewing.find(session, HR, made.id).state == "dropped"


def test_a_file_in_which_nothing_is_understood_is_refused(session: Session) -> None:
    with pytest.raises(NothingUnderstood):
        preview(session, {"Belanja": [["Barang", "Harga"], ["Kopi", 10_000]]})


def test_sheets_and_columns_that_say_nothing_are_named(session: Session) -> None:
    made = preview(
        session,
        {"Petunjuk": [["Isi semua lembar"]], "Unit": [[*UNITS[0], "Alamat"], ["1", "Kota", "", "Jalan X"]]},
    )
    assert made.counts["skipped"] == ["Petunjuk"]
    assert made.counts["unread"] == {"Unit": ["Alamat"]}


def test_only_hr_touches_files_of_records(session: Session) -> None:
    made = preview(session, {"Unit": UNITS})
    for attempt in (
        lambda: preview(session, {"Unit": UNITS}, CLERK),
        lambda: importing.apply(session, CLERK, made.id),
        lambda: importing.drop(session, CLERK, made.id),
        lambda: reviewing.find(session, CLERK, made.id),
        lambda: reviewing.rows(session, CLERK, made.id),
        lambda: reviewing.imports(session, CLERK),
    ):
        with pytest.raises(RecordsAreHrs):
            attempt()


def test_rows_come_with_what_stands_in_the_way_first(session: Session) -> None:
    people = [*PEOPLE, ["1", "X", "1.1", "", "", "", ""], [SITI, "Siti", "1.1", "", "", "", ""]]
    made = preview(session, {"Unit": UNITS, "Pegawai": people})
    shown = reviewing.rows(session, HR, made.id)
    assert [(r.sheet, r.number) for r in shown] == [
        ("Pegawai", 4),
        ("Pegawai", 5),
        ("Unit", 2),
        ("Unit", 3),
        ("Pegawai", 2),
        ("Pegawai", 3),
    ]
    assert [r.number for r in reviewing.rows(session, HR, made.id, "warn")] == [5]
    assert [r.number for r in reviewing.rows(session, HR, made.id, "create", 2, 1)] == [2, 3]
    assert [i.id for i in reviewing.imports(session, HR)] == [made.id]


def test_every_row_that_changes_something_is_an_event_and_nothing_personal_is_hashed(
    session: Session,
) -> None:
    office(session)
    (event,) = events.history(session, person(session).id)
    assert event.name == "person.imported"
    assert event.personal is not None
    assert "Budi Santoso" in event.personal
    for secret in ("Budi", BUDI, "1980"):
        assert secret not in event.body
    for code in ("1", "1.1"):
        unit = session.scalars(select(Unit.id).where(Unit.code == code)).one()
        assert [e.name for e in events.history(session, unit)] == ["unit.imported"]


def test_progress_is_told_up_to_the_end(session: Session) -> None:
    told: list[tuple[int, int]] = []
    made = importing.preview(
        session, HR, "a.xlsx", xlsx({"Unit": UNITS}), progress=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (2, 2)
    importing.apply(session, HR, made.id, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (2, 2)


def test_a_unit_may_follow_a_calendar_of_its_own_but_not_an_unknown_one(session: Session) -> None:
    preview(session, {"Unit": UNITS})
    session.add(
        Calendar(
            id=new_id(), name="Puskesmas", zone="Asia/Jakarta", week={"0": [["08:00", "14:00"]]}, seasons=[]
        )
    )
    session.flush()
    header = ["Kode Unit", "Nama Unit", "Kalender"]
    made = applied(session, {"Unit": [header, ["1", "A", "Puskesmas"], ["2", "B", "Entah"], ["3", "C", ""]]})
    assert row(session, made, 3, "Unit").action == "refuse"
    found = {u.code: session.get_one(Calendar, u.calendar_id).name for u in session.scalars(select(Unit))}
    assert found == {"1": "Puskesmas", "3": "Lima hari kerja"}
