"""The sample agency: units, posts and people of a city that exists, none of whom do; the same for the same
seed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import yaml

from personnel import sample_careers as careers
from personnel.sample_careers import BAND, Career, Fate, Moment

DATA = Path(__file__).with_name("data") / "sample.yaml"
SHARES = (
    (Fate.PAPERS_MISSING, 0.07),
    (Fate.AT_CEILING, 0.05),
    (Fate.POOR, 0.03),
    (Fate.DISCIPLINED, 0.02),
    (Fate.APPRAISAL_MISSING, 0.02),
    (Fate.EXAM_MISSING, 0.02),
)
"""Of the executive staff; after the eligible ones, and before those for whom it is too soon."""
HR_OFFICE, HR_EXPERTS = "12.71.01", 8
"""The personnel office, and how many experts it has: enough for every role, and none of them is proposed."""
ELIGIBLE_SHARE, FEWEST_ELIGIBLE, FEWEST_UNITS = 0.16, 16, 3


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    parent: str
    head_title: str
    echelon: str
    share: float


@dataclass(eq=False)
class Post:
    code: str
    title: str
    unit: Unit
    kind: str
    echelon: str = ""
    key: str = ""
    holder: "Person | None" = None


@dataclass(eq=False)
class Person:
    """Somebody, with the post that the file says is theirs."""

    name: str
    gender: str
    unit: Unit
    post: Post | None
    career: Career
    status: str = "PNS"
    nip: str = ""
    place: str = "Medan"
    email: str = ""
    phone: str = ""
    fate: Fate | None = None
    """Of executive staff only."""
    left_on: date | None = None
    roles: list[str] = field(default_factory=list[str])
    login: str = ""


@dataclass
class Acting:
    """Somebody who acts for a post."""

    person: Person
    post: Post
    capacity: str
    order_number: str
    starts_on: date
    ends_on: date


@dataclass
class Agency:
    units: list[Unit]
    posts: list[Post]
    people: list[Person]
    acting: list[Acting]
    leave: list[tuple[Person, str, date, date]]


@lru_cache
def given() -> dict[str, Any]:
    """The names, places and titles that the sample is made of."""
    data: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))
    return data


def units(number: int) -> list[Unit]:
    """The first so many units, each after the one it lies below."""
    known = [Unit(*said[:5], share=said[5]) for said in given()["units"]]
    more = _more_units()
    while len(known) < number:
        known.append(next(more))
    return known[:number]


def _more_units() -> Iterator[Unit]:
    for parent, names in given()["more"].items():
        for place, name in enumerate(names, start=1):
            yield Unit(f"{parent}.{place:02}", f"Kelurahan {name}", parent, f"Lurah {name}", "IV.a", 1.5)
    for place in count(1):
        yield Unit(
            f"12.71.05.{place:03}",
            f"UPT SD Negeri {60800 + place:06}",
            "12.71.05",
            f"Kepala UPT SD Negeri {60800 + place:06}",
            "IV.a",
            1.5,
        )


class Founder:
    """Fills an agency with posts and people, one unit after the other."""

    def __init__(self, seed: int, employees: int, number_of_units: int, moment: Moment) -> None:
        self.rng, self.moment = Random(seed), moment  # noqa: S311 - no secret hangs on it
        self.agency = Agency(units(number_of_units), [], [], [], [])
        self.employees = employees
        self._nips: Counter[str] = Counter()
        self._mails: set[str] = set()

    def found(self, eligible: int | None) -> Agency:
        """The whole agency, with so many people who are eligible for promotion."""
        for unit, staff in self._staff().items():
            self._fill(unit, staff)
        self._give_fates(eligible)
        for person in self.agency.people:
            self._register(person)
        self._stand_in()
        self._retire()
        self._send_on_leave()
        return self.agency

    def _staff(self) -> dict[Unit, int]:
        """How many people each unit has: by its share, at least three, the root two."""
        least = [
            2 if not u.parent else 2 + HR_EXPERTS if u.code == HR_OFFICE else 3 for u in self.agency.units
        ]
        spare = self.employees - sum(least)
        if spare < 0 or len(least) < FEWEST_UNITS:
            raise ValueError(f"at least {FEWEST_UNITS} units, and {sum(least)} people for {len(least)} units")
        total = sum(u.share for u in self.agency.units[1:]) or 1
        extra = [0, *(int(spare * u.share / total) for u in self.agency.units[1:])]
        extra[1 if len(extra) > 1 else 0] += spare - sum(extra)
        return {unit: a + b for unit, a, b in zip(self.agency.units, least, extra, strict=True)}

    def _fill(self, unit: Unit, staff: int) -> None:
        head = self._post(unit, unit.head_title, "Struktural", unit.echelon, "Kepala Unit")
        vacant = unit.code in (*given()["vacant"], *given()["plt"])
        if not vacant:
            self._settle(head, "S2", BAND[unit.echelon])
        if not unit.parent:
            title = (
                "Asisten Administrasi Umum selaku Pejabat Pembina Kepegawaian (pendelegasian Wali Kota Medan)"
            )
            self._settle(self._post(unit, title, "Struktural", "II.a", "PPK"), "S2", BAND["II.a"])
            staff -= 1
        leading = min(6, (staff - 1) // 9)
        for title in given()["structural"][:leading]:
            echelon = "IV.a" if unit.echelon in ("III.a", "IV.a") or "Sub" in title else "III.b"
            self._settle(self._post(unit, title, "Struktural", echelon), "S1", BAND[echelon])
        expert = HR_EXPERTS if unit.code == HR_OFFICE else (staff - 1 - leading) // 5
        titles = given()["functional"].get(unit.code, given()["functional"]["other"])
        for place in range(expert):
            title = titles[place % len(titles)]
            skilled = title.endswith(("Terampil", "Mahir"))
            band = ("III/a", "III/b") if skilled else ("III/a", "III/d")
            self._settle(self._post(unit, title, "Fungsional"), "D3" if skilled else "S1", band)
        for _ in range(staff - (not vacant) - leading - expert):
            self._hire(unit)

    def _settle(self, post: Post, education: str, band: tuple[str, str]) -> None:
        career = careers.settled(self.rng, education, band, self.moment)
        post.holder = self._person(post.unit, post, career)

    def _hire(self, unit: Unit) -> None:
        """One of the executive staff; the fate, and with it the career, is given when all are there."""
        education = self.rng.choices(("SLTA", "D3", "S1", "S2"), (35, 20, 40, 5))[0]
        post = self._post(unit, self.rng.choice(given()["executive"][education]), "Pelaksana")
        draw = self.rng.random()
        if draw < 0.08:
            appointed = date(self.moment.today.year - self.rng.randint(1, 4), 3, 1)
            post.holder = self._person(unit, post, careers.contracted(self.rng, "S1", appointed, self.moment))
            post.holder.status = "PPPK"
            return
        if draw < 0.10:
            appointed = careers.first_of_month(self.moment.today, -5)
            career = careers.beginner(self.rng, education, appointed)
            post.holder = self._person(unit, post, career)
            post.holder.status = "CPNS"
            return
        holder = self._person(unit, post, careers.executive(self.rng, education, Fate.TOO_SOON, self.moment))
        holder.fate, post.holder = Fate.TOO_SOON, holder

    def _give_fates(self, eligible: int | None) -> None:
        staff = [p for p in self.agency.people if p.fate]
        near, far = self._near_first(staff)
        wanted = max(round(ELIGIBLE_SHARE * self.employees), min(FEWEST_ELIGIBLE, len(staff) // 2))
        wanted = min(wanted if eligible is None else eligible, len(staff))
        fates = [Fate.ELIGIBLE] * wanted
        for fate, share in SHARES:
            fates += [fate] * max(1, round(share * len(staff)))
        for person, fate in zip(near + far, fates, strict=False):
            person.fate = fate
            person.career = careers.executive(self.rng, person.career.education, fate, self.moment)

    def _near_first(self, staff: list[Person]) -> tuple[list[Person], list[Person]]:
        """A few of the unit that the demo's approver leads come first, so that there is something to
        decide."""
        self.rng.shuffle(staff)
        led = self.agency.units[min(3, len(self.agency.units) - 1)]
        near = [p for p in staff if p.unit is led][:4]
        return near, [p for p in staff if p not in near]

    def _post(self, unit: Unit, title: str, kind: str, echelon: str = "", key: str = "") -> Post:
        post = Post(f"J{len(self.agency.posts) + 1:05}", title, unit, kind, echelon, key)
        self.agency.posts.append(post)
        return post

    def _person(self, unit: Unit, post: Post, career: Career) -> Person:
        people = given()["names"]
        of = self.rng.choices(people, [p["share"] for p in people])[0]
        gender = "L" if self.rng.random() < 0.52 else "P"
        first = self.rng.choice(of["men" if gender == "L" else "women"])
        name = f"{first} {self.rng.choice(of['second'])}"
        person = Person(name, gender, unit, post, career, place=self.rng.choice(given()["places"]))
        self.agency.people.append(person)
        return person

    def _register(self, person: Person) -> None:
        """The NIP, the address and the telephone number, which nobody else has."""
        career = person.career
        month = "21" if person.status == "PPPK" else f"{career.appointed_on:%m}"
        gender = "1" if person.gender == "L" else "2"
        stem = f"{career.born_on:%Y%m%d}{career.appointed_on:%Y}{month}{gender}"
        self._nips[stem] += 1
        person.nip = f"{stem}{self._nips[stem]:03}"
        plain = ".".join(person.name.lower().split())
        mail = next(m for n in count(1) if (m := f"{plain}{n if n > 1 else ''}") not in self._mails)
        self._mails.add(mail)
        person.email = f"{mail}@medan.example"
        person.phone = f"0812{self.rng.randint(10_000_000, 99_999_999)}"

    def _stand_in(self) -> None:
        """Heads who are not there: for some vacant posts and some on leave somebody acts."""
        today = self.moment.today
        heads = {post.unit.code: post for post in self.agency.posts if post.key == "Kepala Unit"}
        for code in given()["plt"]:
            if post := heads.get(code):
                self._act(post, "Plt", today - timedelta(days=40), today + timedelta(days=50))
        for code in (*given()["plh"], *given()["away"]):
            if post := heads.get(code):
                first, last = today - timedelta(days=3), today + timedelta(days=11)
                self.agency.leave.append((self._holder(post), "Cuti Tahunan", first, last))
                if code in given()["plh"]:
                    self._act(post, "Plh", first, last)

    def _act(self, post: Post, capacity: str, first: date, last: date) -> None:
        """Somebody of the unit acts: who leads below the head, or else the first there."""
        inside = [p for p in self.agency.people if p.unit is post.unit and p is not post.holder]
        order = f"800.1.11.1/{100 + len(self.agency.acting)}/BKPSDM/{first:%Y}"
        self.agency.acting.append(Acting(inside[0], post, capacity, order, first, last))

    def _retire(self) -> None:
        """Some have left within the last months, and their posts are vacant."""
        gone = [p for p in self.agency.people if p.fate is Fate.TOO_SOON]
        for person in gone[7 : 7 + max(1, self.employees // 150)]:
            person.left_on = careers.first_of_month(self.moment.today, -self.rng.randint(0, 2))

    def _send_on_leave(self) -> None:
        kinds = (
            "Cuti Tahunan",
            "Cuti Tahunan",
            "Cuti Sakit",
            "Cuti Melahirkan",
            "Cuti Karena Alasan Penting",
        )
        staff = [p for p in self.agency.people if p.fate and not p.left_on]
        for person in self.rng.sample(staff, max(1, len(staff) // 30)):
            kind = self.rng.choice(kinds if person.gender == "P" else kinds[:3])
            first = self.moment.today - timedelta(days=self.rng.randint(0, 6))
            self.agency.leave.append((person, kind, first, first + timedelta(days=self.rng.randint(3, 12))))

    def _holder(self, post: Post) -> Person:
        if post.holder is None:
            raise LookupError(post.title)
        return post.holder
