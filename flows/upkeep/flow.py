"""The nightly story of housekeeping, on Prefect's schedule. Deadlines do not hang on it."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

import wiring
from core.database import transaction
from flows.process.pages import show_figures
from flows.upkeep.service import DUTIES


@task(cache_policy=NO_CACHE, persist_result=False, retries=3, retry_delay_seconds=30, task_run_name="{duty}")
def do(duty: str) -> int:
    with transaction() as session:
        return DUTIES[duty](session)


@flow(name="upkeep", persist_result=False)
def upkeep() -> None:
    """Do every duty; one that fails does not keep the others from being done."""
    wiring.wire()
    states = {duty: do(duty, return_state=True) for duty in DUTIES}
    done = {duty: state.result() for duty, state in states.items() if state.is_completed()}
    show_figures("upkeep", done)
    failed = sorted(states.keys() - done.keys())
    if failed:
        raise RuntimeError(f"not done: {', '.join(failed)}")
