"""`./mufakat bench`: how fast are we, beside what the database alone can do?"""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer

from core.errors import MufakatError

BENCHES: Mapping[str, str] = {
    "decide": "tests.bench.decide",
    "decide-http": "tests.bench.decide_http",
    "open": "tests.bench.opening",
    "inbox": "tests.bench.inbox",
    "sweep": "tests.bench.sweep",
    "ledger": "tests.bench.ledger",
    "import": "tests.bench.import_people",
    "mail": "tests.bench.mail",
}
"""By name, the module that measures: its `measure(cases, clients)` gives the figures, and its CASES and
CLIENTS are what it measures when nothing else is asked for."""


class NoSuchBench(MufakatError):
    """There is no bench {name}. The benches are: {known}."""

    exit_code = 2


def bench(
    name: Annotated[str, typer.Argument(help=f"What to measure: {', '.join(BENCHES)}.")],
    clients: Annotated[int | None, typer.Option(help="Processes that work at once.", min=1)] = None,
    cases: Annotated[int | None, typer.Option(help="How much there is to do.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure how fast a part is, on a database of its own that is gone afterwards.

    Beside it stands the floor: the rate of plain SQL that writes or reads the same, in the same run. The
    nearer `ratio` is to 1, the less the engine costs.

    Examples:

        ./mufakat bench decide --clients 8

        ./mufakat bench inbox --json
    """
    from tests.bench import place

    place.show(measured(name, cases, clients), as_json=as_json)


def measured(name: str, cases: int | None = None, clients: int | None = None) -> dict[str, Any]:
    """The figures of a bench, at the size that is asked for or else its own. Raises NoSuchBench."""
    if name not in BENCHES:
        raise NoSuchBench(name=name, known=", ".join(BENCHES))
    module = import_module(BENCHES[name])
    found: dict[str, Any] = module.measure(cases or module.CASES, clients or module.CLIENTS)
    return {"bench": name, **found}
