"""Questions that are asked at every decision, made once.

A statement that is built anew for each question costs several times its answer; so does an entity that the
session keeps to watch for changes, and an answer whose every column is described. A question is a select with
named parameters (`bindparam`) that a module makes when it is read; its answer comes as one text, a list in
JSON, and is read as plain rows.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.orm import Session

from core.rows import as_one, reader

ID = PG_UUID(as_uuid=True)
IDS = bindparam("ids", type_=ARRAY(ID))
"""The ids of what a question is about, any number of them: `Task.id == any_(IDS)`."""

_DIALECT = dialect(paramstyle="pyformat")

Answer = Sequence[Any]
"""The rows of a question: named tuples."""


def ask(session: Session, question: Select[Any], **given: object) -> Answer:
    """The answer to a question; what waits in the session is written first."""
    return _alone(question).ask(session, **given)[0]


class Together:
    """Several questions that are asked by one statement, as each would be answered by its own.

    Made once, as they are. Parameters of the same name are the same.
    """

    def __init__(self, *questions: Select[Any]) -> None:
        parts = [question.subquery(f"part{n}") for n, question in enumerate(questions)]
        rows = [select(func.json_agg(func.json_build_array(*part.c))).scalar_subquery() for part in parts]
        self._text, self._said = _made(select(as_one(*rows)))
        self._readers = [_reader(question) for question in questions]

    def ask(self, session: Session, **given: object) -> list[Answer]:
        """The answers, in the order of the questions; what waits in the session is written first."""
        if session.autoflush:
            session.flush()
        found = session.connection().exec_driver_sql(self._text, self._said | given)
        said = orjson.loads(found.scalar_one())
        return [read(rows or ()) for read, rows in zip(self._readers, said, strict=True)]


def _made(statement: Select[Any]) -> tuple[str, dict[str, Any]]:
    """A statement's text, and the values in it that are always the same."""
    asked = statement.compile(dialect=_DIALECT).binds.values()
    open_ = dict.fromkeys(each.key for each in asked if each.required)
    made = statement.params(open_).compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    fixed = {name: value for name, value in made.params.items() if name not in open_}
    return " ".join(str(made).split()), fixed  # the driver remembers no text of over 4096 characters


@lru_cache
def _alone(question: Select[Any]) -> Together:
    return Together(question)


def _reader(question: Select[Any]) -> Callable[[Sequence[list[Any]]], Answer]:
    columns = list(question.selected_columns)
    row = namedtuple("row", [column.key for column in columns])  # type: ignore[misc]
    readers = [(n, read) for n, column in enumerate(columns) if (read := reader(column.type))]

    def one(values: list[Any]) -> Any:
        for n, read in readers:
            if (value := values[n]) is not None:
                values[n] = read(value)
        return row._make(values)

    return lambda rows: [one(values) for values in rows]
