"""What every page costs on the sample agency, by role, the slowest first: python -m tests.bench.pages

The server's time of a page is what a client on this machine waits for it, with the compression; its weight
is what travels. The first view of the inbox counts everything that its page asks for.
"""

import gzip
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection

from psutil import Process

import wiring
from cli import sample
from core import clock, database
from flows.process import intents, service
from flows.process.memory import advance
from flows.process.models import IntentKind, ProcessState
from flows.process.run import Run
from flows.process.waiting import GateKind, pass_or_wait
from flows.promotion.screening import screen_candidates
from personnel import accounts
from personnel.models import Employee
from personnel.sample import LOGINS
from tests.bench import place
from tests.bench.branch import log_in, web_workers

TURNS = 20
MOST_PAGES = 40
"""Of a role: what its first pages lead to."""
BEGIN = ("/inbox", "/my", "/processes", "/hr/staff", "/hr/chains", "/analytics/times", "/operator", "/ledger")
LEFT_OUT = re.compile(
    r"^/(static|logout|mail|login)|\.(pdf|xlsx|csv|json|zip)|/documents/|receipt|/events|export"
)
LINK = re.compile(r'href="(/[^"#]*)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True, slots=True)
class Cost:
    """A page, for a role: what it takes, how much of that our processor, and what it weighs."""

    role: str
    path: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    kilobytes: float


def main() -> None:
    os.environ |= {"MUFAKAT_DEMO": "1", "MUFAKAT_SECRET": "the secret of a bench"}
    with place.own_database():
        fill()
        cookies = {login: cookie_of(login) for login in LOGINS}
        with web_workers(1) as (port, process):
            browser = HTTPConnection("127.0.0.1", port, timeout=60)
            costs = [
                cost for login, cookie in cookies.items() for cost in of_role(browser, process, login, cookie)
            ]
            first = first_view(browser, cookies["verifier"])
    sys.stdout.write("\n".join(lines(costs, first)) + "\n")


def lines(costs: list[Cost], first: float) -> Iterator[str]:
    """A line a page (p95, p50, processor, weight), the slowest first, and two for all."""
    for c in sorted(costs, key=lambda one: -one.p95_ms):
        yield f"{c.p95_ms:7.1f} {c.p50_ms:7.1f} {c.cpu_ms:6.1f} ms {c.kilobytes:6.1f} KB  {c.role:9} {c.path}"
    every = [cost.p95_ms for cost in costs]
    worst, middle = max(every), statistics.median(every)
    yield f"{len(costs)} pages; p95 of the slowest {worst:.1f} ms, of the median {middle:.1f} ms"
    yield f"first view of the inbox: {first:.1f} KB compressed"


def fill() -> None:
    """The sample agency with its cycle under way, as the demo has it."""
    wiring.wire()
    with database.transaction() as session:
        sample.fill(session)
    with database.transaction() as session:
        hr = accounts.find(session, "hr")
        actor = accounts.actor_of(hr, session.get_one(Employee, hr.employee_id), "cli")
        effective = date(clock.now(session).year + 1, 1, 1)
        made = service.create(
            session, actor, "promotion", "Kenaikan pangkat reguler", {"effective_on": effective.isoformat()}
        )
        asked = service.ask(session, actor, made.id, IntentKind.LAUNCH)
        intents.carry_out(session, asked.id)
        made.state, made.launched_at = ProcessState.RUNNING, clock.now(session)
        session.flush()
        run = Run(made.id, made.fence)
        while not advance(session, run, "screen-candidates", screen_candidates).finished:
            pass
        pass_or_wait(session, run, "approvals", GateKind.SETTLED)


def cookie_of(login: str) -> str:
    with database.transaction() as session:
        return log_in(session, accounts.find(session, login).employee_id).cookie


def of_role(browser: HTTPConnection, process: Process, login: str, cookie: str) -> Iterator[Cost]:
    """Every page that somebody's first pages lead to."""
    waiting, known = list(BEGIN), set(BEGIN)
    while waiting and len(known) <= MOST_PAGES + len(BEGIN):
        path = waiting.pop(0)
        status, text, _ = get(browser, path, cookie)
        if status != 200:
            continue
        for link in LINK.findall(text.replace("&amp;", "&")):
            kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*", "*", link)
            if kind not in known and not LEFT_OUT.search(link):
                known.add(kind)
                waiting.append(link)
        yield measured(browser, process, login, path, cookie)


def measured(browser: HTTPConnection, process: Process, login: str, path: str, cookie: str) -> Cost:
    spent: list[float] = []
    weight, before = 0, busy(process)
    for _ in range(TURNS):
        start = time.perf_counter()
        _, _, weight = get(browser, path, cookie)
        spent.append((time.perf_counter() - start) * 1000)
    p95 = statistics.quantiles(spent[2:], n=100)[94]
    cpu = (busy(process) - before) / TURNS * 1000
    return Cost(login, path, statistics.median(spent), p95, cpu, weight / 1024)


def busy(process: Process) -> float:
    """The seconds of a processor that the web took so far; others on the machine change these least."""
    used = process.cpu_times()
    return used.user + used.system


def first_view(browser: HTTPConnection, cookie: str) -> float:
    """All that the inbox's page asks for, and its font: what travels, in KB."""
    _, text, weight = get(browser, "/inbox", cookie)
    return (weight + sum(get(browser, path, "")[2] for path in set(ASSET.findall(text)))) / 1024


def get(browser: HTTPConnection, path: str, cookie: str) -> tuple[int, str, int]:
    """A page's status and text, and how many bytes travelled."""
    browser.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = browser.getresponse()
    body = answer.read()
    plain = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
    return answer.status, plain.decode("utf-8", "replace"), len(body)


if __name__ == "__main__":
    main()
