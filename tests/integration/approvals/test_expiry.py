"""What expires stops, and waits for a person: the clock never approves and never ends a case."""

import threading
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session, sessionmaker

from approvals import errors, pausing, steering
from approvals.models import Case, Task
from approvals.models_proposals import Proposal
from approvals.obstacles import OwnProposal
from approvals.ratifying import ratify_expiry
from approvals.sweep import SweepCount, sweep
from core import events
from core.errors import MufakatError
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.second import ADMIN

CHAIN = """
chain: expiring
title: {id: Berakhir, en: Expiring}
stages:
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
    due: 2 working days
    on_expiry: expire
    remind: [1 working day before]
  - {stage: check, candidates: [{role: hr-verifier}, {holder_of: head, unit: badan}], due: 2 working days,
     on_expiry: expire, decide: all}
"""


@pytest.fixture
def short(desk: Desk, clock: Any) -> Desk:
    now = clock.now().astimezone(ZoneInfo("Asia/Jakarta"))
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0)
    clock.move(seconds=(monday - now).total_seconds())
    return Desk(desk.session, desk.office, CHAIN)


def swept(desk: Desk) -> SweepCount:
    return sweep(desk.session, directory=desk.office)


def ratify(desk: Desk, case: Case, expired: bool, who: str = "Hana", reason: str = "nobody came") -> Case:
    """HR's word; that it has expired is confirmed by an administrator."""
    said = ratify_expiry(
        desk.session, desk.who(who), case.id, expired=expired, reason=reason, directory=desk.office
    )
    if isinstance(said, Proposal):
        assert case.state == "suspended"
        return steering.confirm_cancelling(desk.session, ADMIN, said.id)
    return said


def lapsed(desk: Desk, clock: Any) -> Case:
    case = desk.open()
    clock.move(days=4)
    assert swept(desk) == SweepCount(0, 0, 1)
    return case


def test_a_term_that_runs_out_stops_the_case_and_decides_nothing(short: Desk, clock: Any):
    case = lapsed(short, clock)
    task = short.task(case)
    assert (case.state, case.suspension, task.state) == ("suspended", "expired", "suspended")
    assert swept(short) == SweepCount(0, 0)
    with pytest.raises(errors.NotPossibleNow):
        short.decide("Kasi", case)
    assert short.names(case)[-2:] == ["case.lapsed", "task.suspended"]


def test_it_is_reminded_of_before(short: Desk, clock: Any):
    case = short.open()
    clock.move(days=1)
    assert swept(short) == SweepCount(1, 0)
    assert case.state == "open"


def test_hr_ratifies_that_it_has_expired(short: Desk, clock: Any):
    case = lapsed(short, clock)
    ratify(short, case, expired=True)
    assert (case.state, case.outcome, case.stage) == ("expired", "expired", None)
    assert short.facts(case, "case.expired")[0]["comment"] == "nobody came"
    with pytest.raises(errors.CaseSettled):
        ratify(short, case, expired=False)


def test_or_gives_it_a_new_term_in_the_same_hands(short: Desk, clock: Any):
    case = lapsed(short, clock)
    ratify(short, case, expired=False)
    task = short.task(case)
    assert (case.state, case.suspension, task.state) == ("open", None, "allocated")
    assert task.assignee_id == named("Kasi")
    assert task.due_at and task.due_at > clock.now()
    assert short.decide("Kasi", case).kind == "approve"


def test_the_new_term_runs_out_as_the_first_did(short: Desk, clock: Any):
    case = lapsed(short, clock)
    ratify(short, case, expired=False)
    clock.move(days=7)
    assert swept(short) == SweepCount(0, 0, 1)
    assert case.state == "suspended"


def test_a_panel_stops_as_a_whole_and_keeps_its_votes(short: Desk, clock: Any):
    case = short.open()
    short.decide("Kasi", case)
    short.vote("Kaban", case)
    clock.move(days=7)
    assert swept(short).lapsed == 1
    ratify(short, case, expired=False)
    short.decide("Vera", case)
    assert case.state == "approved"


