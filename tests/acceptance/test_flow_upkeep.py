"""Deployments and the nightly housekeeping on a real Prefect server."""

import time
from typing import Any

import httpx

from cli.instance import Instance
from core.database import transaction
from core.upkeep import Chore, latest
from flows.process.deployments import project, register

PATIENCE = 60


def prefect(instance: Instance, method: str, path: str, body: Any = None) -> Any:
    user, _, password = instance.prefect_auth.partition(":")
    address = f"{instance.prefect_url}{path}"
    answer = httpx.request(method, address, json=body, auth=(user, password), timeout=10)
    answer.raise_for_status()
    return answer.json()


def deployment(instance: Instance, name: str) -> Any:
    return prefect(instance, "GET", f"/deployments/name/{name}")


def test_the_worker_registered_what_prefect_yaml_says(instance: Instance) -> None:
    with instance.settings_here():
        for said in project().deployments:
            found = deployment(instance, f"{said.flow_name}/{said.name}")
            assert found["entrypoint"] == said.entrypoint
            assert set(found["tags"]) == set(said.tags)
            assert [s["slug"] for s in found["schedules"]] == [s.slug for s in said.schedules]
            limit = said.concurrency_limit.limit if said.concurrency_limit else None
            assert (found["global_concurrency_limit"] or {}).get("limit") == limit
        pool = prefect(instance, "GET", f"/work_pools/{said.work_pool.name}")
        assert pool["concurrency_limit"] == project().pool.concurrency_limit


def test_registering_again_leaves_what_did_not_change_alone(instance: Instance) -> None:
    with instance.settings_here():
        before = deployment(instance, "upkeep/upkeep")
        assert register() == []
        assert deployment(instance, "upkeep/upkeep")["updated"] == before["updated"]


def test_housekeeping_runs_to_its_end(instance: Instance) -> None:
    made = prefect(
        instance, "POST", f"/deployments/{deployment(instance, 'upkeep/upkeep')['id']}/create_flow_run", {}
    )
    deadline = time.monotonic() + PATIENCE
    while (state := prefect(instance, "GET", f"/flow_runs/{made['id']}")["state_name"]) != "Completed":
        assert time.monotonic() < deadline, f"{state}: {instance.log('worker')[-3000:]}"
        assert state not in ("Failed", "Crashed"), instance.log("worker")[-3000:]
        time.sleep(0.2)
    with instance.settings_here(), transaction() as session:
        done = latest(session)
    assert done[Chore.HOUSEKEEPING].well
    assert done[Chore.PROOF].well


def test_the_nightly_runs_are_planned(instance: Instance) -> None:
    wanted = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "deployments": {"name": {"any_": ["upkeep"]}},
    }
    deadline = time.monotonic() + PATIENCE
    while not (planned := prefect(instance, "POST", "/flow_runs/filter", wanted)):
        assert time.monotonic() < deadline, instance.log("prefect")[-3000:]
        time.sleep(0.2)
    assert all("T19:30" in run["expected_start_time"] for run in planned if run["auto_scheduled"])
