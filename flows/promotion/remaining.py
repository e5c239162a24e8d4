"""When a cycle under way would be through: what is open now, lived from where each case stands."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.chains import definition_of
from approvals.durations import paces
from approvals.forecast import Interval, forecast
from approvals.models import Case, CaseState
from approvals.staffing import HORIZON, Prospect, office_table, staff
from core import clock
from flows.process.models import Process
from flows.promotion.foresight import OUTSIDE_TAKES
from flows.promotion.outside import STAGE
from flows.promotion.pinned import chain_of
from personnel.directory import PersonnelDirectory, office_day

RUNS = 100


def finish(session: Session, process: Process) -> Interval | None:
    """When the open cases of a cycle would be settled; None before screening and with nothing open.

    Each goes on from its stage, by the office's own durations; what else lies before its approvers is not
    counted. The same cases give the same answer; nothing is written.
    """
    version = chain_of(session, process)
    if version is None:
        return None
    going = (CaseState.OPEN, CaseState.RETURNED, CaseState.SUSPENDED)
    open_ = select(Case).where(Case.process_id == process.id, Case.state.in_(going)).order_by(Case.reference)
    cases = session.scalars(open_.where(Case.chain_version_id == version.id)).all()
    if not cases:
        return None
    definition, now, directory = definition_of(version), clock.now(session), PersonnelDirectory(session)
    prospects = [Prospect(case.subject_id, case.unit_id, case.data, case.requester_id) for case in cases]
    staffing = staff(definition, prospects, directory, now)
    table = office_table(directory, staffing.unit_ids, now)
    if table is None:
        return None
    number = {stage.name: n for n, stage in enumerate(definition.stages)}
    for n, case in enumerate(cases):
        here = number.get(case.stage or "", 0)
        staffing.routes[n] = [step for step in staffing.routes[n] if step.stage >= here]
    today = office_day(now)
    known = paces(session, definition, directory, table=table, now=now, assumed={STAGE: OUTSIDE_TAKES})
    leave = directory.leave(staffing.people, today, today + HORIZON)
    plan = staffing.plan(session, directory, known, table=table, leave=leave, now=now, backlogs=False)
    told = forecast(replace(plan, routes=staffing.routes), runs=min(RUNS, plan.runs))
    return told.finish if told else None
