"""What the keeper's actions do: short transactions on our side, one idempotent call on Prefect's.

Each may be cut off at any instruction; the next look at the process finds what is left to do.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.actor import system
from core.database import transaction
from core.withheld import withheld
from flows.process import kinds
from flows.process.history import tell
from flows.process.intents import start_anew
from flows.process.keeper import ENDED, OUTSIDE, Action, Seen
from flows.process.models import Process, ProcessState
from flows.process.prefect_api import Prefect, RunSeen
from flows.process.run import GRACE_SECONDS, lease
from flows.process.run_logs import tag_of
from flows.process.standing import HOPELESS_AFTER, Kept

LONGEST_REST_SECONDS = 60


def act(action: Action, process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    """Carry an action out. Raises PrefectDown."""
    _ACT[action](process, prefect, run)


def mirror(process: Kept, seen: Seen, run: RunSeen | None) -> None:
    """Keep what the server shows, for the web, which never asks it."""
    if process.run_state == seen or seen is Seen.ABSENT:
        return
    with _held(process) as (session, row):
        if row:
            row.run_state, row.run_seen_at = seen, clock.now(session)
            row.run_name = run.name if run else row.run_name


@contextmanager
def _held(process: Kept) -> Generator[tuple[Session, Process | None]]:
    """The process' row, if it still is as it was read and nobody works on it this instant."""
    with transaction() as session:
        row = session.scalar(
            select(Process)
            .where(Process.id == process.id, Process.fence == process.fence)
            .with_for_update(key_share=True, skip_locked=True)
        )
        yield session, row


def _create(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    """Make the run of this start. Asked again, the server returns the one it made."""
    with transaction() as session:
        row = session.get_one(Process, process.id)
        deployment = kinds.kind(row.kind).deployment
        name = row.reference if process.fence == 1 else f"{row.reference} ({process.fence})"
    made = prefect.create(
        deployment,
        key=f"{process.id}:{process.fence}",
        name=name,
        parameters={"process_id": str(process.id), "fence": process.fence},
        tags=[tag_of(process.id)],
    )
    prefect.end_others(tag_of(process.id), made.id, "replaced by a later start")
    with _held(process) as (session, row):
        if row is None or row.run_id is not None:
            return
        if made.seen in ENDED:
            # Restored from a backup, we are at a number that was used before; try the next.
            start_anew(row)
            return
        row.run_id, row.run_name, row.run_state = made.id, made.name, made.seen
        row.run_seen_at = clock.now(session)
        if row.state == ProcessState.SCHEDULED:
            row.state = ProcessState.RUNNING
        if row.launched_at is None:
            row.launched_at = clock.now(session)
            tell(session, system("keeper"), row, "started", {"fence": row.fence})


def _resume(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    """Wake the run; it has time to show itself before it is taken for dead."""
    with _held(process) as (_, row):
        if row is None:
            return
        row.lease_until = None
    if process.run_id:
        prefect.resume(process.run_id)


def _replace(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    """Give the process a new start; its run follows when the rest after a crash is over."""
    cause = run.seen if run else Seen.LOST
    with _held(process) as (session, row):
        if row is None:
            return
        rest = min(2**row.crashes, LONGEST_REST_SECONDS) if row.crashes else 0
        row.crashes += 1
        row.retry_at = lease(rest) if rest else None
        row.error = None
        start_anew(row)
        tell(session, system("keeper"), row, "restarted", {"fence": row.fence, "cause": cause})


def _end(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    if process.run_id:
        prefect.end(process.run_id, "the process has ended")


def _grant(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    with _held(process) as (_, row):
        if row and row.lease_until is None:
            row.lease_until = lease(GRACE_SECONDS)


def _show_failed(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    with _held(process) as (session, row):
        if row is None:
            return
        said = withheld(run.message) if run else ""
        row.error = row.error or said or f"died {HOPELESS_AFTER} times in a row"
        row.state = ProcessState.FAILED
        facts = {"fence": row.fence, "step": row.progress.get("step")}
        tell(session, system("keeper"), row, "failed", facts, personal={"error": row.error})


def _show_cancelled(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    with _held(process) as (session, row):
        if row is None:
            return
        row.state, row.error = ProcessState.PAUSED, OUTSIDE
        tell(session, system("keeper"), row, "paused", {"cause": "run cancelled outside"})


def _nothing(process: Kept, prefect: Prefect, run: RunSeen | None) -> None:
    return


_ACT: dict[Action, Callable[[Kept, Prefect, RunSeen | None], None]] = {
    Action.NOTHING: _nothing,
    Action.CREATE: _create,
    Action.RESUME: _resume,
    Action.REPLACE: _replace,
    Action.END: _end,
    Action.GRANT: _grant,
    Action.SHOW_FAILED: _show_failed,
    Action.SHOW_CANCELLED: _show_cancelled,
}
