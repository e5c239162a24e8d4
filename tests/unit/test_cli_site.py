"""What a data folder remembers, and what the environment may say instead."""

import socket
import stat
from pathlib import Path

import pytest

from cli import pginstall, site
from cli.postgres import PortInUse
from cli.site import KeysLost, RealOffice, database_is_ours, open_site, read_values
from core.settings import Settings


@pytest.fixture(autouse=True)
def an_ordinary_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Root's clusters go where these tests can look."""
    monkeypatch.setattr(pginstall, "SYSTEM_FOLDER", tmp_path / "system")


def test_secrets_and_ports_are_chosen_once(tmp_path: Path) -> None:
    first = open_site(tmp_path / "home", {})
    second = open_site(tmp_path / "home", {})
    assert first.values == second.values
    assert first.environment() == second.environment()


def test_every_data_folder_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, other = (open_site(tmp_path / name, {}, rehearsal=True) for name in ("one", "other"))
    assert {one.values[name] for name in site.SECRETS}.isdisjoint(other.values[name] for name in site.SECRETS)


def test_the_instance_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    open_site(tmp_path / "home", {})
    file = tmp_path / "home" / "instance.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_settings_read_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_site(tmp_path / "home", {}, demo=True)
    for name in ("MUFAKAT_SECRET", "MUFAKAT_REHEARSAL", "MUFAKAT_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    read = Settings(_env_file=tmp_path / "home" / "instance.env")  # pyright: ignore[reportCallIssue]
    assert read.demo
    assert not read.rehearsal
    assert read.secret.get_secret_value() == opened.values["MUFAKAT_SECRET"]
    assert read.database.url.get_secret_value() == opened.database_url
    assert read.web.port == opened.web_port
    assert read.prefect.api_url == opened.prefect_url
    assert read.prefect.auth.get_secret_value() == opened.prefect_auth


def test_no_cluster_password_reaches_a_service(tmp_path: Path) -> None:
    opened = open_site(tmp_path / "home", {})
    assert opened.values["MUFAKAT_CLUSTER_PASSWORD"] not in opened.environment().values()


def test_the_environment_wins_and_is_not_remembered(tmp_path: Path) -> None:
    assert open_site(tmp_path / "home", {"MUFAKAT_WEB_PORT": "1234"}).web_port == 1234
    assert read_values(tmp_path / "home" / "instance.env").get("MUFAKAT_WEB_PORT") is None


def test_lines_that_an_operator_added_stay(tmp_path: Path) -> None:
    open_site(tmp_path / "home", {})
    file = tmp_path / "home" / "instance.env"
    file.write_text(file.read_text() + 'MUFAKAT_OFFICE_CITY="Banda Aceh"\n')
    open_site(tmp_path / "home", {}, demo=False, rehearsal=True)
    assert read_values(file)["MUFAKAT_OFFICE_CITY"] == "Banda Aceh"


def test_a_database_elsewhere_needs_no_cluster_and_gives_prefect_one_beside_it(tmp_path: Path) -> None:
    opened = open_site(tmp_path / "home", {"MUFAKAT_DATABASE_URL": "postgresql+psycopg://a:b@db:5433/office"})
    assert opened.cluster is None
    assert opened.database_url == "postgresql+psycopg://a:b@db:5433/office"
    assert opened.prefect_database_url == "postgresql+asyncpg://a:b@db:5433/office_prefect"


def test_a_database_elsewhere_may_be_written_into_the_instance_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "instance.env").write_text("MUFAKAT_DATABASE_URL=postgresql+psycopg://a:b@db:5433/office\n")
    assert not database_is_ours(home)
    for _ in range(2):
        assert open_site(home, {}).cluster is None


def test_a_demo_stays_out_of_a_real_office(tmp_path: Path) -> None:
    open_site(tmp_path / "home", {}, demo=False)
    with pytest.raises(RealOffice):
        open_site(tmp_path / "home", {}, demo=True)


def test_a_folder_that_was_only_looked_at_may_still_become_a_demo(tmp_path: Path) -> None:
    open_site(tmp_path / "home", {})
    assert open_site(tmp_path / "home", {}, demo=True).demo


def test_a_demo_is_still_one_when_it_is_started_by_up(tmp_path: Path) -> None:
    open_site(tmp_path / "home", {}, demo=True)
    assert open_site(tmp_path / "home", {}, demo=False).demo


def test_a_taken_port_that_people_know_is_an_error_and_another_is_replaced(tmp_path: Path) -> None:
    opened = open_site(tmp_path / "home", {}, rehearsal=True)
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", opened.cluster.port if opened.cluster else 0))
        taker.listen()
        moved = open_site(tmp_path / "home", {}, rehearsal=True)
        assert opened.cluster
        assert moved.cluster
        assert moved.cluster.port != opened.cluster.port
        assert str(moved.cluster.port) in moved.database_url
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", opened.web_port))
        taker.listen()
        with pytest.raises(PortInUse, match=f"Port {opened.web_port} is used by another program"):
            open_site(tmp_path / "home", {}, rehearsal=True)


def test_root_moves_the_cluster_of_a_vanished_folder_aside_and_others_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.os, "geteuid", lambda: 0)
    first = open_site(tmp_path / "home", {})
    assert first.cluster
    (first.cluster.folder / "data").mkdir(parents=True)
    (tmp_path / "home" / "instance.env").unlink()
    again = open_site(tmp_path / "home", {})
    assert again.cluster
    assert again.cluster.folder == first.cluster.folder
    assert len(list(first.cluster.folder.parent.glob(f"{first.cluster.folder.name}.*/data"))) == 1

    monkeypatch.setattr(site.os, "geteuid", lambda: 1000)
    (tmp_path / "other" / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(KeysLost):
        open_site(tmp_path / "other", {})


def test_clusters_of_vanished_throwaways_are_swept_and_others_are_not(tmp_path: Path) -> None:
    for name, home in (("gone", tmp_path / "nowhere"), ("alive", tmp_path)):
        (tmp_path / "clusters" / name).mkdir(parents=True)
        (tmp_path / "clusters" / name / "throwaway-of").write_text(str(home))
    (tmp_path / "clusters" / "real").mkdir()
    site.sweep_orphans(tmp_path / "clusters")
    assert sorted(path.name for path in (tmp_path / "clusters").iterdir()) == ["alive", "real"]
