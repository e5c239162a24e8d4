"""Refused rows as a file: the columns as they were sent, and the reasons; mended, it can be sent again."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import NotFound
from core.language import translate
from personnel import reviewing
from personnel.cells import Cell
from personnel.headers import REASONS, is_aside
from personnel.models_imports import ImportRow
from personnel.reading import Row
from personnel.workbooks import Sheet, Value, written

LONGEST = 2_000


class NothingRefused(NotFound):
    """No row of this file was refused, or what was refused is no longer kept."""


def as_sent(row: Row) -> dict[str, Any]:
    """A row as it stood in the file, as an import's row keeps it: its headers and cells."""
    if row.source is None:
        return {}
    table, cells = row.source
    width = max(len(table.headers), len(cells))
    padded = [*table.headers, *[""] * (width - len(table.headers))]
    return {"headers": padded, "cells": [_kept(cell) for cell in cells]}


def refused(session: Session, actor: Actor, import_id: UUID, language: str) -> tuple[str, bytes]:
    """The name and content of a workbook of the refused rows, a sheet for each that has any.

    Raises NothingRefused, NotFound, RecordsAreHrs.
    """
    made = reviewing.find(session, actor, import_id)
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.action == "refuse")
    by_sheet: dict[str, list[ImportRow]] = {}
    for row in session.scalars(query.order_by(ImportRow.sheet, ImportRow.number)):
        if row.cells:
            by_sheet.setdefault(row.sheet, []).append(row)
    if not by_sheet:
        raise NothingRefused
    stem = made.file_name.rpartition(".")[0] or made.file_name
    return f"{stem} - ditolak.xlsx", written(
        [_sheet(name, rows, language) for name, rows in by_sheet.items()]
    )


def _sheet(name: str, rows: Sequence[ImportRow], language: str) -> Sheet:
    said: list[str] = max((row.cells["headers"] for row in rows), key=len)
    shown = [place for place, header in enumerate(said) if header and not is_aside(header)]
    return Sheet(
        name,
        (),
        [[*(said[place] for place in shown), REASONS]],
        ([*_values(row, shown), _reasons(row, language)] for row in rows),
        widths=[*[20] * len(shown), 80],
        as_text=True,
    )


def _values(row: ImportRow, shown: Iterable[int]) -> list[Value]:
    cells: list[Any] = row.cells["cells"]
    return [_restored(cells[place]) if place < len(cells) else None for place in shown]


def _reasons(row: ImportRow, language: str) -> str:
    said = (
        f"{problem['field']}: " * bool(problem["field"])
        + translate(language, problem["message"]).format_map(problem["facts"])
        for problem in row.problems
        if problem["level"] == "refuse"
    )
    return " ".join(said)[:LONGEST]


def _kept(cell: Cell) -> Any:
    """A cell as JSON can keep it."""
    if isinstance(cell, date):
        return {"date": cell.isoformat()[:10]}
    if isinstance(cell, int) and abs(cell) >= 2**63:
        return float(cell)
    if isinstance(cell, str):
        return cell.replace("\x00", "")
    return cell if cell is None or isinstance(cell, int | float) else str(cell)


def _restored(kept: Any) -> Value:
    if isinstance(kept, dict):
        said: dict[str, str] = kept  # pyright: ignore[reportUnknownVariableType]
        return date.fromisoformat(said["date"])
    return kept
