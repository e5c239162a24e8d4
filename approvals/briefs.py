"""Cases in few words, many at once: what messages and lists say of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.definition import ChainDefinition
from approvals.models import Case
from approvals.titles import VOTE_REASONS, Titles


@dataclass(frozen=True, slots=True)
class Brief:
    """What a case is, whose, and what its chain calls things."""

    case_id: UUID
    process_id: UUID
    reference: str
    title: str
    subject_id: UUID
    subject_name: str
    requester_id: UUID | None
    unit_id: UUID
    definition: ChainDefinition

    def stage_title(self, stage: str) -> Titles:
        return self.definition.called(stage)

    def reason_title(self, kind: str, code: str | None, stage: str | None = None) -> Titles | None:
        """What a coded reason is called; None when there is no code."""
        if code is None:
            return None
        return {**VOTE_REASONS, **self.definition.reasons_for(kind, stage)}.get(code) or Titles.plain(code)


def briefs(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, Brief]:
    """Briefs of any number of cases, by id, in one question."""
    columns = (
        Case.id,
        Case.process_id,
        Case.reference,
        Case.title,
        Case.subject_id,
        Case.subject_name,
        Case.requester_id,
        Case.unit_id,
        Case.chain_version_id,
    )
    rows = session.execute(select(*columns).where(Case.id.in_(set(case_ids)))).tuples()
    return {row[0]: Brief(*row[:-1], definition_by_id(session, row[-1])) for row in rows.all()}
