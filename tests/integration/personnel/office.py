"""A small office for the tests of this room, made row by row."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.actor import Actor, Role, system
from core.directory import Capacity
from core.ids import new_id
from personnel import calendars
from personnel.models import Employee, Holding, Leave, Position, Unit

SYSTEM = system("cli")
HR = Actor(new_id(), "Rosmawati Siregar", frozenset({Role.EMPLOYEE, Role.HR}))
CLERK = Actor(new_id(), "Budi Santoso", frozenset({Role.EMPLOYEE}))
ADMIN = Actor(new_id(), "Tan Mei Ling", frozenset({Role.EMPLOYEE, Role.ADMIN}))


@dataclass
class Office:
    """Makes units, posts and people, each with what the test does not care about filled in."""

    session: Session
    calendar_id: UUID
    made: int = 0

    @classmethod
    def open(cls, session: Session) -> "Office":
        return cls(session, calendars.seed(session))

    def unit(self, code: str, parent: Unit | None = None, **said: Any) -> Unit:
        unit = Unit(
            **{
                "id": new_id(),
                "code": code,
                "name": f"Unit {code}",
                "parent_id": parent.id if parent else None,
                "calendar_id": self.calendar_id,
            }
            | said
        )
        return self._kept(unit)

    def post(self, unit: Unit, key: str | None = "head", **said: Any) -> Position:
        self.made += 1
        post = Position(
            **{
                "id": new_id(),
                "code": f"P{self.made}",
                "unit_id": unit.id,
                "title": f"Kepala {unit.name}",
                "kind": "structural",
                "key": key,
                "echelon": None,
            }
            | said
        )
        return self._kept(post)

    def person(self, unit: Unit, name: str = "Budi Santoso", **said: Any) -> Employee:
        self.made += 1
        person = Employee(
            **{
                "id": new_id(),
                "nip": f"19800101200501{1000 + self.made}",
                "name": name,
                "front_title": "",
                "back_title": "",
                "gender": "M",
                "born_on": date(1980, 1, 1),
                "status": "PNS",
                "email": f"p{self.made}@medan.example",
                "unit_id": unit.id,
                "rank": "III/a",
                "rank_since": date(2022, 12, 1),
                "education": "S1/D4",
            }
            | said
        )
        return self._kept(person)

    def holding(self, post: Position, person: Employee, **said: Any) -> Holding:
        holding = Holding(
            **{
                "id": new_id(),
                "position_id": post.id,
                "employee_id": person.id,
                "capacity": Capacity.DEFINITIVE,
                "order_number": "",
                "starts_on": date(2024, 1, 1),
                "ends_on": None,
            }
            | said
        )
        return self._kept(holding)

    def leave(self, person: Employee, starts_on: date, ends_on: date, kind: str = "annual") -> Leave:
        return self._kept(
            Leave(id=new_id(), employee_id=person.id, kind=kind, starts_on=starts_on, ends_on=ends_on)
        )

    def _kept(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row
