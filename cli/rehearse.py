"""`./mufakat rehearse`: a whole cycle with scripted people, on an instance that is gone afterwards."""

import json
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uuid import UUID

    from rich.console import Console

    from cli.instance import Instance
    from cli.rehearsal.report import Report
    from cli.rehearsal.story import Rehearsal

app = typer.Typer(no_args_is_help=True)

MOMENTS_PER_EMPLOYEE = 2
"""About how often death may pass by, for each employee."""


@app.callback()
def processes() -> None:
    """Try a whole process with scripted people before the office uses it."""


@app.command()
def promotion(
    employees: Annotated[int, typer.Option(min=30, max=5_000, help="How many people the office has.")] = 60,
    kills: Annotated[int, typer.Option(min=0, max=500, help="How often a random part is killed.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed draws the same people, habits and deaths.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Live a promotion cycle: import, launch, decide by page and mail, let tasks escalate, sign, decree.

    Everything is real (PostgreSQL, Prefect, web, mail) in a folder of its own; only the clock is moved. Then
    the promises of docs/architecture.md are checked on what is left. Ends with 1 if one is broken.

    Examples:

        ./mufakat rehearse promotion --employees 60

        ./mufakat rehearse promotion --employees 120 --kills 25 --seed 7 --json
    """
    from rich.console import Console

    report = rehearsed(employees, kills, seed, Console(stderr=True))
    if as_json:
        print(json.dumps(report.plain(), ensure_ascii=False))
    else:
        report.show(Console())
    if not report.held:
        raise typer.Exit(1)


def rehearsed(employees: int, kills: int, seed: int, console: "Console") -> "Report":
    """One rehearsal from an empty folder to its report; nothing is left behind."""
    from cli.instance import Instance
    from cli.rehearsal.kills import Reaper
    from cli.rehearsal.story import Rehearsal

    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mufakat-") as folder,
        Instance.started(Path(folder), rehearsal=True, throwaway=True) as instance,
        instance.settings_here(),
    ):
        rng = random.Random(seed)
        reaper = Reaper(instance, kills, random.Random(seed + 1), employees * MOMENTS_PER_EMPLOYEE)
        story = Rehearsal(instance, reaper, rng, tell=lambda line: console.print(line, style="dim"))
        return _live(story, instance, employees, seed, begun)


def _live(story: "Rehearsal", instance: "Instance", employees: int, seed: int, begun: float) -> "Report":
    import wiring
    from cli.rehearsal import opening
    from cli.rehearsal.report import Report

    seconds = {"start": time.monotonic() - begun}
    wiring.wire()

    def timed(name: str, since: float) -> float:
        seconds[name] = time.monotonic() - since
        return time.monotonic()

    since = time.monotonic()
    content = story.ask(opening.agency(employees, seed))
    since = timed("import", since)
    process_id: UUID = opening.launch(story.browser("hr"), content)
    ended = story.play(process_id)
    since = timed("cycle", since)
    story.let_mail_arrive()
    findings = story.findings()
    timed("checks", since)
    return Report(
        employees=employees,
        seed=seed,
        ended=ended.state,
        counts=story.tally(process_id),
        seconds=seconds,
        latencies=story.latencies,
        killed=story.reaper.done,
        memory=instance.memory(),
        findings=findings,
    )
