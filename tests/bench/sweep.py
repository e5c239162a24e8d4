"""How long the sweep takes that finds what is due among a million open tasks: ./mufakat bench sweep

The floor does by plain SQL what a reminder writes: it locks what is due, updates the tasks, and inserts
events and messages.
"""

import time
from typing import Any, LiteralString

import psycopg

import wiring
from approvals.sweep import sweep
from core import database
from tests.bench import bulk, place
from tests.bench.branch import own_branch

CASES = 1_000_000
CLIENTS = 1
DUE = 1_000
LIMIT = 500

FLOOR_TABLES = """
CREATE TABLE floor_event (id uuid PRIMARY KEY, stream uuid, body text, at timestamptz);
CREATE TABLE floor_message (id uuid PRIMARY KEY, recipient uuid, template text, at timestamptz);
"""
FLOOR_LOCK: LiteralString = """
SELECT t.id, t.case_id, t.assignee_id FROM task t JOIN "case" c ON c.id = t.case_id
WHERE t.alarm_at <= now() ORDER BY t.alarm_at LIMIT %s FOR NO KEY UPDATE OF t SKIP LOCKED
"""
FLOOR_WRITES: tuple[LiteralString, ...] = (
    "UPDATE task SET alarm_at = now() + interval '2 days', reminded = reminded + 1 WHERE id = %s",
    "UPDATE stream SET count = count + 1 WHERE id = %s",
    "INSERT INTO floor_event VALUES (uuidv7(), %s, repeat('x', 500), now())",
    "INSERT INTO floor_message VALUES (uuidv7(), %s, 'task_reminder', now())",
)


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Sweep until nothing is due, among so many open tasks; then the same by the floor."""
    del clients  # one keeper sweeps
    due = min(DUE, cases // 2)
    with own_branch() as (url, branch):
        bulk.load(url, branch, cases=cases, ended=0, mine=min(2_000, cases // 2), due=due)
        ours = sweep_all(due)
        rss_mb = place.peak_rss_mb()
        nothing = rounds(lambda: swept() == 0)
        bulk.load(url, branch, cases=cases, ended=0, mine=min(2_000, cases // 2), due=due)
        floor = floor_seconds(url.replace("+psycopg", ""))
    found = place.figures(due / sum(ours), due / floor, ours, rss_mb)
    return {
        "open_tasks": cases,
        "due": due,
        "seconds": round(sum(ours), 3),
        "floor_seconds": round(floor, 3),
        "nothing_due_ms": round(nothing[0] * 1000, 2),
        **found,
    }


def sweep_all(due: int) -> list[float]:
    """What each round took. Raises ValueError when not exactly what was due was swept."""
    done = 0

    def one() -> bool:
        nonlocal done
        done += (found := swept())
        return found < LIMIT

    spent = rounds(one)
    if done != due:
        raise ValueError(f"{done} of {due} were swept")
    return spent


def swept() -> int:
    """How many alarms one sweep answered, as the keeper does it."""
    with database.transaction() as session:
        found = sweep(session, directory=wiring.directory(session), limit=LIMIT)
    return found.reminded + found.escalated


def rounds(one: Any) -> list[float]:
    """Do it until it says that it is done; what each round took."""
    spent: list[float] = []
    done = False
    while not done:
        start = time.perf_counter()
        done = one()
        spent.append(time.perf_counter() - start)
    return spent


def floor_seconds(url: str) -> float:
    with psycopg.connect(url) as connection:
        connection.execute(FLOOR_TABLES)
        connection.commit()
        start = time.perf_counter()
        while found := connection.execute(FLOOR_LOCK, (LIMIT,)).fetchall():
            keys = (0, 1, 1, 2)  # a task, its case, its case, whom it is with
            for statement, key in zip(FLOOR_WRITES, keys, strict=True):
                connection.cursor().executemany(statement, [(row[key],) for row in found])
            connection.commit()
        return time.perf_counter() - start
