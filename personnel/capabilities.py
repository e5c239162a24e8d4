"""What people have proof to be able to do: recorded by HR, asked about by chains."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.errors import Conflict, Invalid, NotFound
from core.events import Event
from core.ids import new_id
from personnel import history, ranks
from personnel.access import keep_records, not_for_oneself
from personnel.among import among
from personnel.days import serving
from personnel.models import Account, AccountState, Employee, Unit
from personnel.models_people import Capability
from personnel.names import full_name


class BadCapability(Invalid):
    """An ability needs a short code of small letters and hyphens, such as certified-assessor, and the number
    of its proof; its last day does not lie before its first. Nothing was changed."""


class ProvedAlready(Conflict):
    """This proof is recorded already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A proof as lists show it."""

    id: UUID
    employee_id: UUID
    name: str
    code: str
    number: str
    since: date
    until: date | None


def prove(
    session: Session,
    actor: Actor,
    employee_id: UUID,
    code: str,
    number: str,
    *,
    since: date,
    until: date | None = None,
) -> Capability:
    """Record somebody's proof of an ability.

    Raises BadCapability, ProvedAlready, NotFound, RecordsAreHrs, OwnRecord.
    """
    keep_records(actor)
    not_for_oneself(actor, [employee_id])
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) or not number.strip():
        raise BadCapability
    if until is not None and until < since:
        raise BadCapability
    if session.get(Employee, employee_id, with_for_update={"key_share": True}) is None:
        raise NotFound
    same = select(Capability.id).where(
        Capability.employee_id == employee_id, Capability.code == code, Capability.number == number.strip()
    )
    if session.scalar(same) is not None:
        raise ProvedAlready
    made = Capability(
        id=new_id(), employee_id=employee_id, code=code, number=number.strip(), since=since, until=until
    )
    session.add(made)
    session.flush()
    history.record(session, actor, [_event("proved", made)])
    return made


def end(session: Session, actor: Actor, capability_id: UUID, until: date) -> Capability:
    """Say which day is the last that a proof counts.

    Raises BadCapability, NotFound, RecordsAreHrs; OwnRecord where one's own would count for longer.
    """
    keep_records(actor)
    found = session.get(Capability, capability_id, with_for_update=True)
    if found is None:
        raise NotFound
    if found.until is not None and until > found.until:
        not_for_oneself(actor, [found.employee_id])
    if until < found.since:
        raise BadCapability
    found.until = until
    session.flush()
    history.record(session, actor, [_event("ended", found)])
    return found


def capabilities(session: Session, limit: int = 100, offset: int = 0) -> list[CapabilityRow]:
    """All proofs, by code and name."""
    query = (
        select(Capability, Employee)
        .join(Employee, Employee.id == Capability.employee_id)
        .order_by(Capability.code, Employee.name, Capability.since.desc())
    )
    return [
        CapabilityRow(
            c.id, e.id, full_name(e.front_title, e.name, e.back_title), c.code, c.number, c.since, c.until
        )
        for c, e in session.execute(query.limit(limit).offset(offset))
    ]


def codes(session: Session) -> list[str]:
    """The abilities that anybody was ever recorded with."""
    return list(session.scalars(select(Capability.code).distinct().order_by(Capability.code)))


def able(session: Session, code: str, day: date) -> list[Employee]:
    """Everybody serving whose proof of an ability counts on a day, by name."""
    proof = select(Capability.employee_id).where(Capability.code == code, _on(day))
    query = select(Employee).where(Employee.id.in_(proof), serving(day))
    return list(session.scalars(query.order_by(Employee.name, Employee.id)))


def profiles(session: Session, ids: Collection[UUID], day: date) -> dict[UUID, dict[str, Any]]:
    """What conditions may read of people: unit (its code), rank (its order, 0 without one), roles,
    capabilities, serving_years (whole ones since the appointment)."""
    people = session.execute(
        select(Employee.id, Unit.code, Employee.rank, Employee.appointed_on)
        .join(Unit, Unit.id == Employee.unit_id)
        .where(among(Employee.id, ids))
    ).tuples()
    roles = _roles(session, ids)
    codes_of: dict[UUID, set[str]] = defaultdict(set)
    proofs = select(Capability.employee_id, Capability.code)
    for person, code in session.execute(proofs.where(among(Capability.employee_id, ids), _on(day))):
        codes_of[person].add(code)
    return {
        id_: {
            "unit": unit,
            "rank": ranks.order(rank) if rank else 0,
            "roles": sorted(roles.get(id_, ())),
            "capabilities": sorted(codes_of[id_]),
            "serving_years": _years(appointed_on, day) if appointed_on else 0,
        }
        for id_, unit, rank, appointed_on in people
    }


def _roles(session: Session, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    query = select(Account.employee_id, Account.roles).where(
        among(Account.employee_id, ids), Account.state == AccountState.ACTIVE
    )
    return {person: {*said, str(Role.EMPLOYEE)} for person, said in session.execute(query).tuples()}


def _years(since: date, day: date) -> int:
    return max(0, day.year - since.year - ((day.month, day.day) < (since.month, since.day)))


def _on(day: date) -> ColumnElement[bool]:
    return and_(Capability.since <= day, or_(Capability.until.is_(None), Capability.until >= day))


def _event(happened: str, proof: Capability) -> Event:
    facts = {
        "capability": proof.id,
        "code": proof.code,
        "number": proof.number,
        "since": proof.since,
        "until": proof.until,
    }
    return Event(f"capability.{happened}", proof.employee_id, "person", facts)
