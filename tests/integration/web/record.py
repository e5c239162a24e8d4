"""An office's record: what its people decided before the cycle that tests see, and what comes after it."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from approvals.models import Case, ChainVersion
from core import clock
from core.database import transaction
from core.ids import new_id
from personnel.models import Appraisal
from tests.integration.approvals.past import Past
from tests.integration.web.office import Office

REASONS = {
    "return": ("document-missing", "document-unclear", "data-mismatch"),
    "reject": ("data-untrue", "other"),
}


def lived(office: Office, cycles: int = 4, cases: int = 30) -> None:
    """Write past cycles of the chain, each half a year before the next; the agency outside takes its time."""
    rng = Random(7)
    with transaction() as session:
        now = clock.now(session)
        first = session.scalars(select(Case).where(Case.process_id == office.cycle)).first()
        assert first
        version = session.get_one(ChainVersion, first.chain_version_id)
        past = Past(session, version, first.unit_id, first.subject_id, at_once=True)
        for cycle in range(cycles):
            past.process_id = new_id()
            for _ in range(cases):
                _case(
                    past, office, rng, now - timedelta(days=150 * (cycles - cycle), hours=rng.random() * 50)
                )
        past.write()


def appraised(office: Office) -> None:
    """Good marks for the years to come: the staff meet the rules of later cycles too."""
    with transaction() as session:
        for person in office.people.staff:
            for year in range(2026, 2031):
                session.merge(Appraisal(employee_id=person, year=year, predicate="Baik"))


def _case(past: Past, office: Office, rng: Random, opened: datetime) -> None:
    people = office.people
    case = past.case(opened, "approved", settled_at=opened + timedelta(days=60))
    at = opened
    for stage, who, days in (
        ("unit-head", people.head, 4),
        ("verification", people.verifier, 9),
        ("appointing-official", people.mayor, 5),
    ):
        if stage == "appointing-official":
            at += timedelta(days=12 + 8 * rng.random())
            past.answered(case, at, stage="technical-consideration")
        ended = at + timedelta(days=rng.expovariate(1 / days))
        kind = rng.choices(("approve", "return", "reject"), (0.85, 0.12, 0.03))[0]
        code = rng.choice(REASONS[kind]) if kind in REASONS else None
        due = at + timedelta(days=days)
        past.decided(at, ended, who, kind, code=code, case=case, stage=stage, due_at=due)
        at = ended
