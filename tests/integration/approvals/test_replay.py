"""A case is what its stream tells: whatever is changed beside the log is found, and nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from approvals.replay import all_differences, differences
from tests.integration.approvals.desk import Desk
from tests.replayed import must_be_as_told

ALTERATIONS = [
    "UPDATE \"case\" SET state = 'returned'",
    "UPDATE \"case\" SET stage = 'verification'",
    'UPDATE "case" SET round = 2',
    'UPDATE "case" SET version = 2',
    "UPDATE \"case\" SET outcome = 'other'",
    'UPDATE "case" SET statutory_due_at = now()',
    "UPDATE task SET state = 'started'",
    "UPDATE task SET assignee_id = gen_random_uuid()",
    "UPDATE task SET queue = 'role:hr'",
    "UPDATE task SET position_id = NULL",
    "UPDATE task SET due_at = due_at + interval '1 day'",
    "UPDATE task SET round = 2",
    "UPDATE task SET stage = 'verification'",
    "DELETE FROM task",
    "INSERT INTO task (id, case_id, stage, round, state, queue, acting, barred, opened_at, reminded)"
    " SELECT gen_random_uuid(), id, stage, 1, 'offered', 'role:hr', '{}', '{}', now(), 0 FROM \"case\"",
]


@pytest.mark.tampers
@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_is_changed_beside_the_log_is_found(session: Session, alteration: str):
    desk = Desk(session)
    case = desk.open("Budi")
    assert (differences(session, case.id), [*all_differences(session)]) == ([], [])
    must_be_as_told(session)
    session.execute(text(alteration))
    found = differences(session, case.id)
    assert len(found) == 1
    assert [*all_differences(session)] == [f"{case.reference}: {found[0]}"]
    with pytest.raises(AssertionError, match=case.reference):
        must_be_as_told(session)


@pytest.mark.tampers
def test_a_history_without_its_case_is_found(session: Session):
    desk = Desk(session)
    case = desk.open("Budi")
    other = desk.open("Citra")
    session.execute(text("DELETE FROM task WHERE case_id = :id"), {"id": case.id})
    session.execute(text('DELETE FROM "case" WHERE id = :id'), {"id": case.id})
    session.expunge(case)
    assert [*all_differences(session)] == [f"{case.id}: a stream without its case"]
    assert differences(session, other.id) == []
