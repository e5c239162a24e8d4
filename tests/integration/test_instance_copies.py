"""Copies of the database: written whole, put back whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from cli import copies
from cli.copies import InUse, NotCopied, NotEmpty, NotRestored
from cli.database_check import examine
from core.clock import ClockOffset
from core.database import engine


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
