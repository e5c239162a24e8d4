"""Detour patterns: when work does not go the usual way."""

from typing import Any

import pytest

from approvals import ahead, drafts, handing, pausing, steering, tasks
from approvals.decisions import Verdict
from approvals.drafts import Draft
from approvals.errors import NotYours
from approvals.inbox import inbox
from approvals.models import Case, Task
from approvals.obstacles import TaskSuspended
from approvals.sweep import sweep
from core import events
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named
from tests.patterns.conftest import Chained

REVIEWERS = "candidates: {role: reviewer}"
CLERKS = "candidates: {role: clerk}"


def taken(desk: Desk, name: str = "Vera") -> tuple[Case, Task]:
    """A case whose verification somebody took and began, and wrote something on."""
    case = desk.at("verification")
    task = desk.task(case)
    tasks.claim(desk.session, desk.who(name), task.id)
    drafts.save_draft(desk.session, desk.who(name), task.id, Draft(comment="half done"))
    return case, task


def test_27_delegation(desk: Desk):
    """Whoever was given a task hands it to a colleague who may do it as well, before it is begun."""
    case = desk.at("verification")
    task = desk.task(case)
    tasks.claim(desk.session, desk.who("Vera"), task.id)
    handing.delegate(
        desk.session,
        desk.who("Vera"),
        task.id,
        named("Viktor"),
        reason="on a trip",
        with_draft=False,
        directory=desk.office,
    )
    assert (task.state, task.assignee_id, task.handed_by) == ("allocated", named("Viktor"), named("Vera"))
    with pytest.raises(Exception, match="colleague"):
        desk.decide("Vera", case)
    desk.decide("Viktor", case)


def test_28_escalation(desk: Desk, clock: Any):
    """What lies too long is moved to somebody else by the engine."""
    case = desk.open()
    clock.move(days=14)
    sweep(desk.session, directory=desk.office)
    assert desk.task(case).assignee_id == named("Kabid")


def test_29_deallocation(desk: Desk):
    """Whoever claimed a task may give it back; it is offered to all again."""
    case = desk.at("verification")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    tasks.release(desk.session, desk.who("Vera"), desk.task(case).id)
    assert desk.decide("Viktor", case).decider_name == "Viktor"


def test_30_stateful_reallocation(desk: Desk):
    """Work that is begun goes to a colleague along with what was written so far."""
    case, task = taken(desk)
    handing.delegate(
        desk.session,
        desk.who("Vera"),
        task.id,
        named("Viktor"),
        reason="on a trip",
        with_draft=True,
        directory=desk.office,
    )
    kept = drafts.draft_of(task, desk.who("Viktor"))
    assert kept is not None
    assert (task.assignee_id, kept.comment) == (named("Viktor"), "half done")
    desk.decide("Viktor", case)


def test_31_stateless_reallocation(desk: Desk):
    """Work that is begun goes to a colleague who begins afresh: what was written does not go along."""
    case, task = taken(desk)
    handing.delegate(
        desk.session,
        desk.who("Vera"),
        task.id,
        named("Viktor"),
        reason="on a trip",
        with_draft=False,
        directory=desk.office,
    )
    assert (task.state, task.assignee_id, task.draft) == ("allocated", named("Viktor"), None)
    handing.reassign(
        desk.session, desk.who("Hana"), task.id, named("Vera"), reason="ill", directory=desk.office
    )
    desk.decide("Vera", case)


def test_32_suspension_and_resumption(desk: Desk):
    """Whoever has a task puts it aside and takes it up again; what was written stays."""
    case, task = taken(desk)
    pausing.suspend_task(desk.session, desk.who("Vera"), task.id, reason="waiting for a letter")
    assert task.state == "suspended"
    with pytest.raises(TaskSuspended):
        desk.decide("Vera", case)
    pausing.resume_task(desk.session, desk.who("Vera"), task.id)
    assert (task.state, (task.draft or {})["comment"]) == ("started", "half done")
    desk.decide("Vera", case)


def test_33_skip(with_chain: Chained):
    """A task of a stage that its chain lets go is skipped by whoever of HR has it; it is complete by that."""
    desk = with_chain("candidates: {role: hr}, skippable: true", CLERKS)
    case = desk.open()
    task = desk.task(case)
    tasks.claim(desk.session, desk.who("Hana"), task.id)
    steering.skip(
        desk.session, desk.who("Hana"), case.id, stage="s1", reason="done on paper", directory=desk.office
    )
    desk.session.refresh(task)
    assert (task.state, case.stage) == ("skipped", "s2")
    assert desk.facts(case, "case.passed_over")[0]["by"] == str(named("Hana"))


def test_34_redo(with_chain: Chained):
    """Whoever finds a mistake later sends the case back to the stage that made it; what follows is redone."""
    desk = with_chain(REVIEWERS, CLERKS, "candidates: {holder_of: ppk, unit: top}")
    case = desk.open()
    desk.decide("Rina", case)
    desk.decide("Klara", case)
    steering.redo(
        desk.session,
        desk.who("Walikota"),
        case.id,
        to="s1",
        reason="a page was missing",
        seen="s3",
        directory=desk.office,
    )
    assert (case.stage, case.round, desk.task(case).assignee_id) == ("s1", 2, named("Rina"))
    for name in ("Rina", "Klara", "Walikota"):
        desk.decide(name, case)
    assert case.state == "approved"


def test_35_pre_do(with_chain: Chained, monkeypatch: pytest.MonkeyPatch):
    """A later stage is decided before the case comes there; when it does, unchanged, that counts."""
    desk = with_chain(REVIEWERS, CLERKS)
    monkeypatch.setattr(events, "_subscribers", [ahead.subscriber(lambda _: desk.office)])
    case = desk.open()
    assert inbox(desk.session, desk.who("Klara"), directory=desk.office) == []
    verdict = Verdict(kind="approve", seen_version=1, request_key="ahead")
    with pytest.raises(NotYours):
        ahead.decide_ahead(desk.session, desk.who("Rina"), case.id, "s2", verdict, directory=desk.office)
    ahead.decide_ahead(desk.session, desk.who("Klara"), case.id, "s2", verdict, directory=desk.office)
    assert case.stage == "s1"
    desk.decide("Rina", case)
    desk.session.refresh(case)
    assert case.state == "approved"
    assert desk.facts(case, "task.decided")[-1]["by"] == str(named("Klara"))
