"""What was planned as an import keeps it: a row for each of the file's, and the counts of a page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from core.errors import Conflict
from personnel import returning
from personnel.columns import Kind
from personnel.models_imports import ImportRow
from personnel.planning import Plan, Planned, key_of
from personnel.problems import Problem
from personnel.reading import Row

CHUNK = 2_000
ACTIONS = ("create", "change", "same", "refuse")


class PreviewOutdated(Conflict):
    """The records have changed since the preview (sheet {sheet}, row {row}). Nothing was changed; send the
    file again and look at the new preview."""


def counts(plan: Plan) -> dict[str, Any]:
    """Rows by action, those with warnings, and the same by sheet."""
    warned = sum(any(p["level"] == "warn" for p in planned.problems) for planned in plan.rows)
    actions = Counter(planned.action for planned in plan.rows)
    by_sheet: dict[str, Counter[str]] = {}
    for planned in plan.rows:
        by_sheet.setdefault(planned.row.sheet, Counter())[planned.action] += 1
    total = {action: actions[action] for action in ACTIONS} | {"warn": warned}
    return total | {"sheets": {sheet: dict(counter) for sheet, counter in by_sheet.items()}}


def stored(import_id: UUID, planned: Planned) -> dict[str, Any]:
    """A row to insert."""
    return {
        "import_id": import_id,
        "sheet": planned.row.sheet,
        "number": planned.row.number,
        "kind": planned.row.kind,
        "action": planned.action,
        "key": key_of(planned.row),
        "label": planned.label,
        "values": planned.row.values,
        "before": planned.before,
        "after": planned.after,
        "cells": returning.as_sent(planned.row) if planned.action == "refuse" else {},
        "problems": planned.problems,
        "kept": [],
    }


def restored(row: ImportRow) -> Row:
    """The row as it was read, without what planning found: that is found anew."""
    read = [Problem.restored(said) for said in row.problems if said.get("reading")]
    return Row(row.sheet, row.number, Kind(row.kind), dict(row.values), read)


def check_unchanged(plan: Plan, shown: Sequence[ImportRow]) -> None:
    """Let a plan pass that is what people were shown. Raises PreviewOutdated."""
    told = {
        (row.sheet, row.number): (row.action, row.label, row.before, row.after, row.problems) for row in shown
    }
    for planned in plan.rows:
        if told[planned.row.sheet, planned.row.number] != planned.told:
            raise PreviewOutdated(sheet=planned.row.sheet, row=planned.row.number)


def chunks(planned: Sequence[Planned]) -> Iterator[tuple[int, Sequence[Planned]]]:
    """So many at a time, with how many are done after them."""
    for start in range(0, len(planned), CHUNK):
        some = planned[start : start + CHUNK]
        yield start + len(some), some
