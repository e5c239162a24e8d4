"""Prefect's deployments, from prefect.yaml, through its client: no command line, no second definition."""

import hashlib
import json
import re
import shlex
import sys
from collections.abc import Mapping
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker
from pydantic import BaseModel, ConfigDict

from core.settings import ROOT, settings

FILE = ROOT / "prefect.yaml"


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Schedule(_Read):
    cron: str
    slug: str
    timezone: str
    active: bool = True


class Concurrency(_Read):
    limit: int
    collision_strategy: ConcurrencyLimitStrategy


class Place(_Read):
    """The work pool that runs a deployment, and with what."""

    name: str
    job_variables: dict[str, Any] = {}


class Deployment(_Read):
    """A deployment as prefect.yaml says it."""

    name: str
    flow_name: str
    entrypoint: str
    work_pool: Place
    description: str = ""
    tags: list[str] = []
    parameters: dict[str, Any] = {}
    schedules: list[Schedule] = []
    concurrency_limit: Concurrency | None = None

    def version(self, pull: list[dict[str, Any]]) -> str:
        """Tells whether the server already has exactly this."""
        said = json.dumps([self.model_dump(mode="json"), pull], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Pool(_Read):
    """The work pool; its limit counts for all workers together."""

    type: str
    concurrency_limit: int


class Project(_Read):
    """prefect.yaml, with the installation's settings filled in."""

    definitions: dict[str, Any]
    pull: list[dict[str, Any]]
    deployments: list[Deployment]

    @property
    def pool(self) -> Pool:
        return Pool.model_validate(self.definitions["work_pool"])


def project(text: str | None = None) -> Project:
    """prefect.yaml as values. Raises ValueError when it can't be read so."""
    filled = _filled(yaml.safe_load(text if text is not None else FILE.read_text()))
    return Project.model_validate(filled)


def register() -> list[str]:
    """Make the work pool and every deployment as prefect.yaml says; returns the names of those that changed.

    A deployment that is as it should be is left alone: applying one again deletes its runs that wait for a
    worker. Raises httpx.HTTPError when the server does not answer.
    """
    ours, wanted = settings().prefect, project()
    with SyncPrefectClient(ours.api_url, auth_string=ours.auth.get_secret_value() or None) as client:
        _make_pool(client, ours.work_pool, wanted.pool)
        return [d.name for d in wanted.deployments if _apply(client, d, wanted.pull)]


def _make_pool(client: SyncPrefectClient, name: str, pool: Pool) -> None:
    template = ProcessWorker.get_default_base_job_template()
    try:
        found = client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=name,
                type=pool.type,
                base_job_template=template,
                concurrency_limit=pool.concurrency_limit,
            )
        )
        return
    if found.concurrency_limit != pool.concurrency_limit:
        client.update_work_pool(name, WorkPoolUpdate(concurrency_limit=pool.concurrency_limit))


def _apply(client: SyncPrefectClient, deployment: Deployment, pull: list[dict[str, Any]]) -> bool:
    version = deployment.version(pull)
    try:
        found = client.read_deployment_by_name(f"{deployment.flow_name}/{deployment.name}")
    except ObjectNotFound:
        found = None
    if found and found.version == version and found.work_pool_name == deployment.work_pool.name:
        return False
    limit = deployment.concurrency_limit
    client.create_deployment(
        flow_id=client.create_flow_from_name(deployment.flow_name),
        name=deployment.name,
        version=version,
        entrypoint=deployment.entrypoint,
        description=deployment.description,
        tags=deployment.tags,
        parameters=deployment.parameters,
        schedules=[_schedule(s) for s in deployment.schedules],
        concurrency_limit=limit.limit if limit else None,
        concurrency_options=ConcurrencyOptions(collision_strategy=limit.collision_strategy)
        if limit
        else None,
        work_pool_name=deployment.work_pool.name,
        job_variables=deployment.work_pool.job_variables,
        pull_steps=pull,
        parameter_openapi_schema={},
        enforce_parameter_schema=False,
    )
    return True


def _schedule(schedule: Schedule) -> DeploymentScheduleCreate:
    cron = CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    return DeploymentScheduleCreate(schedule=cron, active=schedule.active, slug=schedule.slug)


def _filled(value: Any) -> Any:
    """A value with every `{{ $NAME }}` in it filled in. Raises ValueError for an unknown name."""
    known = {
        "MUFAKAT_ROOT": str(ROOT),
        "MUFAKAT_PYTHON": shlex.quote(sys.executable),
        "MUFAKAT_ZONE": settings().office.zone,
        "MUFAKAT_WORK_POOL": settings().prefect.work_pool,
    }
    return _fill(value, known)


def _fill(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {k: _fill(v, known) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_fill(v, known) for v in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, str):
        return value

    def said(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise ValueError(f"prefect.yaml speaks of {match[1]}, which is not known")
        return known[match[1]]

    return re.sub(r"\{\{\s*\$(\w+)\s*\}\}", said, value)
