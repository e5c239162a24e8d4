from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, update
from structlog.testing import capture_logs

from approvals.errors import OwnCase
from approvals.models import Case, Decision, Task
from core import database
from core.database import transaction
from core.language import sentence
from personnel.models import Account
from tests.integration.web.conftest import Browse
from tests.integration.web.journeys import CHECKLIST
from tests.integration.web.office import Browser, Office, hidden


def decisions(task_id: UUID) -> list[Decision]:
    with transaction() as session:
        return list(session.scalars(select(Decision).where(Decision.task_id == task_id)))


def test_an_approver_decides_without_scripts_and_the_next_task_opens(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    answer = head.decide(task, decision="approve")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/tasks/{office.task()}"
    following = head.get(answer.headers["location"])
    case = office.case_of(task)
    assert f"Disetujui: {case.subject_name} ({case.reference})." in following.text
    assert (case.state, case.stage) == ("open", "verification")
    made = decisions(task)
    assert [(d.kind, d.via, d.decider_id) for d in made] == [("approve", "web", office.people.head)]


def test_after_the_last_task_the_inbox_says_so(office: Office, browse: Browse):
    head = browse("other_head")
    for _ in range(4):
        answer = head.decide(office.task(-1), decision="approve")
    assert answer.headers["location"] == "/inbox"
    inbox = head.get("/inbox").text
    assert "Disetujui:" in inbox
    assert "Semua sudah selesai" in inbox


def test_a_return_needs_a_reason_and_a_text_and_nothing_typed_is_lost(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    bare = head.decide(task, decision="return", comment="Ijazah <b>belum</b> ada.")
    assert bare.status_code == 422
    assert "Ijazah &lt;b&gt;belum&lt;/b&gt; ada.</textarea>" in bare.text
    mute = head.decide(task, decision="return", return_code="document-missing")
    assert mute.status_code == 422
    assert '<option value="document-missing" selected>' in mute.text
    assert 'aria-describedby="problem"' in mute.text
    whole = head.decide(task, decision="return", return_code="document-missing", comment="Ijazah belum ada.")
    assert whole.status_code == 303
    case = office.case_of(task)
    assert (case.state, case.outcome) == ("returned", "document-missing")


def test_a_rejection_takes_its_own_reason_whatever_else_is_chosen(office: Office, browse: Browse):
    task = office.task()
    fields = {"return_code": "document-missing", "reject_code": "data-untrue", "comment": "Data tidak benar."}
    assert browse("head").decide(task, decision="reject", **fields).status_code == 303
    assert [(d.kind, d.code) for d in decisions(task)] == [("reject", "data-untrue")]


def test_a_checklist_must_be_ticked_and_ticks_are_kept(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    verifier, task = browse("verifier"), office.task(stage="verification")
    some = verifier.decide(task, decision="approve", checklist=CHECKLIST[:2])
    assert some.status_code == 422
    assert some.text.count(" checked>") == 2
    assert verifier.decide(task, decision="approve", checklist=CHECKLIST).status_code == 303
    assert sorted(decisions(task)[0].checklist) == sorted(CHECKLIST)


def test_sending_the_same_form_twice_decides_once(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}")) | {"decision": "approve"}
    first, second = (head.post(f"/tasks/{task}/decide", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert len(decisions(task)) == 1


def test_a_double_click_in_two_threads_decides_once(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}")) | {"decision": "approve"}
    cookies = dict(head.cookies)

    def click(_: int) -> int:
        with Browser(str(head.base_url)) as browser:
            browser.cookies.update(cookies)
            return browser.post(f"/tasks/{task}/decide", data=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(click, range(4))) == [303] * 4
    assert len(decisions(task)) == 1


def test_who_comes_late_reads_who_decided_and_keeps_the_text(office: Office, browse: Browse):
    first, late, task = browse("head"), browse("head"), office.task()
    form = hidden(late.get(f"/tasks/{task}"))
    first.decide(task, decision="approve")
    said = {"decision": "return", "return_code": "document-missing", "comment": "Berkas kurang."}
    answer = late.post(f"/tasks/{task}/decide", data=form | said)
    assert answer.status_code == 409
    assert "Irwansyah Daulay" in answer.text
    assert "Berkas kurang.</textarea>" in answer.text
    assert len(decisions(task)) == 1


def test_a_colleague_who_comes_late_to_an_offered_task_reads_who_decided_it(office: Office, browse: Browse):
    head, verifier = browse("head"), browse("verifier")
    head.decide(office.task(), decision="approve")
    task = office.task(stage="verification")
    with transaction() as session:
        colleague = Account.employee_id == office.people.other_head
        session.execute(update(Account).where(colleague).values(roles=["employee", "hr-verifier"]))
    late = browse("other_head")
    assert late.get(f"/tasks/{task}").status_code == 200
    verifier.decide(task, decision="approve", checklist=CHECKLIST)
    answer = late.get(f"/tasks/{task}")
    assert answer.status_code == 409
    assert "sudah" in answer.text
    assert office.case_of(task).subject_name not in answer.text


@pytest.mark.tampers
def test_a_case_that_changed_meanwhile_is_shown_anew_and_asked_again(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}"))
    with transaction() as session:
        session.scalars(select(Case).join(Task).where(Task.id == task)).one().version += 1
    answer = head.post(f"/tasks/{task}/decide", data=form | {"decision": "approve", "comment": "Layak."})
    assert answer.status_code == 409
    assert "Layak.</textarea>" in answer.text
    assert hidden(answer)["seen_version"] == "2"
    assert decisions(task) == []


def test_nobody_approves_their_own_case_whatever_form_is_sent(office: Office, browse: Browse):
    staff, task = browse("staff0"), office.task()
    page = staff.get(f"/tasks/{task}")
    assert page.status_code == 200
    assert 'value="approve"' not in page.text
    form = {"csrf": hidden(page)["csrf"], "decision": "approve", "seen_version": "1", "request_key": "own"}
    answer = staff.post(f"/tasks/{task}/decide", data=form)
    assert answer.status_code == 403
    assert sentence("id", OwnCase()) in answer.text
    assert decisions(task) == []


def test_whose_task_it_is_not_may_not_decide_it(office: Office, browse: Browse):
    hr, task = browse("hr"), office.task()
    form = hidden(hr.get(f"/tasks/{task}")) | {"decision": "approve", "seen_version": "1", "request_key": "x"}
    assert hr.post(f"/tasks/{task}/decide", data=form).status_code == 403
    stranger = browse("staff3")
    form["csrf"] = stranger.token("/my")
    assert stranger.post(f"/tasks/{task}/decide", data=form).status_code == 404
    assert decisions(task) == []


def test_an_offered_task_is_taken_and_given_back(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    verifier, task = browse("verifier"), office.task(stage="verification")
    assert "Bisa diambil" in verifier.get("/inbox").text
    taken = verifier.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    assert taken.headers["location"] == f"/tasks/{task}"
    with transaction() as session:
        assert session.get_one(Task, task).assignee_id == office.people.verifier
    assert verifier.fill(f"/tasks/{task}/release", f"/tasks/{task}").status_code == 303
    with transaction() as session:
        assert session.get_one(Task, task).state == "offered"


def test_nobody_is_told_decided_when_it_could_not_be_committed(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}")) | {"decision": "approve"}

    def fails(session: object) -> None:
        last = session.get_nested_transaction() is None  # pyright: ignore
        if last and session.scalar(select(func.count()).select_from(Decision)):  # pyright: ignore
            raise RuntimeError("the disk is full")

    event.listen(database.sessions(), "before_commit", fails)
    try:
        with capture_logs():
            answer = head.post(f"/tasks/{task}/decide", data=form)
    finally:
        event.remove(database.sessions(), "before_commit", fails)
    assert answer.status_code == 500
    assert "location" not in answer.headers
    assert decisions(task) == []


@pytest.mark.parametrize("part", ["", "overdue", "due_today", "mine", "offered", "nonsense"])
def test_every_part_of_the_inbox_opens(office: Office, browse: Browse, part: str):
    assert browse("head").get(f"/inbox?filter={part}").status_code == 200


def test_the_counts_of_the_inbox_are_true(office: Office, browse: Browse):
    head = browse("head")
    assert "8 tugas menunggu" in head.get("/inbox").text
    head.decide(office.task(), decision="approve")
    text = head.get("/inbox").text
    assert "7 tugas menunggu" in text
    assert text.count("data-row") == 7


def test_a_returned_case_is_sent_in_again_by_its_person_and_withdrawn(office: Office, browse: Browse):
    task = office.task()
    said = {"decision": "return", "return_code": "document-missing", "comment": "Ijazah belum ada."}
    browse("head").decide(task, **said)
    staff, case = browse("staff0"), office.case_of(task)
    page = staff.get(f"/cases/{case.id}")
    assert "Ijazah belum ada." in page.text
    form = hidden(page) | {"comment": "Ijazah sudah diserahkan."}
    assert staff.post(f"/cases/{case.id}/resubmit", data=form).status_code == 303
    assert office.case_of(task).state == "open"
    assert office.case_of(task).round == 2
    bare = staff.post(f"/cases/{case.id}/withdraw", data={"csrf": form["csrf"], "comment": "Batal saja."})
    assert bare.status_code == 422
    whole = {"csrf": form["csrf"], "reason_code": "own-wish"}
    assert staff.post(f"/cases/{case.id}/withdraw", data=whole).status_code == 303
    assert office.case_of(task).state == "withdrawn"
