"""Whom a cycle covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from flows.process.models import ENDED, Process
from flows.promotion.errors import CycleOverlaps, NobodyThere, UnknownUnit
from flows.promotion.models import Candidate
from flows.promotion.params import PromotionParams, params_of
from personnel.directory import office_day
from personnel.models import Employee, Unit
from personnel.queries import units_below


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people of some units who serve on a day; who leaves later is among them, and is told why not."""

    units: frozenset[UUID]
    serving_on: date

    @classmethod
    def of(cls, session: Session, params: PromotionParams, serving_on: date) -> "Cohort":
        return cls(frozenset(units_below(session, params.unit_codes)), serving_on)

    @classmethod
    def of_process(cls, session: Session, process: Process) -> "Cohort":
        """Those who served when the cycle was created, however late it is looked at."""
        return cls.of(session, params_of(process), office_day(process.created_at))

    def count(self, session: Session) -> int:
        return session.scalars(select(func.count()).select_from(Employee).where(self._covered())).one()

    def people(self, session: Session) -> Sequence[UUID]:
        return session.scalars(select(Employee.id).where(self._covered())).all()

    def not_screened(self, session: Session, process_id: UUID, limit: int) -> Sequence[UUID]:
        """The next people who have not been screened in the process yet, by unit and name."""
        done = select(Candidate.employee_id).where(Candidate.process_id == process_id)
        query = (
            select(Employee.id)
            .join(Unit, Unit.id == Employee.unit_id)
            .where(self._covered(), Employee.id.not_in(done))
            .order_by(Unit.code, Employee.name, Employee.id)
            .limit(limit)
        )
        return session.scalars(query).all()

    def _covered(self) -> ColumnElement[bool]:
        serving = or_(Employee.left_on.is_(None), Employee.left_on > self.serving_on)
        return Employee.unit_id.in_(self.units) & serving


def check(session: Session, params: PromotionParams) -> None:
    """Look at a cycle's parameters before it is created.

    Raises UnknownUnit, NobodyThere, CycleOverlaps.
    """
    known = set(session.scalars(select(Unit.code).where(Unit.code.in_(params.unit_codes))))
    for code in params.unit_codes:
        if code not in known:
            raise UnknownUnit(code=code)
    cohort = Cohort.of(session, params, office_day(clock.now(session)))
    if not cohort.count(session):
        raise NobodyThere
    others = select(Process).where(Process.kind == "promotion", Process.state.not_in(ENDED))
    for other in session.scalars(others):
        theirs = params_of(other)
        same_day = (theirs.kind, theirs.effective_on) == (params.kind, params.effective_on)
        if same_day and not cohort.units.isdisjoint(Cohort.of_process(session, other).units):
            raise CycleOverlaps(reference=other.reference)
