"""The ledger's commands as people type them, on a database with a case in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

import wiring
from approvals.models import Case
from cli.main import app
from cli.places import ROOT
from core.actor import Role
from core.database import Base
from core.errors import MufakatError, NotAllowed
from core.ledger.receipts import NotSigned
from core.upkeep import Chore, latest
from flows.process.models import Process
from flows.process.run import Run
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion.decrees import finalise, issue_decrees
from flows.promotion.errors import CycleUnderWay
from personnel.models import Account, Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *arguments])


def printed(*arguments: str) -> Any:
    done = typed(*arguments, "--json")
    return json.loads(done.stdout)


@pytest.fixture
def office(committed: sessionmaker[Session]) -> sessionmaker[Session]:
    """An office in which a case was decided."""
    wiring.wire()
    with committed.begin() as session:
        agency = Agency.founded(session)
        agency.candidate(agency.units[0], "Calon")
        run = cycles.screened(agency)
        for case in cycles.cases(session, run.process_id):
            cycles.approve(agency, case)
    return committed


def reference(office: sessionmaker[Session]) -> str:
    with office() as session:
        return session.scalars(select(Case.reference)).one()


@pytest.mark.tampers
def test_a_log_is_verified_and_its_place_is_named_when_it_was_altered(office: sessionmaker[Session]):
    assert typed("verify").exit_code == 0
    assert printed("checkpoint")["made"] and not printed("checkpoint")["made"]
    found = printed("verify")
    assert found["sound"] and found["last_checkpoint"]["number"] == 1
    assert found["covered"] == found["sealed"] - 2, "what was told of the checkpoint and its key is younger"
    with office.begin() as session:
        altered = session.execute(
            text(
                "UPDATE event SET body = replace(body, 'approve', 'reject') WHERE id ="
                " (SELECT id FROM event WHERE name = 'task.decided' LIMIT 1) RETURNING id, stream_id, index"
            )
        ).one()
    said = typed("verify")
    assert said.exit_code == 1
    assert f"stream {altered.stream_id}, event {altered.index}, id {altered.id}" in said.stdout
    assert {f["event"] for f in printed("verify")["findings"] if "event" in f} == {str(altered.id)}
    with office() as session:
        noted = latest(session)[Chore.PROOF]
    assert not noted.well
    assert str(altered.id) in noted.facts["first"]


def test_checkpoints_that_were_kept_are_held_against_the_log(office: sessionmaker[Session], tmp_path: Path):
    typed("checkpoint")
    (tmp_path / "kept.txt").write_text(typed("checkpoint").stdout)
    assert printed("verify", "--against", str(tmp_path))["kept"] == 1
    with office.begin() as session:
        session.execute(text("DELETE FROM checkpoint"))
    assert "kept outside" in typed("verify", "--against", str(tmp_path)).stdout


def test_a_receipt_is_checked_where_there_is_no_database(office: sessionmaker[Session], tmp_path: Path):
    file = tmp_path / "receipt.json"
    with pytest.raises(NotSigned):
        raise refused("receipt", reference(office))
    typed("checkpoint")
    assert typed("receipt", reference(office), "-o", str(file)).exit_code == 0
    (key,) = printed("keys")
    away = {"MUFAKAT_HOME": str(tmp_path), "MUFAKAT_DATABASE_URL": "postgresql+psycopg://x@127.0.0.1:1/x"}
    whole = offline(file, away)
    assert whole.returncode == 0 and "Whose key that is, it can't say" in whole.stdout
    trusted = offline(file, away, "--key", key["fingerprint"])
    assert trusted.returncode == 0 and "signed by the key that you trust" in trusted.stdout
    other = offline(file, away, "--key", "0" * 64)
    assert other.returncode == 1 and "NOT TRUSTED" in other.stdout
    file.write_text(file.read_text().replace("task.decided", "task.skipped"))
    assert offline(file, away, "--key", key["fingerprint"]).returncode == 1


def test_a_new_key_takes_over_and_both_are_listed(office: sessionmaker[Session]):
    typed("checkpoint")
    assert typed("new-key").exit_code == 0
    old, new = printed("keys")
    assert old["retired_at"] and not new["retired_at"]
    assert typed("verify").exit_code == 0


def test_an_administrator_erases_a_person_by_order(office: sessionmaker[Session]):
    asked, name = order_to_erase(office)
    with pytest.raises(CycleUnderWay):
        raise refused(*asked, "--yes")
    ended(office)
    typed("checkpoint")
    would = typed(*asked).stdout
    assert would.startswith("Would be erased: events: ") and "candidate: 1, case: 1" in would
    assert held_by(office, name).keys() > KEPT.keys() | {"case", "message", "event"}
    assert typed(*asked, "--yes").stdout == would.replace("Would be erased", "Erased").replace(
        " Give --yes to do it.", ""
    )
    assert held_by(office, name) == KEPT, "what archives must keep, and staff correct"
    assert typed("verify").exit_code == 0
    with office() as session:
        left = session.scalar(
            text(
                'SELECT count(*) FROM event e JOIN "case" c ON c.id = e.stream_id WHERE personal IS NOT NULL'
            )
        )
    assert left == 1, "the order itself"


KEPT = {"employee": 1, "promotion_decree": 1}


def order_to_erase(office: sessionmaker[Session]) -> tuple[tuple[str, ...], str]:
    """The command that erases whom the case is about, and their name."""
    with office.begin() as session:
        subject = session.scalars(select(Case.subject_id)).one()
        person = session.get_one(Employee, subject)
        admin = session.scalars(select(Account).where(Account.employee_id != subject)).first()
        assert admin is not None
        admin.roles = [str(Role.ADMIN)]
        said = ("--by", admin.login, "--order", "12/2026", "--reason", "UU 27/2022")
        return ("erase", "--person", person.nip, *said), person.name


def ended(office: sessionmaker[Session]) -> None:
    """Let the cycle come to its end."""
    with office.begin() as session:
        process = session.scalars(select(Process)).one()
        run = Run(process.id, process.fence)
        pass_or_wait(session, run, "approvals", GateKind.SETTLED)
        cycles.through(session, run, "issue-decrees", issue_decrees)
        cycles.through(session, run, "finalise", finalise)


def held_by(office: sessionmaker[Session], name: str) -> dict[str, int]:
    """In which tables a name stands, and in how many rows."""
    with office() as session:
        counted = {
            table.name: session.scalar(
                text(f'SELECT count(*) FROM "{table.name}" t WHERE position(:name IN t::text) > 0'),
                {"name": name},
            )
            for table in Base.metadata.sorted_tables
        }
    return {table: count for table, count in counted.items() if count}


def test_who_is_no_administrator_erases_nothing(office: sessionmaker[Session]):
    with office() as session:
        login = session.scalars(select(Account.login).where(~Account.roles.contains(["admin"]))).first()
    with pytest.raises(NotAllowed):
        raise refused(
            "erase", "--case", reference(office), "--by", str(login), "--order", "1", "--reason", "x", "--yes"
        )


def refused(*arguments: str) -> BaseException:
    """The error of a command, as cli.main turns it into a sentence."""
    error = typed(*arguments).exception
    assert isinstance(error, MufakatError)
    return error


def offline(file: Path, environment: dict[str, str], *more: str) -> "subprocess.CompletedProcess[str]":
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MUFAKAT_", "PREFECT_"))}
    command = [sys.executable, "-m", "cli", "ledger", "check-receipt", str(file), *more]
    return subprocess.run(
        command, cwd=ROOT, env=plain | environment, capture_output=True, text=True, check=False
    )
