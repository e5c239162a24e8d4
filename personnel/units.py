"""Units by their ids, for lists that show where somebody works."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from personnel.among import among
from personnel.models import Unit


def names(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What these units are called; unknown ones are missing from the answer."""
    wanted = set(unit_ids)
    if not wanted:
        return {}
    found = session.execute(select(Unit.id, Unit.name).where(among(Unit.id, wanted)))
    return {row.id: row.name for row in found}


def listed(session: Session) -> list[Unit]:
    """All units by name, to choose from."""
    return list(session.scalars(select(Unit).order_by(Unit.name, Unit.code)))
