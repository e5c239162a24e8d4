"""prefect.yaml: what it says is what exists."""

import importlib
import sys

import pytest

from core.settings import ROOT, settings
from flows.process.deployments import FILE, project
from flows.promotion.service import KIND


def test_every_entrypoint_is_a_flow_of_the_name_it_says() -> None:
    for deployment in project().deployments:
        module, _, name = deployment.entrypoint.rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        assert flow.name == deployment.flow_name


def test_the_kinds_name_deployments_that_exist() -> None:
    assert KIND.deployment in [f"{d.flow_name}/{d.name}" for d in project().deployments]


def test_the_installations_settings_are_filled_in() -> None:
    said = project()
    for deployment in said.deployments:
        assert deployment.work_pool.name == settings().prefect.work_pool
        assert deployment.work_pool.job_variables["working_dir"] == str(ROOT)
        assert sys.executable in deployment.work_pool.job_variables["command"]
    assert said.pull == [{"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="MUFAKAT_NOTHING"):
        project(FILE.read_text().replace("MUFAKAT_ZONE", "MUFAKAT_NOTHING"))


def test_a_deployments_version_changes_with_what_it_says_and_only_then() -> None:
    one, again = project(), project()
    other = project(FILE.read_text().replace("30 2 * * *", "0 3 * * *"))
    assert [d.version(one.pull) for d in one.deployments] == [
        d.version(again.pull) for d in again.deployments
    ]
    changed = [
        a.name
        for a, b in zip(one.deployments, other.deployments, strict=True)
        if a.version(one.pull) != b.version(other.pull)
    ]
    assert changed == ["upkeep"]


def test_flow_runs_share_one_limit_set_on_the_pool() -> None:
    assert project().pool.concurrency_limit >= 1
