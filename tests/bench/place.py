"""A place to measure in: a durable PostgreSQL of its own, our tables, a small office, a message a task."""

import json
import multiprocessing
import os
import resource
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from approvals import cases, chains
from approvals.cases import CaseDraft
from approvals.models import ChainVersion
from cli.ports import free_port
from cli.postgres import Cluster
from cli.schema import metadata
from core import database, events
from core.actor import system
from core.rows import Changes
from core.settings import settings
from notifications.models import Message
from notifications.outbox import MessageDraft, rows_of
from tests.integration.approvals.office import Office, named

FLOW = system("flow")
UNITS = 24
CHAIN = """
chain: bench
title: {id: Uji, en: Bench}
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    due: 3 working days
    remind: [1 working day before, when due, every 2 working days after]
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
    acting: [plh, plt]
  - stage: verification
    candidates: {role: hr-verifier}
    due: 5 working days
  - stage: appointing-official
    when: subject.rank >= 1
    candidates: {holder_of: ppk, unit: top}
    sign: decree
"""


@contextmanager
def own_database() -> Iterator[str]:
    """A durable cluster that is gone afterwards, with our tables in it; the settings point to it."""
    folder = Path(tempfile.mkdtemp(prefix="mufakat-bench-"))
    cluster = Cluster(folder, free_port(), secrets.token_urlsafe(16))
    try:
        cluster.create()
        cluster.start()
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        url = cluster.url("bench").replace("postgresql:", "postgresql+psycopg:")
        work_at(url)
        engine = create_engine(url)
        metadata().create_all(engine)
        engine.dispose()
        yield url
    finally:
        database.engine().dispose()
        cluster.stop()
        shutil.rmtree(folder)


def work_at(url: str) -> None:
    """Let this process work at a database, with a message for everybody who is given a task."""
    os.environ["MUFAKAT_DATABASE_URL"] = url
    for cached in (settings, database.engine, database.sessions):
        cached.cache_clear()
    events.wire([], [_notify])


def office() -> Office:
    """Some units with a head each, 400 staff in each, one verifier, one appointing official."""
    made = Office(parents={"kota": None, **{f"unit{n}": "kota" for n in range(UNITS)}})
    made.employ("Walikota", "kota")
    made.appoint("ppk", "kota", "Walikota")
    made.employ("Sekda", "kota")
    made.appoint("head", "kota", "Sekda")
    made.employ("Vera", "kota", "hr-verifier")
    for n in range(UNITS):
        made.employ(f"Kepala{n}", f"unit{n}")
        made.appoint("head", f"unit{n}", f"Kepala{n}")
    return made


def draft(number: int) -> CaseDraft:
    """A candidate of the bench."""
    name = f"Pegawai {number}"
    return CaseDraft(
        natural_key=f"{number:06}",
        reference=f"KP/{number:06}",
        title=f"Kenaikan pangkat {name} ke III/b",
        subject_id=named(name),
        subject_name=name,
        unit_id=named(f"unit{number % UNITS}"),
        data={
            "subject": {
                "rank": 9,
                "rank_since": "2022-10-01",
                "education": "S1",
                "unit": f"Unit {number % UNITS}",
            },
            "rules": [{"rule": f"rule-{n}", "met": "yes", "found": "4", "needed": "4"} for n in range(8)],
        },
    )


def publish() -> ChainVersion:
    with database.transaction() as session:
        return chains.publish(session, FLOW, CHAIN)


def open_chunk(
    process_id: UUID, version: ChainVersion, directory: Office, numbers: Sequence[int]
) -> list[UUID]:
    """Open some cases in a transaction of their own, as a flow's step does."""
    with database.transaction() as session:
        drafts = [draft(number) for number in numbers]
        return cases.open_cases(session, FLOW, process_id, version, drafts, directory=directory)


def share(
    job: Callable[[str, Sequence[Any], Any], list[float]], url: str, work: Sequence[Any], clients: int
) -> tuple[float, list[float]]:
    """Share work among processes that start together; the wall time, and what each piece of it took."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(clients) as pool:
        together = manager.Barrier(clients)
        shares = [work[n::clients] for n in range(clients)]
        parts = pool.starmap(job, zip(repeat(url), shares, repeat(together)))
    began, ended = min(p[0] for p in parts), max(p[1] for p in parts)
    return ended - began, [seconds for part in parts for seconds in part[2:]]


def timed(one: Callable[..., object], work: Sequence[Any], together: Any) -> list[float]:
    """Warm up by the first item; then when it began, when it ended, and how long each took."""
    one(*work[0])
    together.wait()
    began, spent = time.time(), []
    for item in work[1:]:
        start = time.perf_counter()
        one(*item)
        spent.append(time.perf_counter() - start)
    return [began, time.time(), *spent]


def peak_rss_mb(whose: int = resource.RUSAGE_SELF) -> float:
    """The most memory this process has had; with RUSAGE_CHILDREN, the largest of those it has waited for."""
    return round(resource.getrusage(whose).ru_maxrss / 1024, 1)


def figures(
    rate: float, floor_rate: float, seconds: Sequence[float], rss_mb: float | None = None
) -> dict[str, Any]:
    """What every bench prints; the memory is this process' own unless another's is given."""
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [*seconds] * 99
    return {
        "rate": round(rate, 1),
        "floor_rate": round(floor_rate, 1),
        "ratio": round(rate / floor_rate, 3),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "peak_rss_mb": peak_rss_mb() if rss_mb is None else rss_mb,
    }


def show(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the figures, for people or as one JSON object."""
    text = json.dumps(found) if as_json else "\n".join(f"{k:>16}  {v}" for k, v in found.items())
    sys.stdout.write(f"{text}\n")


def _notify(session: Session, recorded: Sequence[events.Recorded], changes: Changes) -> None:
    """A message for whoever has a new task; the verifier stands for the queue."""
    people = office().staff if _people is None else _people
    drafts = []
    for event in recorded:
        if event.name == "task.opened":
            to = event.facts["assignee"] or named("Vera")
            facts = {"task": str(event.facts["task"]), "case": str(event.facts["case"])}
            drafts.append(MessageDraft(event.id, "task_assigned", people[to], facts))
    changes.insert(Message, rows_of(session, drafts))


_people = office().staff
