"""What an office means by its headers and unit names, as somebody chose it; kept for the next file."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from personnel.cells import squeezed
from personnel.columns import Kind
from personnel.mapping import Choice, Memory, Remembered, headers_at, signature
from personnel.models import Unit
from personnel.models_imports import ImportMapping, ImportName
from personnel.sheets import Sheet


def memory(session: Session) -> Memory:
    """What was chosen, by the signature of the headers."""
    said = session.execute(select(ImportMapping.headers, ImportMapping.kind, ImportMapping.columns))
    return {key: Remembered(Kind(kind) if kind else None, columns) for key, kind, columns in said}


def remember(session: Session, actor: Actor, chosen: Iterable[tuple[Sheet, Choice]]) -> None:
    """Keep what each sheet's headers mean; what was said of the same headers before is replaced."""
    at = clock.now(session)
    for sheet, choice in chosen:
        here = headers_at(sheet, choice).headers
        if not any(here):
            continue
        columns = {squeezed(said): choice.columns.get(index, "") for index, said in enumerate(here) if said}
        row = {
            "kind": str(choice.kind or ""),
            "columns": columns,
            "saved_by_name": actor.name,
            "saved_at": at,
        }
        keep = insert(ImportMapping).values(headers=signature(here), **row)
        session.execute(keep.on_conflict_do_update(index_elements=["headers"], set_=row))


def names(session: Session) -> dict[str, str]:
    """The codes of units by the names that files give them."""
    query = select(ImportName.said, Unit.code).join(Unit, Unit.id == ImportName.unit_id)
    return dict(session.execute(query).tuples().all())


def remember_names(session: Session, actor: Actor, meant: Mapping[str, UUID]) -> None:
    """Keep which unit is meant by each of these names."""
    at = clock.now(session)
    for said, unit_id in meant.items():
        row = {"unit_id": unit_id, "saved_by_name": actor.name, "saved_at": at}
        keep = insert(ImportName).values(said=squeezed(said), **row)
        session.execute(keep.on_conflict_do_update(index_elements=["said"], set_=row))


def known_units(session: Session) -> set[str]:
    """The names and codes of all units, squeezed, and what files call them."""
    found = {squeezed(said) for pair in session.execute(select(Unit.code, Unit.name)) for said in pair}
    return found | names(session).keys()
