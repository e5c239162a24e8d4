"""Whatever a program sends, no answer is an error of ours, and each is as described:

    python -m tests.bench.fuzz_api --requests 5000

Schemathesis makes requests of the description, good ones and bad ones; they go to the pages as
`./mufakat web` serves them, with the tokens of people in several roles, of a system, and of nobody. Half of
the ids are those of a real office.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from requests import Response
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

import wiring
from approvals.models import Task
from core.database import transaction
from core.settings import settings
from tests.bench import place
from tests.bench.branch import web_workers
from tests.integration.web import office as offices
from tests.integration.web.office import Office
from tests.integration.web.programs import token_of, token_of_system

REQUESTS = 5_000
WORKERS = 2
LOGINS = ("head", "staff0", "staff1", "verifier", "mayor", "hr", "operator")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SETTINGS = hypothesis.settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@dataclass
class Found:
    """What was sent and what came of it."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    faults: list[str] = field(default_factory=list[str])


def fuzz(address: str, tokens: Mapping[str, str], ids: Mapping[str, Sequence[str]], wanted: int) -> Found:
    """Send about so many requests, to every operation alike; what is no answer as described is a fault."""
    schema = schemathesis.openapi.from_dict(requests.get(f"{address}/api/v1/openapi.json", timeout=60).json())
    operations = [result.ok() for result in schema.get_all_operations()]
    found, bearers = Found(), cycle(tokens.items())
    with requests.Session() as session:
        while found.sent < wanted:  # of some operations there are not so many different requests
            each = max(1, (wanted - found.sent) // len(operations))
            for operation in operations:
                send = _sender(operation, Ways(f"{address}/api/v1", session, bearers, ids), found)
                hypothesis.settings(SETTINGS, max_examples=each)(send)()
    return found


@dataclass(frozen=True)
class Ways:
    """Where requests go, by whom, and about what."""

    base: str
    session: requests.Session
    bearers: Iterator[tuple[str, str]]
    ids: Mapping[str, Sequence[str]]


def _sender(operation: Any, ways: Ways, found: Found) -> Any:
    @given(case=operation.as_strategy(), data=st.data())
    def send(case: Case, data: st.DataObject) -> None:
        who, token = next(ways.bearers)
        _make_real(case, data, ways.ids)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(base_url=ways.base, session=ways.session, headers=headers, timeout=60)
        found.sent += 1
        found.statuses[answer.status_code] += 1
        if fault := _fault(case, answer):
            found.faults.append(f"{who}: {case.method} {case.formatted_path}: {fault}")

    return send


def _make_real(case: Case, data: st.DataObject, ids: Mapping[str, Sequence[str]]) -> None:
    """Half of the ids exist, and most of what was seen is what there is, so that verbs are reached."""
    for name in case.path_parameters or {}:
        if name in ids and data.draw(st.booleans(), label=f"a real {name}"):
            case.path_parameters[name] = data.draw(st.sampled_from(ids[name]), label=name)
    if "decision" in case.path or "resubmission" in case.path:
        case.headers = {
            **(case.headers or {}),
            "If-Match": data.draw(st.sampled_from(['"1"', '"1"', '"2"', "x"])),
        }


def _fault(case: Case, answer: Response) -> str:
    try:
        case.validate_response(answer, checks=CHECKS)
    except (Exception, BaseExceptionGroup) as problem:  # schemathesis raises groups of failures
        told = getattr(problem, "exceptions", (problem,))
        return f"{answer.status_code}: " + "; ".join(str(one)[:300] for one in told)
    return ""


def ids_of(office: Office) -> dict[str, Sequence[str]]:
    """Ids of things that are there, by the names that addresses give them."""
    with transaction() as session:
        tasks = session.execute(select(Task.id, Task.case_id).limit(20)).all()
    return {
        "task_id": [str(task) for task, _ in tasks],
        "case_id": [str(case) for _, case in tasks],
        "cycle_id": [str(office.cycle)],
        "employee_id": [str(person) for person in office.people.staff],
        "chain": ["rank-promotion"],
    }


def tokens_of_all() -> dict[str, str]:
    """A token with every permit for each role, one of a system, one of nobody."""
    people = {login: token_of(login) for login in LOGINS}
    return people | {"a system": token_of_system(), "nobody": "", "a forger": "mufakat_" + "x" * 43}


@contextmanager
def own_office() -> Iterator[Office]:
    """An office in a database of its own, whose web asks for no patience."""
    os.environ |= {"MUFAKAT_SECRET": "the secret of the fuzzing, of no other use"}
    os.environ |= {"MUFAKAT_REHEARSAL": "1", "MUFAKAT_WEB_API_PER_MINUTE": "1000000"}
    with place.own_database():
        wiring.wire()
        settings.cache_clear()
        with transaction() as session:
            made = offices.found(session)
        yield made


def main() -> int:
    """The figures; exit code 1 when there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    wanted = parser.parse_args().requests
    with own_office() as office, web_workers(WORKERS) as (port, _):
        began = time.monotonic()
        found = fuzz(f"http://127.0.0.1:{port}", tokens_of_all(), ids_of(office), wanted)
        seconds = time.monotonic() - began
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items()))
    lines = [
        f"{found.sent} requests in {seconds:.0f} s; {statuses}",
        f"{len(found.faults)} faults",
        *found.faults[:50],
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
