"""Two at once: what must happen once happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from core import events
from core.errors import MufakatError
from personnel import careers, importing
from personnel.models import Employee, Holding, RankHeld, Unit
from personnel.models_imports import Import
from tests.integration.personnel.office import HR, SYSTEM, Office
from tests.unit.personnel.files import xlsx

UNITS = [["Kode Unit", "Nama Unit"], *([f"{n}", f"Unit {n}"] for n in range(50))]


def at_once(committed: sessionmaker[Session], *acts: Callable[[Session], Any]) -> list[str]:
    """Do all at the same moment, each in a transaction of its own; tells how each ended."""
    start = Barrier(len(acts))

    def run(act: Callable[[Session], Any]) -> str:
        with committed() as session:
            start.wait()
            try:
                act(session)
                session.commit()
            except MufakatError as error:
                return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_one_preview_applied_twice_at_once_is_applied_once(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        made = importing.preview(session, HR, "a.xlsx", xlsx({"Unit": UNITS})).id
    ends = at_once(committed, *[lambda session: importing.apply(session, HR, made)] * 4)
    assert ends == ["AppliedAlready"] * 3 + ["done"]
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 50
        assert session.get_one(Import, made).state == "applied"


def test_two_previews_of_one_file_at_once_write_it_once(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        made = [importing.preview(session, HR, "a.xlsx", xlsx({"Unit": UNITS})).id for _ in range(2)]
    ends = at_once(
        committed,
        lambda session: importing.apply(session, HR, made[0]),
        lambda session: importing.apply(session, HR, made[1]),
    )
    assert ends == ["PreviewOutdated", "done"]
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 50


def test_two_files_on_an_empty_office_make_one_calendar(committed: sessionmaker[Session]) -> None:
    ends = at_once(
        committed, *[lambda session: importing.preview(session, HR, "a.xlsx", xlsx({"Unit": UNITS}))] * 3
    )
    assert ends == ["done"] * 3


def test_one_decree_entered_twice_at_once_is_one_rank(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        office = Office.open(session)
        person = office.person(office.unit("A")).id
    ends = at_once(
        committed,
        *[lambda s: careers.promote(s, SYSTEM, person, "III/b", date(2026, 12, 1), "821/1")] * 4,
        lambda s: careers.promote(s, SYSTEM, person, "III/b", date(2026, 12, 1), "821/2"),
    )
    assert ends.count("RankHeldAlready") in (1, 4)
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(RankHeld)) == 1
        promoted = [e for e in events.history(session, person) if e.name == "person.promoted"]
        assert len(promoted) == 1
        assert session.get_one(Employee, person).rank == "III/b"


def test_a_post_taken_by_two_at_once_has_one_holder(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        office = Office.open(session)
        unit = office.unit("A")
        post = office.post(unit).id
        people = [office.person(unit, f"P{n}").id for n in range(4)]

    def taking(person: Any) -> Callable[[Session], Any]:
        return lambda s: careers.hold(s, HR, post, person, starts_on=date(2026, 12, 1))

    ends = at_once(committed, *(taking(person) for person in people))
    assert ends == ["HeldSinceLater"] * 3 + ["done"]
    with committed() as session:
        held = select(func.count()).select_from(Holding).where(Holding.ends_on.is_(None))
        assert session.scalar(held) == 1


def test_a_file_and_a_decree_at_once_leave_the_decrees_rank(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        office = Office.open(session)
        unit = office.unit("A")
        person = office.person(unit, nip="198001012005011001")
        rows = [["NIP", "Nama", "Unit Kerja", "Email"], [person.nip, person.name, "A", "baru@medan.example"]]
        made = importing.preview(session, HR, "a.xlsx", xlsx({"Pegawai": rows})).id
        person = person.id
    ends = at_once(
        committed,
        lambda s: importing.apply(s, HR, made),
        lambda s: careers.promote(s, SYSTEM, person, "III/b", date(2026, 12, 1), "821/1"),
    )
    assert "done" in ends
    with committed() as session:
        found = session.get_one(Employee, person)
        assert found.rank == "III/b"
        assert (found.email == "baru@medan.example") is (session.get_one(Import, made).state == "applied")
