"""Import of personnel records: a file is previewed row by row, then applied as it was previewed, or
dropped."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from personnel import calendars, headers, history, reading, sheets
from personnel.access import OwnRecord, keep_records
from personnel.columns import Kind
from personnel.directory import office_day
from personnel.loading import load
from personnel.models_imports import Import, ImportRow
from personnel.own_rows import concerns, nip_of
from personnel.planning import Plan, Planned, Planner, key_of
from personnel.problems import Problem
from personnel.reading import Row
from personnel.resolving_people import PRIVILEGED
from personnel.storing import events_of, store
from personnel.world import World

Progress = Callable[[int, int], None]
"""Called with what is done and what there is, in rows."""

ONE_AT_A_TIME = 0x6D756966
"""Advisory lock: two imports never plan against the same moment."""
CHUNK = 2_000
ACTIONS = ("create", "change", "same", "refuse")


class NothingUnderstood(Invalid):
    """In the file {name} no sheet was understood: none has the headers that records need, such as NIP,
    Nama and Unit Kerja. Nothing was kept."""


class NoLongerOpen(Conflict):
    """This file is no longer a preview; nothing was changed."""


class AppliedAlready(NoLongerOpen):
    """This file was applied already; nothing was changed."""


class DroppedAlready(NoLongerOpen):
    """This file was dropped; nothing was changed. Send it again to see what it would do."""


class PreviewOutdated(Conflict):
    """The records have changed since the preview (sheet {sheet}, row {row}). Nothing was changed; send the
    file again and look at the new preview."""


class RolesAreAdmins(NotAllowed):
    """The file gives the role {role}, which only an administrator can do; nothing was changed."""


def preview(
    session: Session, actor: Actor, file_name: str, content: bytes, progress: Progress | None = None
) -> Import:
    """Say row by row what a file would do; only the preview is kept.

    Raises RecordsAreHrs, NothingUnderstood, and what sheets.read raises for a file that can't be read.
    """
    keep_records(actor)
    calendars.seed(session, actor)
    rows, skipped, unread = _read(file_name, content)
    made = Import(
        id=new_id(),
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        state="previewed",
        uploaded_by=actor.person_id,
        uploaded_by_name=actor.name,
        uploaded_at=clock.now(session),
        applied_at=None,
        counts={},
        may_grant=_may_grant(actor),
    )
    world = load(session, rows)
    own = nip_of(world, actor.person_id)
    plan = Planner(world, _day_of(made), made.may_grant, own).run(rows)
    made.counts = _counts(plan) | {"skipped": skipped, "unread": unread}
    session.add(made)
    session.flush()
    for done, some in _chunks(plan.rows):
        session.execute(insert(ImportRow), [_stored(made.id, planned) for planned in some])
        _tell(progress, done, made.total)
    _record(session, actor, made, "previewed")
    return made


def apply(session: Session, actor: Actor, import_id: UUID, progress: Progress | None = None) -> Import:
    """Write what was previewed, in one transaction: every row that was not refused, exactly as it was shown.

    Raises PreviewOutdated when the records no longer are as they were then, NoLongerOpen, RolesAreAdmins,
    OwnRecord where it changes that of whoever applies it, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    made = _open(session, import_id)
    shown = session.scalars(select(ImportRow).where(ImportRow.import_id == import_id)).all()
    rows = [_restored(row) for row in shown]
    world = load(session, rows, lock=True)
    plan = Planner(world, _day_of(made), made.may_grant, nip_of(world, made.uploaded_by)).run(rows)
    _check_unchanged(plan, shown)
    if actor.person_id != made.uploaded_by:
        _check_of_others(plan, world, nip_of(world, actor.person_id))
    if made.may_grant and not _may_grant(actor):
        _check_roles(plan)
    try:
        store(session, plan, world)
    except IntegrityError as exc:
        raise PreviewOutdated(sheet="?", row="?") from exc
    for done, some in _chunks(plan.rows):
        history.record(session, actor, [e for planned in some for e in events_of(made.id, planned, world)])
        _tell(progress, done, made.total)
    made.state, made.applied_at = "applied", clock.now(session)
    _record(session, actor, made, "applied")
    session.flush()
    session.expire_all()
    session.refresh(made)
    return made


def drop(session: Session, actor: Actor, import_id: UUID) -> Import:
    """Forget a preview and all that was read from the file. Raises NoLongerOpen, NotFound, RecordsAreHrs."""
    keep_records(actor)
    made = _open(session, import_id)
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    made.state = "dropped"
    _record(session, actor, made, "dropped")
    return made


def imports(session: Session, actor: Actor, limit: int = 50, offset: int = 0) -> list[Import]:
    """The files that were sent, the latest first. Raises RecordsAreHrs."""
    keep_records(actor)
    query = select(Import).order_by(Import.uploaded_at.desc(), Import.id.desc())
    return list(session.scalars(query.limit(limit).offset(offset)))


