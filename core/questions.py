"""Questions that are asked at every decision, made once.

A statement that is built anew for each question costs several times its answer, and so does an entity that
the session keeps to watch for changes. A question is a select with named parameters (`bindparam`) that a
module makes when it is read; its answer is plain rows.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Row, Select, bindparam
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

ID = PG_UUID(as_uuid=True)
IDS = bindparam("ids", type_=ARRAY(ID))
"""The ids of what a question is about, any number of them: `Task.id == any_(IDS)`."""


def ask(session: Session, question: Select[Any], **given: object) -> Sequence[Row[Any]]:
    """The answer to a question; what waits in the session is written first."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(question, given).all()
