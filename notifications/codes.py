"""One-time codes by mail: they let the addressee of a link decide without a login.

A code is derived (HMAC-SHA256) from its row's id, person and purpose with the installation's secret: neither
the code's row nor the outbox tells it, only the mail does.
"""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.directory import Person
from core.errors import Conflict, Invalid
from core.ids import new_id
from notifications.links import secret
from notifications.models import OneTimeCode
from notifications.outbox import URGENT, AddressMissing, MessageDraft, enqueue

GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
MOST_REQUESTS = 3
PER = timedelta(minutes=15)
DIGITS = 8
TEMPLATE = "one_time_code"

log = structlog.get_logger("codes")


class WrongCode(Invalid):
    """This code is wrong, used or expired; nothing was changed. Check the newest mail, or ask for a new
    code."""


class TooManyCodes(Conflict):
    """Several codes were sent to you a moment ago. Use the newest, or ask again after {until}."""


def request(session: Session, person: Person, purpose: str) -> OneTimeCode:
    """Mail a fresh code that is good for 10 minutes; earlier ones for the same purpose stop working.

    At most three in a quarter of an hour for a person. Raises TooManyCodes, AddressMissing.
    """
    if not person.email.strip():
        raise AddressMissing(name=person.name)
    now = clock.now(session)
    # one request at a time for a person, or two at once would both find room
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"code:{person.id}", 0))))
    _guard_rate(session, person.id, now)
    code = OneTimeCode(
        id=new_id(), person_id=person.id, purpose=purpose, made_at=now, expires_at=now + GOOD_FOR
    )
    session.add(code)
    session.flush()
    facts = {
        "code_id": code.id,
        "purpose": purpose,
        "minutes": GOOD_FOR.seconds // 60,
        "until": code.expires_at,
    }
    enqueue(session, [MessageDraft(code.id, TEMPLATE, person, facts, URGENT)])
    return code


def redeem(session: Session, person_id: UUID, purpose: str, said: str) -> None:
    """Use up the newest code for a purpose. Raises WrongCode: also after five wrong tries, or ten minutes.

    Counts in a small transaction of its own on the same database: a wrong try must stay counted though the
    error rolls the caller's changes back, or guessing would be free.
    """
    now = clock.now(session)
    with Session(session.get_bind()) as own, own.begin():
        right = _try(own, person_id, purpose, said, now)
    if not right:
        raise WrongCode


def code_of(code_id: UUID, person_id: UUID, purpose: str) -> str:
    """The eight digits that belong to a code's row."""
    message = f"{code_id}:{person_id}:{purpose}".encode()
    digest = hmac.digest(f"mufakat.one-time-code:{secret()}".encode(), message, "sha256")
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"


def _try(session: Session, person_id: UUID, purpose: str, said: str, now: datetime) -> bool:
    newest = (
        select(OneTimeCode)
        .where(OneTimeCode.person_id == person_id, OneTimeCode.purpose == purpose)
        .order_by(OneTimeCode.made_at.desc(), OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    code = session.scalar(newest)
    if code is None or code.used_at or now >= code.expires_at or code.wrong_tries >= MOST_TRIES:
        return False
    digits = "".join(c for c in said if c not in " -\u00a0\t\r\n")
    if hmac.compare_digest(digits.encode(), code_of(code.id, person_id, purpose).encode()):
        code.used_at = now
        return True
    code.wrong_tries += 1
    if code.wrong_tries == MOST_TRIES:
        log.warning("code blocked after wrong tries", code=str(code.id), purpose=purpose)
    return False


def _guard_rate(session: Session, person_id: UUID, now: datetime) -> None:
    recent = session.scalars(
        select(OneTimeCode.made_at)
        .where(OneTimeCode.person_id == person_id, OneTimeCode.made_at > now - PER)
        .order_by(OneTimeCode.made_at)
    ).all()
    if len(recent) >= MOST_REQUESTS:
        raise TooManyCodes(until=recent[-MOST_REQUESTS] + PER)
