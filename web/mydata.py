"""Everything that Mufakat stores about one person, gathered from all rooms, and packed to be taken away."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from jinja2 import UndefinedError
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from approvals.file_models import CaseComment, CaseDocument
from approvals.models import Case, Decision, Delegation
from core.database import Base
from flows.promotion.models import Candidate
from notifications.models import Message, OneTimeCode
from notifications.render import UnknownMail, render
from personnel import stored
from personnel.stored import Rows
from web import sheets

UNSEEN: Mapping[str, frozenset[str]] = {
    "message": frozenset({"facts", "leased_by"}),
    "case": frozenset({"judged", "tied"}),
}
"""Columns of tables that say something about others, or about machines."""
README = """Data tentang Anda yang disimpan oleh Mufakat (UU 27/2022 pasal 7 dan 32). data.json berisi
semuanya; berkas .csv berisi tabel yang sama. Yang tidak disertakan: kata sandi (tersimpan sebagai
hash), kunci faktor kedua, dan token sesi, karena hanya berguna bagi orang lain.

What Mufakat stores about you (UU 27/2022 art. 7 and 32). data.json holds all of it; the .csv files
hold the same tables. Left out: the password (kept as a hash), the key of the second factor and
session tokens, since they are of use to others alone.
"""


def gathered(session: Session, person_id: UUID) -> dict[str, Rows]:
    """The tables by their names, each row by its columns."""
    tables = stored.about(session, person_id)
    theirs: tuple[tuple[type[Base], ColumnElement[bool]], ...] = (
        (Case, or_(Case.subject_id == person_id, Case.requester_id == person_id)),
        (Candidate, Candidate.employee_id == person_id),
        (Decision, Decision.decider_id == person_id),
        (CaseComment, CaseComment.author_id == person_id),
        (CaseDocument, CaseDocument.added_by == person_id),
        (Delegation, or_(Delegation.from_id == person_id, Delegation.to_id == person_id)),
        (Message, Message.recipient_id == person_id),
        (OneTimeCode, OneTimeCode.person_id == person_id),
    )
    for model, mine in theirs:
        name = model.__tablename__
        hidden = UNSEEN.get(name, frozenset())
        rows = stored.rows_of(session, model, mine)
        tables[name] = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    return tables


def decided(session: Session, person_id: UUID) -> int:
    """How many decisions somebody has taken."""
    return session.scalars(select(func.count()).where(Decision.decider_id == person_id)).one()


def mails(session: Session, person_id: UUID, limit: int, now: datetime) -> list[tuple[Message, str]]:
    """What was sent to somebody, the latest first, each with its subject while that is kept."""
    sent = select(Message).where(Message.recipient_id == person_id)
    latest = sent.order_by(Message.created_at.desc(), Message.id).limit(limit)
    return [(message, _subject(message, now)) for message in session.scalars(latest)]


def _subject(message: Message, now: datetime) -> str:
    if not message.facts:
        return ""
    facts = dict(message.facts)
    try:
        mail = render(
            message.template,
            message.language,
            facts,
            recipient_id=message.recipient_id,
            name=message.name,
            now=now,
        )
    except (UndefinedError, UnknownMail):  # written by an earlier version of Mufakat
        return ""
    return mail.subject


def packed(tables: Mapping[str, Rows]) -> bytes:
    """A zip of one JSON and of a CSV for each table that has rows."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("data.json", json.dumps(tables, default=str, ensure_ascii=False, indent=1))
        for name, rows in sorted(tables.items()):
            if rows:
                headers = list(rows[0])
                archive.writestr(
                    f"{name}.csv", _csv(headers, [[_cell(row.get(h)) for h in headers] for row in rows])
                )
    return content.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    file = BytesIO()
    sheets.write(file, "csv", headers, rows)
    return file.getvalue()
