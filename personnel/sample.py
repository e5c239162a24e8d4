"""The sample agency as an XLSX file, which enters through the very import that a real office's file does."""

from datetime import date, datetime

from core.settings import settings
from personnel.sample_agency import Agency, Founder, Person
from personnel.sample_careers import Fate, Moment
from personnel.sample_sheets import sheets
from personnel.workbooks import written

LOGINS: dict[str, dict[str, str]] = {
    "hr": {"id": "Pengelola kepegawaian: meluncurkan periode", "en": "HR: launches cycles"},
    "verifier": {"id": "Verifikator kepegawaian: memeriksa berkas", "en": "HR verifier: checks the files"},
    "kepala": {"id": "Kepala unit kerja: menyetujui usulan", "en": "Head of a unit: approves proposals"},
    "ppk": {
        "id": "Pejabat pembina kepegawaian: menandatangani keputusan",
        "en": "Appointing official: signs decrees",
    },
    "operator": {"id": "Operator: mengawasi proses", "en": "Operator: watches the processes"},
    "auditor": {"id": "Auditor: membaca semua riwayat", "en": "Auditor: reads every history"},
    "admin": {"id": "Administrator: mengelola akun", "en": "Administrator: manages accounts"},
    "pegawai": {
        "id": "Pegawai yang diusulkan naik pangkat",
        "en": "Employee who is proposed for promotion",
    },
}
"""Short logins of the sample, and what each is for."""


def workbook(
    seed: int = 1,
    employees: int = 480,
    units: int = 24,
    today: date | None = None,
    *,
    eligible: int | None = None,
) -> bytes:
    """The sample as an office would export it; the same people for the same arguments.

    Made for a regular promotion on the first of the month after `today`: about a sixth of the people are
    eligible then, or as many as said. Raises ValueError when there are too few people for the units.
    """
    today = today or datetime.now(settings().zone).date()
    return written(sheets(agency(seed, employees, units, today, eligible=eligible), today))


def agency(seed: int, employees: int, units: int, today: date, *, eligible: int | None = None) -> Agency:
    """The people and posts behind the workbook. Raises ValueError."""
    made = Founder(seed, employees, units, Moment(today)).found(eligible)
    _hand_out_roles(made)
    return made


def _hand_out_roles(made: Agency) -> None:
    """The people whom the demo logs in as, and the rest of the personnel office."""
    hr_office = _of_unit(made, "12.71.01", "12.71.02", "12.71")
    computers = _of_unit(made, "12.71.12", "12.71.01", "12.71.02", "12.71")
    audit = _of_unit(made, "12.71.07", "12.71.02", "12.71.01", "12.71")
    for people, role, login in (
        (hr_office, "hr", "hr"),
        (hr_office, "hr-verifier", "verifier"),
        (hr_office, "hr", ""),
        (hr_office, "hr-verifier", ""),
        (hr_office, "hr-verifier", ""),
        (computers, "operator", "operator"),
        (audit, "auditor", "auditor"),
        (computers, "admin", "admin"),
    ):
        chosen = next(p for p in people if not p.roles)
        chosen.roles, chosen.login = [role], login
    for post in made.posts:
        if post.key == "PPK" and post.holder:
            post.holder.login = "ppk"
    proposed = next(p for p in _under_a_head(made) if p.fate is Fate.ELIGIBLE)
    proposed.login = "pegawai"
    head = next(p for p in made.posts if p.key == "Kepala Unit" and p.unit is proposed.unit)
    if head.holder:
        head.holder.login = "kepala"


def _of_unit(made: Agency, *codes: str) -> list[Person]:
    """People who may hold a role: of the first of these units that is there first, and nobody who is
    proposed."""
    order = {code: place for place, code in enumerate(codes)}
    able = [p for p in made.people if p.unit.code in order and not p.left_on and not _leads(p)]
    able = [p for p in able if p.fate in (None, Fate.TOO_SOON) and p.status == "PNS"]
    return sorted(able, key=lambda p: (order[p.unit.code], not _is_expert(p)))


def _is_expert(person: Person) -> bool:
    return person.post is not None and person.post.kind == "Fungsional"


def _leads(person: Person) -> bool:
    return person.post is not None and bool(person.post.key)


def _under_a_head(made: Agency) -> list[Person]:
    """People whose unit has a head at work; those of the unit that the demo's approver leads first."""
    away = {person for person, *_ in made.leave}
    led = {p.unit.code for p in made.posts if p.key == "Kepala Unit" and p.holder and p.holder not in away}
    under = [p for p in made.people if p.unit.code in led and p not in away and not p.roles]
    return sorted(under, key=lambda p: p.unit.code != "12.71.03")
