"""A past for an office: cases, tasks and decisions as they would stand there, written without the verbs.

What is measured is then known to the minute. The streams of these cases are empty: for reading only.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from approvals import chains
from approvals.models import Case, ChainVersion, Decision, ExternalAnswer, Task
from core.ids import new_id
from tests.integration.approvals.desk import CHAIN, FLOW
from tests.integration.approvals.office import Office, named

MEDAN = ZoneInfo("Asia/Jakarta")
Row = TypeVar("Row")
SEKSI, BUDI = named("seksi"), named("Budi")


def at(*parts: int) -> datetime:
    """A moment as the office's clock shows it."""
    return datetime(*parts, tzinfo=MEDAN).astimezone(UTC)  # type: ignore[misc]


@dataclass
class Past:
    """Writes what once happened."""

    session: Session
    version: ChainVersion
    unit_id: UUID = SEKSI
    subject_id: UUID = BUDI
    office: Office = field(default_factory=Office.usual)
    process_id: UUID = field(default_factory=new_id)
    count: int = 0
    at_once: bool = False
    """Kept back until `write`: for a long past."""
    kept: list[Any] = field(default_factory=list[Any])

    @classmethod
    def of(cls, session: Session, chain: str = CHAIN) -> "Past":
        """The past of the usual office."""
        return cls(session, chains.publish(session, FLOW, chain))

    def case(
        self, opened: datetime, state: str = "open", stage: str | None = "unit-head", **said: Any
    ) -> Case:
        self.count += 1
        settled = opened if state in ("approved", "rejected", "withdrawn") else None
        given = {
            "id": new_id(),
            "process_id": self.process_id,
            "natural_key": str(self.count),
            "reference": f"KP/{self.count}",
            "title": "Promotion",
            "chain_version_id": self.version.id,
            "subject_id": self.subject_id,
            "subject_name": "Budi",
            "unit_id": self.unit_id,
            "requester_id": None,
            "state": state,
            "stage": None if settled else stage,
            "data": {"subject": {"rank": 9}},
            "opened_at": opened,
            "settled_at": settled,
        }
        return self._kept(Case(**given | said))

    def task(self, opened: datetime, who: str | UUID = "Kasi", case: Case | None = None, **said: Any) -> Task:
        """An open task that waits for somebody."""
        given = {
            "id": new_id(),
            "case_id": (case or self.case(opened)).id,
            "stage": "unit-head",
            "round": 1,
            "state": "allocated",
            "acting": [],
            "barred": [],
            "assignee_id": _id(who),
            "opened_at": opened,
        }
        return self._kept(Task(**given | said))

    def decided(
        self,
        opened: datetime,
        ended: datetime,
        who: str | UUID = "Kasi",
        kind: str = "approve",
        *,
        code: str | None = None,
        **said: Any,
    ) -> Decision:
        """A task that somebody decided."""
        task = self.task(opened, who, state="decided", ended_at=ended, **said)
        return self._kept(
            Decision(
                id=new_id(),
                task_id=task.id,
                case_id=task.case_id,
                stage=task.stage,
                kind=kind,
                decider_id=_id(who),
                decider_name=str(who),
                code=code,
                comment="",
                checklist=[],
                case_version=1,
                request_key=str(task.id),
                via="web",
                decided_at=ended,
            )
        )

    def answered(
        self, case: Case, recorded: datetime, outcome: str = "approve", stage: str = "consideration"
    ) -> ExternalAnswer:
        """An authority outside answered."""
        return self._kept(
            ExternalAnswer(
                id=new_id(),
                case_id=case.id,
                stage=stage,
                round=1,
                outcome=outcome,
                letter_number="B-1",
                letter_date=recorded.date(),
                note="",
                recorded_by=named("Hana"),
                recorded_by_name="Hana",
                recorded_at=recorded,
            )
        )

    def write(self) -> None:
        """Write what was kept back, in the order of the references."""
        for kind in (Case, Task, Decision, ExternalAnswer):
            self.session.add_all(row for row in self.kept if isinstance(row, kind))
            self.session.flush()
        self.kept.clear()

    def _kept(self, row: Row) -> Row:
        self.kept.append(row)
        if not self.at_once:
            self.write()
        return row


def _id(who: str | UUID) -> UUID:
    return named(who) if isinstance(who, str) else who
