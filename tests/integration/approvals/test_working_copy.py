"""A case in hand to be decided: its rows are what a session would read.

That they are never older than the lock is what the races show.
"""

from typing import Any

from sqlalchemy import inspect, select

from approvals.models import Case, Decision, Task
from approvals.working_copy import WorkingCopy
from tests.integration.approvals.desk import Desk


def values(row: Case | Task | Decision) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}


def test_its_rows_are_those_that_a_session_reads(desk: Desk):
    case = desk.at("verification", "Budi")
    task_id = desk.task(case).id
    desk.session.flush()
    copy = WorkingCopy.take(desk.session, task_id)
    desk.session.expire_all()
    found = desk.session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id))
    assert values(copy.dossier.case) == values(desk.session.get_one(Case, case.id))
    assert values(copy.task) == values(desk.session.get_one(Task, task_id))
    assert [values(one) for one in copy.dossier.decisions] == [values(one) for one in found]
    assert copy.dossier.decisions and copy.dossier.tasks == (copy.task,)
