"""Documents entered in a person's file, each with its number and date, as somebody of HR has checked them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event
from core.ids import new_id
from personnel import history
from personnel.access import keep_records
from personnel.models import Document


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: what chains and rules call it, its number, and its date if it is known."""

    kind: str
    number: str
    dated: date | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """As it is kept in the data of a case."""
        return {"number": self.number, "dated": self.dated.isoformat() if self.dated else None}

    @classmethod
    def read(cls, kind: str, said: Mapping[str, Any]) -> "Paper":
        return cls(kind, said["number"], date.fromisoformat(said["dated"]) if said["dated"] else None)


def kinds_of(session: Session, employee_id: UUID) -> frozenset[str]:
    """Which documents are in somebody's file."""
    return frozenset(session.scalars(select(Document.kind).where(Document.employee_id == employee_id)))


def enter(session: Session, actor: Actor, employee_id: UUID, papers: Iterable[Paper], case_id: UUID) -> None:
    """Enter what a case has proved; a document of the same kind takes the new number and date.

    Raises RecordsAreHrs.
    """
    keep_records(actor)
    entered = sorted(papers, key=lambda paper: paper.kind)
    if not entered:
        return
    rows = [
        {
            "id": new_id(),
            "employee_id": employee_id,
            "kind": paper.kind,
            "number": paper.number,
            "dated": paper.dated,
        }
        for paper in entered
    ]
    new = insert(Document).values(rows)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["employee_id", "kind"],
            set_={"number": new.excluded.number, "dated": new.excluded.dated},
        )
    )
    facts = {"case": case_id, "kinds": [paper.kind for paper in entered]}
    personal = {"numbers": {paper.kind: paper.number for paper in entered}}
    history.record(
        session, actor, [Event("person.documents_entered", employee_id, "person", facts, personal)]
    )
