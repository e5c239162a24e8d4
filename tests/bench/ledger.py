"""How fast a ledger is verified, and with how much memory: python -m tests.bench.ledger --events 1000000

The floor reads the same columns of the same rows, in the same order, by psycopg's COPY in binary, and does
nothing with them. p50 and p95 are what one person's receipt takes, of a ledger of that size.
"""

import argparse
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select, text

from core import database, events
from core.actor import system
from core.events import Event, Stream, record, seal
from core.ids import new_id
from core.ledger import checking_streams, checking_tree, checkpoints
from core.ledger.receipts import check, receipt
from core.ledger.signing import SigningKey
from core.ledger.verifying import verify
from tests.bench import place

KEEPER = system("keeper")
CASES = 1_000_000
"""Events, ten of which are a case."""
CLIENTS = 1
PER_STREAM = 10
CHUNK = 1_000
RECEIPTS = 200


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Fill a ledger with so many events, sign it, verify it, give receipts."""
    del clients  # one process verifies
    count = cases // PER_STREAM * PER_STREAM
    with place.own_database() as url:
        filled, sealed, signed = fill(count)
        verified, cpu, peak = apart(verify_all, url)
        floor, _, floor_peak = apart(read_all, url)
        seconds = give_receipts()
    found = place.figures(count / verified, count / floor, seconds, round(peak, 1))
    return found | {
        "events": count,
        "verify_s": round(verified, 1),
        "verify_cpu_s": round(cpu, 1),
        "floor_s": round(floor, 1),
        "floor_rss_mb": round(floor_peak, 1),
        "record_s": round(filled, 1),
        "seal_s": round(sealed, 1),
        "checkpoint_s": round(signed, 1),
    }


def fill(count: int) -> tuple[float, float, float]:
    """Record, seal and sign; how long each took."""
    events.wire([])
    began = time.perf_counter()
    for start in range(0, count, CHUNK * PER_STREAM):
        streams = min(CHUNK, (count - start) // PER_STREAM)
        with database.transaction() as session:
            record(session, KEEPER, [event for _ in range(streams) for event in case()])
    recorded = time.perf_counter()
    while sealed_some():
        pass
    with database.transaction() as session:
        session.connection().exec_driver_sql("ANALYZE event")
    sealed = time.perf_counter()
    with database.transaction() as session:
        checkpoints.sign(session, KEEPER, SigningKey.new())
    return recorded - began, sealed - recorded, time.perf_counter() - sealed


def sealed_some() -> int:
    with database.transaction() as session:
        return seal(session, limit=100_000)


def case() -> list[Event]:
    """A case as it is opened, goes from stage to stage, and is approved."""
    stream, subject = new_id(), new_id()
    facts = {"case": stream, "subject": subject, "stage": "unit-head", "due_at": "2026-12-01T02:00:00+00:00"}
    names = [
        "case.opened",
        *["task.opened", "task.claimed", "task.decided", "case.moved"] * 2,
        "case.approved",
    ]
    return [
        Event(
            name,
            stream,
            "case",
            facts | {"task": new_id(), "nth": nth},
            {"comment": "Berkas lengkap, mohon dilanjutkan."} if name == "task.decided" else None,
            opens=nth == 0,
        )
        for nth, name in enumerate(names)
    ]


def apart(job: Callable[[str], float], url: str) -> tuple[float, float, float]:
    """Do something in a process of its own: how long it took, the CPU's part of it, its memory in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(weighed, (job, url))


def weighed(job: Callable[[str], float], url: str) -> tuple[float, float, float]:
    before = time.process_time()
    seconds = job(url)
    return seconds, time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verify_all(url: str) -> float:
    place.work_at(url)
    began = time.perf_counter()
    with database.transaction() as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        report = verify(session)
    if not report.sound:
        raise AssertionError(report.findings[:3])
    return time.perf_counter() - began


def read_all(url: str) -> float:
    heads, rows = checking_streams.ALL
    began = time.perf_counter()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for query in (heads, rows, checking_tree.POSITIONS.replace("%(start)s", "0")):
            with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)".encode()) as copy:
                for _ in copy:
                    pass
    return time.perf_counter() - began


def give_receipts() -> list[float]:
    with database.transaction() as session:
        streams = session.scalars(select(Stream.id).where(Stream.kind == "case").limit(RECEIPTS * 50)).all()
    chosen = random.Random(1).sample(streams, min(RECEIPTS, len(streams)))
    return [receipt_time(stream) for stream in chosen]


def receipt_time(stream: UUID) -> float:
    began = time.perf_counter()
    with database.transaction() as session:
        said = receipt(session, stream, "bench")
    took = time.perf_counter() - began
    if not check(json.dumps(said)).sound:
        raise AssertionError(stream)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description="Verify a ledger of many events.")
    parser.add_argument("--events", type=int, default=CASES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    place.show(measure(asked.events, CLIENTS), as_json=asked.json)


if __name__ == "__main__":
    main()
