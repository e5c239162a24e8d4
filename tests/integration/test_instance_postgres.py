"""The PostgreSQL that comes with Mufakat: made, guarded, and failing in words."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from cli import second_database
from cli.pginstall import installation
from cli.postgres import Cluster, ClusterInUse, ClusterNotMade, OtherVersion, PortInUse
from cli.second_database import NoSecondDatabase


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster.temporary() as running:
        running.ensure_database("mufakat", "ours", ("pg_trgm",))
        running.ensure_database("prefect", "prefects", ("pg_trgm",))
        yield running


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_it_is_utf8_and_sorts_the_same_on_every_machine(cluster: Cluster) -> None:
    query = """SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale)
               FROM pg_database WHERE datname = 'mufakat'"""
    assert ask(cluster.url("postgres"), query) == "UTF8 b C.UTF-8"


def test_it_listens_on_the_loopback_only(cluster: Cluster) -> None:
    pid = cluster.running_pid()
    assert pid
    listening = {c.laddr for c in psutil.Process(pid).net_connections("inet") if c.status == "LISTEN"}
    assert listening == {("127.0.0.1", cluster.port)}
    assert psutil.Process(pid).net_connections("unix") == []


def test_nobody_enters_without_the_password(cluster: Cluster) -> None:
    for url in (cluster.url("mufakat", "mufakat", "wrong"), cluster.url("postgres", "postgres", "wrong")):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)


def test_prefect_cannot_enter_our_database_nor_we_its(cluster: Cluster) -> None:
    for database, role, password in (("mufakat", "prefect", "prefects"), ("prefect", "mufakat", "ours")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(cluster.url(database, role, password))


def test_our_role_is_no_superuser_and_owns_what_a_restore_must_drop(cluster: Cluster) -> None:
    ours = cluster.url("mufakat", "mufakat", "ours")
    assert ask(ours, "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = 'mufakat'") is False
    with psycopg.connect(ours) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.rollback()


def test_making_databases_again_changes_a_password_and_nothing_else(cluster: Cluster) -> None:
    cluster.ensure_database("again", "first")
    with psycopg.connect(cluster.url("again", "again", "first")) as connection:
        connection.execute("CREATE TABLE kept ()")
    cluster.ensure_database("again", "second")
    assert ask(cluster.url("again", "again", "second"), "SELECT to_regclass('kept')::text") == "kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_runs_it_as_an_unprivileged_user_from_folders_that_were_not_loosened(cluster: Cluster) -> None:
    pid, account = cluster.running_pid(), installation().account
    assert pid
    assert account
    assert psutil.Process(pid).uids().effective == account.uid != 0
    assert cluster.folder.stat().st_mode & 0o777 == 0o700
    assert not Path(installation().folder).is_relative_to(Path.home())


def test_a_second_server_on_the_same_data_is_refused_by_name(cluster: Cluster) -> None:
    other = Cluster(cluster.folder, cluster.port + 1, cluster.password, durable=False)
    with pytest.raises(ClusterInUse, match=str(cluster.running_pid())):
        other.start()
    assert cluster.is_ready()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taker, Cluster.temporary() as made:
        made.stop()
        taker.bind(("127.0.0.1", made.port))
        taker.listen()
        with pytest.raises(PortInUse, match=f"Port {made.port} is used by another program"):
            made.start()


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "cluster" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(OtherVersion, match="made by PostgreSQL 15"):
        Cluster(tmp_path / "cluster", 1, "secret").create()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_failed_initdb_leaves_nothing_and_says_why() -> None:
    with Cluster.temporary() as made:
        made.stop()
        folder = made.folder / "next"
        # No superuser can have an empty password: initdb itself refuses.
        with pytest.raises(ClusterNotMade, match="initdb: error"):
            Cluster(folder, made.port, "").create()
        assert list(folder.iterdir()) == []


def test_an_interrupted_initdb_is_made_good() -> None:
    with Cluster.temporary() as made:
        folder = made.folder / "next"
        cluster = Cluster(folder, made.port, "secret", durable=False)
        (folder / "data.new").mkdir(parents=True)
        (folder / "data.new" / "half").touch()
        assert cluster.create()
        assert not cluster.create()
        assert not (folder / "data.new").exists()


def test_prefects_database_is_made_beside_ours_on_a_server_of_others(cluster: Cluster) -> None:
    url = cluster.url("office_prefect").replace("postgresql:", "postgresql+asyncpg:")
    for _ in range(2):
        second_database.ensure(url)
    assert (
        ask(cluster.url("office_prefect"), "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == 1
    )


def test_who_may_not_make_a_second_database_is_told_what_to_ask_for(cluster: Cluster) -> None:
    with pytest.raises(NoSecondDatabase, match="extension pg_trgm"):
        second_database.ensure(cluster.url("mufakat_prefect", "mufakat", "ours"))
