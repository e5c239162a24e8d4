"""Which people, posts and units cases and processes speak of: what the records must keep."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapper, Session

from core.database import Base

ROOMS = ("approvals", "flows")


def in_use(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that any column of these rooms' tables holds; no foreign key ties the rooms."""
    wanted = literal(list(ids), ARRAY(PG_UUID(as_uuid=True)))
    mappers: frozenset[Mapper[Any]] = Base.registry.mappers
    found: set[UUID] = set()
    for mapper in mappers:
        if mapper.class_.__module__.split(".")[0] in ROOMS:
            for column in _speaking(mapper):
                found |= set(session.scalars(select(column).where(column == any_(wanted)).distinct()))
    return found


def _speaking(mapper: Mapper[Any]) -> list[ColumnElement[UUID]]:
    """The columns that hold ids of other rooms."""
    return [
        column
        for column in mapper.columns
        if isinstance(column.type, PG_UUID) and not column.foreign_keys and column.name != "id"
    ]
