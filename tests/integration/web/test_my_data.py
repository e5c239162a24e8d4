"""What is stored about oneself: seen, taken away, put right by a case; and who looked at it."""

import csv
import io
import json
import zipfile
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from approvals.models import Case, Task
from core.database import transaction
from core.events import history
from notifications.models import Message
from personnel.models import Account, Employee
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office


def employee(id_: UUID) -> Employee:
    with transaction() as session:
        return session.get_one(Employee, id_)


def as_it_is(person: Employee) -> dict[str, Any]:
    """The form as the page shows it."""
    names = ("name", "front_title", "back_title", "email", "phone")
    return {name: getattr(person, name) for name in names} | {"born_on": person.born_on.isoformat()}


def ask(browser: Browser, person: Employee, **changed: str):
    fields = as_it_is(person) | {"reason": "Salah ketik, lihat ijazah S-1."} | changed
    return browser.fill("/my/data/correction", "/my/data", **fields)


def task_of(case_id: str) -> UUID:
    with transaction() as session:
        open_ = select(Task.id).where(Task.case_id == UUID(case_id), Task.ended_at.is_(None))
        return session.scalars(open_).one()


def test_a_correction_is_a_case_whose_approval_changes_the_record(office: Office, browse: Browse):
    me = office.people.staff[0]
    staff, hr = browse("staff0"), browse("hr")
    asked = ask(staff, employee(me), name="Ahmad Fauzi Nasution Siregar", phone="0812 3456 7890")
    case_id = asked.headers["location"].removeprefix("/cases/")
    with transaction() as session:
        case = session.get_one(Case, UUID(case_id))
        assert case.statutory_due_at and (case.statutory_due_at - case.opened_at).total_seconds() == 72 * 3600
        assert set(case.data["corrections"]) == {"name", "phone"}
    page = staff.get(f"/cases/{case_id}").text
    assert "UU 27/2022 art. 30 (1)" in page and "Ahmad Fauzi Nasution Siregar" in page
    task = task_of(case_id)
    assert employee(me).phone == ""
    hr.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    shown = hr.get(f"/tasks/{task}").text
    assert "0812 3456 7890" in shown and "Salah ketik, lihat ijazah" in shown
    assert hr.decide(task, decision="approve").status_code == 303
    now = employee(me)
    assert (now.name, now.phone) == ("Ahmad Fauzi Nasution Siregar", "0812 3456 7890")
    with transaction() as session:
        last = history(session, me)[-1]
        assert last.name == "person.corrected"
        assert "0812" not in last.body
        told = select(Message.template).where(
            Message.recipient_id == me, Message.facts["case"].astext == case_id
        )
        assert "case_decided" in session.scalars(told).all()
        offered = select(Message.facts["process_title"]["id"].astext).where(
            Message.template == "task_offered"
        )
        assert "Perbaikan data pribadi" in session.scalars(offered).all()


def test_an_address_that_was_put_right_is_told_so_itself(office: Office, browse: Browse):
    me = office.people.staff[0]
    staff, hr = browse("staff0"), browse("hr")
    asked = ask(staff, employee(me), email="baru@belawan.test")
    task = task_of(asked.headers["location"].removeprefix("/cases/"))
    hr.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    assert hr.decide(task, decision="approve").status_code == 303
    with transaction() as session:
        told = select(Message).where(Message.recipient_id == me, Message.template == "case_decided")
        assert session.scalars(told).one().address == "baru@belawan.test"


def test_a_rejected_correction_changes_nothing(office: Office, browse: Browse):
    me = office.people.staff[1]
    staff, hr = browse("staff1"), browse("hr")
    before = as_it_is(employee(me))
    case_id = ask(staff, employee(me), name="Nama Lain").headers["location"].removeprefix("/cases/")
    task = task_of(case_id)
    hr.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    refused = hr.decide(task, decision="reject", reject_code="not-proved", comment="Ijazah belum ada.")
    assert refused.status_code == 303
    assert as_it_is(employee(me)) == before


def test_hr_does_not_decide_their_own_correction(office: Office, browse: Browse):
    hr = browse("hr")
    case_id = ask(hr, employee(office.people.hr), phone="0812 0000 1111").headers["location"][7:]
    with transaction() as session:
        tasks = session.scalars(select(Task).where(Task.case_id == UUID(case_id))).all()
        assert all(office.people.hr in task.barred for task in tasks)
    answers = [hr.decide(task.id, decision="approve").status_code for task in tasks if task.ended_at is None]
    assert set(answers) <= {403, 404, 409}
    assert employee(office.people.hr).phone == ""


def test_what_can_not_be_right_is_refused_and_kept_in_the_form(office: Office, browse: Browse):
    staff, person = browse("staff2"), employee(office.people.staff[2])
    for wrong in (
        {"email": "not an address"},
        {"email": "a@b@c.example"},
        {"phone": "call me"},
        {"born_on": "2024-01-01"},
        {"born_on": "yesterday"},
        {"name": "1"},
        {"name": ""},
    ):
        refused = ask(staff, person, **wrong)
        assert refused.status_code == 422, wrong
        assert "Salah ketik" in refused.text
    assert ask(staff, person).status_code == 422
    assert ask(staff, person, phone="0812 3456 7890", reason=" ").status_code == 422
    for _ in range(3):
        assert ask(staff, person, phone="0812 3456 7890").status_code == 303
    assert ask(staff, person, phone="0812 3456 7890").status_code == 409


def test_all_of_it_can_be_taken_away_and_nothing_of_others(office: Office, browse: Browse):
    staff = browse("staff0")
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "staff0")).one()
        other = session.get_one(Employee, office.people.staff[1])
    answer = staff.get("/my/data/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("data.json"))
    assert data["employee"][0]["nip"] == employee(office.people.staff[0]).nip
    assert {"appraisal", "case", "document", "event", "holding", "login_session", "message"} <= data.keys()
    assert len(data["case"]) == 1 and len(data["login_session"]) == 1
    rows = list(csv.reader(io.StringIO(archive.read("case.csv").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    everything = " ".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())
    assert account.password_hash not in everything
    for secret in ("token_hash", "csrf", "password_hash", "sealed"):
        assert secret not in data["login_session"][0].keys() | data["account"][0].keys()
    assert other.nip not in everything and other.name not in everything


def test_who_looks_at_anothers_record_is_seen_by_that_person_and_the_auditor(office: Office, browse: Browse):
    staff, hr, case = browse("staff0"), browse("hr"), office.case_of(office.task())
    assert "Belum ada." in staff.get("/my/data").text
    for _ in range(2):
        hr.get(f"/cases/{case.id}")
    hr.get(f"/processes/{office.cycle}/candidates/{office.people.staff[0]}")
    staff.get(f"/cases/{case.id}")
    page = staff.get("/my/data").text
    hr_name = employee(office.people.hr).name
    assert page.count(hr_name) >= 2 and "2 kali pada hari itu" in page
    assert hr.get("/ledger/views").status_code == 403
    with transaction() as session:
        session.execute(update(Account).where(Account.login == "verifier").values(roles=["auditor"]))
    auditor = browse("verifier")
    watched = auditor.get("/ledger/views").text
    assert hr_name in watched and employee(office.people.staff[0]).name in watched


def test_opening_a_task_notes_no_look(office: Office, browse: Browse):
    head = browse("head")
    head.get(f"/tasks/{office.task()}")
    assert "Belum ada." in browse("staff0").get("/my/data").text
