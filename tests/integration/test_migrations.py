"""The revisions: from nothing to the code's tables, back to nothing, and there again."""

from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from cli.schema import alembic_config, metadata


@pytest.fixture
def empty_url(new_database) -> str:  # type: ignore[no-untyped-def]
    return new_database.empty(f"migrated_{uuid4().hex[:12]}")


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata()))
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_from_nothing_the_revisions_make_exactly_the_tables_of_the_code(empty_url: str) -> None:
    command.upgrade(alembic_config(empty_url), "head")
    assert differences(empty_url) == []


def test_every_revision_can_be_taken_back_and_made_again(empty_url: str) -> None:
    config = alembic_config(empty_url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert tables(empty_url) == set()
    command.upgrade(config, "head")
    assert differences(empty_url) == []


def test_upgrading_again_keeps_the_data(empty_url: str) -> None:
    config = alembic_config(empty_url)
    command.upgrade(config, "head")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO clock_offset (id, seconds) VALUES (1, 7)"))
    command.upgrade(config, "head")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT seconds FROM clock_offset")) == 7
    engine.dispose()
