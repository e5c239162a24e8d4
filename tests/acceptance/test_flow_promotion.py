"""A promotion cycle from launch to decree, and everything that can come between, on a real Prefect server."""

import io
import subprocess
import sys

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from approvals.chains import confirm_version, publish
from approvals.models import Case
from approvals.proposals import proposals
from cli.instance import Instance
from core.actor import Actor, Role, system
from core.database import engine, transaction
from core.events import history
from core.ids import new_id
from core.settings import ROOT
from flows.process import run_logs
from flows.process.models import Gate, IntentKind, Process, Step
from flows.process.queries import services
from flows.promotion.models import Candidate, Decree
from flows.promotion.pinned import CHAIN_FILE
from notifications.models import Message
from personnel.models import Employee, RankHeld
from tests.acceptance.cycle import Cycle


def decrees_of(cycle: Cycle) -> list[Decree]:
    with transaction() as session:
        query = select(Decree).where(Decree.process_id == cycle.process_id).options(undefer(Decree.pdf))
        return list(session.scalars(query.order_by(Decree.serial)))


def ranks_of(cycle: Cycle) -> set[str | None]:
    ids = [person.id for person in cycle.people]
    with transaction() as session:
        return set(session.scalars(select(Employee.rank).where(Employee.id.in_(ids))))


def events_of(cycle: Cycle) -> list[str]:
    with transaction() as session:
        return [row.name for row in history(session, cycle.process_id)]


