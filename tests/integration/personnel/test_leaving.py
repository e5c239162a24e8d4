"""People who left, as files say it: inactive from a day on, their posts vacant, not back by an old file."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import events
from personnel.days import office_day
from personnel.directory import PersonnelDirectory
from personnel.models import Employee, Holding, Position
from tests.integration.personnel.test_importing import (
    ADI,
    BUDI,
    POSTS,
    UNITS,
    applied,
    person,
    preview,
    row,
    said,
)

HEADER = ["NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Status", "TMT Pensiun", "Kedudukan"]
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def office(session: Session) -> None:
    people = [
        HEADER,
        [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS", "1-1-2038", "Aktif"],
        [ADI, "Adi", "1.1", "", "", "PNS", "", "Aktif"],
    ]
    applied(session, {"Unit": UNITS, "Jabatan": POSTS, "Pegawai": people})


def holders(session: Session) -> list[object]:
    post = session.scalars(select(Position.id)).one()
    return [h.person_id for h in PersonnelDirectory(session).post(post, NOW).holders]


def test_a_day_of_retirement_to_come_changes_nothing_yet(session: Session) -> None:
    office(session)
    assert (person(session).left_on, person(session).left_for) == (date(2038, 1, 1), None)
    assert holders(session) == [person(session).id]


def test_who_retired_is_inactive_and_the_post_vacant_from_that_day(session: Session) -> None:
    office(session)
    made = applied(
        session, {"Pensiun": [["NIP", "Nama", "TMT Pensiun", "Alasan"], [BUDI, "Budi", "1-11-2026", "BUP"]]}
    )
    told = row(session, made, 2, "Pensiun")
    assert told.action == "change"
    assert told.after == {"TMT Berhenti": "01-11-2026", "Alasan Berhenti": "Pensiun"}
    assert told.problems[0]["facts"] == {"title": "Kepala Dinas", "ends_on": "31-10-2026"}
    budi = person(session)
    assert (budi.left_on, budi.left_for) == (date(2026, 11, 1), "retired")
    assert session.scalars(select(Holding.ends_on)).one() == date(2026, 10, 31)
    assert holders(session) == []
    assert not PersonnelDirectory(session).people([budi.id])[budi.id].active
    held = [events.facts_of(e) for e in events.history(session, budi.id) if e.name == "position.held"]
    assert (held[-1]["from"], held[-1]["to"], held[-1]["until"]) == (str(budi.id), None, "2026-10-31")


def test_a_status_that_says_why_somebody_left_takes_the_day_of_the_file(session: Session) -> None:
    office(session)
    rows = [
        [BUDI, "Budi", "1.1", "K", "", "Meninggal Dunia", "", ""],
        [ADI, "Adi", "1.1", "", "", "PNS", "1-10-2026", "Pindah Instansi"],
    ]
    made = applied(session, {"Pegawai": [HEADER, *rows]})
    assert ("warn", "The day of leaving") in said(row(session, made, 2))
    left = {e.nip: (e.left_for, e.left_on) for e in session.scalars(select(Employee))}
    assert left[BUDI] == ("died", office_day(made.uploaded_at))
    assert left[ADI] == ("moved", date(2026, 10, 1))


def test_the_same_file_of_leavers_again_changes_nothing(session: Session) -> None:
    office(session)
    sheets = {"Pensiun": [["NIP", "TMT Pensiun", "Alasan"], [BUDI, "1-11-2026", "BUP"]]}
    applied(session, sheets)
    assert preview(session, sheets).counts["same"] == 1


def test_who_left_gets_no_post_by_an_old_file(session: Session) -> None:
    office(session)
    applied(session, {"Pensiun": [["NIP", "TMT Pensiun"], [BUDI, "1-11-2026"]]})
    again = [HEADER, [BUDI, "Budi", "1.1", "K", "1-2-2023", "PNS", "", ""]]
    applied(session, {"Pegawai": again})
    assert holders(session) == []
    assert person(session).left_on == date(2026, 11, 1)


def test_who_is_not_known_does_not_leave(session: Session) -> None:
    office(session)
    made = preview(session, {"Pensiun": [["NIP", "TMT Pensiun"], ["199001012015011001", "1-11-2026"]]})
    assert said(row(session, made, 2, "Pensiun")) == [("refuse", "There is no employee")]
