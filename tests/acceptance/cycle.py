"""A promotion cycle on a running instance, with an agency of its own, for the acceptance tests of flows."""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy.orm import Session

import wiring
from approvals.models_proposals import Proposal
from cli.instance import Instance
from cli.schema import has_revisions, metadata
from core.database import engine, transaction
from core.ids import new_id
from flows.process import cancelling
from flows.process.models import IntentKind, Process
from personnel.models import Employee
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

PATIENCE = 90


@dataclass
class Cycle:
    """One cycle: what our tables say of it, what its people do, what Prefect's pages could do to it."""

    instance: Instance
    agency: Agency
    people: list[Employee]
    process_id: UUID

    @classmethod
    @contextmanager
    def prepared(cls, instance: Instance, people: int = 4) -> "Generator[Cycle]":
        """An agency and a draft, with this process' settings pointing at the instance."""
        with instance.settings_here():
            wiring.wire()
            if not has_revisions():
                metadata().create_all(engine())
            with transaction() as session:
                prefix = f"{new_id().hex[-8:]}-"
                agency = Agency.founded(session, prefix=prefix)
                who = [agency.candidate(agency.units[n % 2], f"Calon {n}") for n in range(people)]
                process = cycles.create(agency, unit_codes=[f"{prefix}pemko"])
                process_id = process.id
            yield cls(instance, agency, who, process_id)

    @classmethod
    @contextmanager
    def waiting(cls, instance: Instance, people: int = 4) -> "Generator[Cycle]":
        """A cycle whose run is suspended at the gate, all cases open."""
        with cls.prepared(instance, people) as cycle:
            cycle.ask(IntentKind.LAUNCH)
            cycle.until("waiting", "suspended")
            yield cycle

    @contextmanager
    def at_work(self) -> Generator[Session]:
        """A transaction in which the agency's people act."""
        with transaction() as session:
            self.agency.session = session
            yield session

    def ask(self, kind: IntentKind, who: Any = None, reason: str = "diperlukan") -> None:
        with self.at_work() as session:
            actor = self.agency.actor(who or self.agency.hr)
            asked = cancelling.ask(session, actor, self.process_id, kind, reason)
            if isinstance(asked, Proposal):
                cancelling.confirm(session, cycles.ADMIN, asked.id)

    def process(self) -> Process:
        with transaction() as session:
            return session.get_one(Process, self.process_id)

    def until(self, *wanted: str) -> Process:
        """Wait until the process is in this state (and its run in that one)."""
        return self.until_so(lambda p: (p.state, p.run_state)[: len(wanted)] == wanted, str(wanted))

    def until_so(self, holds: Callable[[Process], bool], what: str) -> Process:
        deadline = time.monotonic() + PATIENCE
        while not holds(process := self.process()):
            if time.monotonic() > deadline or (process.state == "failed" and "failed" not in what):
                raise AssertionError(
                    f"{what} did not come: {process.state}, run {process.run_state}, start {process.fence},"
                    f" error {process.error}\n{self.instance.log('keeper')[-3000:]}"
                    f"\n{self.instance.log('worker')[-3000:]}"
                )
            time.sleep(0.1)
        return process

    def approve_all(self) -> None:
        """Everybody decides in favour, each case in a transaction of its own."""
        with self.at_work() as session:
            ids = [case.id for case in cycles.cases(session, self.process_id) if case.settled_at is None]
        for case_id in ids:
            with self.at_work() as session:
                case = next(c for c in cycles.cases(session, self.process_id) if c.id == case_id)
                cycles.approve(self.agency, case)

    def prefect(self, method: str, path: str, body: Any = None) -> Any:
        """What somebody does in Prefect's own pages."""
        user, _, password = self.instance.prefect_auth.partition(":")
        answer = httpx.request(
            method, f"{self.instance.prefect_url}{path}", json=body, auth=(user, password), timeout=10
        )
        answer.raise_for_status()
        return json.loads(answer.text) if answer.text else None

    def run_path(self) -> str:
        return f"/flow_runs/{self.process().run_id}"

    def until_suspended(self, times: int) -> None:
        """Wait until the run has been suspended so many times."""
        path = f"/flow_run_states/?flow_run_id={self.process().run_id}"

        def so_often(_: Process) -> bool:
            return [state["name"] for state in self.prefect("GET", path)].count("Suspended") == times

        self.until_so(so_often, f"suspended {times} times")
