"""A file that was applied is undone as one: what it made goes and what it changed is as before, unless it was
changed or used since. Nothing of others' later work is lost; every row is told what became of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.ledger.erasing import GONE
from personnel import history, references
from personnel.access import keep_records
from personnel.columns import Kind, labels
from personnel.importing import ONE_AT_A_TIME
from personnel.loading import load
from personnel.models_imports import Import, ImportChange, ImportRow
from personnel.own_rows import concerns, nip_of
from personnel.problems import Problem, Wrong, warn
from personnel.reading import Row
from personnel.references import InUse
from personnel.storing import identity, restore, table_of
from personnel.world import Key, State, World

Thing = tuple[Kind, Key]
REFERRED = (Kind.UNIT, Kind.POSITION, Kind.EMPLOYEE)
"""What other records refer to."""
COLUMNS = {"unit": "unit_id", "parent": "parent_id"}
"""By the field, the column that refers to another record."""


class NotApplied(Conflict):
    """This file is not applied, so there is nothing to undo."""


class ReasonMissing(Invalid):
    """Say why the file is undone; it is kept with it. Nothing was changed."""


class UndoneMeanwhile(Conflict):
    """The records were changed in the same moment. Nothing was undone; try again."""


@dataclass
class Change:
    """One thing that the file made or changed, and what will become of it."""

    thing: Thing
    before: State | None
    after: State
    by: Sequence[tuple[str, int]]
    kept: list[Problem] = field(default_factory=list[Problem])
    """Why it stays, wholly or in part."""
    back: State | None = None
    """The state it gets again; None where it goes, or stays."""

    @property
    def goes(self) -> bool:
        return self.before is None and not self.kept

    @property
    def outcome(self) -> str:
        if not self.kept:
            return "undone"
        return "partly" if self.back else "kept"


def undo(session: Session, actor: Actor, import_id: UUID, reason: str, *, in_use: InUse) -> Import:
    """Take back what a file did, as far as nobody has built on it; the file's rows then say what stayed.

    `in_use` tells which people, posts and units other rooms speak of. Raises ReasonMissing, NotApplied,
    UndoneMeanwhile, NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    if not reason.strip():
        raise ReasonMissing
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    made = session.get(Import, import_id, with_for_update=True)
    if made is None:
        raise NotFound
    if made.state != "applied":
        raise NotApplied
    changes = _changes(session, import_id)
    world = load(session, [row for change in changes for row in _rows_about(change)], lock=True)
    _compare(changes, world, nip_of(world, actor.person_id))
    _keep_what_is_used(session, changes, world, in_use)
    _keep_posts_taken(changes, world)
    happened = _events(made.id, changes, world)
    try:
        _write(session, changes, world)
    except IntegrityError as exc:
        raise UndoneMeanwhile from exc
    history.record(session, actor, happened)
    made.state, made.undone_at = "undone", clock.now(session)
    made.undone_by_name, made.undone_for = actor.name, reason.strip()[:1000]
    made.counts = {**made.counts, "undone": _tell(session, made.id, changes)}
    facts = {"import": made.id, "sha256": made.sha256, "rows": made.counts["undone"]}
    said = {"file": made.file_name, "reason": made.undone_for}
    history.record(session, actor, [Event("import.undone", made.id, "import", facts, said)])
    session.flush()
    session.expire_all()
    return made


def _changes(session: Session, import_id: UUID) -> list[Change]:
    query = (
        select(ImportChange).where(ImportChange.import_id == import_id).order_by(ImportChange.place.desc())
    )
    return [
        Change((Kind(row.kind), tuple(row.key)), row.before, row.after, [(sheet, n) for sheet, n in row.by])
        for row in session.scalars(query)
    ]


def _rows_about(change: Change) -> list[Row]:
    """What makes the world know of a thing."""
    kind, key = change.thing
    owner = key[1] if kind is Kind.HOLDING else key[0] if kind not in (Kind.UNIT, Kind.POSITION) else ""
    return [Row("", 0, kind, {"nip": owner})]


