"""The command line as a person or a script meets it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import stages
from cli.main import app, database_lost
from cli.preconditions import DatabaseAway
from cli.stages import Result, read_report, summarise
from core.settings import ROOT

COMMANDS = ["demo", "up", "test", "web", "keeper", "courier", "worker", "import", "doctor"]
COMMANDS += [
    "db upgrade",
    "db check",
    "db dump",
    "db restore",
    "account create",
    "account reset",
    "account list",
    "foresight",
]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0
    assert "Examples:" in shown.output
    assert f"./mufakat {command}" in shown.output


def test_help_loads_none_of_the_rooms() -> None:
    program = """
import sys
from typer.testing import CliRunner
from cli.main import app
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
heavy = {"sqlalchemy", "prefect", "fastapi", "pydantic", "alembic", "psycopg"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_wrong_usage_ends_with_2_and_a_missing_database_with_3(tmp_path: Path) -> None:
    assert run("nonsense").returncode == 2
    away = run("db", "check", MUFAKAT_DATABASE_URL="postgresql+psycopg://a:b@127.0.0.1:1/none")
    assert away.returncode == 3
    assert away.stderr.startswith("mufakat: The database can't be reached (")
    assert "Traceback" not in away.stderr


def test_a_precondition_is_told_apart_from_a_failure() -> None:
    assert DatabaseAway(reason="no").exit_code == 3


def test_only_a_lost_connection_is_called_one() -> None:
    from sqlalchemy.exc import OperationalError

    assert (
        database_lost(OperationalError("SELECT 1", {}, Exception("connection refused")))
        == "connection refused"
    )
    assert database_lost(ValueError("no")) is None


def test_a_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>'
        '<testcase name="c"><error/></testcase><testcase name="d"><skipped message="why"/></testcase>'
        "</testsuite></testsuites>"
    )
    result = Result("tests", False, 1)
    read_report(result, report)
    assert (result.passed, result.failed, result.skipped) == (1, 2, ["d: why"])


def test_the_last_line_has_the_counts_and_a_failing_stage_fails_the_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = Result("types", True, 2), Result("tests", False, 3, passed=7, failed=1)
    assert summarise([good, bad], strict=True) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 1 failed, 0 skipped"
    assert summarise([good], strict=True) == 0


def test_a_skipped_test_is_a_failure_in_ci_only(capsys: pytest.CaptureFixture[str]) -> None:
    skipping = Result("tests", True, 3, passed=7, skipped=["x: no browser"])
    assert summarise([skipping], strict=False) == 0
    assert summarise([skipping], strict=True) == 1
    assert "no browser" in capsys.readouterr().out


def test_a_failing_check_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    result = stages.run_check("python", ("python", "-c", "print('wrong here'); raise SystemExit(1)"))
    assert not result.well
    assert "wrong here" in capsys.readouterr().out
