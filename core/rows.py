"""Rows of one or several tables, written or read by one statement, however many they are.

The rows travel as one JSON text, which PostgreSQL unpacks: for one row as for ten thousand that costs both
sides less than a parameter for each value. The statement depends on which columns are written, never on what
is in them; so it is made once, and the driver prepares it once a connection. The other way it is the same: a
row that is read as JSON is one column to describe, not forty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Insert,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    Update,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from core.database import Base

Entity = TypeVar("Entity", bound=Base)

Row = Mapping[str, Any]
"""A column's value by its name: ids, aware moments, texts, numbers, bytes, lists, and mappings for JSONB."""


@dataclass(slots=True)
class Changes:
    """Rows to insert and rows to change, collected while a verb works, to be written at its end.

    All rows of one call have the same columns. Two calls for one table are two parts of the statement: each
    sees the table as it was before, so no row may be in both.
    """

    _shape: list[tuple[str, type[Base], tuple[str, ...]]] = field(default_factory=list[Any])
    _rows: dict[str, str] = field(default_factory=dict[str, str])
    _changed: list[tuple[type[Base], UUID]] = field(default_factory=list[Any])
    _coming: list[tuple[type[Base], Sequence[Row]]] = field(default_factory=list[Any])

    def insert(self, table: type[Base], rows: Sequence[Row]) -> None:
        """Insert rows."""
        self._add("insert", table, rows)
        self._coming.append((table, rows))

    def update(self, table: type[Base], rows: Sequence[Row]) -> None:
        """Change rows that are there: each has its `id`, and the columns that change."""
        self._add("update", table, rows)
        self._changed += [(table, row["id"]) for row in rows]

    def coming(self, table: type[Base]) -> list[Row]:
        """The rows that a table is about to get."""
        return [row for known, rows in self._coming if known is table for row in rows]

    def write(self, session: Session) -> None:
        """Write everything at once, in the caller's transaction; nothing, when nothing was collected.

        What waits in the session goes first, as it does before any other statement; what it holds of changed
        rows is read anew when it is next looked at.
        """
        if self._shape:
            if session.autoflush:
                session.flush()
            session.connection().exec_driver_sql(_statement(tuple(self._shape)), self._rows)
        for table, id_ in self._changed:
            key = session.identity_key(table, id_)
            if key in session.identity_map:
                session.expire(session.identity_map[key])
        self._shape, self._rows, self._changed, self._coming = [], {}, [], []

    def _add(self, verb: str, table: type[Base], rows: Sequence[Row]) -> None:
        if rows:
            only = len(rows) == 1
            self._rows[f"rows{len(self._shape)}"] = as_json(rows[0] if only else rows)
            self._shape.append((f"{verb} one" if only else verb, table, tuple(rows[0])))


def write(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows of one table."""
    changes = Changes()
    changes.insert(table, rows)
    changes.write(session)


def as_json(rows: Sequence[Row] | Row) -> str:
    """Rows, or one alone, as the text that `given` unpacks."""
    return orjson.dumps(rows, default=_plain).decode()


def given(
    table: type[Base], columns: Sequence[str], parameter: str = "rows", *, only: bool = False
) -> TableValuedAlias:
    """The rows of a JSON parameter as a table with these columns of ours; `only` says that it is one."""
    typed: list[ColumnClause[Any]] = [column(name, of(table).c[name].type) for name in columns]
    text = cast(bindparam(parameter, type_=Text), JSONB)
    rows = func.jsonb_to_record(text) if only else func.jsonb_to_recordset(text)
    return rows.table_valued(*typed).render_derived(f"given_{parameter}", with_types=True)


def told(table: type[Base]) -> ColumnElement[Any]:
    """The row of a table that a statement has before it, as JSON; `entity` reads it."""
    return func.row_to_json(of(table).table_valued())


def all_told(table: type[Base], *where: ColumnElement[bool]) -> ColumnElement[Any]:
    """The rows of a table as a list in JSON, in the order of their ids; none are null."""
    rows = select(func.json_agg(aggregate_order_by(told(table), of(table).c.id))).where(*where)
    return rows.scalar_subquery()


def as_one(*values: ColumnElement[Any]) -> ColumnElement[str]:
    """Several values as one text, a list in JSON: one column to describe, whatever is in it."""
    return cast(func.json_build_array(*values), Text)


def entity(kind: type[Entity], said: dict[str, Any]) -> Entity:
    """A row that was told and that no session knows; `said` is used up.

    It is set as the mapper sets what it loads, for a constructor watches each value.
    """
    for name, read in _readers(kind):
        if (value := said[name]) is not None:
            said[name] = read(value)
    made = kind()
    vars(made).update(said)
    return made


@lru_cache
def _readers(table: type[Base]) -> Sequence[tuple[str, Callable[[Any], Any]]]:
    """How the values are read for which JSON has no word."""
    found = ((column.name, reader(column.type)) for column in of(table).c)
    return [(name, read) for name, read in found if read is not None]


def reader(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a column's value is read from what JSON says of it; None where that is the value."""
    if isinstance(kind, TypeDecorator):
        return reader(kind.impl_instance)
    if isinstance(kind, ARRAY):
        item: TypeEngine[Any] = kind.item_type  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        each = reader(item)
        return each and (lambda values: [each(value) for value in values])
    if isinstance(kind, LargeBinary):
        return as_bytes
    readers: Mapping[type, Callable[[Any], Any]] = {
        UUID: UUID,
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
    }
    try:
        return readers.get(kind.python_type)
    except NotImplementedError:  # what is JSON already
        return None


def of(table: type[Base]) -> Table:
    """The table of a mapped class."""
    assert isinstance(table.__table__, Table)
    return table.__table__


@lru_cache(maxsize=500)
def _statement(shape: tuple[tuple[str, type[Base], tuple[str, ...]], ...]) -> str:
    """The text of a statement; there are as many as there are shapes, which the code fixes.

    Of one row PostgreSQL is told so: it looks it up by its id. Of many it can't know how many, and supposes a
    hundred, for which it may well read the whole table.
    """
    *first, last = [
        _part(verb, of(table), given(table, names, f"rows{n}", only="one" in verb), names)
        for n, (verb, table, names) in enumerate(shape)
    ]
    # the last one bears the others: so nothing comes back that would have to be described
    return text_of(last.add_cte(*(part.cte(f"part{n}") for n, part in enumerate(first))))


def text_of(statement: ClauseElement) -> str:
    """A statement as `exec_driver_sql` takes it; for the few that are worth making once and keeping."""
    return str(statement.compile(dialect=dialect(paramstyle="pyformat")))


def _part(verb: str, table: Table, rows: TableValuedAlias, names: Sequence[str]) -> Insert | Update:
    if verb.startswith("insert"):
        # all of them in their order: named one by one, the text is longer than what the driver remembers
        values: ColumnElement[Any] = literal_column(f"{rows.name}.*")
        return insert(table).from_select(names, select(values).select_from(rows))
    changed = {name: rows.c[name] for name in names if name != "id"}
    return update(table).where(table.c.id == rows.c.id).values(changed)


def as_bytes(text: str) -> bytes:
    """What PostgreSQL writes for bytes."""
    return bytes.fromhex(text.removeprefix("\\x"))


def _plain(value: object) -> str:
    """What JSON has no word for: bytes, as PostgreSQL reads them."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} can't be stored")
