"""Who is told by mail of what happens to an account: its owner, by messages that can't be switched off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Recorded
from notifications.outbox import URGENT, MessageDraft, enqueue
from personnel.among import among
from personnel.directory import PersonnelDirectory
from personnel.models import Account
from personnel.models_accounts import Channel

HAPPENED: Mapping[str, str] = {
    "account.locked": "locked",
    "account.unlocked": "unlocked",
    "account.second_factor_set": "factor-set",
    "account.second_factor_ended": "factor-ended",
    "account.second_factor_reset": "factor-reset",
    "account.recovery_codes_renewed": "papers",
    "account.address_changed": "address",
    "account.reset_held": "reset-held",
}
PASSWORD: Mapping[str, str] = {
    "own": "password",
    "reset": "password",
    "activation": "activated",
    "admin": "by-admin",
}
"""What is told of a new password, by how it came about."""


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Put the messages that these events call for into the outbox, in the same transaction."""
    telling = [e for e in recorded if e.name in HAPPENED or e.name in (CODE, SET)]
    if not telling:
        return
    directory = PersonnelDirectory(session)
    directory.people({e.event.stream for e in telling})  # asked for together, and remembered
    ids = [e.facts["account"] for e in telling if e.name == CODE]
    named = select(Account.id, Account.login).where(among(Account.id, ids))
    logins = dict(session.execute(named).tuples().all()) if ids else {}
    enqueue(session, [draft for e in telling for draft in _told(directory, e, logins)])


CODE, SET = "account.code_given", "account.password_set"


def _told(
    directory: PersonnelDirectory, event: Recorded, logins: Mapping[UUID, str]
) -> Iterator[MessageDraft]:
    """One message to the account's owner. Whoever has no address is told nothing: a letter is their way."""
    person = directory.people([event.event.stream]).get(event.event.stream)
    if person is None or not person.active or not (person.email.strip() or event.personal.get("before")):
        return
    if event.name == CODE and event.facts["channel"] == Channel.MAIL:
        facts = {
            "login": logins[event.facts["account"]],
            "code_id": event.facts["code"],
            "purpose": event.facts["purpose"],
            "until": event.facts["expires_at"],
        }
        yield MessageDraft(event.id, "account_code", person, facts, URGENT)
        return
    happened = "letter" if event.name == CODE else HAPPENED.get(event.name) or PASSWORD[event.facts["how"]]
    by = event.actor.name if event.actor.person_id not in (None, person.id) else ""
    reason = event.personal.get("reason", "")
    facts = {"happened": happened, "at": event.at, "by_name": by, "reason": reason}
    if before := event.personal.get("before"):  # whoever reads mail at the address that was known until now
        person = replace(person, email=before)
        facts["address"] = event.personal["present"]
    yield MessageDraft(event.id, "account_notice", person, facts, URGENT)