def _compare(changes: Sequence[Change], world: World, own: str) -> None:
    """What is as the file left it can go back; a field that was changed since stays."""
    for change in changes:
        kind, key = change.thing
        known = world.get(kind, *key)
        if own and concerns(kind, key, world, own):
            change.kept.append(warn("", Wrong.OWN_RECORD))
        elif known is None:
            change.kept += [warn("", Wrong.GONE_SINCE)] if change.before else []
        elif change.before is None:
            later = _differing(change.after, known)
            change.kept += [warn(_label(kind, name), Wrong.CHANGED_SINCE) for name in later]
        else:
            touched = _differing(change.before, change.after)
            later = [name for name in touched if known.get(name) != change.after[name]]
            change.kept += [warn(_label(kind, name), Wrong.CHANGED_SINCE) for name in later]
            back = {name: change.before[name] for name in touched if name not in later}
            change.back = known | back if back else None


def _keep_what_is_used(session: Session, changes: Sequence[Change], world: World, in_use: InUse) -> None:
    """What others refer to stays, and with a person who stays all that the file said of them."""
    going = {c.thing: c for c in changes if c.goes and world.get(c.thing[0], *c.thing[1])}
    ids = {thing: _id(thing, world) for thing in going if thing[0] in REFERRED}
    used = in_use(session, ids.values()) if ids else set[UUID]()
    leaving = {_row(thing, world): ids.get(thing) or UUID(int=0) for thing in going}
    freed = {
        (_row(c.thing, world), COLUMNS[name])
        for c in changes
        if c.back
        for name in _differing(c.back, world.things[c.thing[0]][c.thing[1]])
        if name in COLUMNS
    }
    found = [
        reference
        for kind in REFERRED
        for reference in references.to_any_of(
            session, table_of(kind), [id_ for thing, id_ in ids.items() if thing[0] is kind]
        )
    ]
    while True:
        held = used | references.held_fast(found, leaving, freed)
        staying = [thing for thing, id_ in ids.items() if id_ in held and thing in going]
        owners = {thing[1][0] for thing in staying if thing[0] is Kind.EMPLOYEE}
        for thing in staying:
            going.pop(thing).kept.append(warn("", Wrong.USED_SINCE))
        for thing in [t for t in going if _owner(t) in owners]:
            going.pop(thing).kept.append(warn("", Wrong.STAYS_WITH_PERSON))
        if not staying:
            return
        leaving = {row: id_ for row, id_ in leaving.items() if row in {_row(t, world) for t in going}}


def _keep_posts_taken(changes: Sequence[Change], world: World) -> None:
    """A holding does not open again while somebody else's stays open."""
    going = {c.thing for c in changes if c.goes}
    for change in changes:
        kind, key = change.thing
        reopens = kind is Kind.HOLDING and change.back and not change.back["ends_on"]
        held = world.holder(key[0]) if reopens and key[2] == "definitive" else None
        if held and held[0] != key and (Kind.HOLDING, held[0]) not in going:
            name = world.things[Kind.EMPLOYEE][held[0][1],]["name"]
            change.kept.append(warn("", Wrong.POST_TAKEN_SINCE, name=name))
            change.back = None


def _write(session: Session, changes: Sequence[Change], world: World) -> None:
    """First goes what depends on others; then what changed is as before; then what others depended on."""
    going: dict[Kind, list[Change]] = defaultdict(list)
    back: dict[Kind, dict[Key, State]] = defaultdict(dict)
    for change in changes:
        kind, key = change.thing
        if change.goes and world.get(kind, *key):
            going[kind].append(change)
        elif change.back:
            back[kind][key] = change.back
    for kind in reversed(Kind):
        if kind not in REFERRED:
            _delete(session, kind, going[kind], world)
    for kind in Kind:
        restore(session, kind, back[kind], world)
    for kind in reversed(REFERRED):
        _delete(session, kind, going[kind], world)


