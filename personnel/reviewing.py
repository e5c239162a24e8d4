"""What was sent and what it would do or did: files, their rows, and what may be looked for among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, column, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import NotFound
from personnel.access import keep_records
from personnel.columns import Kind
from personnel.models_imports import Import, ImportRow
from personnel.problems import Wrong

WARNED = ImportRow.problems.contains([{"level": "warn"}])
FILTERS: dict[str, ColumnElement[bool]] = {
    "refuse": ImportRow.action == "refuse",
    "warn": WARNED,
    "create": ImportRow.action == "create",
    "change": ImportRow.action == "change",
    "same": ImportRow.action == "same",
    "kept": ImportRow.undone.in_(("kept", "partly")),
}
"""What a page may be narrowed to."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is empty narrows nothing."""

    action: str = ""
    sheet: str = ""
    search: str = ""
    """A part of a NIP, code or name."""


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A unit's name that stands in refused rows and that no unit has."""

    said: str
    rows: int


def imports(session: Session, actor: Actor, limit: int = 50, offset: int = 0) -> list[Import]:
    """The files that were sent, the latest first. Raises RecordsAreHrs."""
    keep_records(actor)
    query = select(Import).order_by(Import.uploaded_at.desc(), Import.id.desc())
    return list(session.scalars(query.limit(limit).offset(offset)))


def find(session: Session, actor: Actor, import_id: UUID) -> Import:
    """One file that was sent. Raises NotFound, RecordsAreHrs."""
    keep_records(actor)
    made = session.get(Import, import_id)
    if made is None:
        raise NotFound
    return made


def rows(  # noqa: PLR0917 - what a page of them asks for
    session: Session,
    actor: Actor,
    import_id: UUID,
    action: str = "",
    limit: int = 100,
    offset: int = 0,
    *,
    sheet: str = "",
    search: str = "",
) -> list[ImportRow]:
    """A preview's rows, refused ones first, then those with warnings; or those that are asked for.

    Raises RecordsAreHrs.
    """
    keep_records(actor)
    order = (
        case((ImportRow.action == "refuse", 0), (WARNED, 1), else_=2),
        case({str(kind): place for place, kind in enumerate(Kind)}, value=ImportRow.kind),
        ImportRow.sheet,
        ImportRow.number,
    )
    query = _asked(select(ImportRow), import_id, Wanted(action, sheet, search))
    return list(session.scalars(query.order_by(*order).limit(limit).offset(offset)))


def count(session: Session, actor: Actor, import_id: UUID, wanted: Wanted) -> int:
    """How many rows are asked for. Raises RecordsAreHrs."""
    keep_records(actor)
    return session.scalars(_asked(select(func.count()).select_from(ImportRow), import_id, wanted)).one()


def unknown_names(session: Session, actor: Actor, import_id: UUID) -> Sequence[UnknownName]:
    """The names that no unit has, those in most rows first. Raises RecordsAreHrs."""
    keep_records(actor)
    problem = (
        func.jsonb_array_elements(ImportRow.problems).table_valued(column("value", JSONB)).render_derived()
    )
    said = problem.c.value["facts"]["said"].astext
    query = (
        select(said, func.count())
        .select_from(ImportRow)
        .join(problem, problem.c.value["message"].astext.in_((Wrong.UNKNOWN_UNIT, Wrong.UNIT_NEAR)))
        .where(ImportRow.import_id == import_id, ImportRow.action == "refuse")
        .group_by(said)
        .order_by(func.count().desc(), said)
    )
    return [UnknownName(name, number) for name, number in session.execute(query)]


def _asked(query: Select[Any], import_id: UUID, wanted: Wanted) -> Select[Any]:
    query = query.where(ImportRow.import_id == import_id)
    if wanted.action in FILTERS:
        query = query.where(FILTERS[wanted.action])
    if wanted.sheet:
        query = query.where(ImportRow.sheet == wanted.sheet)
    if said := wanted.search.strip():
        like = f"%{_plain(said)}%"
        digits = f"%{_plain(''.join(said.split()))}%"
        query = query.where(or_(ImportRow.label.ilike(like), ImportRow.key.ilike(digits)))
    return query


def _plain(said: str) -> str:
    return said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