def find(session: Session, actor: Actor, import_id: UUID) -> Import:
    """One file that was sent. Raises NotFound, RecordsAreHrs."""
    keep_records(actor)
    made = session.get(Import, import_id)
    if made is None:
        raise NotFound
    return made


def rows(  # noqa: PLR0917 - what a page of them asks for
    session: Session, actor: Actor, import_id: UUID, action: str = "", limit: int = 100, offset: int = 0
) -> list[ImportRow]:
    """A preview's rows, refused ones first, then those with warnings; or those of one action, or `warn`."""
    keep_records(actor)
    warned = ImportRow.problems.contains([{"level": "warn"}])
    query = select(ImportRow).where(ImportRow.import_id == import_id)
    if action:
        query = query.where(warned if action == "warn" else ImportRow.action == action)
    order = (
        case((ImportRow.action == "refuse", 0), (warned, 1), else_=2),
        case({str(kind): place for place, kind in enumerate(Kind)}, value=ImportRow.kind),
        ImportRow.sheet,
        ImportRow.number,
    )
    return list(session.scalars(query.order_by(*order).limit(limit).offset(offset)))


def _read(file_name: str, content: bytes) -> tuple[list[Row], list[str], dict[str, list[str]]]:
    found: list[Row] = []
    skipped: list[str] = []
    unread: dict[str, list[str]] = {}
    understood = False
    for sheet in sheets.read(file_name, content):
        table = None if sheet.hidden else headers.understand(sheet)
        if table is None:
            skipped += (
                [sheet.name] if any(any(c not in ("", None) for c in row) for row in sheet.rows) else []
            )
            continue
        understood = True
        found += reading.rows(sheet, table)
        if table.unread:
            unread[sheet.name] = list(table.unread)
    if not understood:
        raise NothingUnderstood(name=file_name)
    return found, skipped, unread


def _counts(plan: Plan) -> dict[str, Any]:
    warned = sum(any(p["level"] == "warn" for p in planned.problems) for planned in plan.rows)
    actions = Counter(planned.action for planned in plan.rows)
    by_sheet: dict[str, Counter[str]] = {}
    for planned in plan.rows:
        by_sheet.setdefault(planned.row.sheet, Counter())[planned.action] += 1
    total = {action: actions[action] for action in ACTIONS} | {"warn": warned}
    return total | {"sheets": {sheet: dict(counter) for sheet, counter in by_sheet.items()}}


def _stored(import_id: UUID, planned: Planned) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "sheet": planned.row.sheet,
        "number": planned.row.number,
        "kind": planned.row.kind,
        "action": planned.action,
        "key": key_of(planned.row),
        "label": planned.label,
        "values": planned.row.values,
        "before": planned.before,
        "after": planned.after,
        "cells": reading.as_written(planned.row) if planned.action == "refuse" else {},
        "problems": planned.problems,
    }


def _restored(row: ImportRow) -> Row:
    """The row as it was read, without what planning found: that is found anew."""
    read = [Problem.restored(said) for said in row.problems if said.get("reading")]
    return Row(row.sheet, row.number, Kind(row.kind), dict(row.values), read)


def _check_unchanged(plan: Plan, shown: Sequence[ImportRow]) -> None:
    told = {
        (row.sheet, row.number): (row.action, row.label, row.before, row.after, row.problems) for row in shown
    }
    for planned in plan.rows:
        if told[planned.row.sheet, planned.row.number] != planned.told:
            raise PreviewOutdated(sheet=planned.row.sheet, row=planned.row.number)


def _check_roles(plan: Plan) -> None:
    for planned in plan.rows:
        if planned.action in ("create", "change"):
            for role in PRIVILEGED.intersection(planned.row.get("roles").split(",")):
                raise RolesAreAdmins(role=role)


def _check_of_others(plan: Plan, world: World, own: str) -> None:
    """Whoever applies what a colleague sent gains nothing by it either. Raises OwnRecord."""
    if own and any(concerns(*thing, world, own) for planned in plan.rows for thing in planned.things):
        raise OwnRecord


def _open(session: Session, import_id: UUID) -> Import:
    made = session.get(Import, import_id, with_for_update=True)
    if made is None:
        raise NotFound
    if made.state != "previewed":
        raise AppliedAlready if made.state == "applied" else DroppedAlready
    return made


def _record(session: Session, actor: Actor, made: Import, what: str) -> None:
    facts = {"import": made.id, "sha256": made.sha256} | {
        name: made.counts[name] for name in (*ACTIONS, "warn")
    }
    event = Event(f"import.{what}", made.id, "import", facts, {"file": made.file_name})
    history.record(session, actor, [event])


def _may_grant(actor: Actor) -> bool:
    return actor.is_system or actor.has(Role.ADMIN)


def _day_of(made: Import) -> str:
    """The day that a preview was made on is the one it is applied by: what was shown stays true."""
    return office_day(made.uploaded_at).isoformat()


def _chunks(planned: Sequence[Planned]) -> Iterator[tuple[int, Sequence[Planned]]]:
    for start in range(0, len(planned), CHUNK):
        some = planned[start : start + CHUNK]
        yield start + len(some), some


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)
