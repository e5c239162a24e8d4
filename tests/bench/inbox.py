"""What the inbox costs among millions of tasks: ./mufakat bench inbox

The page of somebody with 2,000 pending, by its queries and over HTTP, at the whole size and at 10,000
tasks: both must cost nearly the same. The floor reads the same page and counts by plain SQL that knows where
to look.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from typing import Any, LiteralString

import psycopg

import wiring
from approvals.inbox import InboxCounts, counts, inbox
from core import database
from core.actor import Actor
from personnel import units
from tests.bench import bulk, place
from tests.bench.branch import Branch, largest_mb, log_in, own_branch, web_workers

CASES = 4_000_000
CLIENTS = 1
SMALL = 10_000
PENDING = 2_000
TASKS_EACH = 4
PAGE = 51
TURNS = 200

FLOOR: Sequence[LiteralString] = (
    """
    SELECT t.*, c.* FROM task t JOIN "case" c ON c.id = t.case_id
    WHERE t.position_id = %(post)s AND t.ended_at IS NULL ORDER BY t.due_at, t.id LIMIT 51
    """,
    """
    SELECT count(*), count(*) FILTER (WHERE due_at < now()) FROM task
    WHERE position_id = %(post)s AND ended_at IS NULL
    """,
)


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Read the page again and again among so many tasks, and among few."""
    del clients  # one reader: what is asked is how long a page takes
    with own_branch() as (url, branch):
        few, _, few_http, _ = at(url, branch, min(cases, SMALL))
        ours, floor, http, rss_mb = at(url, branch, cases)
    found = place.figures(len(ours) / sum(ours), len(floor) / sum(floor), ours, rss_mb)
    return {
        "tasks": cases,
        "pending": pending(cases),
        **found,
        "http_p50_ms": p50(http),
        "http_p95_ms": p95(http),
        "p95_ms_of_few": p95(few),
        "p50_ms_of_few": p50(few),
        "times_that_of_few": round(p50(ours) / p50(few), 2),
        "http_times_that_of_few": round(p50(http) / p50(few_http), 2),
    }


def at(url: str, branch: Branch, tasks: int) -> tuple[list[float], list[float], list[float], float]:
    """What each page takes among so many tasks: by its queries, by plain SQL, over HTTP; and memory."""
    mine = pending(tasks)
    bulk.load(url, branch, cases=tasks // TASKS_EACH, ended=TASKS_EACH - 1, mine=mine, due=0)
    with database.transaction() as session:
        login = log_in(session, branch.heads[0])
    head = Actor(branch.heads[0], "Kabid 1", frozenset({"employee", "hr-verifier"}))
    must_be_true(read(head), mine, url, branch)
    ours = timed(lambda: read(head))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        floor = timed(lambda: [connection.execute(s, {"post": branch.posts[0]}).fetchall() for s in FLOOR])
    with web_workers(1) as (port, process):
        browser = HTTPConnection("127.0.0.1", port, timeout=60)
        http = timed(lambda: fetch(browser, login.cookie))
        return ours, floor, http, largest_mb(process)


def pending(tasks: int) -> int:
    return min(PENDING, tasks // TASKS_EACH // 2)


def read(head: Actor) -> InboxCounts:
    """What the page asks of the database."""
    with database.transaction() as session:
        people = wiring.directory(session)
        rows = inbox(session, head, directory=people, limit=PAGE)
        found = counts(session, head, directory=people)
        units.names(session, {row.unit_id for row in rows})
        return found


def fetch(browser: HTTPConnection, cookie: str) -> None:
    browser.request("GET", "/inbox", headers={"Cookie": cookie})
    answer = browser.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise ValueError(f"{answer.status}: {text[:500]!r}")


def must_be_true(found: InboxCounts, mine: int, url: str, branch: Branch) -> None:
    """Raises ValueError when the counts that are shown are not those of every task looked at one by one."""
    query: LiteralString = """
        SELECT count(*) FILTER (WHERE due_at < now()) FROM task
        WHERE ended_at IS NULL AND (assignee_id = %s OR queue = 'role:hr-verifier')
    """
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        overdue = (connection.execute(query, (branch.heads[0],)).fetchone() or (0,))[0]
    if found.mine + found.offered != mine or found.overdue != overdue:
        raise ValueError(f"{found} instead of {mine} pending, {overdue} overdue")


def timed(act: Callable[[], object]) -> list[float]:
    """What each turn took, after a few that warm up."""
    for _ in range(5):
        act()
    spent: list[float] = []
    for _ in range(TURNS):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return spent


def p50(seconds: Sequence[float]) -> float:
    return round(statistics.median(seconds) * 1000, 2)


def p95(seconds: Sequence[float]) -> float:
    return round(statistics.quantiles(seconds, n=100)[94] * 1000, 2)
