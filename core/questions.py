"""Questions that are asked at every decision, made once.

A statement that is built anew for each question costs several times its answer, and so does an entity that
the session keeps to watch for changes. A question is a select with named parameters (`bindparam`) that a
module makes when it is read; its answer is plain rows.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, Row, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from core.rows import as_one, reader

ID = PG_UUID(as_uuid=True)
IDS = bindparam("ids", type_=ARRAY(ID))
"""The ids of what a question is about, any number of them: `Task.id == any_(IDS)`."""

Answer = Sequence[Any]
"""The rows of a question that was asked with others: named tuples."""


def ask(session: Session, question: Select[Any], **given: object) -> Sequence[Row[Any]]:
    """The answer to a question; what waits in the session is written first."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(question, given).all()


class Together:
    """Several questions that are asked by one statement, as each would be answered by its own.

    Made once, as they are. Parameters of the same name are the same.
    """

    def __init__(self, *questions: Select[Any]) -> None:
        parts = [question.subquery(f"part{n}") for n, question in enumerate(questions)]
        rows = [select(func.json_agg(func.row_to_json(part.table_valued()))) for part in parts]
        self._statement = select(as_one(*(each.scalar_subquery() for each in rows)))
        self._readers = [_reader(question) for question in questions]

    def ask(self, session: Session, **given: object) -> list[Answer]:
        """The answers, in the order of the questions; what waits in the session is written first."""
        text: str = ask(session, self._statement, **given)[0][0]
        return [read(said or ()) for read, said in zip(self._readers, orjson.loads(text), strict=True)]


def _reader(question: Select[Any]) -> Callable[[Sequence[dict[str, Any]]], Answer]:
    columns = list(question.selected_columns)
    row = namedtuple("row", [column.key for column in columns])  # type: ignore[misc]
    readers = [reader(column.type) for column in columns]

    def read(said: Sequence[dict[str, Any]]) -> Answer:
        return [
            row(
                *(
                    value if each is None or value is None else each(value)
                    for each, value in zip(readers, one.values(), strict=True)
                )
            )
            for one in said
        ]

    return read
