"""A small agency for the tests of flows: a mayor who signs, heads of units, HR, and staff with careers.

pemko                ppk: Wali Kota; head: Sekretaris Daerah
└─ badan             head: Kepala Badan; HR, verifiers, operator
   ├─ bidang-1       head; staff
   └─ bidang-2 ...   head; staff
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core.actor import Actor, Role
from core.ids import new_id
from personnel import calendars
from personnel.accounts import actor_of
from personnel.models import Account, AccountState, Appraisal, Discipline, Document, Employee, Position, Unit
from tests.integration.personnel.office import Office

EFFECTIVE_ON = date(2027, 1, 1)
DOCUMENTS = ("sk-cpns", "sk-pns", "last-rank-decree", "diploma")


@dataclass
class Agency(Office):
    """Makes the agency, and people whose careers meet the rules unless a test says otherwise."""

    prefix: str = ""
    units: list[Unit] = field(default_factory=list[Unit])
    heads: list[Employee] = field(default_factory=list[Employee])
    accounts: dict[Any, Account] = field(default_factory=dict[Any, Account])

    @classmethod
    def founded(cls, session: Session, units: int = 2, prefix: str = "") -> "Agency":
        """A prefix keeps the codes of several agencies in one database apart."""
        agency = cls(session, calendars.seed(session), prefix=prefix)
        agency.top = agency.unit("pemko", name="Pemerintah Kota")
        agency.ppk = agency.post(agency.top, "ppk", title="Wali Kota")
        agency.mayor = agency._holder(agency.ppk, "Bobby Siregar")
        agency._holder(agency.post(agency.top, "head", title="Sekretaris Daerah"), "Wiriya Alrahman")
        agency.badan = agency.unit("badan", agency.top, name="Badan Kepegawaian")
        agency._holder(agency.post(agency.badan, "head", title="Kepala Badan"), "Rudi Hartono")
        agency.hr = agency.person(agency.badan, "Rosmawati Siregar", roles=[Role.HR])
        agency.verifier = agency.person(agency.badan, "Sri Wahyuni", roles=[Role.HR_VERIFIER])
        agency.operator = agency.person(agency.badan, "Andi Pratama", roles=[Role.OPERATOR])
        for n in range(1, units + 1):
            unit = agency.unit(f"bidang-{n}", agency.badan, name=f"Bidang {n}")
            agency.units.append(unit)
            agency.heads.append(agency._holder(agency.post(unit), f"Kabid {n}"))
        return agency

    def unit(self, code: str, parent: Unit | None = None, **said: Any) -> Unit:
        return super().unit(self.prefix + code, parent, **said)

    def post(self, unit: Unit, key: str | None = "head", **said: Any) -> Position:
        return super().post(unit, key, **{"code": f"{self.prefix}P{self.made}"} | said)

    def person(self, unit: Unit, name: str = "Budi Santoso", roles: Any = (), **said: Any) -> Employee:
        """Somebody with an account."""
        nip = f"19800101200501{1000 + self.made}" if not self.prefix else f"{new_id().int % 10**18:018d}"
        employee = super().person(unit, name, **{"nip": nip, "rank_since": date(2026, 4, 1)} | said)
        account = Account(
            id=new_id(),
            employee_id=employee.id,
            login=employee.nip,
            password_hash="",
            roles=[str(r) for r in roles],
            state=AccountState.ACTIVE,
            created_at=self.now,
        )
        self.accounts[employee.id] = self._kept(account)
        return employee

    @property
    def now(self) -> Any:
        from core import clock

        return clock.now(self.session)

    def candidate(self, unit: Unit, name: str = "Budi Santoso", **said: Any) -> Employee:
        """Somebody whose career meets every rule of regular promotion on EFFECTIVE_ON."""
        documents = said.pop("documents", DOCUMENTS)
        predicates = said.pop("predicates", {2024: "Baik", 2025: "Sangat Baik"})
        career = {"rank": "III/a", "rank_since": date(2022, 10, 1), "education": "S1/D4"}
        employee = self.person(unit, name, **(career | said))
        for kind in documents:
            self._kept(Document(id=new_id(), employee_id=employee.id, kind=kind, number="1/2020", dated=None))
        for year, predicate in predicates.items():
            self._kept(Appraisal(employee_id=employee.id, year=year, predicate=predicate))
        return employee

    def discipline(self, employee: Employee, level: str, starts_on: date, ends_on: date) -> None:
        self._kept(
            Discipline(
                id=new_id(),
                employee_id=employee.id,
                level=level,
                decree_number=f"SK-{self.made}",
                starts_on=starts_on,
                ends_on=ends_on,
            )
        )

    def actor(self, employee: Employee, via: str = "web") -> Actor:
        """The person as an actor, in the roles of their account."""
        return actor_of(self.accounts[employee.id], employee, via)

    def _holder(self, post: Position, name: str) -> Employee:
        person = self.person(
            self.session.get_one(Unit, post.unit_id), name, rank="IV/b", rank_since=date(2024, 4, 1)
        )
        self.holding(post, person)
        return person

    top: Unit = field(init=False)
    badan: Unit = field(init=False)
    ppk: Position = field(init=False)
    mayor: Employee = field(init=False)
    hr: Employee = field(init=False)
    verifier: Employee = field(init=False)
    operator: Employee = field(init=False)
