"""The office's commands on a running instance: import, account, db."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.instance import Instance
from personnel.sample import workbook


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("office") / "home"
    with Instance.started(home, services=("postgres",), rehearsal=True, throwaway=True) as running:
        yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "pegawai.xlsx"
    path.write_bytes(workbook(employees=60, units=6))
    return path


def told(instance: Instance, *arguments: str) -> Any:
    return json.loads(instance.run(*arguments, "--json").stdout)


def test_an_import_is_shown_then_applied_and_then_changes_nothing(instance: Instance, file: Path) -> None:
    shown = told(instance, "import", str(file))
    assert (shown["state"], shown["refused"]) == ("previewed", [])
    assert shown["counts"]["create"] + shown["counts"]["same"] > 60
    assert told(instance, "import", str(file), "--apply")["state"] == "applied"
    again = told(instance, "import", str(file))
    assert again["counts"]["create"] == 0

    made = instance.run("account", "create", "0", check=False)
    assert made.returncode == 1
    assert made.stderr == "mufakat: There is nothing here, or it is not yours to see.\n"


def test_a_file_that_is_no_sheet_is_refused_in_a_sentence(instance: Instance, tmp_path: Path) -> None:
    (tmp_path / "letter.xlsx").write_text("Dear office")
    done = instance.run("import", str(tmp_path / "letter.xlsx"), check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("mufakat: ")
    assert "Traceback" not in done.stderr


def test_an_account_is_made_listed_and_reset(instance: Instance, file: Path) -> None:
    instance.run("import", str(file), "--apply")
    with instance.settings_here():
        from core.database import transaction
        from personnel.queries import employees

        with transaction() as session:
            nip = employees(session, limit=1)[0].nip
    made = instance.run("account", "create", nip, "--login", "Ratna", "--role", "hr", "--role", "operator")
    assert "Login:    ratna" in made.stdout
    listed = told(instance, "account", "list", "--role", "hr")
    assert [(row["login"], row["nip"], row["roles"]) for row in listed] == [
        ("ratna", nip, ["hr", "operator"])
    ]
    first, second = (instance.run("account", "reset", "ratna").stdout for _ in range(2))
    assert first != second
    assert instance.run("account", "create", nip, check=False).returncode == 1


def test_the_check_is_content_with_a_migrated_database(instance: Instance) -> None:
    found = told(instance, "db", "check")
    assert found["ok"]
    assert found["differences"] == []


def test_a_dump_of_a_running_instance_can_be_read_back(
    instance: Instance, file: Path, tmp_path: Path
) -> None:
    instance.run("import", str(file), "--apply")
    instance.run("db", "dump", str(tmp_path / "office.dump"))
    refused = instance.run("db", "restore", str(tmp_path / "office.dump"), check=False)
    assert refused.returncode == 3
    assert "--force" in refused.stderr
    instance.run("db", "restore", str(tmp_path / "office.dump"), "--force")
    assert told(instance, "db", "check")["ok"]
