"""A checkpoint leaves the office by itself: in the transaction that signs it, to every auditor."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from approvals.agreement import disagreements
from cli.keptnotes import kept_notes
from core import clock
from core.actor import Role, system
from core.events import seal
from core.ledger import checkpoints, keys
from core.ledger.notes import NotANote, read
from core.ledger.receipts import check, receipt
from core.ledger.verifying import verify
from core.settings import settings
from notifications.catalogue import problems
from notifications.letter import compose
from notifications.models import Message
from notifications.render import render
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

KEEPER = system("keeper")


@pytest.fixture
def decided(session: Session, agency: Agency) -> Session:
    """An office with an auditor, in which a case was decided; all of it sealed."""
    agency.person(agency.badan, "Rahmat Hidayat", roles=[Role.AUDITOR])
    agency.candidate(agency.units[0], "Calon")
    run = cycles.screened(agency)
    for case in cycles.cases(session, run.process_id):
        cycles.approve(agency, case)
    while seal(session):
        pass
    return session


def mails(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.template == "checkpoint").order_by(Message.id)))


def saved(session: Session, folder: Path) -> Path:
    """The auditors' mails as files."""
    for mail in mails(session):
        now = clock.now(session)
        facts = mail.facts
        said = render("checkpoint", "id", facts, recipient_id=mail.recipient_id, name=mail.name, now=now)
        (folder / f"{mail.id}.eml").write_bytes(compose(mail, said, now).content)
    return folder


def test_every_auditor_is_mailed_the_signed_note(decided: Session):
    made = checkpoints.sign_when_due(decided, KEEPER)
    (mail,) = mails(decided)
    assert made is not None and problems("checkpoint", mail.facts) == []
    note = read(mail.facts["note"])
    assert note == made.note() and note.is_signed_by(keys.own().public)
    assert mail.facts["fingerprint"] == keys.own().public.fingerprint
    assert checkpoints.sign_when_due(decided, KEEPER) is None


def test_the_next_one_is_signed_an_hour_later_if_something_happened(decided: Session, agency: Agency):
    checkpoints.sign_when_due(decided, KEEPER)
    clock.move(decided, timedelta(minutes=settings().ledger.checkpoint_minutes))
    seal(decided)
    assert checkpoints.sign_when_due(decided, KEEPER) is None, "nothing happened"
    agency.candidate(agency.units[1], "Calon Kedua")
    cycles.screened(agency, effective_on="2027-02-01")
    seal(decided)
    assert checkpoints.sign_when_due(decided, KEEPER) is not None
    assert len(mails(decided)) == 2


def test_the_log_is_held_against_the_mails_that_an_auditor_saved(decided: Session, tmp_path: Path):
    checkpoints.sign_when_due(decided, KEEPER)
    kept = kept_notes([saved(decided, tmp_path)])
    assert len(kept) == 1 and verify(decided, kept=kept).sound
    decided.execute(text("UPDATE checkpoint SET root = '\\x00'"))
    assert not verify(decided, kept=kept).sound


def test_a_folder_without_checkpoints_is_refused(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Yth. Bapak/Ibu")
    with pytest.raises(NotANote):
        kept_notes([tmp_path])


def test_the_key_of_the_installation_is_made_once_and_readable_by_its_owner_only():
    first = keys.own()
    assert keys.own().public == first.public
    assert settings().ledger_key_file.stat().st_mode & 0o777 == 0o600
    assert keys.renew().public != first.public


def test_a_decided_case_has_a_receipt_that_says_who_decided(decided: Session, agency: Agency):
    checkpoints.sign_when_due(decided, KEEPER)
    case_id = decided.scalar(text('SELECT id FROM "case"'))
    found = check(json.dumps(receipt(decided, case_id, "KP")), [keys.own().public.fingerprint])
    deciders = [event["facts"]["by"] for event in found.events if event["name"] == "task.decided"]
    assert found.sound and str(agency.heads[0].id) in deciders


BREACHES = {
    "a case is not in the log": "UPDATE stream SET kind = 'x' WHERE kind = 'case'",
    "a case is gone": (
        "DELETE FROM decision; DELETE FROM promotion_decree; UPDATE task SET case_id = case_id;"
        ' SET LOCAL session_replication_role = replica; DELETE FROM "case"'
    ),
    "another kind of decision": "UPDATE decision SET kind = 'reject'",
    "another decider": "UPDATE decision SET decider_id = gen_random_uuid()",
    "a decision is gone": "DELETE FROM decision WHERE stage = 'verification'",
    "another outcome": "UPDATE \"case\" SET state = 'rejected'",
}


@pytest.mark.tampers
@pytest.mark.parametrize("breach", BREACHES)
def test_records_that_do_not_agree_with_the_log_are_named(decided: Session, breach: str):
    assert list(disagreements(decided)) == []
    for statement in BREACHES[breach].split(";"):
        decided.execute(text(statement))
    assert list(disagreements(decided))
