"""Decrees as they follow one another: what corrected or revoked which; without their PDFs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.promotion.models import Decree, DecreeKind


def line_of(session: Session, decree: Decree) -> Sequence[Decree]:
    """All decrees about one promotion, from the first on; the last one is what counts."""
    same = (Decree.process_id == decree.process_id, Decree.employee_id == decree.employee_id)
    found = session.scalars(select(Decree).where(*same)).all()
    after = {one.replaces_id: one for one in found}
    line: list[Decree] = []
    while (following := after.get(line[-1].id if line else None)) is not None:
        line.append(following)
    return line


def replacement_of(session: Session, decree_id: UUID) -> Decree | None:
    """The decree that corrected or revoked one; None while that one counts."""
    return session.scalar(select(Decree).where(Decree.replaces_id == decree_id))


def replacements(session: Session, process_id: UUID, limit: int = 100) -> Sequence[Decree]:
    """What was corrected or revoked of a cycle, the latest first."""
    of_cycle = (Decree.process_id == process_id, Decree.kind != DecreeKind.GRANT)
    return session.scalars(
        select(Decree).where(*of_cycle).order_by(Decree.issued_at.desc()).limit(limit)
    ).all()
