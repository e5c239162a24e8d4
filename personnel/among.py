"""Membership in a list of any length as one parameter: a statement takes no more than 65,535 of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[UUID], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a column's id is one of these."""
    return column == any_(literal(list(ids), ARRAY(PG_UUID(as_uuid=True))))


def among_texts(column: InstrumentedAttribute[str], texts: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column's text is one of these."""
    return column == any_(literal(list(texts), ARRAY(Text())))
