"""What a cycle keeps of its candidates, erased by order of the law. Decrees stay, as archives must."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from core.ledger.erasing import GONE, Rows, Scope
from flows.process.models import Process
from flows.promotion.errors import CycleUnderWay
from flows.promotion.models import Candidate


def erase(session: Session, scope: Scope) -> Rows:
    """Erase what was looked at when these cases' candidates, and a person, were screened.

    Raises CycleUnderWay: until its end a cycle works with its candidates' names and facts.
    """
    theirs: list[ColumnElement[bool]] = [Candidate.case_id.in_(scope.streams)]
    theirs += [Candidate.employee_id == scope.person] if scope.person else []
    chosen = or_(*theirs)
    going_on = select(Process.reference).join(Candidate, Candidate.process_id == Process.id)
    if found := session.scalar(going_on.where(chosen, Process.ended_at.is_(None)).limit(1)):
        raise CycleUnderWay(reference=found)
    unknown: dict[str, Any] = {
        "name": GONE,
        "nip": "",
        "facts": {},
        "findings": [],
        "note": None,
        "problem": None,
    }
    emptied = update(Candidate).where(chosen, Candidate.name != GONE).values(unknown)
    rows = session.execute(
        emptied.returning(Candidate.case_id, Candidate.process_id),
        execution_options={"synchronize_session": False},
    )
    counts: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    for case_id, process_id in rows.tuples():
        counts[case_id or process_id]["candidate"] += 1
    return counts