def _delete(session: Session, kind: Kind, going: Sequence[Change], world: World) -> None:
    if not going:
        return
    table = table_of(kind)
    keys = [identity(kind, change.thing[1], world) for change in going]
    columns = [table.c[name] for name in keys[0]]
    for start in range(0, len(keys), 5_000):
        some = [tuple(key.values()) for key in keys[start : start + 5_000]]
        session.execute(delete(table).where(tuple_(*columns).in_(some)))


def _events(import_id: UUID, changes: Sequence[Change], world: World) -> list[Event]:
    """What happened to each thing, in the history it belongs to; and which posts changed hands."""
    happened: list[Event] = []
    by_stream: dict[tuple[UUID, str], list[Change]] = defaultdict(list)
    for change in changes:
        kind, key = change.thing
        if change.outcome == "kept" or world.get(kind, *key) is None:
            continue
        by_stream[_stream(change.thing, world)].append(change)
        if kind is Kind.HOLDING:
            happened.append(_handed_back(import_id, change, world))
    for (stream, of), some in by_stream.items():
        facts = {"import": import_id, "what": sorted({str(change.thing[0]) for change in some})}
        happened.append(Event(f"{of}.import_undone", stream, of, facts))
    return happened


def _handed_back(import_id: UUID, change: Change, world: World) -> Event:
    position, nip, capacity, starts_on = change.thing[1]
    person = world.things[Kind.EMPLOYEE][nip,]["id"]
    facts = {
        "import": import_id,
        "position": world.things[Kind.POSITION][position,]["id"],
        "from": person if change.goes else None,
        "to": None if change.goes else person,
        "capacity": capacity,
        "on": starts_on,
    }
    return Event("position.held", person, "person", facts)


def _tell(session: Session, import_id: UUID, changes: Sequence[Change]) -> dict[str, int]:
    """Say of every row that did something what became of it; returns how many there are of each."""
    outcomes: dict[tuple[str, int], set[str]] = defaultdict(set)
    reasons: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for change in changes:
        for row in change.by:
            outcomes[row].add(change.outcome)
            reasons[row] += change.kept
    session.execute(
        update(ImportRow)
        .where(
            ImportRow.label != GONE,
            ImportRow.import_id == import_id,
            or_(ImportRow.action == "create", ImportRow.action == "change"),
        )
        .values(undone="undone")
    )
    told = {"undone": 0, "partly": 0, "kept": 0}
    kept: list[dict[str, Any]] = []
    for (sheet, number), found in outcomes.items():
        outcome = found.pop() if len(found) == 1 else "partly"
        told[outcome] += 1
        if outcome != "undone":
            said = list({(p.field, p.wrong): p.stored() for p in reasons[sheet, number]}.values())
            kept.append(
                {"sheet": sheet, "number": number, "import_id": import_id, "undone": outcome, "kept": said}
            )
    if kept:
        session.execute(update(ImportRow), kept)
    return told


def _differing(one: State, other: State) -> list[str]:
    return [name for name, value in one.items() if name != "id" and _plain(other.get(name)) != _plain(value)]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _label(kind: Kind, name: str) -> str:
    return labels(kind).get(name, name)


def _id(thing: Thing, world: World) -> UUID:
    id_: UUID = world.things[thing[0]][thing[1]]["id"]
    return id_


def _row(thing: Thing, world: World) -> references.Row:
    key = identity(thing[0], thing[1], world)
    return table_of(thing[0]).name, tuple(key.values())


def _owner(thing: Thing) -> str:
    """The NIP of whom a thing is a part of."""
    kind, key = thing
    if kind in (Kind.UNIT, Kind.POSITION, Kind.FREE_DAY):
        return ""
    return key[1] if kind is Kind.HOLDING else key[0]


def _stream(thing: Thing, world: World) -> tuple[UUID, str]:
    kind, key = thing
    if kind is Kind.FREE_DAY:
        id_: UUID = world.calendars[key[0]]
        return id_, "calendar"
    if kind in (Kind.UNIT, Kind.POSITION):
        return _id(thing, world), str(kind)
    return _id((Kind.EMPLOYEE, (_owner(thing),)), world), "person"
