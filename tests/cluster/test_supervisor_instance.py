"""Whole instances: isolated, poked at, and gone without a trace."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from cli.instance import MARK, Instance
from cli.leftovers import end_leftovers, leftovers
from cli.lock import AlreadyRunning
from core import database
from core.settings import settings


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One with its database only, which is enough to see how instances behave."""
    home = tmp_path_factory.mktemp("instance") / "home"
    with Instance.started(home, services=("postgres",), rehearsal=True, throwaway=True) as running:
        yield running


def ask(instance: Instance, query: str) -> object:
    with psycopg.connect(instance.database_url.replace("+psycopg", "")) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_it_is_migrated_when_it_is_ready(instance: Instance) -> None:
    assert ask(instance, "SELECT count(*) FROM alembic_version") == 1


def test_a_data_folder_runs_once(instance: Instance) -> None:
    with (
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"),
        Instance.started(instance.home, services=("postgres",)),
    ):
        pass
    assert ask(instance, "SELECT 1") == 1


def test_nothing_of_our_own_settings_reaches_a_rehearsal(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUFAKAT_DATABASE_URL", "postgresql+psycopg://elsewhere/real")
    told = json.loads(instance.run("db", "check", "--json", check=False).stdout)
    assert told["version"].startswith("18.")
    assert instance.environment()["MUFAKAT_DATABASE_URL"] == instance.database_url
    assert instance.environment()["MUFAKAT_REHEARSAL"] == "1"


def test_a_killed_database_comes_back_with_what_was_committed(instance: Instance) -> None:
    with psycopg.connect(instance.database_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept ()")
    before = instance.pid("postgres")
    instance.kill("postgres")
    instance.wait_ready("postgres")
    assert instance.pid("postgres") != before
    assert ask(instance, "SELECT to_regclass('kept')::text") == "kept"


def test_a_stopped_part_stays_stopped_until_it_is_started(instance: Instance) -> None:
    instance.stop("postgres")
    assert instance.pid("postgres") is None
    with pytest.raises(psycopg.OperationalError):
        ask(instance, "SELECT 1")
    instance.start("postgres")
    assert ask(instance, "SELECT 1") == 1


def test_this_process_can_look_inside_and_comes_back(instance: Instance) -> None:
    own = settings().home
    with instance.settings_here():
        assert settings().home == instance.home
        with database.transaction() as session:
            assert session.scalar(text("SELECT current_database()")) == "mufakat"
    assert settings().home == own


def test_its_memory_and_log_are_told_by_part(instance: Instance) -> None:
    assert {"supervisor", "postgres"} <= set(instance.memory())
    assert instance.memory()["postgres"] > 1_000_000
    assert "ready to accept connections" in instance.log("postgres")


def test_a_throwaway_leaves_nothing(tmp_path: Path) -> None:
    with Instance.started(
        tmp_path / "home", services=("postgres",), rehearsal=True, throwaway=True
    ) as running:
        cluster = running.site.cluster
    assert cluster
    assert not cluster.folder.exists()
    assert not running.home.exists()
    assert leftovers(MARK, str(running.home)) == []


def test_what_a_cut_off_run_left_is_ended_before_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    stray = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], env={**os.environ, MARK: str(home.resolve())}
    )
    try:
        with Instance.started(home, services=("postgres",), rehearsal=True, throwaway=True) as running:
            stray.wait(timeout=10)
            assert "ended 1 of its processes" in running.log("supervisor")
    finally:
        end_leftovers(MARK, str(home.resolve()))
        stray.wait()


def test_records_outlive_a_stop(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Instance.started(home, services=("postgres",), rehearsal=True) as running:
        with psycopg.connect(running.database_url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE kept ()")
        url = running.database_url
    with Instance.started(home, services=("postgres",), rehearsal=True, throwaway=True) as running:
        assert running.database_url == url
        assert ask(running, "SELECT to_regclass('kept')::text") == "kept"
