"""The engine beside its reference, for as many steps as wanted: python -m tests.bench.model --steps 200000

Each client has a database and seeds of its own; every story is a transaction that is rolled
back. One in four rounds is the panels', the others are those of the people who do everything there is.
"""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from core import events
from tests.bench import place
from tests.integration.approvals.people_at_work import Work
from tests.integration.approvals.people_who_steer import SteeredWork
from tests.integration.approvals.test_panel_model import Panels

STEPS = 200_000
ROUND = 40
"""Stories between two looks at how far it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a client has done, and how it failed."""

    steps: int
    examples: int
    failures: tuple[str, ...] = ()


def measure(steps: int, clients: int, first: int) -> dict[str, Any]:
    """Make at least so many steps by so many processes, with seeds from the first on; the figures."""
    began = time.monotonic()
    shares = [(-(-steps // clients), first + n, clients) for n in range(clients)]
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        done = pool.starmap(work, shares)
    seconds = time.monotonic() - began
    failures = [text for one in done for text in one.failures]
    for text in failures:
        sys.stderr.write(f"{text}\n")
    made = sum(one.steps for one in done)
    return {
        "bench": "model",
        "clients": clients,
        "seed": first,
        "steps": made,
        "seconds": round(seconds, 1),
        "steps_per_s": round(made / seconds, 1),
        "examples": sum(one.examples for one in done),
        "failures": len(failures),
    }


def work(steps: int, first: int, stride: int) -> Done:
    """A client: round after round, each by a seed of its own, until it has made its steps or one failed."""
    os.environ["MUFAKAT_REHEARSAL"] = "1"
    number = first
    failures: list[str] = []
    # of its own, for a story that moves the clock would hold up all others
    with place.own_database():
        while Work.steps + Panels.steps < steps and not failures:
            machine = Panels if number // stride % 4 == 3 else SteeredWork
            try:
                play(machine, number)
            except Exception:
                failures.append(f"seed {number}, {machine.__name__}:\n{traceback.format_exc()}")
            number += stride
    return Done(Work.steps + Panels.steps, Work.stories + Panels.stories, tuple(failures))


def play(machine: type[RuleBasedStateMachine], number: int) -> None:
    events.wire([])
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=ROUND,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="another one plays other stories")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.steps, asked.clients, asked.seed)
    place.show(found, as_json=asked.json)
    sys.exit(1 if found["failures"] else 0)


if __name__ == "__main__":
    main()
