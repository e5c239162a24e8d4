"""Copies of the database: written whole, put back whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

import wiring
from cli import copies
from cli.copies import InUse, NotCopied, NotEmpty, NotRestored
from cli.database_check import examine
from cli.main import app
from core.clock import ClockOffset
from core.database import engine
from core.events import EventRow
from core.upkeep import Chore, Upkeep, latest
from tests.integration.flows.agency import Agency


@pytest.fixture
def filled(committed: sessionmaker[Session]) -> Iterator[sessionmaker[Session]]:
    """A database with something in it, and no connection of ours left open."""
    with committed.begin() as session:
        session.add(ClockOffset(id=1, seconds=7))
    engine().dispose()
    yield committed


def offset(sessions: sessionmaker[Session]) -> float | None:
    with sessions() as session:
        found = session.scalar(select(ClockOffset.seconds))
    engine().dispose()
    return found


def test_a_copy_comes_back_as_it_was(filled: sessionmaker[Session], tmp_path: Path) -> None:
    file = tmp_path / "office.dump"
    assert copies.dump(file) == file.stat().st_size > 0
    assert file.stat().st_mode & 0o777 == 0o600
    with filled.begin() as session:
        session.execute(text("UPDATE clock_offset SET seconds = 8"))
    engine().dispose()
    copies.restore(file, force=True)
    assert offset(filled) == 7
    assert not examine().differences


def test_a_filled_database_is_not_replaced_unasked(filled: sessionmaker[Session], tmp_path: Path) -> None:
    copies.dump(tmp_path / "office.dump")
    with pytest.raises(NotEmpty, match="clock_offset"):
        copies.restore(tmp_path / "office.dump", force=False)
    assert offset(filled) == 7


def test_a_database_that_others_use_is_not_replaced(filled: sessionmaker[Session], tmp_path: Path) -> None:
    copies.dump(tmp_path / "office.dump")
    with filled() as session:
        session.scalar(select(func.now()))
        with pytest.raises(InUse, match="1 other connections"):
            copies.restore(tmp_path / "office.dump", force=True)


def test_a_broken_copy_changes_nothing(filled: sessionmaker[Session], tmp_path: Path) -> None:
    whole = tmp_path / "office.dump"
    copies.dump(whole)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(NotRestored, match="as it was before"):
        copies.restore(broken, force=True)
    assert offset(filled) == 7


def test_a_copy_that_cannot_be_written_leaves_the_older_one(
    filled: sessionmaker[Session], tmp_path: Path
) -> None:
    with pytest.raises(NotCopied):
        copies.dump(tmp_path / "missing" / "office.dump")
    assert list(tmp_path.iterdir()) == []


def test_the_check_finds_a_column_that_the_code_does_not_know(filled: sessionmaker[Session]) -> None:
    with filled.begin() as session:
        session.execute(text("ALTER TABLE clock_offset ADD COLUMN stranger int"))
    found = examine()
    assert any("clock_offset" in difference and "stranger" in difference for difference in found.differences)
    assert not found.is_well


def typed(*arguments: object) -> int:
    code = CliRunner().invoke(app, ["db", *map(str, arguments)]).exit_code
    engine().dispose()
    return code


def done(sessions: sessionmaker[Session]) -> dict[Chore, Upkeep]:
    with sessions() as session:
        found = dict(latest(session))
    engine().dispose()
    return found


@pytest.mark.tampers
def test_a_copy_is_tried_where_nobody_works_and_the_page_of_operators_can_read_how_it_ended(
    committed: sessionmaker[Session], tmp_path: Path
) -> None:
    wiring.wire()
    with committed.begin() as session:
        Agency.founded(session)
        told = session.scalar(select(func.count()).select_from(EventRow))
    good, bad, cut = (tmp_path / f"{name}.dump" for name in ("good", "bad", "cut"))
    assert typed("dump", good) == 0
    copied = done(committed)[Chore.COPY]
    assert copied.facts == {
        "file": str(good),
        "bytes": good.stat().st_size,
        "sha256": copies.fingerprint(good),
    }
    assert typed("try", good) == 0
    tried = done(committed)[Chore.TRIAL]
    assert (tried.well, tried.facts["sha256"]) == (True, copied.facts["sha256"])
    assert tried.facts["events"] == told
    with committed.begin() as session:
        session.execute(text("UPDATE event SET body = body || ' '"))
    assert typed("dump", bad) == 0
    assert typed("try", bad) == 1
    assert not done(committed)[Chore.TRIAL].well
    cut.write_bytes(good.read_bytes()[:-2_000])
    assert typed("try", cut) == 1
    assert "could not be put back" in done(committed)[Chore.TRIAL].facts["error"]
    assert typed("restore", good, "--force") == 0
    assert done(committed).keys() == {Chore.RETURN}, "what was noted after the copy went with its time"
