"""Writes what was planned into the records: a few statements for any number of rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from core.events import Event
from core.rows import write
from personnel import absences
from personnel.columns import Kind
from personnel.loading import EMPLOYEE_COLUMNS, HISTORIES
from personnel.models import Employee, FreeDay, Holding, Position, Unit
from personnel.models_imports import ImportChange
from personnel.planning import Plan, Planned, Thing
from personnel.world import Key, State, World

Values = dict[str, Any]
CHUNK = 5_000
_DAYS = frozenset(
    {"born_on", "rank_since", "appointed_on", "left_on", "starts_on", "ends_on", "since", "dated"}
)


def store(session: Session, plan: Plan, world: World) -> None:
    """Write every state that the plan made or changed; holdings that end before those that begin."""
    for kind in _MODELS:
        changed = [_values(kind, key, state, world) for (k, key), state in plan.changed.items() if k is kind]
        made = [_values(kind, key, state, world) for (k, key), state in plan.made.items() if k is kind]
        table = _table(kind)
        if kind is Kind.UNIT:  # one that is there already may move below one that is new
            _insert(session, table, made)
            _update(session, table, changed)
        else:
            _update(session, table, changed)
            _insert(session, table, made)


def keep_changes(session: Session, import_id: UUID, plan: Plan) -> None:
    """Keep what each thing was before and is now, by which the whole can be undone."""
    by: dict[Thing, list[list[Any]]] = defaultdict(list)
    for planned in plan.rows:
        for thing in dict.fromkeys(planned.things):
            by[thing].append([planned.row.sheet, planned.row.number])
    rows = [
        {
            "import_id": import_id,
            "place": place,
            "kind": str(thing[0]),
            "key": list(thing[1]),
            "before": _kept(before) if before else None,
            "after": _kept(plan.made.get(thing) or plan.changed[thing]),
            "by": by[thing],
        }
        for place, (thing, before) in enumerate(plan.before.items())
    ]
    for start in range(0, len(rows), CHUNK):
        write(session, ImportChange, rows[start : start + CHUNK])


def _kept(state: State) -> State:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in state.items()}


def table_of(kind: Kind) -> Table:
    """Where things of a kind are kept."""
    return _table(kind)


def restore(session: Session, kind: Kind, states: Mapping[Key, State], world: World) -> None:
    """Write states of things that are there, as they were."""
    if states:
        _update(session, _table(kind), [_values(kind, key, state, world) for key, state in states.items()])


def identity(kind: Kind, key: Key, world: World) -> Values:
    """The primary key of a thing that is there."""
    table = _table(kind)
    said = _values(kind, key, world.things[kind][key], world)
    return {column.name: said[column.name] for column in table.primary_key}


def events_of(import_id: UUID, planned: Planned, world: World) -> list[Event]:
    """What happened by one row: in the history of the person, unit, post or calendar that it is about."""
    row = planned.row
    about: dict[UUID, list[Thing]] = defaultdict(list)
    for kind, key in planned.things:
        if kind is not Kind.HOLDING:
            about[_owner(kind, key, world)].append((kind, key))
    happened: list[Event] = []
    for stream, things in about.items():
        of = _STREAMS.get(things[0][0], "person")
        name = "imported" if planned.action == "create" and row.kind in _OPENERS else "changed"
        facts = {"import": import_id, "row": row.number, "what": sorted({str(kind) for kind, _ in things})}
        personal = {_told(kind, key): _given(world.things[kind][key]) for kind, key in things}
        happened.append(Event(f"{of}.{name}", stream, of, facts, {"sheet": row.sheet} | personal))
    return happened + _absences(planned, world) + _handovers(import_id, planned, world)


_STREAMS = {Kind.UNIT: "unit", Kind.POSITION: "position", Kind.FREE_DAY: "calendar"}
_OPENERS = frozenset({Kind.UNIT, Kind.POSITION, Kind.EMPLOYEE})


def _absences(planned: Planned, world: World) -> list[Event]:
    """Who will be away: what proposes a substitute listens to it."""
    keys = [key for kind, key in planned.things if kind is Kind.LEAVE]
    said = [(key, world.things[Kind.LEAVE][key]) for key in keys]
    return [
        absences.recorded(
            _owner(Kind.LEAVE, key, world),
            date.fromisoformat(key[1]),
            date.fromisoformat(state["ends_on"]),
            state["kind"],
        )
        for key, state in said
    ]


def _handovers(import_id: UUID, planned: Planned, world: World) -> list[Event]:
    """Who holds which post now, and who held it before: in both histories."""
    keys = [key for kind, key in planned.things if kind is Kind.HOLDING]
    begun = {key[0]: key[1] for key in keys if not world.things[Kind.HOLDING][key]["ends_on"]}
    ended = {key[0]: key[1] for key in keys if world.things[Kind.HOLDING][key]["ends_on"]}
    people = world.things[Kind.EMPLOYEE]
    happened: list[Event] = []
    for key in keys:
        position, nip, capacity, starts_on = key
        state = world.things[Kind.HOLDING][key]
        over = ended.get(position) == nip
        before, now = (nip, begun.get(position)) if over else (ended.get(position), nip)
        facts = {
            "import": import_id,
            "position": world.things[Kind.POSITION][position,]["id"],
            "from": people[before,]["id"] if before else None,
            "to": people[now,]["id"] if now else None,
            "capacity": capacity,
            "on": starts_on,
            "until": state["ends_on"],
            "order": state["order_number"],
        }
        happened.append(Event("position.held", people[nip,]["id"], "person", facts))
    return happened


def _owner(kind: Kind, key: Key, world: World) -> UUID:
    if kind is Kind.FREE_DAY:
        return world.calendars[key[0]]
    owner = kind if kind in (Kind.UNIT, Kind.POSITION) else Kind.EMPLOYEE
    return world.things[owner][key[0],]["id"]


def _told(kind: Kind, key: Key) -> str:
    return " ".join((str(kind), *key[0 if kind in _OPENERS or kind is Kind.FREE_DAY else 1 :]))


def _given(state: State) -> State:
    return {name: value for name, value in state.items() if name != "id" and value not in (None, "", [])}


def _table(kind: Kind) -> Table:
    model = _MODELS[kind]
    table: Table = model.__table__
    return table


def _insert(session: Session, table: Table, rows: list[Values]) -> None:
    if rows:
        session.connection().execute(insert(table), rows)


def _update(session: Session, table: Table, rows: list[Values]) -> None:
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    others = [name for name in rows[0] if name not in keys]
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        .values({name: bindparam(f"new_{name}") for name in others})
    )
    session.connection().execute(
        statement,
        [{(f"key_{n}" if n in keys else f"new_{n}"): value for n, value in row.items()} for row in rows],
    )


def _values(kind: Kind, key: Key, state: State, world: World) -> Values:
    said = _BUILDERS[kind](key, state, world)
    return {n: date.fromisoformat(v) if n in _DAYS and isinstance(v, str) else v for n, v in said.items()}


def _free_day(key: Key, state: State, world: World) -> Values:
    on = date.fromisoformat(key[1])
    return {"calendar_id": world.calendars[key[0]], "on": on, "kind": state["kind"], "name": state["name"]}


def _unit(key: Key, state: State, world: World) -> Values:
    above = world.get(Kind.UNIT, state["parent"]) if state["parent"] else None
    return {
        "id": state["id"],
        "code": key[0],
        "name": state["name"],
        "parent_id": above["id"] if above else None,
        "calendar_id": world.calendars[state["calendar"]],
    }


def _position(key: Key, state: State, world: World) -> Values:
    said = {name: state[name] for name in ("id", "title", "kind", "echelon", "key")}
    return said | {"code": key[0], "unit_id": world.things[Kind.UNIT][state["unit"],]["id"]}


def _employee(key: Key, state: State, world: World) -> Values:
    said = {name: state[name] for name in EMPLOYEE_COLUMNS}
    return said | {"nip": key[0], "unit_id": world.things[Kind.UNIT][state["unit"],]["id"]}


def _holding(key: Key, state: State, world: World) -> Values:
    return {
        "id": state["id"],
        "position_id": world.things[Kind.POSITION][key[0],]["id"],
        "employee_id": world.things[Kind.EMPLOYEE][key[1],]["id"],
        "capacity": key[2],
        "starts_on": key[3],
        "order_number": state["order_number"],
        "ends_on": state["ends_on"],
    }


def _history(kind: Kind) -> Callable[[Key, State, World], Values]:
    model, keys, others = HISTORIES[kind]

    def build(key: Key, state: State, world: World) -> Values:
        said: Values = dict(zip(keys, key[1:], strict=True)) | {name: state[name] for name in others}
        if "year" in said:
            said["year"] = int(said["year"])
        if hasattr(model, "id"):
            said["id"] = state["id"]
        return said | {"employee_id": world.things[Kind.EMPLOYEE][key[0],]["id"]}

    return build


_MODELS: Mapping[Kind, Any] = {
    Kind.FREE_DAY: FreeDay,
    Kind.UNIT: Unit,
    Kind.POSITION: Position,
    Kind.EMPLOYEE: Employee,
    Kind.HOLDING: Holding,
    **{kind: model for kind, (model, _, _) in HISTORIES.items()},
}
_BUILDERS: Mapping[Kind, Callable[[Key, State, World], Values]] = {
    Kind.FREE_DAY: _free_day,
    Kind.UNIT: _unit,
    Kind.POSITION: _position,
    Kind.EMPLOYEE: _employee,
    Kind.HOLDING: _holding,
    **{kind: _history(kind) for kind in HISTORIES},
}
