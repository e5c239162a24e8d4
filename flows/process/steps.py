"""Steps of a flow: one idempotent verb each, done once for ever however often the flow begins anew."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task
from sqlalchemy.exc import DBAPIError

from core.database import transaction
from core.withheld import in_a_line
from flows.process import gates
from flows.process.memory import Remembered, Verb, advance, note_failure, recall
from flows.process.run import StaleRun, current, passing

RETRY_AFTER_SECONDS: list[float] = [1, 2, 5, 10, 30, 60]
"""Waits between tries while the database or the server is away; other errors are not tried again."""

Step = Callable[[UUID], Mapping[str, Any]]


def step(verb: Verb) -> Step:
    """A step that calls a verb, portion by portion, each in a transaction of its own, until it is done.

    Named after the verb. Returns what the verb told of its work. A finished step is not done again, whoever
    asks: our table is the memory, and Prefect keeps no result. The step raises StaleRun under a start that
    was replaced, and what the verb raises.
    """
    name = verb.__name__.replace("_", "-")

    @task(
        name=name,
        task_run_name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(RETRY_AFTER_SECONDS),
        retry_delay_seconds=RETRY_AFTER_SECONDS,
        retry_condition_fn=_worth_trying_again,
    )
    def work_on(process_id: UUID) -> Remembered:
        progress = _Progress(name)
        while True:
            so_far = _one_portion(process_id, name, verb)
            progress.show(so_far)
            if so_far.finished or so_far.held:
                return so_far

    def do(process_id: UUID) -> Mapping[str, Any]:
        with transaction() as session:
            remembered = recall(session, process_id, name)
        if remembered is None or not remembered.finished:
            remembered = work_on(process_id)
        if remembered.held:
            gates.suspend()
        return remembered.result

    return do


def _one_portion(process_id: UUID, name: str, verb: Verb) -> Remembered:
    try:
        with transaction() as session:
            return advance(session, current(process_id), name, verb)
    except StaleRun:
        raise
    except Exception as exc:
        _note(process_id, name, exc)
        raise


def _note(process_id: UUID, name: str, error: Exception) -> None:
    """Keep the error where the operator sees it; with the database away Prefect's log alone has it."""
    try:
        with transaction() as session:
            note_failure(session, current(process_id), name, in_a_line(error))
    except DBAPIError as also:
        error.add_note(f"and it could not be noted: {also.orig}")


def _worth_trying_again(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.data, BaseException) and passing(state.data)


class _Progress:
    """A bar in Prefect's pages; a step of one portion shows none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._artifact: UUID | None = None
        self._shown_at = 0.0

    def show(self, so_far: Remembered) -> None:
        if so_far.total <= 1 or (self._artifact is None and so_far.finished):
            return
        if not so_far.finished and time.monotonic() - self._shown_at < 1:
            return
        self._shown_at = time.monotonic()
        percent = 100.0 * so_far.done / so_far.total
        said = f"{so_far.done} / {so_far.total}"
        if self._artifact is None:
            made = create_progress_artifact(percent, description=f"{self._name}: {said}")
            assert isinstance(made, UUID)
            self._artifact = made
        else:
            update_progress_artifact(self._artifact, percent, description=f"{self._name}: {said}")
