"""The keeper signs by itself, the courier takes it away, and the auditor's copy holds the office to it."""

import json
import time
from datetime import timedelta
from pathlib import Path

from cli.instance import Instance
from core import clock
from core.actor import Role
from core.database import transaction
from core.ledger.notes import ORIGIN
from notifications.mailbox import LocalMail, messages
from tests.acceptance.cycle import PATIENCE, Cycle


def arrived(address: str) -> LocalMail:
    """The checkpoint that somebody was mailed, whatever else came."""
    deadline = time.monotonic() + PATIENCE
    while True:
        mails = messages(limit=20, recipient=address)
        if found := next((mail for mail in mails if ORIGIN in mail.text), None):
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"no checkpoint came to {address}, but {[m.subject for m in mails]}")
        time.sleep(0.1)


def test_a_checkpoint_comes_by_itself_and_the_log_is_held_against_it(
    instance: Instance, tmp_path: Path
) -> None:
    with Cycle.prepared(instance) as cycle:
        with cycle.at_work() as session:
            auditor = cycle.agency.person(cycle.agency.badan, "Rahmat Hidayat", roles=[Role.AUDITOR])
            address = auditor.email
            assert address
        with transaction() as session:
            clock.move(session, timedelta(hours=2))
        mail = arrived(address)
        kept = tmp_path / "checkpoint.txt"
        kept.write_text(mail.text)
        said = json.loads(instance.run("ledger", "verify", "--against", str(kept), "--json").stdout)
        assert said["sound"] and said["kept"] == 1 and said["checkpoints"] >= 1
        (instance.home / "ledger.key").stat()
        found = json.loads(instance.run("doctor", "--json", check=False).stdout)["findings"]
        assert [f["state"] for f in found if f["subject"] == "Ledger"] == ["ok"]
