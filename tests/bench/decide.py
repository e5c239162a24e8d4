"""How fast decisions are, with all guards, events and messages: python -m tests.bench.decide --clients 8

The floor is plain psycopg doing, for each decision, one transaction that locks and updates the task, inserts
decision, next task, outbox row and event. Both run in the same cluster, one after the other.
"""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from approvals.decisions import Verdict, decide
from approvals.models import Task
from core import database
from core.ids import new_id
from tests.bench import place

Work = Sequence[tuple[UUID, UUID]]
"""Tasks, each with who decides it."""


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Decide the first stage of so many cases by so many processes."""
    with place.own_database() as url:
        directory, version, process_id = place.office(), place.publish(), new_id()
        for start in range(0, cases, 500):
            place.open_chunk(process_id, version, directory, range(start, min(start + 500, cases)))
        with database.transaction() as session:
            work = [tuple(row) for row in session.execute(select(Task.id, Task.assignee_id))]
        ours = run(decide_all, url, work, clients)
        floor_url = url.replace("+psycopg", "")
        make_floor(floor_url, work)
        floor = run(floor_all, floor_url, work, clients)
    found = place.figures(len(work) / ours[0], len(work) / floor[0], ours[1])
    return {"clients": clients, "cases": cases} | found


def run(
    job: Callable[[str, Work, Any], list[float]], url: str, work: Work, clients: int
) -> tuple[float, list[float]]:
    """Share the work among processes that start together; the wall time, and what each decision took."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(clients) as pool:
        together = manager.Barrier(clients)
        shares = [work[n::clients] for n in range(clients)]
        parts = pool.starmap(job, zip(repeat(url), shares, repeat(together)))
    began, ended = min(p[0] for p in parts), max(p[1] for p in parts)
    return ended - began, [seconds for part in parts for seconds in part[2:]]


def decide_all(url: str, work: Work, together: Any) -> list[float]:
    """A client: decide one task after another."""
    place.work_at(url)
    directory = place.office()
    actors = {id_: directory.actor(person.name) for id_, person in directory.staff.items()}

    def one(task_id: UUID, person_id: UUID) -> None:
        verdict = Verdict(kind="approve", seen_version=1, request_key=str(task_id))
        with database.transaction() as session:
            decide(session, actors[person_id], task_id, verdict, directory=directory)

    return timed(one, work, together)


def floor_all(url: str, work: Work, together: Any) -> list[float]:
    """A client that does only what no engine can do without."""
    with psycopg.connect(url) as connection:

        def one(task_id: UUID, person_id: UUID) -> None:
            with connection.transaction():
                connection.execute("SELECT case_id FROM floor_task WHERE id = %s FOR UPDATE", (task_id,))
                connection.execute("UPDATE floor_task SET state = 'decided' WHERE id = %s", (task_id,))
                connection.execute(
                    "INSERT INTO floor_decision VALUES (%s, %s, %s, 'approve', now())",
                    (new_id(), task_id, person_id),
                )
                connection.execute(
                    "INSERT INTO floor_task VALUES (%s, %s, 'offered', NULL, now())", (new_id(), task_id)
                )
                connection.execute(
                    "INSERT INTO floor_message VALUES (%s, %s, 'task_assigned', now())", (new_id(), person_id)
                )
                connection.execute(
                    "INSERT INTO floor_event VALUES (%s, %s, %s, now())", (new_id(), task_id, "x" * 500)
                )

        return timed(one, work, together)


def make_floor(url: str, work: Work) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            """
            CREATE TABLE floor_task
                (id uuid PRIMARY KEY, case_id uuid, state text, assignee uuid, opened_at timestamptz);
            CREATE INDEX ON floor_task (assignee);
            CREATE TABLE floor_decision
                (id uuid PRIMARY KEY, task_id uuid UNIQUE, decider uuid, kind text, at timestamptz);
            CREATE TABLE floor_message
                (id uuid PRIMARY KEY, recipient uuid, template text, at timestamptz);
            CREATE TABLE floor_event (id uuid PRIMARY KEY, stream uuid, body text, at timestamptz);
            """
        )
        statement = "INSERT INTO floor_task VALUES (%s, %s, 'allocated', %s, now())"
        connection.cursor().executemany(statement, [(task, task, person) for task, person in work])


def timed(one: Callable[[UUID, UUID], None], work: Work, together: Any) -> list[float]:
    """Warm up by the first item; then when it began, when it ended, and how long each took."""
    one(*work[0])
    together.wait()
    began, spent = time.time(), []
    for task_id, person_id in work[1:]:
        start = time.perf_counter()
        one(task_id, person_id)
        spent.append(time.perf_counter() - start)
    return [began, time.time(), *spent]


def main() -> None:
    asked = place.arguments("Decide the first stage of many cases.", cases=2_000)
    place.show(measure(asked.cases, asked.clients), as_json=asked.json)


if __name__ == "__main__":
    main()
