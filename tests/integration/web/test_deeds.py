"""What people do with tasks and cases beside deciding, through plain forms."""

from uuid import UUID

from httpx import Response
from sqlalchemy import select, update

from approvals import cases, chains
from approvals.cases import CaseDraft
from approvals.models import Case, Consultation, Task
from core.actor import system
from core.database import transaction
from personnel.directory import PersonnelDirectory
from personnel.models import Account
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office, hidden
from tests.integration.web.second import administrator, confirmed


def task_row(task_id: UUID) -> Task:
    with transaction() as session:
        return session.get_one(Task, task_id)


def second_verifier(office: Office) -> None:
    with transaction() as session:
        session.execute(
            update(Account)
            .where(Account.employee_id == office.people.other_head)
            .values(roles=["employee", "hr-verifier"])
        )


def do(browser: Browser, place: str, deed: str, **said: str) -> Response:
    """Send a form as it stands on a page, with what is hidden in it."""
    page = browser.get(place)
    return browser.post(f"{place}/do/{deed}", data={**hidden(page), **said})


def with_verifier(office: Office, browse: Browse) -> tuple[Browser, UUID]:
    """A task that the verifier has taken, while a colleague could have it too."""
    second_verifier(office)
    browse("head").decide(office.task(), decision="approve")
    verifier, task = browse("verifier"), office.task(stage="verification")
    verifier.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    return verifier, task


