"""`./mufakat foresight`: how good the forecasts of past cycles would have been."""

import json
from typing import Annotated

import typer


def foresight(
    chain: Annotated[
        str, typer.Argument(help="The chain whose past cycles are foretold.")
    ] = "rank-promotion",
    runs: Annotated[
        int, typer.Option(min=20, max=2_000, help="How often each cycle is lived through.")
    ] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Foretell past cycles from only what was known when each began, and count how often that held.

    A good forecast's 80% interval holds the true end of about 80 in 100 cycles. Roles, and what lay before
    people then, are not on record as of a day: roles are today's, the rest is left out.

    Examples:

        ./mufakat foresight

        ./mufakat foresight rank-promotion --json | jq .coverage80
    """
    import wiring
    from approvals.backtest import backtest
    from cli.reach import database
    from core.database import transaction
    from personnel.directory import everybodys_leave

    with database(), transaction() as session:
        found = backtest(
            session, chain, directory=wiring.directory(session), leave=everybodys_leave(session), runs=runs
        )
    coverage = {"coverage80": found.coverage80, "coverage95": found.coverage95}
    if as_json:
        trials = [
            {
                "process": trial.process_id,
                "cases": trial.cases,
                "began_at": trial.began_at,
                "ended_at": trial.ended_at,
                "low80": trial.foretold.low80,
                "high80": trial.foretold.high80,
                "within80": trial.within80,
                "within95": trial.within95,
                "measured_stages": trial.measured,
            }
            for trial in found.trials
        ]
        print(json.dumps({"cycles": len(trials), **coverage, "trials": trials}, default=str))
        return
    if not found.trials:
        print(f"No cycle of {chain} is over yet.")
        return
    print(f"{'began':12}{'cases':>7}  {'ended':12}{'foretold (80%)':26}held")
    for trial in found.trials:
        span = f"{trial.foretold.low80:%Y-%m-%d} - {trial.foretold.high80:%Y-%m-%d}"
        held = "yes" if trial.within80 else "no"
        print(f"{trial.began_at:%Y-%m-%d}  {trial.cases:>7}  {trial.ended_at:%Y-%m-%d}  {span:26}{held}")
    held80, held95 = (f"{share or 0:.0%}" for share in coverage.values())
    print(f"80% intervals held {held80}, 95% intervals {held95} of {len(found.trials)}.")
