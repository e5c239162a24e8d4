"""What the engine keeps of people beside the log, erased by order of the law.

Of a case: its data in every version, its file with the bytes, remarks, reasons, questions and answers, notes.
Of a person: their name and words wherever they took part in others' cases, and what they drafted. Who decided
what and when stays, by id: that is the office's own act. The cases of a person are the caller's to name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.errors import CaseUnderWay
from approvals.file_models import CaseComment, CaseDocument, CaseVersion, ErasedContent
from approvals.models import (
    Case,
    Consultation,
    Decision,
    DecisionAhead,
    Delegation,
    ExternalAnswer,
    Task,
)
from approvals.models_proposals import Proposal
from core import clock
from core.database import Base
from core.ledger.erasing import GONE, Rows, Scope
from core.rows import of


@dataclass(frozen=True, slots=True)
class Content:
    """Columns of a table that hold content, what stands there afterwards, and whose it is."""

    what: str
    table: type[Base]
    values: Mapping[str, Any]
    whose: str = ""
    """The column that names the person; empty for what is a case's."""
    told_by: str = "case_id"
    """The column with the id of the stream that tells of it."""
    settled: bool = field(default=False, kw_only=True)
    """Whether it is let be while its case goes on, which still needs it."""


_NO_BYTES = {"title": GONE, "file_name": GONE, "sha256": ""}
OF_CASES = (
    Content("case", Case, {"title": GONE, "subject_name": GONE, "data": {}}, told_by="id"),
    Content("version", CaseVersion, {"data": {}, "reason": ""}),
    Content("document", CaseDocument, _NO_BYTES),
    Content("remark", CaseComment, {"text": GONE}),
    Content("decision", Decision, {"comment": ""}),
    Content("decision-ahead", DecisionAhead, {"comment": ""}),
    Content("answer", ExternalAnswer, {"note": ""}),
    Content("question", Consultation, {"question": GONE}),
    Content("advice", Consultation, {"answer": GONE}),
    Content("draft", Task, {"draft": None}),
    Content("proposal", Proposal, {"body": {}, "reason": ""}),
    Content("word-on-proposal", Proposal, {"answer": GONE}),
)
OF_PEOPLE = (
    Content("decision", Decision, {"decider_name": GONE, "comment": ""}, "decider_id"),
    Content(
        "decision-ahead",
        DecisionAhead,
        {"decider_name": GONE, "comment": ""},
        "decider_id",
        settled=True,
    ),
    Content("version", CaseVersion, {"made_by_name": GONE, "reason": ""}, "made_by"),
    Content("document", CaseDocument, {"added_by_name": GONE}, "added_by"),
    Content("remark", CaseComment, {"author_name": GONE, "text": GONE}, "author_id"),
    Content("answer", ExternalAnswer, {"recorded_by_name": GONE, "note": ""}, "recorded_by"),
    Content("question", Consultation, {"asker_name": GONE, "question": GONE}, "asker_id"),
    Content("advice", Consultation, {"asked_name": GONE, "answer": GONE}, "asked_id"),
    Content("delegation", Delegation, {"from_name": GONE, "reason": ""}, "from_id", "id"),
    Content("delegation", Delegation, {"to_name": GONE}, "to_id", "id"),
    Content("draft", Task, {"draft": None}, "assignee_id"),
    Content("proposal", Proposal, {"made_by_name": GONE, "reason": ""}, "made_by"),
    Content("word-on-proposal", Proposal, {"answered_by_name": GONE, "answer": GONE}, "answered_by"),
)


def erase(session: Session, scope: Scope) -> Rows:
    """Erase what the engine's tables hold of cases and of a person. Raises CaseUnderWay."""
    cases = _lock(session, scope)
    found: defaultdict[UUID | None, Counter[str]] = defaultdict(Counter)
    _forget_bytes(session, cases)
    for content, whose in _wanted(scope, cases):
        for (stream,) in session.execute(_emptied(content, whose)).tuples():
            found[stream][content.what] += 1
    return found


def _lock(session: Session, scope: Scope) -> list[UUID]:
    """The cases that are erased, locked with all others that hold something of the person."""
    own = list(session.scalars(select(Case.id).where(Case.id.in_(scope.streams))))
    touched = [id_ for content in OF_PEOPLE if scope.person for id_ in _cases_of(session, content, scope)]
    wanted = select(Case).where(Case.id.in_({*own, *touched})).order_by(Case.id)
    locked = session.scalars(wanted.with_for_update(key_share=True)).all()
    for case in locked:
        if case.id in own and case.settled_at is None:
            raise CaseUnderWay(reference=case.reference)
    return own


def _cases_of(session: Session, content: Content, scope: Scope) -> list[UUID]:
    table = of(content.table)
    if "case_id" not in table.c:
        return []
    theirs = (table.c[content.whose] == scope.person, table.c.case_id.is_not(None))
    found = select(table.c.case_id).where(*theirs, _holding(table, content))
    return list(session.scalars(found.distinct()))


def _wanted(scope: Scope, cases: list[UUID]) -> Iterator[tuple[Content, ColumnElement[bool]]]:
    for content in OF_CASES if cases else ():
        yield content, of(content.table).c[content.told_by].in_(cases)
    for content in OF_PEOPLE if scope.person else ():
        table = of(content.table)
        theirs = table.c[content.whose] == scope.person
        over = select(Case.id).where(Case.settled_at.is_not(None))
        yield content, and_(theirs, table.c.case_id.in_(over)) if content.settled else theirs


def _emptied(content: Content, whose: ColumnElement[bool]) -> Any:
    table = of(content.table)
    emptied = update(table).where(whose, _holding(table, content)).values(content.values)
    return emptied.returning(table.c[content.told_by])


def _holding(table: Table, content: Content) -> ColumnElement[bool]:
    """Rows that hold something still. What was never there (an advice not given) is not put there."""
    columns = [(table.c[name], value) for name, value in content.values.items()]
    there = or_(*(column.is_distinct_from(value) for column, value in columns))
    given = [column.is_not(None) for column, _ in columns if column.nullable]
    return and_(there, *given)


def _forget_bytes(session: Session, cases: list[UUID]) -> None:
    """Note which contents the files of these cases lose; they go once nothing else refers to them."""
    held = select(CaseDocument.sha256).where(CaseDocument.case_id.in_(cases), CaseDocument.sha256 != "")
    now = clock.now(session)
    if rows := [{"sha256": digest, "asked_at": now} for digest in session.scalars(held.distinct())]:
        session.execute(insert(ErasedContent).values(rows).on_conflict_do_nothing())
