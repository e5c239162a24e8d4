"""What the keeper asks of Prefect's server, and nothing more."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Cancelled, Cancelling

from core.settings import settings
from flows.process.keeper import Seen

TIMEOUT_SECONDS = 5.0
ENDED = frozenset({StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED})

_SEEN = {
    StateType.SCHEDULED: Seen.SCHEDULED,
    StateType.PENDING: Seen.PENDING,
    StateType.RUNNING: Seen.RUNNING,
    StateType.PAUSED: Seen.SUSPENDED,
    StateType.CANCELLING: Seen.CANCELLING,
    StateType.COMPLETED: Seen.COMPLETED,
    StateType.FAILED: Seen.FAILED,
    StateType.CRASHED: Seen.CRASHED,
    StateType.CANCELLED: Seen.CANCELLED,
}


class PrefectDown(Exception):
    """Prefect's server did not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A flow run as the server shows it."""

    id: UUID
    name: str
    seen: Seen
    message: str


class Prefect:
    """An open connection to the server. Every method raises PrefectDown when it does not answer."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self._client = client
        self._deployments: dict[str, UUID] = {}

    @classmethod
    @contextmanager
    def connected(cls) -> "Generator[Prefect]":
        """A connection to the server of our settings; nothing is sent before the first question.

        A call that fails is not tried again inside: the keeper comes back by itself.
        """
        ours = settings().prefect
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
            client = SyncPrefectClient(
                ours.api_url,
                auth_string=ours.auth.get_secret_value() or None,
                httpx_settings={"timeout": httpx.Timeout(TIMEOUT_SECONDS)},
            )
            with client:
                yield cls(client)

    def runs(self, ids: Iterable[UUID]) -> dict[UUID, RunSeen]:
        """The runs with these ids; one that the server does not know is missing."""
        wanted = list(ids)
        found: dict[UUID, RunSeen] = {}
        for start in range(0, len(wanted), 100):
            of = FlowRunFilter(id=FlowRunFilterId(any_=wanted[start : start + 100]))
            with _answering():
                found |= {r.id: _seen(r) for r in self._client.read_flow_runs(flow_run_filter=of, limit=100)}
        return found

    def create(
        self, deployment: str, key: str, name: str, parameters: Mapping[str, object], tags: Iterable[str]
    ) -> RunSeen:
        """The run of this key, made if it is not there yet."""
        with _answering():
            if deployment not in self._deployments:
                self._deployments[deployment] = self._client.read_deployment_by_name(deployment).id
            try:
                run = self._client.create_flow_run_from_deployment(
                    self._deployments[deployment],
                    parameters=dict(parameters),
                    name=name,
                    tags=list(tags),
                    idempotency_key=key,
                )
            except ObjectNotFound:
                del self._deployments[deployment]  # made anew since: another server, or an emptied one
                raise
        return _seen(run)

    def resume(self, run_id: UUID) -> None:
        """Wake a suspended run; for one that is not suspended (any more) nothing happens."""
        with _answering():
            self._client.resume_flow_run(run_id)

    def end(self, run_id: UUID, why: str) -> None:
        """Have a run stop: at once if nothing of it runs, by its worker if something does.

        A run that was told so before and whose worker is gone is marked as cancelled by force.
        """
        with _answering():
            run = self._client.read_flow_run(run_id)
            kind = run.state.type if run.state else StateType.SCHEDULED
            if kind in ENDED:
                return
            if kind in (StateType.PENDING, StateType.RUNNING):
                self._client.set_flow_run_state(run_id, Cancelling(message=why))
            else:
                self._client.set_flow_run_state(run_id, Cancelled(message=why), force=True)

    def end_others(self, tag: str, but: UUID, why: str) -> int:
        """Mark every other run of this tag that has not ended as cancelled, so that it holds no place in
        the work pool; returns how many."""
        going = FlowRunFilterState(type=FlowRunFilterStateType(not_any_=list(ENDED)))
        of = FlowRunFilter(tags=FlowRunFilterTags(all_=[tag]), state=going)
        with _answering():
            others = self._client.read_flow_runs(flow_run_filter=of, limit=200)
            left = [run for run in others if run.id != but]
            for run in left:
                self._client.set_flow_run_state(run.id, Cancelled(message=why), force=True)
        return len(left)

    def workers_seen_at(self) -> list[datetime]:
        """When each worker of our pool last said that it is well; empty when there is no pool yet."""
        with _answering():
            try:
                workers = self._client.read_workers_for_work_pool(settings().prefect.work_pool)
            except httpx.HTTPStatusError as exc:
                if exc.response.status_code == 404:
                    return []
                raise
        return [w.last_heartbeat_time.astimezone(UTC) for w in workers if w.last_heartbeat_time]


@contextmanager
def _answering() -> Generator[None]:
    try:
        yield
    except (httpx.HTTPError, PrefectException, ValueError) as exc:
        raise PrefectDown(f"{type(exc).__name__}: {exc}") from exc


def _seen(run: FlowRun) -> RunSeen:
    kind = run.state.type if run.state else StateType.SCHEDULED
    return RunSeen(run.id, run.name, _SEEN[kind], (run.state.message if run.state else "") or "")
