"""The employee's own page: where my case is, what is asked of me, and what I may expect."""

import re
from html import unescape

from sqlalchemy import delete, select, update
from sqlalchemy import event as hooks

from core.database import engine, transaction
from flows.process.models import Process
from flows.promotion.models import Candidate
from personnel.models import Account, Employee
from tests.integration.web.conftest import Browse
from tests.integration.web.journeys import approved
from tests.integration.web.office import Browser, Office
from tests.integration.web.test_my_data import ask, employee


def text(browser: Browser, path: str = "/my") -> str:
    """What a page says, in one line."""
    page = browser.get(path)
    assert page.status_code == 200
    main = page.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def known_as(name: str, login: str) -> None:
    """Give somebody a login that the test can type."""
    with transaction() as session:
        person = select(Employee.id).where(Employee.name == name).scalar_subquery()
        session.execute(update(Account).where(Account.employee_id == person).values(login=login))


def test_my_case_says_who_has_it_and_by_when_and_each_rule_with_my_figure(office: Office, browse: Browse):
    staff = browse("staff0")
    said = text(staff)
    assert "Berkas Anda ada di Kepala Bidang Mutasi dan Promosi sejak" in said
    assert "Paling lambat" in said and "Irwansyah Daulay" in said
    assert "Verifikasi kepegawaian Pertimbangan teknis BKN Pejabat pembina kepegawaian" in said
    assert "Surat keputusan dibuat" in said
    assert "Kapan saya bisa naik pangkat" not in said
    assert "4 tahun 3 bulan sejak 01-10-2022" in said
    assert "PP 99/2000 jo. PP 12/2002 (kenaikan pangkat reguler)" in said
    assert "SE BKN" not in said  # does not concern somebody of III/a
    staff.cookies.set("mufakat_language", "en")
    said = text(staff)
    assert "Your file has been with Kepala Bidang Mutasi dan Promosi since" in said
    assert "What comes next HR verification" in said


def test_a_case_that_nobody_took_or_that_waits_outside_is_said_so(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    assert "menunggu diambil oleh salah satu Verifikator" in text(browse("staff0"))
    verified_ = office.task(stage="verification")
    verifier = browse("verifier")
    checklist = ["sk-cpns", "sk-pns", "last-rank-decree", "skp-2-years", "diploma"]
    verifier.decide(verified_, decision="approve", checklist=checklist)
    said = text(browse("staff0"))
    assert "menunggu jawaban dari luar kantor ini" in said and "Pertimbangan teknis BKN" in said


def test_what_came_back_is_asked_of_me_first_with_its_reason(office: Office, browse: Browse):
    word = {"return_code": "document-missing", "comment": "Ijazah belum ada."}
    browse("head").decide(office.task(), decision="return", **word)
    said = text(browse("staff0"))
    assert said.index("1 hal diminta dari Anda") < said.index("KP-2027-01/")
    assert "Dokumen belum lengkap" in said and "Ijazah belum ada." in said
    assert "dikembalikan kepada Anda sejak" in said


def test_who_is_not_in_the_cycle_reads_the_rule_the_figure_and_when_it_may_be(office: Office, browse: Browse):
    known_as("Wahyuni Pratiwi", "wahyuni")
    said = text(browse("wahyuni"))
    assert "Anda tidak ikut periode ini karena syarat berikut: Masa kerja dalam pangkat" in said
    assert "1 tahun 3 bulan sejak 01-10-2025" in said and "paling sedikit 4 tahun" in said
    assert "paling cepat: berlaku 1 Oktober 2029" in said


def test_whose_file_is_incomplete_is_asked_for_what_is_missing(office: Office, browse: Browse):
    known_as("Yusuf Ibrahim", "yusuf")
    said = text(browse("yusuf"))
    assert "1 hal diminta dari Anda Berkas Anda belum lengkap" in said
    assert "SK pangkat terakhir" in said


def test_a_unit_that_the_cycle_does_not_cover_is_told_so(office: Office, browse: Browse):
    with transaction() as session:
        session.execute(update(Process).values(params=Process.params.op("||")({"unit_codes": ["bidang-2"]})))
        session.execute(delete(Candidate).where(Candidate.employee_id == office.people.hr))
    assert "tidak mencakup unit Anda" in text(browse("hr"))


def test_a_finished_case_shows_its_reason_and_what_can_be_done(office: Office, browse: Browse):
    word = {"reject_code": "data-untrue", "comment": "Ijazah tidak terdaftar."}
    browse("head").decide(office.task(), decision="reject", **word)
    said = text(browse("staff0"))
    assert "Ditolak" in said and "Data tidak benar." in said
    assert "Kapan saya bisa naik pangkat" in said


def test_an_approved_case_waits_for_its_decree(office: Office, browse: Browse):
    approved(office, browse)
    assert "Surat keputusan menyusul setelah semua usulan" in text(browse("staff0"))


def test_a_tie_that_others_declared_is_asked_about(office: Office, browse: Browse):
    with transaction() as session:
        head = session.get_one(Employee, office.people.head)
        staff = session.get_one(Employee, office.people.staff[3])
    said = {"other": staff.nip, "kind": "family", "about": ""}
    browse("head").fill("/my/relations", "/my/relations", **said)
    shown = text(browse("staff3"))
    assert "1 hal diminta dari Anda Nyatakan apakah Anda punya hubungan dengan rekan" in shown
    assert head.name in shown


def test_the_page_costs_the_same_with_more_cases(office: Office, browse: Browse):
    staff, me = browse("staff0"), employee(office.people.staff[0])
    seen: list[str] = []
    hooks.listen(engine(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    staff.get("/my")
    once = len(seen)
    for n in range(3):
        ask(staff, me, phone=f"0812 3456 789{n}")
    seen.clear()
    page = staff.get("/my").text
    assert page.count("Perbaikan data pribadi") >= 3
    assert len(seen) <= once + 1  # the leave or the post of a stage that the first page did not know
