"""A case's data and documents as they were, version by version, and what differs between two.

Opening a case writes nothing here: its first version is kept when it is changed for the first time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.file_models import CaseDocument, CaseVersion
from approvals.models import Case
from approvals.strict import mapping
from core.actor import Actor
from core.errors import NotFound

Kind = Literal["added", "removed", "changed"]


class NoSuchVersion(NotFound):
    """What the case was then is not kept. Look at the case as it is now, and at its history."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fact, by its place among the data, that came, went or changed."""

    path: str
    kind: Kind
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that came, went or was replaced; None for the side where there is none."""

    key: str
    title: str
    kind: Kind
    old: UUID | None = None
    new: UUID | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two versions, and by whom, when and why, oldest first."""

    seen: int
    now: int
    facts: Sequence[Change]
    documents: Sequence[DocumentChange]
    steps: Sequence[CaseVersion]


@dataclass(frozen=True, slots=True)
class Before:
    """A case as it is before a change."""

    version: int
    data: Mapping[str, Any]
    documents: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, case: Case) -> "Before":
        return cls(case.version, case.data, present_documents(session, case.id))


def keep(session: Session, actor: Actor, case: Case, before: Before, *, now: datetime, reason: str) -> None:
    """Keep what a case has become by a change, and once what it was before the first one."""
    session.flush()
    first = {
        "case_id": case.id,
        "version": before.version,
        "data": dict(before.data),
        "documents": dict(before.documents),
        "made_at": case.opened_at,
        "made_by": case.requester_id,
        "made_by_name": "",
        "reason": "",
    }
    changed = first | {
        "version": case.version,
        "data": dict(case.data),
        "documents": present_documents(session, case.id),
        "made_at": now,
        "made_by": actor.person_id,
        "made_by_name": actor.name,
        "reason": reason,
    }
    session.execute(insert(CaseVersion).values([first, changed]).on_conflict_do_nothing())


def present_documents(session: Session, case_id: UUID) -> dict[str, int]:
    """Which version of which document is in a case's file now."""
    found = select(CaseDocument.key, CaseDocument.version, CaseDocument.removed_at)
    rows = session.execute(found.where(CaseDocument.case_id == case_id).order_by(CaseDocument.version))
    newest = {key: (version, removed) for key, version, removed in rows}
    return {key: version for key, (version, removed) in newest.items() if removed is None}


def versions(session: Session, case: Case) -> list[CaseVersion]:
    """Every version that is kept, the newest first; empty for a case that never changed."""
    found = select(CaseVersion).where(CaseVersion.case_id == case.id)
    return list(session.scalars(found.order_by(CaseVersion.version.desc())))


def difference(session: Session, case: Case, seen: int, now: int | None = None) -> Difference:
    """What changed from one version to another (to the present one, when not said). Raises NoSuchVersion."""
    now = case.version if now is None else now
    kept = {v.version: v for v in versions(session, case)}
    old, new = (_at(session, case, kept, number) for number in (seen, now))
    return Difference(
        seen,
        now,
        [*changes(old.data, new.data)],
        [*_documents(session, case.id, old.documents, new.documents)],
        [kept[n] for n in sorted(kept) if seen < n <= now],
    )


def _at(session: Session, case: Case, kept: Mapping[int, CaseVersion], number: int) -> Before:
    if found := kept.get(number):
        return Before(number, found.data, found.documents)
    if number != case.version:
        raise NoSuchVersion
    return Before.of(session, case)


def changes(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Where two sets of facts differ.

    Nested values are told by their place; lists of plain values as a whole, others item by item.
    """
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = mapping(old), mapping(new)
        for key in sorted({*before, *after}):
            here = f"{path}.{key}" if path else key
            if key not in after:
                yield Change(here, "removed", old=before[key])
            elif key not in before:
                yield Change(here, "added", new=after[key])
            else:
                yield from changes(before[key], after[key], here)
    elif _nested(old) and _nested(new):
        yield from changes(_numbered(old), _numbered(new), path)
    else:
        yield Change(path, "changed", old, new)


def _nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict | list) for item in _items(value))


def _numbered(value: Any) -> dict[str, Any]:
    return {f"{n:03}": item for n, item in enumerate(_items(value), 1)}


def _items(value: Any) -> list[Any]:
    return value


def _documents(
    session: Session, case_id: UUID, old: Mapping[str, int], new: Mapping[str, int]
) -> Iterator[DocumentChange]:
    if old == new:
        return
    rows = session.scalars(select(CaseDocument).where(CaseDocument.case_id == case_id))
    known = {(row.key, row.version): row for row in rows}
    for key in sorted({*old, *new}):
        was, is_ = known.get((key, old.get(key, 0))), known.get((key, new.get(key, 0)))
        if shown := None if old.get(key) == new.get(key) else is_ or was:
            kind: Kind = "added" if was is None else "removed" if is_ is None else "changed"
            yield DocumentChange(key, shown.title, kind, was and was.id, is_ and is_.id)
