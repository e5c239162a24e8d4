"""A small office that answers the engine's questions: another product's directory, in memory.

kota            ppk: Walikota; head: Sekda
└─ badan        head: Kaban
   └─ bidang    head: Kabid
      └─ seksi  head: Kasi (acting ones come and go), staff: Budi, Citra, Dewi
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from core.actor import Actor
from core.directory import Capacity, Holder, Person, Post
from core.worktime import WorkCalendar

SPACE = UUID("7b0e0000-0000-4000-8000-000000000000")


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
    ) -> None:
        """Put somebody into a post; a new definitive holder replaces the old one."""
        others = [
            h
            for h in self.posts_.get((key, unit), [])
            if h.capacity is not capacity or capacity is not Capacity.DEFINITIVE
        ]
        holder = Holder(named(name), named(f"{key}@{unit}"), capacity, order_number)
        self.posts_[key, unit] = [*others, holder]

    def vacate(self, key: str, unit: str) -> None:
        """Nobody holds the post any more; it stays."""
        self.posts_[key, unit] = []

    def send_away(self, name: str) -> None:
        """On leave, from every post."""
        for place, holders in self.posts_.items():
            self.posts_[place] = [replace(h, absent=h.absent or h.person_id == named(name)) for h in holders]

    def actor(self, name: str, via: str = "web") -> Actor:
        id_ = named(name)
        return Actor(id_, name, frozenset(self.roles[id_]), via)

    # answering

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

    def _chain(self, unit_id: UUID) -> list[UUID]:
        unit: str | None = next(u for u in self.parents if named(u) == unit_id)
        chain: list[UUID] = []
        while unit:
            chain.append(named(unit))
            unit = self.parents[unit]
        return chain

    def _post(self, key: str, unit: str) -> Post:
        return Post(named(f"{key}@{unit}"), named(unit), f"{key} {unit}", tuple(self.posts_[key, unit]))
