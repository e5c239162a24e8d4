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


def at(*parts: int) -> datetime:
    """A moment as the office's clock shows it."""
    return datetime(*parts, tzinfo=MEDAN).astimezone(UTC)  # type: ignore[misc]


@dataclass
class Past:
    """Writes what once happened."""

    session: Session
    office: Office = field(default_factory=Office.usual)
    chain: str = CHAIN
    process_id: UUID = field(default_factory=new_id)
    count: int = 0

    def __post_init__(self) -> None:
        self.version: ChainVersion = chains.publish(self.session, FLOW, self.chain)

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
            "subject_id": named("Budi"),
            "subject_name": "Budi",
            "unit_id": named("seksi"),
            "requester_id": None,
            "state": state,
            "stage": None if settled else stage,
            "data": {"subject": {"rank": 9}},
            "opened_at": opened,
            "settled_at": settled,
        }
        return self._kept(Case(**given | said))

    def task(self, opened: datetime, who: str = "Kasi", case: Case | None = None, **said: Any) -> Task:
        """An open task that waits for somebody."""
        given = {
            "id": new_id(),
            "case_id": (case or self.case(opened)).id,
            "stage": "unit-head",
            "round": 1,
            "state": "allocated",
            "acting": [],
            "barred": [],
            "assignee_id": named(who),
            "opened_at": opened,
        }
        return self._kept(Task(**given | said))

    def decided(
        self,
        opened: datetime,
        ended: datetime,
        who: str = "Kasi",
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
                decider_id=named(who),
                decider_name=who,
                code=code,
                comment="",
                checklist=[],
                case_version=1,
                request_key=str(task.id),
                via="web",
                decided_at=ended,
            )
        )

    def answered(self, case: Case, recorded: datetime, outcome: str = "approve") -> ExternalAnswer:
        """An authority outside answered."""
        return self._kept(
            ExternalAnswer(
                id=new_id(),
                case_id=case.id,
                stage="consideration",
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

    def _kept(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row
