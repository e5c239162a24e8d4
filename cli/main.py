"""The command line: every command in one list, and every error as one sentence and an exit code."""

import sys

import typer

from cli import (
    account,
    bench,
    courier,
    db,
    demo,
    doctor,
    foresight,
    importing,
    keeper,
    ledger,
    rehearse,
    sample,
    testing,
    up,
    web,
    worker,
)
from core.errors import MufakatError

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something needed isn't there or isn't running, "
    "130 interrupted."
)

app = typer.Typer(
    name="mufakat",
    help="Workflow and approvals for a civil-service office.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command(rich_help_panel="Start here")(demo.demo)
app.command(rich_help_panel="Start here")(up.up)
app.command(rich_help_panel="Start here", context_settings=testing.PASSED_ON)(testing.test)
app.command(rich_help_panel="Start here")(doctor.doctor)
app.command(rich_help_panel="Start here")(bench.bench)
app.command("import", rich_help_panel="The office")(importing.import_)
app.add_typer(account.app, name="account", rich_help_panel="The office")
app.add_typer(ledger.app, name="ledger", rich_help_panel="The office")
app.command(rich_help_panel="The office")(foresight.foresight)
app.add_typer(db.app, name="db", rich_help_panel="The office")
app.add_typer(rehearse.app, name="rehearse", rich_help_panel="The office")
for part in (web.web, worker.worker, keeper.keeper, courier.courier):
    app.command(rich_help_panel="The parts that `up` runs, one by one")(part)
app.command(hidden=True)(sample.sample)


def main() -> None:
    """Run the command line and end with its exit code."""
    try:
        app(prog_name="./mufakat")
    except MufakatError as error:
        complain(str(error), getattr(error, "exit_code", 1))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if reason := database_lost(error):
            complain(f"The database can't be reached ({reason}); what was not finished was not recorded.", 3)
        raise


def complain(sentence: str, exit_code: int) -> None:
    print(f"mufakat: {sentence}", file=sys.stderr)
    sys.exit(exit_code)


def database_lost(error: Exception) -> str | None:
    """Why a connection to the database failed, when that is what happened. Loads no database code itself."""
    exceptions = sys.modules.get("sqlalchemy.exc")
    if exceptions and isinstance(error, exceptions.OperationalError):
        return str(getattr(error, "orig", error)).strip().splitlines()[-1]
    return None
