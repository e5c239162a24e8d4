"""The nightly story of housekeeping, on Prefect's schedule. Deadlines do not hang on it."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

import wiring
from core.database import transaction
from core.upkeep import Chore, note
from flows.process.pages import show_figures
from flows.upkeep.service import DUTIES, ONE_VIEW


@task(cache_policy=NO_CACHE, persist_result=False, retries=3, retry_delay_seconds=30, task_run_name="{duty}")
def do(duty: str) -> int:
    with transaction() as session:
        if duty in ONE_VIEW:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return DUTIES[duty](session)


@flow(name="upkeep", persist_result=False)
def upkeep() -> None:
    """Do every duty; one that fails does not keep the others from being done."""
    wiring.wire()
    states = {duty: do(duty, return_state=True) for duty in DUTIES}
    done = {duty: state.result() for duty, state in states.items() if state.is_completed()}
    show_figures("upkeep", done)
    failed = sorted(states.keys() - done.keys())
    with transaction() as session:
        note(session, Chore.HOUSEKEEPING, well=not failed, done=done, failed=failed)
    if failed:
        raise RuntimeError(f"not done: {', '.join(failed)}")
