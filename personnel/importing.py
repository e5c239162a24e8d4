"""Import of personnel records: a file is previewed row by row, then applied as it was previewed, or
dropped."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.ids import new_id
from core.rows import write
from personnel import (
    addresses,
    calendars,
    history,
    mapping,
    previews,
    reading,
    remembering,
    reviewing,
    sheets,
)
from personnel.access import OwnRecord, keep_records
from personnel.directory import office_day
from personnel.loading import load
from personnel.mapping import Choice
from personnel.models_imports import Import, ImportRow
from personnel.own_rows import concerns, nip_of
from personnel.planning import Plan, Planner
from personnel.previews import ACTIONS, PreviewOutdated
from personnel.reading import Row
from personnel.resolving_people import PRIVILEGED
from personnel.sheets import Sheet
from personnel.storing import events_of, keep_changes, store
from personnel.world import World

Progress = Callable[[int, int], None]
"""Called with what is done and what there is, in rows."""

ONE_AT_A_TIME = 0x6D756966
"""Advisory lock: two imports never plan against the same moment."""


class NothingUnderstood(Invalid):
    """In the file {name} no sheet was understood: none has the headers that records need, such as NIP,
    Nama and Unit Kerja. Nothing was kept."""


class ColumnsMissing(Invalid):
    """The sheet {sheet} can't be read without these columns: {columns}. Choose which of its columns they are,
    or leave the sheet out."""


class NothingChosen(Invalid):
    """No sheet is chosen to be read. Say of at least one what it is about."""


class NotPreviewed(Conflict):
    """The columns of this file are not chosen yet, so nothing could be applied. Choose them first."""


class NoLongerOpen(Conflict):
    """This file is no longer a preview; nothing was changed."""


class AppliedAlready(NoLongerOpen):
    """This file was applied already; nothing was changed."""


class DroppedAlready(NoLongerOpen):
    """This file was dropped; nothing was changed. Send it again to see what it would do."""


class RolesAreAdmins(NotAllowed):
    """The file gives the role {role}, which only an administrator can do; nothing was changed."""


def receive(session: Session, actor: Actor, file_name: str, content: bytes) -> Import:
    """Take in a file: previewed where it is plain which column says what, else kept for somebody to choose.

    Raises NothingUnderstood where no sheet has rows and columns, RecordsAreHrs, and what sheets.read raises.
    """
    keep_records(actor)
    found = sheets.read(file_name, content)
    choices = mapping.suggest(found, remembering.memory(session), remembering.known_units(session))
    pairs = list(zip(found, choices, strict=True))
    if not any(mapping.is_table(sheet) for sheet in found if not sheet.hidden):
        raise NothingUnderstood(name=file_name)
    made = _begin(session, actor, file_name, content, choices)
    if any(c.kind for c in choices) and all(mapping.is_sure(*pair) for pair in pairs):
        _look(session, actor, made, pairs)
    session.flush()
    return made


def preview(
    session: Session, actor: Actor, file_name: str, content: bytes, progress: Progress | None = None
) -> Import:
    """Say row by row what a file would do, with nobody there to ask: what is not plain is left out.

    Raises RecordsAreHrs, NothingUnderstood, and what sheets.read raises for a file that can't be read.
    """
    keep_records(actor)
    found = sheets.read(file_name, content)
    suggested = mapping.suggest(found, remembering.memory(session), remembering.known_units(session))
    choices = [mapping.without_guesses(*pair) for pair in zip(found, suggested, strict=True)]
    if not any(choice.kind for choice in choices):
        raise NothingUnderstood(name=file_name)
    made = _begin(session, actor, file_name, content, choices)
    _look(session, actor, made, list(zip(found, choices, strict=True)), progress)
    return made


def choose(
    session: Session, actor: Actor, import_id: UUID, chosen: Sequence[Choice], *, remember: bool = False
) -> Import:
    """Read a file anew, with what its sheets are about and which column says what as somebody chose it.

    With `remember`, the same headers are read so the next time. Raises ColumnsMissing, NothingChosen,
    NoLongerOpen, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    made = _open(session, import_id)
    found = sheets.read(made.file_name, made.content or b"")
    by_name = {choice.sheet: choice for choice in chosen}
    pairs = [(sheet, by_name.get(sheet.name, Choice(sheet.name, None))) for sheet in found]
    if not any(choice.kind for _, choice in pairs):
        raise NothingChosen
    for sheet, choice in pairs:
        if lacks := mapping.lacking(sheet, choice):
            raise ColumnsMissing(sheet=sheet.name, columns=", ".join(lacks))
    if remember:
        remembering.remember(session, actor, [(s, c) for s, c in pairs if mapping.is_table(s)])
    made.mapping = [choice.stored() for _, choice in pairs]
    made.may_grant = _may_grant(actor)
    made.uploaded_by, made.uploaded_by_name = actor.person_id, actor.name
    _look(session, actor, made, pairs)
    return made


def sketch(session: Session, actor: Actor, import_id: UUID, chosen: Sequence[Choice]) -> None:
    """Keep what is chosen so far, before it is complete; what was previewed by another choice is forgotten.

    Raises NoLongerOpen, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    made = _open(session, import_id)
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    made.state, made.counts, made.mapping = "mapping", {}, [choice.stored() for choice in chosen]


def sheets_of(session: Session, actor: Actor, import_id: UUID) -> list[tuple[Sheet, Choice]]:
    """The sheets of a file that is still open, each with what is chosen for it so far.

    Raises NoLongerOpen, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    made = reviewing.find(session, actor, import_id)
    if made.content is None:
        raise AppliedAlready if made.applied_at else DroppedAlready
    by_name = {said["sheet"]: Choice.restored(said) for said in made.mapping}
    found = sheets.read(made.file_name, made.content)
    return [(sheet, by_name.get(sheet.name, Choice(sheet.name, None))) for sheet in found]