def test_only_hr_ratifies_and_only_with_a_reason(short: Desk, clock: Any):
    case = lapsed(short, clock)
    for who, reason, error in (
        ("Kasi", "why not", errors.HrOnly),
        ("Hana", "  ", errors.CommentNeeded),
    ):
        with pytest.raises(error):
            ratify(short, case, expired=True, who=who, reason=reason)
    assert case.state == "suspended"


def test_nobody_ratifies_on_their_own_case(short: Desk, clock: Any):
    case = short.open("Hana")
    clock.move(days=4)
    swept(short)
    with pytest.raises(errors.OwnCase):
        ratify(short, case, expired=False)


def test_nobody_alone_says_that_a_case_has_expired_and_not_of_one_that_goes_on(short: Desk, clock: Any):
    case = lapsed(short, clock)
    said = ratify_expiry(
        short.session, short.who("Hana"), case.id, expired=True, reason="x", directory=short.office
    )
    assert isinstance(said, Proposal)
    with pytest.raises(OwnProposal):
        steering.confirm_cancelling(short.session, short.who("Hana"), said.id)
    ratify(short, case, expired=False)
    with pytest.raises(errors.NotPossibleNow):
        steering.confirm_cancelling(short.session, ADMIN, said.id)
    assert case.state == "open"


def test_a_case_that_runs_has_nothing_to_ratify(short: Desk):
    with pytest.raises(errors.NotPossibleNow):
        ratify(short, short.open(), expired=True)


def test_a_decision_and_the_clock_never_both_have_it(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "_subscribers", [])
    with committed.begin() as session:
        desk = Desk(session, chain=CHAIN)
        ids = [desk.open("Budi", key=f"k{n}").id for n in range(20)]
        for task in session.query(Task):
            task.opened_at -= timedelta(days=30)
            task.alarm_at = datetime.now(task.opened_at.tzinfo) - timedelta(days=1)
    # the streams tell of the terms as they were opened
    office, start = desk.office, threading.Barrier(2)
    answers: list[str] = []

    def decide() -> None:
        start.wait()
        for id_ in ids:
            with committed() as session:
                again = Desk.__new__(Desk)
                again.session, again.office = session, office
                case = session.get_one(Case, id_)
                try:
                    again.decide("Kasi", case)
                    session.commit()
                    answers.append("decided")
                except MufakatError as error:
                    answers.append(type(error).__name__)

    def run_out() -> None:
        start.wait()
        for _ in range(60):
            with committed.begin() as session:
                sweep(session, directory=office, limit=3)

    threads = [threading.Thread(target=decide), threading.Thread(target=run_out)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {"decided", "NotPossibleNow"}
    with committed.begin() as session:
        states = [session.get_one(Case, id_).state for id_ in ids]
        assert states.count("open") == answers.count("decided")
        assert states.count("suspended") == answers.count("NotPossibleNow")
        check_streams(session)


def test_a_task_that_its_holder_put_aside_expires_too_and_stays_aside(short: Desk, clock: Any):
    case = short.open()
    task = short.task(case)
    pausing.suspend_task(short.session, short.who("Kasi"), task.id, reason="away")
    clock.move(days=4)
    assert swept(short) == SweepCount(0, 0, 1)
    assert swept(short) == SweepCount(0, 0), "it is asked for once"
    ratify(short, case, expired=False)
    assert (task.state, bool(task.alarm_at)) == ("suspended", True)
    pausing.resume_task(short.session, short.who("Kasi"), task.id)
    assert short.decide("Kasi", case).kind == "approve"


def test_nobody_resumes_by_hand_what_the_clock_stopped(short: Desk, clock: Any):
    case = lapsed(short, clock)
    with pytest.raises(errors.NotPossibleNow):
        pausing.resume_case(short.session, short.who("Hana"), case.id, reason="x", directory=short.office)
