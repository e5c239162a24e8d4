"""Rows of one or several tables, written by one statement, however many they are.

The rows travel as one JSON text, which PostgreSQL unpacks: for one row as for ten thousand that costs both
sides less than a parameter for each value. The statement depends on which columns are written, never on what
is in them; so it is made once, and the driver prepares it once a connection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import CTE, TableValuedAlias

from core.database import Base

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

    def insert(self, table: type[Base], rows: Sequence[Row]) -> None:
        """Insert rows."""
        self._add("insert", table, rows)

    def update(self, table: type[Base], rows: Sequence[Row]) -> None:
        """Change rows that are there: each has its `id`, and the columns that change."""
        self._add("update", table, rows)
        self._changed += [(table, row["id"]) for row in rows]

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
        self._shape, self._rows, self._changed = [], {}, []

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
    parts = [
        _part(n, verb, of(table), given(table, names, f"rows{n}", only="one" in verb), names)
        for n, (verb, table, names) in enumerate(shape)
    ]
    return text_of(select(literal_column("1", Integer)).add_cte(*parts))


def text_of(statement: ClauseElement) -> str:
    """A statement as `exec_driver_sql` takes it; for the few that are worth making once and keeping."""
    return str(statement.compile(dialect=dialect(paramstyle="pyformat")))


def _part(nth: int, verb: str, table: Table, rows: TableValuedAlias, names: Sequence[str]) -> CTE:
    if verb.startswith("insert"):
        # all of them in their order: named one by one, the text is longer than what the driver remembers
        values: ColumnElement[Any] = literal_column(f"{rows.name}.*")
        return insert(table).from_select(names, select(values).select_from(rows)).cte(f"part{nth}")
    changed = {name: rows.c[name] for name in names if name != "id"}
    return update(table).where(table.c.id == rows.c.id).values(changed).cte(f"part{nth}")


def _plain(value: object) -> str:
    """What JSON has no word for: bytes, as PostgreSQL reads them."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} can't be stored")
