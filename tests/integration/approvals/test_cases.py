"""Opened in bulk, withdrawn, cancelled, sealed."""

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import func, select

from approvals import cases, cohort
from approvals.errors import CaseSettled, HrOnly, NoSuchCase, NotOwner, ReasonNeeded
from approvals.models import Case, Task
from core.events import EventRow
from core.ids import new_id
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import named


def open_many(desk: Desk, count: int, first: int = 0) -> list[object]:
    drafts = [desk.draft("Budi", key=f"n{n}") for n in range(first, first + count)]
    return list(
        cases.open_cases(desk.session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    )


def count(desk: Desk, table: type) -> int:
    return desk.session.scalar(select(func.count()).select_from(table)) or 0


def test_opening_the_same_cases_again_changes_nothing_and_gives_the_same_ids(desk: Desk):
    first = open_many(desk, 5)
    before = [count(desk, table) for table in (Case, Task, EventRow)]
    assert open_many(desk, 5) == first
    assert [count(desk, table) for table in (Case, Task, EventRow)] == before


def test_only_those_that_are_new_are_opened(desk: Desk):
    first = open_many(desk, 3)
    assert open_many(desk, 5)[:3] == first
    assert (count(desk, Case), count(desk, Task)) == (5, 5)


def test_the_same_person_may_have_a_case_in_another_process(desk: Desk):
    first = desk.open()
    desk.process_id = new_id()
    assert desk.open().id != first.id


def test_any_number_of_cases_costs_the_same_few_statements_and_questions(desk: Desk):
    said: list[str] = []
    hooks.listen(desk.session.bind, "before_cursor_execute", lambda *a: said.append(a[2]))
    desk.office.asked = 0
    open_many(desk, 500)
    statements = [s for s in said if "clock_offset" not in s]
    assert len(statements) <= 5, [s[:60] for s in statements]
    assert desk.office.asked <= 5
    assert count(desk, Task) == 500


def test_only_the_office_opens_cases(desk: Desk):
    drafts = [desk.draft("Budi")]
    for name in ("Budi", "Kasi", "Vera"):
        with pytest.raises(HrOnly):
            cases.open_cases(
                desk.session,
                desk.who(name),
                desk.process_id,
                desk.version,
                drafts,
                directory=desk.office,
            )
    actor = desk.who("Hana")
    assert cases.open_cases(desk.session, actor, desk.process_id, desk.version, drafts, directory=desk.office)


def test_the_subject_withdraws_and_the_approvers_task_is_gone(desk: Desk):
    case = desk.open()
    task = desk.task(case)
    desk.withdraw("Budi", case)
    assert (case.state, case.outcome, task.state) == ("withdrawn", "own-wish", "cancelled")
    assert desk.names(case)[-2:] == ["task.cancelled", "case.withdrawn"]


def test_a_returned_case_may_be_withdrawn(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.withdraw("Budi", case)
    assert (case.state, case.returned_to) == ("withdrawn", None)


def test_only_its_subject_or_requester_withdraws_and_only_with_a_reason(desk: Desk):
    case = desk.open(requester_id=named("Citra"))
    for name in ("Dewi", "Kasi", "Hana"):
        with pytest.raises(NotOwner):
            desk.withdraw(name, case)
    with pytest.raises(ReasonNeeded):
        desk.withdraw("Citra", case, code="whim")
    desk.withdraw("Citra", case)


def test_a_settled_case_is_not_withdrawn(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "reject")
    with pytest.raises(CaseSettled, match="rejected"):
        desk.withdraw("Budi", case)


def test_a_case_that_does_not_exist_is_not_found(desk: Desk):
    with pytest.raises(NoSuchCase):
        cases.withdraw(desk.session, desk.who("Budi"), new_id(), reason_code="other", comment="")


def test_cancelling_a_process_ends_its_open_cases_and_leaves_the_settled(desk: Desk):
    rejected = desk.open("Citra")
    desk.decide("Kasi", rejected, "reject")
    returned = desk.open("Dewi")
    desk.decide("Kasi", returned, "return")
    waiting, outside = desk.open("Budi"), desk.at("consideration", "Viktor")
    assert cohort.unsettled(desk.session, desk.process_id) == 3
    assert cohort.cancel_cases(desk.session, desk.who("Hana"), desk.process_id, "wrong period") == 3
    states = [case.state for case in (rejected, returned, waiting, outside)]
    assert states == ["rejected", "cancelled", "cancelled", "cancelled"]
    assert waiting.outcome == "process-cancelled"
    assert desk.facts(waiting, "case.cancelled")[0]["comment"] == "wrong period"
    assert cohort.unsettled(desk.session, desk.process_id) == 0
    assert cohort.cancel_cases(desk.session, FLOW, desk.process_id, "again") == 0


def test_single_cases_of_a_process_may_be_cancelled(desk: Desk):
    out, stays = desk.open("Budi"), desk.open("Citra")
    hana = desk.who("Hana")
    assert cohort.cancel_cases(desk.session, hana, desk.process_id, "excluded", only=[out.id]) == 1
    assert (out.state, stays.state) == ("cancelled", "open")


def test_only_those_who_run_processes_cancel_and_seal(desk: Desk):
    for name in ("Budi", "Kasi", "Vera"):
        with pytest.raises(HrOnly):
            cohort.cancel_cases(desk.session, desk.who(name), desk.process_id, "no")
        with pytest.raises(HrOnly):
            cohort.seal_cases(desk.session, desk.who(name), desk.process_id)


def test_sealing_closes_what_is_settled_and_only_that(desk: Desk):
    settled, alive = desk.open("Citra"), desk.open("Budi")
    desk.decide("Kasi", settled, "reject")
    assert cohort.seal_cases(desk.session, FLOW, desk.process_id) == 1
    assert cohort.seal_cases(desk.session, FLOW, desk.process_id) == 0
    for case in (settled, alive):
        desk.session.refresh(case)
    assert settled.sealed_at is not None
    assert alive.sealed_at is None
    desk.decide("Kasi", alive)