def test_what_is_written_can_be_kept_and_is_there_again(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    form = hidden(head.get(f"/tasks/{task}")) | {"comment": "Perlu dicek <lagi>."}
    assert head.post(f"/tasks/{task}/draft", data=form).status_code == 303
    assert "Perlu dicek &lt;lagi&gt;.</textarea>" in head.get(f"/tasks/{task}").text
    assert "Perlu dicek" not in browse("hr").get(f"/tasks/{task}").text
    assert task_row(task).state == "started"


def test_a_task_is_handed_to_a_colleague_who_is_offered_in_a_list(office: Office, browse: Browse):
    verifier, task = with_verifier(office, browse)
    page = verifier.get(f"/tasks/{task}").text
    assert f'value="{office.people.other_head}"' in page
    place = f"/tasks/{task}"
    said = {"to_id": str(office.people.other_head), "reason": "Cuti besok."}
    answer = do(verifier, place, "delegate", **said)
    assert answer.headers["location"] == "/inbox"
    assert task_row(task).assignee_id == office.people.other_head
    assert browse("other_head").get(place).status_code == 200


def test_a_refusal_stands_at_its_form_with_what_was_typed(office: Office, browse: Browse):
    verifier, task = with_verifier(office, browse)
    said = {"to_id": str(office.people.other_head), "reason": ""}
    answer = do(verifier, f"/tasks/{task}", "delegate", **said)
    assert answer.status_code == 422
    assert 'class="deed" open' in answer.text
    assert f'value="{office.people.other_head}" selected' in answer.text
    assert task_row(task).assignee_id == office.people.verifier
    asked = do(verifier, f"/tasks/{task}", "consult", to="Nobody Such", reason="Apakah benar?")
    assert asked.status_code == 422
    assert "Apakah benar?</textarea>" in asked.text
    assert 'value="Nobody Such"' in asked.text


def test_forms_are_shown_only_to_who_may(office: Office, browse: Browse):
    task = office.task()
    assert f"/tasks/{task}/do/consult" in browse("head").get(f"/tasks/{task}").text
    hr = browse("hr").get(f"/tasks/{task}").text
    assert f"/tasks/{task}/do/consult" not in hr
    assert f"/tasks/{task}/do/escalate" in hr
    subject = browse("staff0").get(f"/tasks/{task}").text
    assert "/do/" not in subject


def test_hr_reassigns_and_passes_up(office: Office, browse: Browse):
    _, task = with_verifier(office, browse)
    hr = browse("hr")
    said = {"to_id": str(office.people.other_head), "reason": "Sakit."}
    answer = do(hr, f"/tasks/{task}", "reassign", **said)
    assert answer.headers["location"].startswith("/cases/")
    assert task_row(task).assignee_id == office.people.other_head
    first = office.task()
    assert do(hr, f"/tasks/{first}", "escalate", reason="Mendesak.").status_code == 303
    assert task_row(first).escalated_from == office.people.head


def test_a_task_is_put_aside_and_taken_up_again(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    assert do(head, f"/tasks/{task}", "suspend", reason="Menunggu.", until="bukan").status_code == 422
    assert do(head, f"/tasks/{task}", "suspend", reason="Menunggu.", until="2099-01-04").status_code == 303
    row = task_row(task)
    assert (row.state, row.suspended_until is None) == ("suspended", False)
    assert "ditangguhkan" in head.get(f"/tasks/{task}").text
    assert do(head, f"/tasks/{task}", "resume").status_code == 303
    assert task_row(task).state == "allocated"


def test_a_colleague_is_asked_answers_and_the_answer_stands_with_the_task(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    case = office.case_of(task)
    said = {"to": "Darwin Purba", "reason": "Apakah datanya benar?"}
    staff = browse("staff8")
    assert staff.get(f"/cases/{case.id}").status_code == 404
    assert do(head, f"/tasks/{task}", "consult", **said).status_code == 303
    with transaction() as session:
        question = session.scalars(select(Consultation)).one()
        assert question.asked_id in office.people.staff
    asked = staff
    assert "Anda dimintai pendapat" in asked.get("/inbox").text
    assert "Apakah datanya benar?" in asked.get(f"/questions/{question.id}").text
    assert asked.get(f"/cases/{case.id}").status_code == 200
    place = f"/questions/{question.id}"
    assert asked.fill(f"{place}/answer", place, text=" ").status_code == 422
    assert asked.fill(f"{place}/answer", place, text="Benar semua.").status_code == 303
    assert "Benar semua." in head.get(f"/tasks/{task}").text
    assert asked.get(f"/cases/{case.id}").status_code == 404
    assert browse("staff3").get(place).status_code == 404
    again = asked.post(f"{place}/answer", data={"csrf": asked.token("/my"), "text": "Lagi."})
    assert again.status_code == 409


def test_a_case_is_suspended_and_goes_on(office: Office, browse: Browse):
    hr, task = browse("hr"), office.task()
    place = f"/cases/{office.case_of(task).id}"
    assert do(hr, place, "suspend", code="complaint", reason="").status_code == 422
    assert do(hr, place, "suspend", code="complaint", reason="Ada surat.").status_code == 303
    assert office.case_of(task).state == "suspended"
    assert browse("head").decide(task, decision="approve").status_code in (409, 422)
    assert do(hr, place, "resume", reason="Selesai.").status_code == 303
    assert office.case_of(task).state == "open"
    assert "Ada surat." in hr.get(place).text


def test_a_case_is_sent_back_by_who_decides_it_now(office: Office, browse: Browse):
    verifier, task = with_verifier(office, browse)
    said = {"stage": "unit-head", "reason": "Periksa lagi."}
    assert do(verifier, f"/tasks/{task}", "redo", **said).status_code == 303
    case = office.case_of(task)
    assert (case.stage, case.round) == ("unit-head", 2)


def test_a_later_stage_is_decided_ahead_and_taken_back(office: Office, browse: Browse):
    task = office.task()
    case = office.case_of(task)
    verifier, place = browse("verifier"), f"/cases/{case.id}"
    with transaction() as session:
        session.execute(
            update(Account)
            .where(Account.employee_id == office.people.verifier)
            .values(roles=["employee", "hr-verifier", "auditor"])
        )
    page = verifier.get(place)
    assert f"{place}/do/ahead" in page.text
    bare = do(verifier, place, "ahead", code="approve")
    assert bare.status_code == 422
    ticked = ["sk-cpns", "sk-pns", "last-rank-decree", "skp-2-years", "diploma"]
    whole = verifier.post(f"{place}/do/ahead", data={**hidden(page), "code": "approve", "ticked": ticked})
    assert whole.status_code == 303
    with transaction() as session:
        assert session.get_one(Case, case.id).decided_ahead == ["verification"]
    assert do(verifier, place, "take-back").status_code == 303
    with transaction() as session:
        assert session.get_one(Case, case.id).decided_ahead == []


def test_hr_reassigns_many_at_once_and_sees_what_stayed(office: Office, browse: Browse):
    verifier, task = with_verifier(office, browse)
    hr, place = browse("hr"), "/hr/staff/tasks"
    assert hr.get(place).status_code == 200
    page = hr.get(f"{place}?stage=verification")
    assert str(task) in page.text
    said = {**hidden(page), "to": "Saodah Rangkuti", "reason": "Cuti."}
    assert hr.post(place, data=said).status_code == 303
    assert task_row(task).assignee_id == office.people.other_head
    again = hr.post(place, data=said)
    assert again.status_code == 200
    assert "sudah memegang tugas ini" in again.text
    assert verifier.get(place).status_code == 403


def test_no_other_deed_exists_and_none_without_a_form_of_ours(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    assert do(head, f"/tasks/{task}", "approve-everything").status_code == 404
    assert head.post(f"/tasks/{task}/do/escalate", data={"reason": "x"}).status_code in (400, 403)
    assert task_row(task).escalated_at is None


PANEL = """
chain: web-panel
title: {id: Panel, en: Panel}
stages:
  - stage: panel
    candidates: {role: hr-verifier}
    decide: all
"""


def panel_case(office: Office) -> UUID:
    """A case of the cycle that a panel of one verifier decides."""
    with transaction() as session:
        known = session.scalars(select(Case).where(Case.process_id == office.cycle)).first()
        assert known
        draft = CaseDraft(
            natural_key="panel",
            reference="P/1",
            title="Panel",
            subject_id=known.subject_id,
            subject_name=known.subject_name,
            unit_id=known.unit_id,
        )
        version = chains.publish(session, system("flow"), PANEL)
        (case_id,) = cases.open_cases(
            session, system("flow"), office.cycle, version, [draft], directory=PersonnelDirectory(session)
        )
        return case_id


def test_a_panel_shows_who_sits_and_votes_and_takes_more_members(office: Office, browse: Browse):
    case_id, verifier, hr = panel_case(office), browse("verifier"), browse("hr")
    task = office.task(stage="panel")
    page = verifier.get(f"/tasks/{task}").text
    assert "0 dari 1 sudah memberikan suara" in page
    assert 'value="abstain"' in page and 'value="recuse"' in page
    said = {"to": "Saodah Rangkuti", "reason": "Ahlinya."}
    assert do(hr, f"/tasks/{task}", "add", **said).status_code == 303
    again = do(hr, f"/tasks/{task}", "add", **said)
    assert again.status_code == 409
    assert "Ahlinya.</textarea>" in again.text
    assert verifier.decide(task, decision="abstain").status_code == 303
    second = office.task(stage="panel")
    page = browse("other_head").get(f"/tasks/{second}").text
    assert "1 dari 2 sudah memberikan suara" in page
    bare = browse("other_head").decide(second, decision="recuse")
    assert bare.status_code == 422
    assert browse("other_head").decide(second, decision="approve").status_code == 303
    with transaction() as session:
        assert session.get_one(Case, case_id).state == "approved"


def test_whom_a_panel_decides_about_learns_its_outcome_and_not_who_said_what(office: Office, browse: Browse):
    case_id, verifier = panel_case(office), browse("verifier")
    task = office.task(stage="panel")
    asked = {"to": "Saodah Rangkuti", "reason": "Apakah ia jujur?"}
    assert do(verifier, f"/tasks/{task}", "consult", **asked).status_code == 303
    said = {"decision": "reject", "reject_code": "other", "comment": "Menurut saya belum."}
    assert verifier.decide(task, **said).status_code == 303
    with transaction() as session:
        subject = office.people.staff.index(session.get_one(Case, case_id).subject_id)
    theirs, ours = browse(f"staff{subject}").get(f"/cases/{case_id}"), browse("hr").get(f"/cases/{case_id}")
    assert "Apakah ia jujur?" in ours.text and "Apakah ia jujur?" not in theirs.text
    told = "memutus pada Panel"
    assert told in ours.text and told not in theirs.text
    assert "Usulan ditolak." in theirs.text


def test_hr_cancels_a_case_and_its_person_reads_it(office: Office, browse: Browse):
    task = office.task()
    place = f"/cases/{office.case_of(task).id}"
    assert do(browse("hr"), place, "cancel", reason="").status_code == 422
    assert do(browse("hr"), place, "cancel", reason="Ganda.").status_code == 303
    assert office.case_of(task).state == "open"
    confirmed(administrator(browse))
    assert office.case_of(task).state == "cancelled"
    assert "Usulan dibatalkan." in browse("staff0").get(place).text
