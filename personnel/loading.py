"""The world that a file's rows are planned in, read from the records in a few statements."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from personnel import calendars, remembering
from personnel.among import among
from personnel.columns import Kind
from personnel.models import (
    Account,
    Appraisal,
    Calendar,
    Discipline,
    Document,
    Employee,
    FreeDay,
    Holding,
    Leave,
    Position,
    RankHeld,
    Schooling,
    Unit,
)
from personnel.reading import Row
from personnel.world import Key, State, World

HISTORIES: dict[Kind, tuple[type[Any], tuple[str, ...], tuple[str, ...]]] = {
    Kind.RANK: (RankHeld, ("rank",), ("since", "decree_number")),
    Kind.SCHOOLING: (Schooling, ("level", "field"), ("school", "finished_in")),
    Kind.APPRAISAL: (Appraisal, ("year",), ("predicate",)),
    Kind.DISCIPLINE: (Discipline, ("decree_number",), ("level", "starts_on", "ends_on")),
    Kind.LEAVE: (Leave, ("starts_on",), ("kind", "ends_on")),
    Kind.DOCUMENT: (Document, ("kind",), ("number", "dated")),
}
"""Tables of a person's history: the columns that with the NIP make the key, and the others."""

EMPLOYEE_COLUMNS = (
    "id", "name", "front_title", "back_title", "gender", "born_on", "status", "email", "phone", "language",
    "rank", "rank_since", "education", "appointed_on", "left_on", "left_for", "wanted_login", "wanted_roles",
)  # fmt: skip


def load(session: Session, rows: Iterable[Row], lock: bool = False) -> World:
    """Everything that these rows may speak of; with `lock` nobody else changes people until the end."""
    kinds = {row.kind for row in rows}
    world = World(default_calendar=calendars.default_name(), meant=remembering.names(session))
    world.calendars = {name: id_ for id_, name in session.execute(select(Calendar.id, Calendar.name))}
    if Kind.FREE_DAY in kinds:
        _free_days(session, world)
    _units(session, world)
    _positions(session, world)
    owners = _employees(session, world, lock)
    _holdings(session, world)
    needed: set[Kind] = kinds | ({Kind.RANK, Kind.SCHOOLING} if Kind.EMPLOYEE in kinds else set())
    about = _people_in(rows, world)
    for kind in HISTORIES.keys() & needed:
        _history(session, world, kind, {owners[nip] for nip in about})
    return world


def plain(value: Any) -> Any:
    """A stored value as a row says it: dates as ISO text."""
    return value.isoformat() if isinstance(value, date) else value


def _free_days(session: Session, world: World) -> None:
    query = select(Calendar.name, FreeDay.on, FreeDay.kind, FreeDay.name)
    for calendar, on, kind, name in session.execute(query.join(Calendar, Calendar.id == FreeDay.calendar_id)):
        world.put(Kind.FREE_DAY, (calendar, on.isoformat()), {"kind": kind, "name": name})


def _units(session: Session, world: World) -> None:
    above = aliased(Unit)
    query = (
        select(Unit.id, Unit.code, Unit.name, above.code, Calendar.name)
        .outerjoin(above, above.id == Unit.parent_id)
        .join(Calendar, Calendar.id == Unit.calendar_id)
    )
    for id_, code, name, parent, calendar in session.execute(query):
        world.put(Kind.UNIT, (code,), {"id": id_, "name": name, "parent": parent, "calendar": calendar})


def _positions(session: Session, world: World) -> None:
    columns = (Position.id, Position.code, Position.title, Position.kind, Position.echelon, Position.key)
    query = select(*columns, Unit.code).join(Unit, Unit.id == Position.unit_id)
    for id_, code, title, kind, echelon, key, unit in session.execute(query):
        state: State = {"id": id_, "title": title, "kind": kind, "echelon": echelon, "key": key, "unit": unit}
        world.put(Kind.POSITION, (code,), state)


def _employees(session: Session, world: World, lock: bool) -> dict[str, UUID]:
    """Everybody; returns their ids by NIP."""
    columns = [getattr(Employee, name) for name in EMPLOYEE_COLUMNS]
    query = (
        select(Employee.nip, Unit.code, *columns)
        .join(Unit, Unit.id == Employee.unit_id)
        .order_by(Employee.id)
    )
    if lock:
        query = query.with_for_update(of=Employee)
    owners: dict[str, UUID] = {}
    for nip, unit, *values in session.execute(query):
        state = {name: plain(value) for name, value in zip(EMPLOYEE_COLUMNS, values, strict=True)}
        world.put(Kind.EMPLOYEE, (nip,), state | {"unit": unit})
        owners[nip] = state["id"]
    logins = select(Account.login, Employee.nip).join(Employee, Employee.id == Account.employee_id)
    for login, nip in session.execute(logins):
        world.logins[login] = nip
        world.with_account.add(nip)
    return owners


def _holdings(session: Session, world: World) -> None:
    query = (
        select(Holding, Position.code, Employee.nip)
        .join(Position, Position.id == Holding.position_id)
        .join(Employee, Employee.id == Holding.employee_id)
    )
    for holding, position, nip in session.execute(query):
        key = (position, nip, holding.capacity, holding.starts_on.isoformat())
        ends_on = plain(holding.ends_on)
        state = {"id": holding.id, "order_number": holding.order_number, "ends_on": ends_on}
        world.put(Kind.HOLDING, key, state)


def _history(session: Session, world: World, kind: Kind, owners: set[UUID]) -> None:
    model, keys, others = HISTORIES[kind]
    columns = [getattr(model, name) for name in (*keys, *others)]
    own_id = [model.id] if hasattr(model, "id") else []
    owner: InstrumentedAttribute[UUID] = model.employee_id
    query = select(Employee.nip, *columns, *own_id).join(model, owner == Employee.id)
    for nip, *values in session.execute(query.where(among(Employee.id, owners))):
        said = [plain(value) for value in values]
        state: State = dict(zip(others, said[len(keys) :], strict=False))
        if own_id:
            state["id"] = values[-1]
        key: Key = (nip, *(str(value) for value in said[: len(keys)]))
        world.put(kind, key, state)


def _people_in(rows: Iterable[Row], world: World) -> set[str]:
    """The known people that rows are about; those with a damaged NIP among all who are alike."""
    return {nip for row in rows if row.get("nip") for nip in world.alike(row.get("nip"))}
