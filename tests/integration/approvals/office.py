"""A small office that answers the engine's questions: another product's directory, in memory.

kota            ppk: Walikota; head: Sekda
└─ badan        head: Kaban
   └─ bidang    head: Kabid
      └─ seksi  head: Kasi (acting ones come and go), staff: Budi, Citra, Dewi
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from core.actor import Actor
from core.directory import (
    EVERYTHING,
    Capacity,
    Committee,
    Deciding,
    Holder,
    Person,
    Post,
    Relation,
    Scope,
    Seat,
)
from core.worktime import WorkCalendar

SPACE = UUID("7b0e0000-0000-4000-8000-000000000000")


@cache
def named(name: str) -> UUID:
    """The id of whoever or whatever has a name in this office."""
    return uuid5(SPACE, name)


@dataclass
class Office:
    """Units, people, posts and roles, changed at will."""

    parents: dict[str, str | None] = field(
        default_factory=lambda: {"kota": None, "badan": "kota", "bidang": "badan", "seksi": "bidang"}
    )
    posts_: dict[tuple[str, str], list[Holder]] = field(default_factory=dict)
    staff: dict[UUID, Person] = field(default_factory=dict)
    roles: dict[UUID, set[str]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    committees: dict[str, Committee] = field(default_factory=dict)
    capabilities: dict[UUID, set[str]] = field(default_factory=dict)
    ranks: dict[UUID, int] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    on_leave: set[UUID] = field(default_factory=set)
    asked: int = 0
    """How many questions were asked."""

    @classmethod
    def usual(cls) -> "Office":
        office = cls()
        for name in ("Budi", "Citra", "Dewi"):
            office.employ(name, "seksi")
        for key, unit, name in (
            ("head", "seksi", "Kasi"),
            ("head", "bidang", "Kabid"),
            ("head", "badan", "Kaban"),
            ("head", "kota", "Sekda"),
            ("ppk", "kota", "Walikota"),
        ):
            office.employ(name, unit)
            office.appoint(key, unit, name)
        for name in ("Vera", "Viktor"):
            office.employ(name, "badan", "hr-verifier")
        office.employ("Hana", "badan", "hr")
        return office

    # changing it

    def employ(self, name: str, unit: str, *roles: str) -> Actor:
        id_ = named(name)
        self.staff[id_] = Person(id_, name, f"{name.lower()}@kota.test", "id", named(unit), active=True)
        self.roles[id_] = {"employee", *roles}
        return self.actor(name)

    def retire(self, name: str) -> None:
        self.staff[named(name)] = replace(self.staff[named(name)], active=False)

    def appoint(
        self,
        key: str,
        unit: str,
        name: str,
        capacity: Capacity = Capacity.DEFINITIVE,
        order_number: str = "",
        *,
        scope: Scope = EVERYTHING,
    ) -> None:
        """Put somebody into a post; a new definitive holder replaces the old one."""
        others = [
            h
            for h in self.posts_.get((key, unit), [])
            if h.capacity is not capacity or capacity is not Capacity.DEFINITIVE
        ]
        holder = Holder(named(name), named(f"{key}@{unit}"), capacity, order_number, scope=scope)
        self.posts_[key, unit] = [*others, holder]

    def vacate(self, key: str, unit: str) -> None:
        """Nobody holds the post any more; it stays."""
        self.posts_[key, unit] = []

    def send_away(self, name: str) -> None:
        """On leave, from every post and every group."""
        self.on_leave.add(named(name))
        for place, holders in self.posts_.items():
            self.posts_[place] = [replace(h, absent=h.absent or h.person_id == named(name)) for h in holders]

    def form_committee(self, key: str, chair: str, *members: str) -> None:
        """A committee of these people, by a decree."""
        seats = [Seat(named(chair), "chair"), *(Seat(named(m)) for m in members)]
        self.committees[key] = Committee(key, key, "SK/1", tuple(seats))

    def prove(self, name: str, code: str) -> None:
        """Somebody has proof of an ability."""
        self.capabilities.setdefault(named(name), set()).add(code)

    def relate(self, one: str, other: str, kind: Any = "household") -> None:
        """Two people declare what ties them."""
        self.relations.append(Relation(named(one), named(other), kind))

    def actor(self, name: str, via: str = "web") -> Actor:
        id_ = named(name)
        return Actor(id_, name, frozenset(self.roles[id_]), via)

    # answering

    def expect(self, deciding: Deciding, at: datetime) -> None:
        """It has everything at hand."""

    def people(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        self.asked += 1
        return {i: self.staff[i] for i in ids if i in self.staff}

    def with_role(self, role: str) -> list[Person]:
        self.asked += 1
        return [p for p in self.staff.values() if role in self.roles[p.id]]

    def roles_of(self, person_id: UUID) -> frozenset[str]:
        self.asked += 1
        return frozenset(self.roles[person_id])

    def units_above(self, unit_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
        self.asked += 1
        return {unit: self._chain(unit) for unit in unit_ids}

    def unit_by_code(self, code: str) -> UUID | None:
        self.asked += 1
        return named(code.lower()) if code.lower() in self.parents else None

    def posts(self, key: str, unit_ids: Iterable[UUID], at: datetime) -> dict[UUID, Post]:
        self.asked += 1
        wanted = set(unit_ids)
        return {named(u): self._post(k, u) for k, u in self.posts_ if k == key and named(u) in wanted}

    def post(self, position_id: UUID, at: datetime) -> Post:
        self.asked += 1
        return next(self._post(k, u) for k, u in self.posts_ if named(f"{k}@{u}") == position_id)

    def positions_of(self, person_id: UUID, at: datetime) -> list[Holder]:
        self.asked += 1
        return [h for holders in self.posts_.values() for h in holders if h.person_id == person_id]

    def calendars(self, unit_ids: Iterable[UUID]) -> dict[UUID, WorkCalendar]:
        self.asked += 1
        calendar = WorkCalendar(ZoneInfo("Asia/Jakarta"), holidays=self.holidays)
        return dict.fromkeys(unit_ids, calendar)

    def committee(self, key: str, at: datetime) -> Committee | None:
        self.asked += 1
        found = self.committees.get(key)
        return found and replace(found, seats=tuple(s for s in found.seats if self.staff[s.person_id].active))

    def with_capability(self, code: str) -> list[Person]:
        self.asked += 1
        return [p for p in self.staff.values() if code in self.capabilities.get(p.id, ())]

    def profiles(self, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
        self.asked += 1
        codes = {named(code): code for code in self.parents}
        return {
            i: {
                "unit": codes.get(self.staff[i].unit_id, ""),
                "rank": self.ranks.get(i, 0),
                "roles": sorted(self.roles[i]),
                "capabilities": sorted(self.capabilities.get(i, ())),
                "serving_years": 10,
            }
            for i in ids
            if i in self.staff
        }

    def away(self, ids: Iterable[UUID], at: datetime) -> set[UUID]:
        self.asked += 1
        return self.on_leave & set(ids)

    def related(self, ids: Iterable[UUID], at: datetime) -> dict[UUID, list[Relation]]:
        self.asked += 1
        return {i: [r for r in self.relations if i in (r.person_id, r.other_id)] for i in ids}

    def _chain(self, unit_id: UUID) -> list[UUID]:
        unit: str | None = next(u for u in self.parents if named(u) == unit_id)
        chain: list[UUID] = []
        while unit:
            chain.append(named(unit))
            unit = self.parents[unit]
        return chain

    def _post(self, key: str, unit: str) -> Post:
        return Post(named(f"{key}@{unit}"), named(unit), f"{key} {unit}", tuple(self.posts_[key, unit]))