def apply(session: Session, actor: Actor, import_id: UUID, progress: Progress | None = None) -> Import:
    """Write what was previewed, in one transaction: every row that was not refused, exactly as it was shown.

    Raises PreviewOutdated when the records no longer are as they were then, NoLongerOpen, RolesAreAdmins,
    OwnRecord where it changes that of whoever applies it, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    made = _open(session, import_id)
    if made.state == "mapping":
        raise NotPreviewed
    shown = session.scalars(select(ImportRow).where(ImportRow.import_id == import_id)).all()
    rows = [previews.restored(row) for row in shown]
    world = load(session, rows, lock=True)
    addressed = addresses.before(world)
    plan = Planner(world, _day_of(made), made.may_grant, nip_of(world, made.uploaded_by)).run(rows)
    previews.check_unchanged(plan, shown)
    if actor.person_id != made.uploaded_by:
        _check_of_others(plan, world, nip_of(world, actor.person_id))
    if made.may_grant and not _may_grant(actor):
        _check_roles(plan)
    try:
        store(session, plan, world)
        keep_changes(session, made.id, plan)
    except IntegrityError as exc:
        raise PreviewOutdated(sheet="?", row="?") from exc
    for done, some in previews.chunks(plan.rows):
        history.record(session, actor, [e for planned in some for e in events_of(made.id, planned, world)])
        _tell(progress, done, made.total)
    addresses.entered(session, actor, addressed, world)
    made.state, made.applied_at, made.applied_by_name = "applied", clock.now(session), actor.name
    made.content = None
    _record(session, actor, made, "applied")
    session.flush()
    session.expire_all()
    session.refresh(made)
    return made


def mean(session: Session, actor: Actor, import_id: UUID, meant: Mapping[str, UUID]) -> Import:
    """Remember which units a file means by names that none has, and look at it anew.

    Raises NoLongerOpen, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    remembering.remember_names(session, actor, meant)
    pairs = sheets_of(session, actor, import_id)
    return choose(session, actor, import_id, [choice for _, choice in pairs])


def drop(session: Session, actor: Actor, import_id: UUID) -> Import:
    """Forget a preview and all that was read from the file. Raises NoLongerOpen, NotFound, RecordsAreHrs."""
    keep_records(actor)
    made = _open(session, import_id)
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    made.state, made.content, made.mapping = "dropped", None, []
    _record(session, actor, made, "dropped")
    return made


def _begin(
    session: Session, actor: Actor, file_name: str, content: bytes, choices: Sequence[Choice]
) -> Import:
    made = Import(
        id=new_id(),
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        state="mapping",
        uploaded_by=actor.person_id,
        uploaded_by_name=actor.name,
        uploaded_at=clock.now(session),
        applied_at=None,
        undone_at=None,
        content=content,
        mapping=[choice.stored() for choice in choices],
        counts={},
        may_grant=_may_grant(actor),
    )
    session.add(made)
    session.flush()
    return made


def _look(
    session: Session,
    actor: Actor,
    made: Import,
    pairs: Sequence[tuple[Sheet, Choice]],
    progress: Progress | None = None,
) -> None:
    """Plan every row against the records as they are, and keep what it would do."""
    calendars.seed(session, actor)
    rows, aside = _read(pairs)
    world = load(session, rows)
    plan = Planner(world, _day_of(made), made.may_grant, nip_of(world, made.uploaded_by)).run(rows)
    made.counts = previews.counts(plan) | aside
    made.state = "previewed"
    session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    for done, some in previews.chunks(plan.rows):
        write(session, ImportRow, [previews.stored(made.id, planned) for planned in some])
        _tell(progress, done, made.total)
    _record(session, actor, made, "previewed")


def _read(pairs: Sequence[tuple[Sheet, Choice]]) -> tuple[list[Row], dict[str, Any]]:
    """The rows of the sheets that are read, and the names of sheets and columns that are not."""
    found: list[Row] = []
    skipped: list[str] = []
    unread: dict[str, list[str]] = {}
    for sheet, choice in pairs:
        table = mapping.table_of(sheet, choice)
        if table is not None:
            found += reading.rows(sheet, table)
            unread |= {sheet.name: list(table.unread)} if table.unread else {}
        elif any(cell not in ("", None) for row in sheet.rows for cell in row):
            skipped.append(sheet.name)
    return found, {"skipped": skipped, "unread": unread}


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
    if made.state not in ("mapping", "previewed"):
        raise DroppedAlready if made.state == "dropped" else AppliedAlready
    return made


def _record(session: Session, actor: Actor, made: Import, what: str) -> None:
    facts = {"import": made.id, "sha256": made.sha256} | {
        name: made.counts.get(name, 0) for name in (*ACTIONS, "warn")
    }
    event = Event(f"import.{what}", made.id, "import", facts, {"file": made.file_name})
    history.record(session, actor, [event])


def _may_grant(actor: Actor) -> bool:
    return actor.is_system or actor.has(Role.ADMIN)


def _day_of(made: Import) -> str:
    """The day that a preview was made on is the one it is applied by: what was shown stays true."""
    return office_day(made.uploaded_at).isoformat()


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)
