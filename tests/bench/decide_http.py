"""How fast decisions are by the page's form, with two web workers: ./mufakat bench decide-http --clients 8

Each client sends form after form as a browser does that is logged in, and waits for the answer that passes it
on to the next task. The floor is that of `decide`, by as many clients.
"""

from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from approvals import cases as engine
from approvals.cases import CaseDraft
from approvals.models import ChainVersion, Decision, Task
from core import database
from core.actor import system
from personnel.directory import PersonnelDirectory
from tests.bench import decide, place
from tests.bench.branch import Branch, largest_mb, log_in, own_branch, web_workers

CASES = 3_000
CLIENTS = 8
WORKERS = 2
CHUNK = 500

Form = tuple[str, str, str]
"""What one decision sends: the address, the cookie, the body."""


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Send so many decisions by so many clients, and make sure that each was made."""
    with own_branch() as (url, branch):
        open_cases(branch, cases)
        with database.transaction() as session:
            tasks = [tuple(row) for row in session.execute(select(Task.id, Task.assignee_id))]
            logins = {head: log_in(session, head) for head in branch.heads}
        forms = [form(task, logins[head].cookie, logins[head].csrf) for task, head in tasks]
        with web_workers(WORKERS) as (port, process):
            ours, each = place.share(send_all, str(port), forms, clients)
            rss_mb = largest_mb(process)
        must_be_decided(cases)
        floor = decide.floor_seconds(url, tasks, clients)
    made = cases - clients
    found = place.figures(made / ours, made / floor, each, rss_mb)
    return {"clients": clients, "workers": WORKERS, "cases": cases} | found


def open_cases(branch: Branch, count: int) -> None:
    """Cases of every unit in turn, each waiting for its head."""
    drafts = [draft(branch, number) for number in range(count)]
    for start in range(0, count, CHUNK):
        with database.transaction() as session:
            engine.open_cases(
                session,
                system("flow"),
                branch.process,
                session.get_one(ChainVersion, branch.version),
                drafts[start : start + CHUNK],
                directory=PersonnelDirectory(session),
            )


def draft(branch: Branch, number: int) -> CaseDraft:
    return CaseDraft(
        natural_key=f"{number:06}",
        reference=f"KP-2026-12/{number:06}",
        title="Kenaikan pangkat reguler III/a → III/b",
        subject_id=branch.staff,
        subject_name=f"Pegawai {number}",
        unit_id=branch.units[number % len(branch.units)],
        data={"kind": "reguler", "rank_from": "III/a", "rank_to": "III/b", "nip": "198001012005011001"},
    )


def form(task: object, cookie: str, csrf: str) -> Form:
    said = {"csrf": csrf, "decision": "approve", "seen_version": 1, "request_key": str(task)}
    return f"/tasks/{task}/decide", cookie, urlencode(said)


def send_all(port: str, forms: Sequence[Form], together: Any) -> list[float]:
    """A browser: send one form after another over one connection. Raises ValueError on a refusal."""
    connection = HTTPConnection("127.0.0.1", int(port), timeout=60)

    def one(path: str, cookie: str, body: str) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 303:
            raise ValueError(f"{answer.status}: {text[:500]!r}")

    return place.timed(one, forms, together)


def must_be_decided(cases: int) -> None:
    """Raises ValueError when an answer said "decided" and nothing was."""
    with database.transaction() as session:
        found = session.scalar(select(func.count()).select_from(Decision))
    if found != cases:
        raise ValueError(f"{found} of {cases} decisions were made")
