"""How fast an office enters by a file: `mufakat bench import`, `python -m tests.bench.import_people`.

A file of the sample agency is previewed and applied in an empty office, sent once more, and undone. Another
process makes it, so that the memory that is shown is what the import itself takes.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cli.schema import metadata
from core import database, events
from core.actor import system
from flows.process.records_in_use import in_use
from personnel import importing, undoing
from personnel.models_imports import Import
from personnel.sample import workbook
from tests.bench import place

CASES, CLIENTS = 20_000, 1
"""Rows of the file; one person sends it."""
ROWS_A_PERSON = 7.2
CLI = system("cli")
TODAY = date(2026, 11, 24)
TABLES = ("unit", "position", "employee", "holding", "rank_held", "schooling", "appraisal", "discipline",
          "leave", "document")  # fmt: skip


def make(employees: int) -> bytes:
    return workbook(employees=employees, units=min(60, max(4, employees // 40)), today=TODAY)


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Preview, apply, send again and undo; beside it, plain SQL that writes the same records."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        content = pool.apply(make, (max(20, round(cases / ROWS_A_PERSON)),))
    found: dict[str, Any] = {"file_kb": len(content) // 1024}
    with place.own_database():
        metadata()
        events.wire([])
        found["preview_s"], made = timed(preview, content)
        found["apply_s"], made = timed(apply, made.id)
        found["rows"] = made.total
        memory = place.peak_rss_mb()
        floor = written_plainly()
        found["again_s"], again = timed(preview, content)
        found["again_changes"] = again.counts["create"] + again.counts["change"]
        found["undo_s"], _ = timed(undo, made.id)
    seconds = [found["preview_s"], found["apply_s"]]
    rates = found["rows"] / sum(seconds), found["rows"] / floor
    return place.figures(*rates, seconds, memory) | found


def preview(content: bytes) -> Import:
    with database.transaction() as session:
        return importing.preview(session, CLI, "contoh.xlsx", content)


def apply(import_id: UUID) -> Import:
    with database.transaction() as session:
        return importing.apply(session, CLI, import_id)


def undo(import_id: UUID) -> Import:
    with database.transaction() as session:
        return undoing.undo(session, CLI, import_id, "bench", in_use=in_use)


def written_plainly() -> float:
    """The seconds in which the driver alone writes the records that the file made."""
    spent = 0.0
    with database.engine().begin() as connection:
        for table in TABLES:
            rows = connection.exec_driver_sql(f'SELECT t::text FROM "{table}" t').all()
            connection.execute(text(f'CREATE TEMP TABLE plain_{table} (LIKE "{table}" INCLUDING ALL)'))
            start = time.perf_counter()
            insert(connection.connection.cursor(), table, rows)
            spent += time.perf_counter() - start
    return max(spent, 1e-6)


def insert(cursor: Any, table: str, rows: Iterable[Any]) -> None:
    put = f'INSERT INTO plain_{table} SELECT (%s::text::"{table}").*'
    cursor.executemany(put, [tuple(row) for row in rows])


def timed(act: Callable[[Any], Import], about: object) -> tuple[float, Import]:
    start = time.perf_counter()
    made = act(about)
    return round(time.perf_counter() - start, 2), made


def main() -> None:
    parser = argparse.ArgumentParser(description="Import a sample agency into an empty office, and undo it.")
    parser.add_argument("--rows", type=int, default=CASES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    place.show(measure(asked.rows, CLIENTS), as_json=asked.json)


if __name__ == "__main__":
    main()
