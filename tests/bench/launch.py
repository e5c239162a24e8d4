"""How fast a cycle opens, and what decisions feel of it: python -m tests.bench.launch --candidates 10000

Everybody meets the rules: each is screened, gets a case, a task, its events and a message to the head of the
unit. Meanwhile another process decides, one decision after another, on a cycle that was open before.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from multiprocessing.synchronize import Event
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, insert, select

import wiring
from approvals.decisions import Verdict, decide
from approvals.models import Case, Task
from core import database
from core.actor import Actor
from core.events import EventRow
from core.ids import new_id
from flows.process.memory import advance
from flows.process.run import Run
from flows.promotion.screening import screen_candidates
from notifications.models import Message
from personnel.directory import PersonnelDirectory
from personnel.models import Appraisal, Document, Employee
from tests.bench import place
from tests.integration.flows import cycles
from tests.integration.flows.agency import DOCUMENTS, EFFECTIVE_ON, Agency

UNITS = 24
STEP = "screen-candidates"


def measure(candidates: int) -> dict[str, Any]:
    """Open a small cycle, decide on it alone, then while a big one opens."""
    with place.own_database() as url:
        wiring.wire()
        small = launch("kecil", max(UNITS * 20, 400))
        open_all(small)
        alone = decisions_during(url, small, lambda: time.sleep(3))[1]
        big = launch("besar", candidates)
        start = time.perf_counter()
        portions, beside = decisions_during(url, small, lambda: open_all(big))
        seconds = time.perf_counter() - start
        return {
            "candidates": candidates,
            "seconds": round(sum(portions), 2),
            "seconds_with_start": round(seconds, 2),
            **spread("portion", portions),
            **spread("decide_alone", alone),
            **spread("decide_beside", beside),
            **counted(big),
        }


def launch(name: str, candidates: int) -> Run:
    """A branch of so many people under as many heads, and a launched cycle over it."""
    with database.transaction() as session:
        agency = Agency.founded(session, units=UNITS, prefix=f"{name}-")
        people = [staff(agency, n) for n in range(candidates)]
        session.execute(insert(Employee), people)
        papers = [
            {"id": new_id(), "employee_id": p["id"], "kind": kind, "number": "1", "dated": None}
            for p in people
            for kind in DOCUMENTS
        ]
        session.execute(insert(Document), papers)
        years = [
            {"employee_id": p["id"], "year": EFFECTIVE_ON.year - n, "predicate": "Baik"}
            for p in people
            for n in (2, 3)
        ]
        session.execute(insert(Appraisal), years)
        return cycles.launch(agency, unit_codes=[f"{name}-bidang-{n}" for n in range(1, UNITS + 1)])


def staff(agency: Agency, number: int) -> dict[str, Any]:
    return {
        "id": (id_ := new_id()),
        "nip": f"{id_.int % 10**18:018d}",
        "name": f"Pegawai {number:05d}",
        "gender": "F",
        "born_on": date(1985, 1, 1),
        "status": "PNS",
        "unit_id": agency.units[number % UNITS].id,
        "rank": "III/a",
        "rank_since": date(2021, 4, 1),
        "education": "S1",
        "email": f"p{number}@medan.example",
    }


def open_all(run: Run) -> list[float]:
    """The screening step as the flow does it; what each portion took."""
    spent, finished = [], False
    while not finished:
        start = time.perf_counter()
        with database.transaction() as session:
            finished = advance(session, run, STEP, screen_candidates).finished
        spent.append(time.perf_counter() - start)
    return spent


def decisions_during(url: str, run: Run, work: Any) -> tuple[Any, list[float]]:
    """What the work returns, and how long each decision took that was made beside it."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool, context.Manager() as manager:
        ready, stop = manager.Event(), manager.Event()
        answer = pool.apply_async(decide_until, (url, run.process_id, ready, stop))
        ready.wait()
        done = work()
        stop.set()
        return done, answer.get()


def decide_until(url: str, process_id: UUID, ready: Event, stop: Event) -> list[float]:
    """A head of unit (each in turn) who approves one case after another."""
    with at_work(url):
        with database.transaction() as session:
            tasks = open_tasks(session, process_id)
        spent: list[float] = []
        for task_id, head in tasks:
            start = time.perf_counter()
            with database.transaction() as session:
                verdict = Verdict(kind="approve", seen_version=1, request_key=str(new_id()))
                actor = Actor(head, "Kepala", frozenset({"employee"}))
                decide(session, actor, task_id, verdict, directory=PersonnelDirectory(session))
            spent.append(time.perf_counter() - start)
            if len(spent) == 5:
                ready.set()
            if stop.is_set():
                break
            time.sleep(0.02)
        return spent[5:]


def open_tasks(session: Any, process_id: UUID) -> Sequence[Any]:
    query = (
        select(Task.id, Task.assignee_id)
        .join(Case)
        .where(Case.process_id == process_id, Task.ended_at.is_(None), Task.stage == "unit-head")
    )
    return session.execute(query).all()


@contextmanager
def at_work(url: str) -> Iterator[None]:
    place.work_at(url)
    wiring.wire()
    yield
    database.engine().dispose()


def counted(run: Run) -> dict[str, int]:
    """What the big cycle wrote."""
    with database.transaction() as session:
        cases = select(Case.id).where(Case.process_id == run.process_id)
        tasks = select(Task.id).where(Task.case_id.in_(cases))
        return {
            "cases": session.scalar(select(func.count()).select_from(cases.subquery())) or 0,
            "tasks": session.scalar(select(func.count()).select_from(tasks.subquery())) or 0,
            "events": session.scalar(select(func.count()).where(EventRow.stream_id.in_(cases))) or 0,
            "messages": session.scalar(
                select(func.count()).where(Message.facts["task"].astext.in_(cast_ids(tasks)))
            )
            or 0,
        }


def cast_ids(tasks: Any) -> Any:
    return select(cast(tasks.subquery().c.id, Text))


def spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [*seconds] * 99
    return {
        f"{name}_p50_ms": round(cuts[49] * 1000, 1),
        f"{name}_p95_ms": round(cuts[94] * 1000, 1),
        f"{name}_max_ms": round(max(seconds) * 1000, 1),
        f"{name}_count": len(seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Open a cycle of many candidates while others decide.")
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    place.show(measure(asked.candidates), as_json=asked.json)


if __name__ == "__main__":
    main()
