"""How fast decisions are, with all guards, events and messages: ./mufakat bench decide --clients 8

The floor is plain psycopg doing, for each decision, one transaction that locks and updates the task, inserts
decision, next task, outbox row and event. Both run in the same cluster, one after the other.
"""

import resource
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from approvals.decisions import Verdict, decide
from approvals.models import Task
from core import database
from core.ids import new_id
from tests.bench import place

CASES = 4_000
CLIENTS = 1

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
        ours, each = place.share(decide_all, url, work, clients)
        rss_mb = place.peak_rss_mb(resource.RUSAGE_CHILDREN)
        floor = floor_seconds(url, work, clients)
    made = len(work) - clients
    found = place.figures(made / ours, made / floor, each, rss_mb)
    return {"clients": clients, "cases": cases} | found


def floor_seconds(url: str, work: Work, clients: int) -> float:
    """How long the same clients take for the same number of decisions by plain SQL."""
    address = url.replace("+psycopg", "")
    make_floor(address, work)
    return place.share(floor_all, address, work, clients)[0]


def decide_all(url: str, work: Work, together: Any) -> list[float]:
    """A client: decide one task after another."""
    place.work_at(url)
    directory = place.office()
    actors = {id_: directory.actor(person.name) for id_, person in directory.staff.items()}

    def one(task_id: UUID, person_id: UUID) -> None:
        verdict = Verdict(kind="approve", seen_version=1, request_key=str(task_id))
        with database.transaction() as session:
            decide(session, actors[person_id], task_id, verdict, directory=directory)

    return place.timed(one, work, together)


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

        return place.timed(one, work, together)


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