def test_a_cycle_goes_from_launch_to_decrees(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        assert decrees_of(cycle) == []
        cycle.approve_all()
        cycle.until("completed", "completed")
        issued = decrees_of(cycle)
        assert [d.rank_to for d in issued] == ["III/b"] * 4
        assert ranks_of(cycle) == {"III/b"}
        text = PdfReader(io.BytesIO(issued[0].pdf)).pages[0].extract_text()
        assert issued[0].number in text
        assert issued[0].name in text
        assert cycle.process().progress["decrees"] == 4
        with transaction() as session:
            letters = select(func.count()).where(
                Message.template == "decree_issued", Message.recipient_id.in_([p.id for p in cycle.people])
            )
            assert session.scalar(letters) == 4
        run = cycle.prefect("GET", cycle.run_path())
        assert run["name"] == cycle.process().reference
        artifacts = cycle.prefect(
            "POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
        )
        shown = " ".join(str(artifact["data"]) for artifact in artifacts)
        assert f"/processes/{cycle.process_id}" in shown
        assert "decrees" in shown


def test_a_spurious_resume_ends_suspended_again_and_nothing_behind_the_gate_runs(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        for turn in (2, 3):
            assert cycle.prefect("POST", f"{cycle.run_path()}/resume", {})["status"] == "ACCEPT"
            cycle.until_suspended(turn)
        cycle.until("waiting", "suspended")
        with transaction() as session:
            steps = session.scalars(select(Step.name).where(Step.process_id == cycle.process_id)).all()
            gate = session.get_one(Gate, (cycle.process_id, "approvals"))
            cases = select(func.count()).where(Case.process_id == cycle.process_id)
            assert session.scalar(cases) == len(cycle.people)
        assert steps == ["screen-candidates"]
        assert gate.passed_at is None
        assert cycle.process().fence == 1
        cycle.approve_all()
        cycle.until("completed")
        assert len(decrees_of(cycle)) == len(cycle.people)


def test_a_double_resume_issues_every_decree_once(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        cycle.instance.stop("keeper")
        try:
            cycle.approve_all()
            first = cycle.prefect("POST", f"{cycle.run_path()}/resume", {})
            second = cycle.prefect("POST", f"{cycle.run_path()}/resume", {})
            assert [first["status"], second["status"]] == ["ACCEPT", "ABORT"]
        finally:
            cycle.instance.start("keeper")
        cycle.until("completed", "completed")
        assert len(decrees_of(cycle)) == len(cycle.people)
        assert events_of(cycle).count("process.completed") == 1


def test_a_restored_database_goes_on_from_where_it_says_it_was(
    instance: Instance, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("backup") / "mufakat.dump"
    ours = ("web", "keeper", "courier", "worker")
    with Cycle.waiting(instance) as cycle:
        instance.run("db", "dump", str(copy))
        cycle.approve_all()
        cycle.until("completed", "completed")
        for name in ours:
            instance.stop(name)
        engine().dispose()
        try:
            instance.run("db", "restore", str(copy), "--force")
        finally:
            for name in reversed(ours):
                instance.start(name)
        assert decrees_of(cycle) == []
        cycle.until_so(lambda p: p.fence == 2, "started again")
        cycle.until("waiting", "suspended")
        cycle.approve_all()
        cycle.until("completed", "completed")
        assert len(decrees_of(cycle)) == len(cycle.people)
        assert ranks_of(cycle) == {"III/b"}
        with transaction() as session:
            held = select(func.count()).where(RankHeld.employee_id.in_([p.id for p in cycle.people]))
            assert session.scalar(held) == len(cycle.people)


def test_a_run_cancelled_in_prefects_pages_is_shown_and_not_started_unasked(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        cancelled = {"state": {"type": "CANCELLED", "name": "Cancelled"}, "force": True}
        cycle.prefect("POST", f"{cycle.run_path()}/set_state", cancelled)
        shown = cycle.until("paused", "cancelled")
        assert shown.error
        cycle.approve_all()
        with transaction() as session:
            before = session.get_one(Gate, (cycle.process_id, "approvals"))
        assert before.passed_at is None
        assert cycle.process().fence == 1
        cycle.ask(IntentKind.RESUME)
        cycle.until("completed", "completed")
        assert cycle.process().fence == 2
        assert len(decrees_of(cycle)) == len(cycle.people)


def test_worker_and_run_killed_among_the_decrees_leave_none_out_and_none_twice(instance: Instance) -> None:
    with Cycle.waiting(instance, people=45) as cycle:
        cycle.approve_all()
        cycle.until_so(lambda _: bool(decrees_of(cycle)), "a first decree")
        instance.kill("worker", descendants=True)
        instance.wait_ready("worker")
        cycle.until("completed")
        issued = decrees_of(cycle)
        assert len({d.employee_id for d in issued}) == len(issued) == 45
        serials = [d.serial for d in issued]
        assert serials == list(range(serials[0], serials[0] + 45))
        assert ranks_of(cycle) == {"III/b"}
        assert events_of(cycle).count("decree.issued") == 45


def test_worker_and_run_killed_together_are_replaced_when_the_lease_lapses(instance: Instance) -> None:
    with Cycle.prepared(instance, people=40) as cycle:
        cycle.ask(IntentKind.LAUNCH)
        cycle.until_so(lambda p: p.run_state in ("pending", "running"), "a run at work")
        instance.kill("worker", descendants=True)
        instance.wait_ready("worker")
        cycle.until_so(lambda p: p.state == "waiting" and p.run_state == "suspended", "the gate")
        assert "process.restarted" in events_of(cycle) or cycle.process().fence == 1
        with transaction() as session:
            screened = select(func.count()).where(
                Candidate.process_id == cycle.process_id, Candidate.outcome == "meets"
            )
            opened = select(func.count()).where(Case.process_id == cycle.process_id)
            assert session.scalar(screened) == session.scalar(opened) == 40
        tag = f"process:{cycle.process_id}"
        runs = cycle.prefect("POST", "/flow_runs/filter", {"flow_runs": {"tags": {"all_": [tag]}}})
        alive = [run for run in runs if run["state_type"] not in ("CANCELLED", "CRASHED", "FAILED")]
        assert [run["id"] for run in alive] == [str(cycle.process().run_id)]


def test_with_prefect_down_people_decide_and_the_cycle_catches_up_afterwards(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        instance.stop("prefect")
        try:
            cycle.approve_all()
            with transaction() as session:
                open_cases = select(func.count()).where(
                    Case.process_id == cycle.process_id, Case.settled_at.is_(None)
                )
                assert session.scalar(open_cases) == 0
            assert cycle.process().state == "waiting"
        finally:
            instance.start("prefect")
        cycle.until("completed", "completed")
        assert len(decrees_of(cycle)) == len(cycle.people)


def test_a_paused_cycle_stays_at_its_open_gate_until_it_is_resumed(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        cycle.ask(IntentKind.PAUSE)
        cycle.until("paused")
        cycle.approve_all()
        cycle.prefect("POST", f"{cycle.run_path()}/resume", {})
        cycle.until_suspended(2)
        assert cycle.process().state == "paused"
        assert decrees_of(cycle) == []
        cycle.ask(IntentKind.RESUME)
        cycle.until("completed", "completed")
        assert len(decrees_of(cycle)) == len(cycle.people)


def test_a_cancelled_cycle_ends_its_cases_and_its_run(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        cycle.ask(IntentKind.CANCEL, reason="salah periode")
        cycle.until("cancelled", "cancelled")
        with transaction() as session:
            states = select(Case.state).where(Case.process_id == cycle.process_id).distinct()
            assert session.scalars(states).all() == ["cancelled"]
        assert decrees_of(cycle) == []


def test_a_step_that_fails_is_shown_to_operators_and_goes_on_after_a_restart(instance: Instance) -> None:
    with Cycle.prepared(instance) as cycle:
        good = CHAIN_FILE.read_text()
        bad = good.replace(
            "  - stage: verification", "  - stage: verification\n    when: subject.nothing > 3"
        )
        with cycle.at_work() as session:
            publish(session, cycle.agency.actor(cycle.agency.hr), bad)
            another = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))
            (waits,) = proposals(session, another)
            confirm_version(session, another, waits.id)
        cycle.ask(IntentKind.LAUNCH)
        failed = cycle.until("failed", "failed")
        assert failed.error
        assert "subject.nothing" in failed.error

        def logged(_: Process) -> bool:
            lines = run_logs.read(cycle.process_id, "screen-candidates").lines
            return any("subject.nothing" in line.text for line in lines if line.level == "error")

        cycle.until_so(logged, "failed, and the server has the step's log")
        cycle.until_so(lambda _: bool(run_logs.read(cycle.process_id).lines), "failed, and the flow's own")
        assert run_logs.read(cycle.process_id, "finalise").lines == ()
        with transaction() as session:
            told = select(func.count()).where(
                Message.template == "process_failed", Message.recipient_id == cycle.agency.operator.id
            )
            assert session.scalar(told) == 1
            publish(session, system("cli"), good)
        cycle.ask(IntentKind.RESTART, cycle.agency.operator)
        cycle.until_so(lambda p: p.fence == 2, "failed, then started again")
        cycle.until("waiting", "suspended")
        cycle.ask(IntentKind.CANCEL)
        cycle.until("cancelled", "cancelled")


def test_a_second_keeper_stands_by_and_takes_over(instance: Instance) -> None:
    with Cycle.waiting(instance) as cycle:
        command = [sys.executable, "-m", "cli", "keeper"]
        second = subprocess.Popen(
            command,
            cwd=ROOT,
            env=instance.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            cycle.until_so(lambda _: False in keepers(), "a keeper that stands by")
            instance.stop("keeper")
            cycle.approve_all()
            cycle.until("completed", "completed")
            assert cycle.process().fence == 1
            assert len(decrees_of(cycle)) == len(cycle.people)
        finally:
            second.terminate()
            second.wait(10)
            instance.start("keeper")


def keepers() -> list[bool]:
    """Whether each keeper that was heard of lately leads."""
    with transaction() as session:
        return sorted(
            bool(s.facts["leads"]) for s in services(session) if s.service == "keeper" and not s.silent
        )
