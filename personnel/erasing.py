"""What files of records keep of a person beside the record itself, erased by order of the law."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import Conflict
from core.ledger.erasing import GONE, Rows, Scope
from personnel.models import Employee
from personnel.models_imports import Import, ImportChange, ImportRow


class StillPreviewed(Conflict):
    """The file {file} speaks of this person and is not applied yet. Nothing was erased; apply or drop it
    first."""


def erase(session: Session, scope: Scope) -> Rows:
    """Empty the rows of files about a person, and forget by what they could be undone.

    Raises StillPreviewed: what is shown must be what is applied.
    """
    nip = session.scalar(select(Employee.nip).where(Employee.id == scope.person)) if scope.person else None
    if nip is None:
        return {}
    theirs = or_(ImportRow.key == nip, _speaks(ImportRow.values, nip), _speaks(ImportRow.cells, nip))
    waiting = select(Import.file_name).join(ImportRow, ImportRow.import_id == Import.id)
    if file := session.scalar(waiting.where(theirs, Import.state.in_(("mapping", "previewed"))).limit(1)):
        raise StillPreviewed(file=file)
    empty: dict[str, Any] = {
        "key": "",
        "label": GONE,
        "values": {},
        "before": {},
        "after": {},
        "cells": {},
        "problems": [],
        "kept": [],
    }
    emptied = session.scalars(
        update(ImportRow).where(theirs, ImportRow.label != GONE).values(empty).returning(ImportRow.number),
        execution_options={"synchronize_session": False},
    ).all()
    session.execute(delete(ImportChange).where(ImportChange.key.contains([nip])))
    found: dict[UUID | None, dict[str, int]] = {scope.person: {"import row": len(emptied)}} if emptied else {}
    return found


def _speaks(column: InstrumentedAttribute[dict[str, Any]], nip: str) -> ColumnElement[bool]:
    return cast(column, Text).contains(nip)
