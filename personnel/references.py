"""What keeps a record from being taken back: other rows that refer to it, and that stay."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from core.database import Base

InUse = Callable[[Session, Iterable[UUID]], set[UUID]]
"""Which of these people, posts and units the other rooms speak of."""

Row = tuple[str, tuple[Any, ...]]
"""A row by its table and primary key."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that refers to another by one of its columns."""

    row: Row
    column: str
    to: UUID


def to_any_of(session: Session, table: Table, ids: Iterable[UUID]) -> list[Reference]:
    """Every row of any table that refers to one of these rows of a table by its id."""
    wanted = list(ids)
    found: list[Reference] = []
    for source, column in _referring(table) if wanted else ():
        key = list(source.primary_key)
        query = select(column, *key).where(column == any_(literal(wanted, ARRAY(PG_UUID(as_uuid=True)))))
        for to, *values in session.execute(query):
            found.append(Reference((source.name, tuple(values)), column.name, to))
    return found


def held_fast(
    references: Iterable[Reference], leaving: Mapping[Row, UUID], freed: set[tuple[Row, str]]
) -> set[UUID]:
    """The ids that can't go, for something refers to them that stays, or that can't go itself.

    `leaving` are the rows that would go, with their ids; `freed` the columns that will refer elsewhere.
    """
    by_row: dict[Row, list[UUID]] = defaultdict(list)
    held: set[UUID] = set()
    for reference in references:
        if (reference.row, reference.column) in freed:
            continue
        if reference.row in leaving:
            by_row[reference.row].append(reference.to)
        else:
            held.add(reference.to)
    rows_of = {id_: row for row, id_ in leaving.items()}
    waiting = list(held)
    while waiting:
        for to in by_row.get(rows_of.get(waiting.pop(), ("", ())), ()):
            if to not in held:
                held.add(to)
                waiting.append(to)
    return held


def _referring(table: Table) -> list[tuple[Table, Column[Any]]]:
    """The columns that refer to a table's id, but for those whose rows go with it."""
    return [
        (source, key.parent)
        for source in Base.metadata.sorted_tables
        for key in source.foreign_keys
        if key.column.table is table and key.column.name == "id" and key.ondelete != "CASCADE"
    ]
