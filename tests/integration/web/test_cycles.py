"""HR's and the operator's pages: cycles, people behind numbers, launching, intents, the agency outside."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from urllib.parse import quote
from uuid import UUID

from openpyxl import load_workbook
from sqlalchemy import select, update

from approvals.models import Case
from core import clock
from core.database import transaction
from core.settings import settings
from flows.process.models import Intent, Process
from flows.promotion.models import Candidate
from notifications.models import Message, MessageState
from personnel.models import Employee
from personnel.models_accounts import RecordView
from tests.integration.web import journeys, second
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office, hidden


def intents(process_id: UUID) -> list[tuple[str, str, str]]:
    with transaction() as session:
        query = select(Intent).where(Intent.process_id == process_id).order_by(Intent.asked_at)
        return [(i.kind, i.reason, i.asked_by_name) for i in session.scalars(query)]


def test_a_cycle_shows_where_its_cases_are_and_who_is_late(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    page = browse("hr").get(f"/processes/{office.cycle}").text
    for said in (
        "Kenaikan pangkat Januari",
        "Kepala unit kerja",
        "Posisi usulan",
        "candidates?outcome=meets",
    ):
        assert said in page
    assert page.count('<svg viewBox="0 0 1000 10"') == 4


def test_the_people_behind_a_number_are_one_click_away(office: Office, browse: Browse):
    hr = browse("hr")
    for query, expected in (
        ("outcome=meets", 12),
        ("outcome=incomplete&search=Yusuf", 1),
        ("search=Siti", 1),
        ("state=approved", 0),
    ):
        page = hr.get(f"/processes/{office.cycle}/candidates?{query}")
        assert page.text.count("data-row") == expected, query
    assert hr.get(f"/processes/{office.cycle}/candidates/{office.people.staff[0]}").status_code == 200


def test_the_same_people_are_taken_away_as_tables(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        first = Candidate.employee_id == office.people.staff[0]
        session.execute(update(Candidate).where(first).values(name="=HYPERLINK(1)"))
    answer = hr.get(f"/processes/{office.cycle}/candidates.csv?outcome=meets")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Nomor", "NIP", "Nama"]
    assert [row[2] for row in rows[1:3]] == ["'=HYPERLINK(1)", "Dewi Kartika Sari, S.Pd."]
    assert len(rows) == 13
    book = load_workbook(BytesIO(hr.get(f"/processes/{office.cycle}/candidates.xlsx").content))
    sheet = book.worksheets[0]
    assert len(sheet["A"]) > 14
    assert sheet["B2"].data_type == "s"


def test_a_dry_run_says_what_a_launch_would_do_and_does_nothing(office: Office, browse: Browse):
    hr = browse("hr")
    fields = {"kind": "promotion", "effective_on": "2027-02-01", "units": ["bidang-2"]}
    answer = hr.get("/hr/processes/dry-run", params=fields)
    assert answer.status_code == 200
    for said in ("Uji coba", "Saodah Rangkuti", "Darwin Purba", "Wahyuni Pratiwi"):
        assert said in answer.text
    with transaction() as session:
        assert len(session.scalars(select(Process)).all()) == 1


def test_a_launch_writes_the_cycle_and_asks_the_keeper(office: Office, browse: Browse):
    hr = browse("hr")
    fields = {
        "kind": "promotion",
        "effective_on": "2027-02-01",
        "units": ["bidang-2"],
        "title": "Siklus Februari",
    }
    blind = hr.fill("/hr/processes/launch", "/hr/processes/new", **fields)
    assert blind.headers["location"].startswith("/hr/processes/dry-run?")
    shown = hr.get(blind.headers["location"])
    assert "tidak ada yang dimulai" in shown.text
    answer = hr.post("/hr/processes/launch", data={**hidden(shown), "units": ["bidang-2"]})
    assert answer.status_code == 303
    made = UUID(answer.headers["location"].rsplit("/", 1)[1])
    assert intents(made) == [("launch", "", "Rosmawati Siregar")]
    page = hr.get(answer.headers["location"]).text
    assert "Siklus Februari" in page
    assert "diminta oleh Rosmawati Siregar" in page


def test_a_form_that_can_not_be_launched_comes_back_as_it_was(office: Office, browse: Browse):
    hr = browse("hr")
    fields = {"effective_on": "2027-01-01", "title": "Dua kali", "units": ["bidang-1"]}
    answer = hr.get("/hr/processes/dry-run", params=fields)
    assert answer.status_code == 409
    assert 'id="units-problem"' in answer.text
    assert 'value="Dua kali"' in answer.text
    assert 'value="bidang-1" checked' in answer.text


def test_a_launch_on_a_day_to_come_waits_for_it(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        day = clock.now(session).date() + timedelta(days=9)
    fields = {"effective_on": "2027-02-01", "units": ["bidang-2"], "start_on": day.isoformat()}
    shown = hr.get("/hr/processes/dry-run", params=fields)
    hr.post("/hr/processes/launch", data={**hidden(shown), "units": ["bidang-2"]})
    with transaction() as session:
        (start,) = session.scalars(select(Process.start_at).where(Process.id != office.cycle))
    assert start.astimezone(settings().zone).date() == day
    gone = hr.get(
        "/hr/processes/dry-run", params=fields | {"effective_on": "2027-03-01", "start_on": "2020-01-01"}
    )
    assert gone.status_code == 422
    assert 'id="start_on-problem"' in gone.text


def test_what_was_said_is_there_again_after_a_login(office: Office, browse: Browse, stranger: Browser):
    address = "/hr/processes/dry-run?effective_on=2027-02-01&units=bidang-2&title=Siklus+Februari"
    led = stranger.get(address)
    assert led.status_code == 303
    assert quote("title=Siklus+Februari") in led.headers["location"]
    hr = browse("hr")
    form = hr.get("/hr/processes/new?effective_on=2027-02-01&units=bidang-2&title=Siklus+Februari").text
    assert 'value="Siklus Februari"' in form
    assert 'value="bidang-2" checked' in form
    assert 'value="2027-02-01" selected' in form


def test_only_hr_launches_even_with_a_form_made_by_hand(office: Office, browse: Browse):
    operator = browse("operator")
    fields = {"csrf": operator.token("/operator"), "effective_on": "2027-02-01"}
    assert operator.post("/hr/processes/launch", data=fields).status_code == 403


def test_an_operator_asks_with_a_reason_and_hr_may_pause(office: Office, browse: Browse):
    operator, hr = browse("operator"), browse("hr")
    page = f"/processes/{office.cycle}"
    bare = operator.fill(f"/operator/processes/{office.cycle}/restart", "/operator")
    assert bare.headers["location"] == "/operator"
    assert intents(office.cycle)[1:] == []
    assert "flash-bad" in operator.get("/operator").text
    operator.fill(f"/operator/processes/{office.cycle}/restart", "/operator", reason="alur macet")
    hr.fill(f"/operator/processes/{office.cycle}/pause", page, reason="libur", next=page)
    assert [i[:2] for i in intents(office.cycle)][1:] == [("restart", "alur macet"), ("pause", "libur")]
    assert hr.fill(f"/operator/processes/{office.cycle}/explode", page, reason="x").status_code == 422


def test_a_cycle_is_cancelled_by_two(office: Office, browse: Browse):
    hr, page = browse("hr"), f"/processes/{office.cycle}"
    hr.fill(f"/operator/processes/{office.cycle}/cancel", page, reason="Salah periode", next=page)
    assert intents(office.cycle)[1:] == []
    assert "Salah periode" in hr.get(page).text
    admin = second.administrator(browse)
    assert "KP-2027-01" in admin.get("/hr/proposals").text
    second.confirmed(admin)
    assert intents(office.cycle)[1:] == [("cancel", "Salah periode", "Rosmawati Siregar")]


def test_what_one_may_not_ask_is_refused_by_the_verb(office: Office, browse: Browse):
    staff = browse("staff0")
    fields = {"csrf": staff.token("/my"), "reason": "iseng"}
    staff.post(f"/operator/processes/{office.cycle}/cancel", data=fields)
    assert len(intents(office.cycle)) == 1


def test_the_operators_page_shows_dead_mail_and_sends_it_again(office: Office, browse: Browse):
    with transaction() as session:
        message = session.scalars(select(Message).limit(1)).one()
        message.state, message.last_error, message.attempts = MessageState.DEAD, "550 no such mailbox", 5
        id_ = message.id
    operator = browse("operator")
    assert "550 no such mailbox" in operator.get("/operator").text
    answer = operator.fill(f"/operator/messages/{id_}/resend", "/operator", reason="alamat diperbaiki")
    assert answer.status_code == 303
    with transaction() as session:
        assert session.get_one(Message, id_).state == MessageState.QUEUED


def test_hr_takes_somebody_out_with_a_reason_and_they_stay_out(office: Office, browse: Browse):
    hr, person = browse("hr"), office.people.staff[0]
    page = f"/processes/{office.cycle}/candidates/{person}"
    hr.fill(f"{page}/exclude", page)
    with transaction() as session:
        assert session.get_one(Candidate, (office.cycle, person)).outcome == "meets"
    hr.fill(f"{page}/exclude", page, reason="Pindah instansi")
    assert "/hr/proposals" in hr.get(page).text
    admin = second.administrator(browse)
    assert "Ahmad Fauzi Nasution" in admin.get("/hr/proposals").text
    second.confirmed(admin)
    with transaction() as session:
        candidate = session.get_one(Candidate, (office.cycle, person))
        assert (candidate.outcome, candidate.note) == ("excluded", "Pindah instansi")
        nip = candidate.nip
    adding = f"/processes/{office.cycle}/candidates/add"
    assert "dikeluarkan dari siklus ini oleh dua orang" in hr.get(adding, params={"who": nip}).text
    back = hr.fill(adding, adding, nip=nip, reason="Batal pindah")
    assert back.status_code == 409
    assert "sudah dikeluarkan dari siklus ini oleh dua orang" in back.text
    with transaction() as session:
        assert session.get_one(Candidate, (office.cycle, person)).outcome == "excluded"
    nobody = hr.fill(adding, adding, nip="000", reason="salah ketik")
    assert nobody.status_code == 404
    assert 'value="000"' in nobody.text


def test_who_may_not_be_put_in_is_told_with_the_rule_and_the_figure(office: Office, browse: Browse):
    hr, adding = browse("hr"), f"/processes/{office.cycle}/candidates/add"
    looked = hr.get(adding, params={"who": "Wahyuni Pratiwi"}).text
    for said in ("belum dapat dimasukkan", "Masa kerja dalam pangkat", "1 tahun 3 bulan"):
        assert said in looked
    with transaction() as session:
        nip = session.scalars(select(Candidate.nip).where(Candidate.name == "Wahyuni Pratiwi")).one()
    refused = hr.fill(adding, adding, nip=nip, reason="Pimpinan meminta")
    assert refused.status_code == 409
    assert "1 tahun 3 bulan" in refused.text
    with transaction() as session:
        query = select(RecordView).join(Employee, Employee.id == RecordView.person_id)
        look = session.scalars(query.where(Employee.name == "Wahyuni Pratiwi")).one()
        assert (look.viewer_id, look.what, look.times) == (office.people.hr, "candidate", 2)


def test_whoever_lets_things_lie_is_first_reminded_and_told_of_more_time(office: Office, browse: Browse):
    with transaction() as session:
        clock.move(session, timedelta(days=8))
        until = (clock.now(session) + timedelta(days=20)).date()
    hr, page = browse("hr"), f"/processes/{office.cycle}"
    assert "8 dari 8 terlambat" in hr.get(page).text
    assert hr.get(f"{page}/candidates?late=1&holder={office.people.head}").text.count("data-row") == 8
    whom = {"stage": "unit-head", "assignee": str(office.people.head)}
    assert hr.fill(f"{page}/remind", page, **whom).headers["location"] == f"{page}#late"
    assert "Diingatkan tentang 8 tugas" in hr.get(page).text
    hr.fill(f"{page}/remind", page, **whom)
    assert "flash-bad" in hr.get(page).text
    bare = hr.fill(f"{page}/extend", page, reason="Libur bersama")
    assert bare.status_code == 422
    assert "Libur bersama" in bare.text
    given = hr.fill(f"{page}/extend", page, until=until.isoformat(), reason="Libur bersama")
    assert given.status_code == 303
    said = hr.get(page).text
    assert "Libur bersama" in said
    assert "dari 8 terlambat" not in said
    with transaction() as session:
        told = select(Message.recipient_id).where(Message.template == "cycle_extended")
        assert set(session.scalars(told)) == {office.people.head, office.people.other_head}
    assert (
        browse("operator").fill(f"{page}/extend", page, until=until.isoformat(), reason="x").status_code
        == 403
    )


def test_what_hr_has_an_interest_in_is_left_out_of_more_time_and_they_are_told(
    office: Office, browse: Browse
):
    with transaction() as session:
        session.get_one(Case, office.case_of(office.task()).id).tied = [office.people.hr]
        until = (clock.now(session) + timedelta(days=60)).date()
    hr, page = browse("hr"), f"/processes/{office.cycle}"
    hr.fill(f"{page}/extend", page, until=until.isoformat(), reason="Libur bersama")
    said = hr.get(page).text
    assert "tugas mendapat tambahan waktu" in said and "1 tugas tidak diubah" in said


def test_who_was_rejected_or_went_through_at_a_stage_is_one_click_away(office: Office, browse: Browse):
    head = browse("head")
    head.decide(office.task(), decision="approve")
    head.decide(office.task(), decision="reject", reject_code="discipline", comment="Hukuman disiplin.")
    hr, people = browse("hr"), f"/processes/{office.cycle}/candidates"
    assert hr.get(f"{people}?passed=unit-head").text.count("data-row") == 1
    assert hr.get(f"{people}?rejected=unit-head").text.count("data-row") == 1
    assert "rejected=unit-head" in hr.get(f"/processes/{office.cycle}").text


def test_the_agencys_form_goes_out_and_its_answers_come_in_row_by_row(office: Office, browse: Browse):
    good, wrong = journeys.verified(office, browse, 2)
    sent = journeys.answered(office, browse, [("MS", "PT-1/BKN/2026"), ("MS", "")])
    assert sent.status_code == 200
    assert "1 tercatat" in sent.text
    assert "1 ditolak" in sent.text
    with transaction() as session:
        assert session.get_one(Case, good).stage == "appointing-official"
        assert session.get_one(Case, wrong).stage == "technical-consideration"


def test_a_file_that_is_no_spreadsheet_is_refused_with_a_sentence(office: Office, browse: Browse):
    page = f"/processes/{office.cycle}/outside"
    sent = browse("hr").fill(f"{page}/import", page, files={"file": ("jawaban.xlsx", b"not a sheet")})
    assert sent.status_code == 422
    assert "jawaban.xlsx" in sent.text


def test_the_signing_official_is_told_that_an_approval_signs(office: Office, browse: Browse):
    journeys.verified(office, browse)
    journeys.answered(office, browse, [("MS", "PT-1/BKN/2026")])
    mayor, task = browse("mayor"), office.task(stage="appointing-official")
    assert "menandatangani" in mayor.get(f"/tasks/{task}").text
    assert mayor.decide(task, decision="approve").status_code == 303
    assert office.case_of(task).state == "approved"
