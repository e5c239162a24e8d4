"""How fast an office enters by a file: python -m tests.bench.import_people --employees 2800

2,800 people are about 20,000 rows in ten sheets. The file is made by another process, so that the memory that
is shown is what the import itself takes.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from core import database, events
from core.actor import system
from personnel import importing
from personnel.models_imports import Import
from personnel.sample import workbook
from tests.bench import place

CLI = system("cli")
TODAY = date(2026, 11, 24)


def make(employees: int, units: int) -> bytes:
    return workbook(employees=employees, units=units, today=TODAY)


def measure(employees: int, units: int) -> dict[str, Any]:
    """Preview and apply a file in an empty office, then the same file once more."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        content = pool.apply(make, (employees, units))
    found: dict[str, Any] = {"employees": employees, "file_kb": len(content) // 1024}
    with place.own_database():
        events.wire([])
        for turn in ("first", "again"):
            found[f"{turn}_preview_s"], made = timed(preview, content)
            found[f"{turn}_apply_s"], made = timed(apply, made.id)
            found["rows"] = made.total
        seconds = found["first_preview_s"] + found["first_apply_s"]
        found["rows_per_s"] = round(found["rows"] / seconds)
    found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def preview(content: bytes) -> Import:
    with database.transaction() as session:
        return importing.preview(session, CLI, "contoh.xlsx", content)


def apply(import_id: UUID) -> Import:
    with database.transaction() as session:
        return importing.apply(session, CLI, import_id)


def timed(act: Callable[[Any], Import], about: object) -> tuple[float, Import]:
    start = time.perf_counter()
    made = act(about)
    return round(time.perf_counter() - start, 2), made


def main() -> None:
    parser = argparse.ArgumentParser(description="Import a sample agency into an empty office, twice.")
    parser.add_argument("--employees", type=int, default=2_800)
    parser.add_argument("--units", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    place.show(measure(asked.employees, asked.units), as_json=asked.json)


if __name__ == "__main__":
    main()
