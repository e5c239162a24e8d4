"""Reports about our letters are taken in: each once, from a Maildir that couriers read or a signed hook."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import system
from core.database import transaction
from core.ids import new_id
from notifications import preferences, unreached
from notifications.digests import topic_that_ends
from notifications.models import MailReturn, Message, MessageState
from notifications.outbox import tell
from notifications.reports import Kind, Report, read
from notifications.topics import CODES

MOST_SOFT = 3
"""An address that for the time being took nothing so often in one message's life, is taken for dead."""
FIRST_PAUSE = timedelta(hours=1)
A_LOOK = 100
"""Reports read in one look into the Maildir."""

log = structlog.get_logger("returns")


def take_in(session: Session, reports: Iterable[Report]) -> int:
    """Write reports down and do what they call for; returns how many were new. One again changes nothing."""
    return sum(_take_in(session, report) for report in reports)


def read_box(folder: Path) -> int:
    """Take in the reports that were delivered into a Maildir; returns how many mails were read.

    A mail is moved on only after its reports are committed: a courier that dies between reads it again.
    """
    new = folder / "new"
    if not new.is_dir():
        return 0
    paths = sorted(path for path in new.iterdir() if not path.name.startswith("."))[:A_LOOK]
    for path in paths:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # another courier had it
        with transaction() as session:
            take_in(session, _read(path, raw))
        _move_on(folder, path)
    return len(paths)


def latest(session: Session, limit: int = 50) -> list[MailReturn]:
    """The newest reports first."""
    newest = select(MailReturn).order_by(MailReturn.at.desc(), MailReturn.id.desc())
    return list(session.scalars(newest.limit(limit)))


def _read(path: Path, raw: bytes) -> list[Report]:
    try:
        return read(raw)
    except (ValueError, LookupError, AttributeError, TypeError) as exc:
        # what strangers send may be broken in any way; it stays in the folder for whoever looks
        log.warning("a report can't be read", file=path.name, error=f"{type(exc).__name__}: {exc}")
        return []


def _move_on(folder: Path, path: Path) -> None:
    (folder / "cur").mkdir(mode=0o700, exist_ok=True)
    try:
        path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")
    except FileNotFoundError:
        log.info("another courier moved a report on", file=path.name)


def _take_in(session: Session, report: Report) -> bool:
    message = _about(session, report)
    row = insert(MailReturn).values(
        id=new_id(),
        key=report.key,
        kind=report.kind,
        message_id=message.id if message else None,
        address=report.address or (message.address if message else ""),
        status=report.status,
        detail=report.detail,
        at=clock.now(session),
    )
    new = session.scalar(row.on_conflict_do_nothing().returning(MailReturn.id)) is not None
    if new and message:
        _follow(session, message, report)
    return new


def _about(session: Session, report: Report) -> Message | None:
    """The message that a report is about, locked: proved by its address, or named with its own recipient."""
    if report.message_id is None:
        return None
    message = session.get(Message, report.message_id, with_for_update=True, populate_existing=True)
    if message is None or not (report.proved or report.address == message.address.lower()):
        return None
    return message


def _follow(session: Session, message: Message, report: Report) -> None:
    if report.kind is Kind.COMPLAINT:
        if topic := topic_that_ends(message.template, message.facts):
            preferences.switch_off(session, system("courier"), message.recipient_id, topic)
    elif report.kind is not Kind.DELAY and message.state == MessageState.SENT:
        message.bounces = (message.bounces or 0) + 1
        message.sent_at, message.last_error = None, f"came back: {report.status} {report.detail}".strip()
        if report.kind is Kind.SOFT and _is_worth_another_try(message):
            message.state = MessageState.QUEUED
            pause = FIRST_PAUSE * 2 ** (message.bounces - 1)
            message.next_at = session.scalars(select(func.statement_timestamp())).one() + pause
        else:
            message.state = MessageState.DEAD
            unreached.mark(session, message, report)
        session.flush()
        tell(session, system("courier"), "message.returned", message, status=report.status, kind=report.kind)


def _is_worth_another_try(message: Message) -> bool:
    return message.bounces < MOST_SOFT and bool(message.facts) and message.template not in CODES


def about(session: Session, message_id: UUID) -> list[MailReturn]:
    """What came back about one message, oldest first."""
    found = select(MailReturn).where(MailReturn.message_id == message_id).order_by(MailReturn.at)
    return list(session.scalars(found))
