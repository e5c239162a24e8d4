"""A case's file over its pages, without scripts: documents, differences, remarks, what the clock did."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from approvals import cases, corrections
from approvals.erasing import erase as erase_cases
from approvals.file_models import CaseDocument
from approvals.models import Case, Task
from core import clock
from core.actor import Actor, Role
from core.database import transaction
from core.ids import new_id
from core.ledger.erasing import erase
from core.settings import settings
from notifications.models import Message
from personnel.models import Calendar, FreeDay
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

PDF = b"%PDF-1.7\nSKP 2025\n%%EOF"


@pytest.fixture(autouse=True)
def folder(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUFAKAT_HOME", str(tmp_path))
    settings.cache_clear()
    return tmp_path / "files"


def case_of(office: Office, nth: int = 0) -> UUID:
    return office.case_of(office.task(nth)).id


def attach(who: Browser, case: UUID, content: bytes = PDF, name: str = "skp.pdf", **fields: str) -> UUID:
    files = {"file": (name, content, "text/html")}
    page = f"/cases/{case}"
    answer = who.fill(f"{page}/documents", page, files=files, title="SKP <2025>", **fields)
    assert answer.status_code == 303, answer.text
    with transaction() as session:
        return session.scalars(
            select(CaseDocument.id).where(CaseDocument.case_id == case).order_by(CaseDocument.id.desc())
        ).first() or UUID(int=0)


def test_a_document_goes_in_over_the_page_and_comes_out_as_it_was(office: Office, browse: Browse):
    hr, case = browse("hr"), case_of(office)
    document = attach(hr, case)
    assert "SKP &lt;2025&gt;" in hr.get(f"/cases/{case}").text
    answer = browse("head").get(f"/cases/{case}/documents/{document}")
    assert sha256(answer.content).digest() == sha256(PDF).digest()
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith("attachment;")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_what_was_erased_by_law_is_said_so_on_its_pages(office: Office, browse: Browse):
    hr, case = browse("hr"), case_of(office)
    document = attach(hr, case)
    with transaction() as session:
        subject = session.get_one(Case, case).subject_id
        me = Actor(subject, "Budi", frozenset({Role.EMPLOYEE}), "web")
        cases.withdraw(session, me, case, reason_code="own-wish", comment="Sudah pindah")
    assert "Sudah pindah" in hr.get(f"/cases/{case}").text
    with transaction() as session:
        admin = Actor(new_id(), "Adam", frozenset({Role.ADMIN}), "cli")
        erase(session, admin, [case], order="12/2026", reason="UU 27/2022", rooms=[erase_cases])
    page = hr.get(f"/cases/{case}")
    assert page.status_code == 200
    assert "dihapus atas perintah hukum: 12/2026" in page.text
    assert "Sudah pindah" not in page.text and "SKP &lt;2025&gt;" not in page.text
    assert hr.get(f"/cases/{case}/versions").status_code == 200
    answer = hr.get(f"/cases/{case}/documents/{document}")
    assert answer.status_code == 404 and "telah dihapus atas perintah hukum" in answer.text


def test_who_may_not_see_the_case_gets_no_document(office: Office, browse: Browse):
    case = case_of(office)
    document = attach(browse("hr"), case)
    for stranger in ("staff7", "other_head"):
        assert browse(stranger).get(f"/cases/{case}/documents/{document}").status_code == 404
    other = case_of(office, 1)
    assert browse("hr").get(f"/cases/{other}/documents/{document}").status_code == 404


def test_what_is_no_document_is_refused_in_a_sentence(office: Office, browse: Browse, folder: Path):
    hr, case = browse("hr"), case_of(office)
    page = f"/cases/{case}"
    for name, content in (("a.pdf", b"<html><script>alert(1)</script>"), ("a.pdf", b"")):
        refused = hr.fill(f"{page}/documents", page, files={"file": (name, content)}, title="Ijazah S1")
        assert (refused.status_code, "bukan PDF, JPEG, PNG" in refused.text) == (422, True)
        assert 'id="doc-file-problem"' in refused.text
        assert 'value="Ijazah S1"' in refused.text
    large = hr.fill(f"{page}/documents", page, files={"file": ("a.pdf", b"x" * 21 * 1024 * 1024)})
    assert (large.status_code, "Terlalu besar" in large.text) == (413, True)
    assert not folder.exists()


def test_a_missing_file_is_said_plainly(office: Office, browse: Browse, folder: Path):
    hr, case = browse("hr"), case_of(office)
    document = attach(hr, case)
    (stored,) = [p for p in folder.glob("??/*") if p.is_file()]
    stored.write_bytes(b"%PDF something else %%EOF")
    damaged = hr.get(f"/cases/{case}/documents/{document}")
    assert (damaged.status_code, "tidak lagi sama" in damaged.text) == (409, True)
    stored.unlink()
    assert "berkasnya hilang" in hr.get(f"/cases/{case}").text
    assert hr.get(f"/cases/{case}/documents/{document}").status_code == 404


def test_whoever_decides_sees_exactly_what_changed_and_keeps_what_they_typed(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    case = office.case_of(task)
    seen = head.get(f"/tasks/{task}")
    attach(browse("hr"), case.id, key="diploma")
    with transaction() as session:
        hr = Actor(office.people.hr, "Bagian SDM", frozenset({Role.HR}))
        corrections.correct_data(
            session, hr, case.id, {"education": "S2 <Hukum>"}, seen_version=2, reason="Ijazah baru"
        )
    assert seen.status_code == 200
    typed = {"comment": "Belum <b>jelas</b>", "return_code": "document-unclear"}
    answer = head.post(
        f"/tasks/{task}/decide",
        data={
            "csrf": head.token(f"/tasks/{task}"),
            "seen_version": "1",
            "request_key": "k" * 20,
            "decision": "return",
            **typed,
        },
    )
    assert answer.status_code == 409
    assert "Yang berubah sejak Anda melihatnya" in answer.text
    assert "<ins>S2 &lt;Hukum&gt;</ins>" in answer.text
    assert "SKP &lt;2025&gt;" in answer.text and "Ijazah baru" in answer.text
    assert "Belum &lt;b&gt;jelas&lt;/b&gt;</textarea>" in answer.text
    assert '<option value="document-unclear" selected>' in answer.text
    again = head.decide(task, decision="return", **typed)
    assert again.status_code == 303
    assert office.case_of(task).state == "returned"


def test_the_checklist_leads_to_its_document(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    verification = office.task(stage="verification")
    document = attach(browse("hr"), office.case_of(verification).id, key="diploma")
    page = browse("verifier").get(f"/tasks/{verification}").text
    at = page.index('value="diploma"')
    assert f"/documents/{document}" in page[at : at + 600]


def test_every_version_is_there_with_who_when_and_why(office: Office, browse: Browse):
    hr, case = browse("hr"), case_of(office)
    document = attach(hr, case)
    page = f"/cases/{case}"
    hr.fill(
        f"{page}/documents/{document}/replacement",
        page,
        files={"file": ("skp2.pdf", PDF + b"\n%%EOF")},
        reason="Sudah ditandatangani",
    )
    shown = hr.get(f"{page}/versions?old=1&new=3").text
    assert "Sudah ditandatangani" in shown and "SKP &lt;2025&gt;" in shown
    assert browse("staff7").get(f"{page}/versions").status_code == 404
    assert hr.get(f"{page}/versions?old=9&new=12").status_code == 200


def test_remarks_are_written_answered_changed_and_withdrawn(office: Office, browse: Browse):
    head, hr, task = browse("head"), browse("hr"), office.task()
    case = office.case_of(task)
    page = f"/tasks/{task}"
    head.fill(f"/cases/{case.id}/remarks", page, text="Apakah <i>sah</i>?", next=page)
    shown = hr.get(f"/cases/{case.id}").text
    assert "Apakah &lt;i&gt;sah&lt;/i&gt;?" in shown
    owner = next(n for n, id_ in enumerate(office.people.staff) if id_ == case.subject_id)
    mine = browse(f"staff{owner}").get(f"/cases/{case.id}")
    assert mine.status_code == 200
    assert "Apakah" not in mine.text and "menulis catatan" not in mine.text
    hr.fill(f"/cases/{case.id}/remarks", f"/cases/{case.id}", text="Bawa ijazah.", seen_by_subject="yes")
    assert "Bawa ijazah." in browse(f"staff{owner}").get(f"/cases/{case.id}").text


def test_ten_remarks_make_one_mail_until_somebody_looks(office: Office, browse: Browse):
    hr, case = browse("hr"), case_of(office)

    def mails() -> int:
        with transaction() as session:
            of_head = (Message.template == "case_commented", Message.recipient_id == office.people.head)
            return len(session.scalars(select(Message.id).where(*of_head)).all())

    for n in range(3):
        hr.fill(f"/cases/{case}/remarks", f"/cases/{case}", text=f"Catatan {n}")
    assert mails() == 1
    browse("head").get(f"/cases/{case}")
    hr.fill(f"/cases/{case}/remarks", f"/cases/{case}", text="Satu lagi")
    assert mails() == 2


def test_hr_says_on_the_page_what_the_clock_stopped(office: Office, browse: Browse):
    case = case_of(office)
    with transaction() as session:
        row = session.get_one(Case, case)
        task = session.scalars(select(Task).where(Task.case_id == case)).one()
        now = clock.now(session)
        row.state, row.suspended_from, row.suspension, row.suspended_at = "suspended", "open", "expired", now
        task.suspended_from, task.state, task.suspended_at = task.state, "suspended", now
    hr, page = browse("hr"), f"/cases/{case}"
    assert "Berlanjut dengan tenggat baru" in hr.get(page).text
    assert "Berlanjut dengan tenggat baru" not in browse("head").get(page).text
    assert browse("operator").get("/operator").text.count("waktu habis") == 1
    refused = browse("head").fill(f"{page}/ratify", page, answer="expired", reason="x")
    assert refused.status_code == 303
    hr.fill(f"{page}/ratify", page, answer="approve", reason="x")
    assert "Pilih salah satu" in hr.get(page).text
    hr.fill(f"{page}/ratify", page, answer="goes-on", reason="Pejabat baru kembali")
    with transaction() as session:
        assert session.get_one(Case, case).state == "open"
    assert "Pejabat baru kembali" in hr.get(page).text


def test_hr_makes_a_day_free_and_takes_that_back(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        calendar = session.scalars(select(Calendar.id)).first()
        day = clock.now(session).date() + timedelta(days=400)
    page = f"/hr/calendars/{calendar}"
    assert str(calendar) in hr.get("/hr/calendars").text
    bad = hr.fill(f"{page}/days", page, on="besok", kind="holiday", name="x")
    assert (bad.status_code, "2027-03-09" in bad.text) == (422, True)
    hr.fill(f"{page}/days", page, on=day.isoformat(), kind="joint-leave", name="Cuti <bersama>")
    assert "Cuti &lt;bersama&gt;" in hr.get(f"{page}?year={day.year}").text
    hr.fill(f"{page}/days/{day}/remove", page)
    with transaction() as session:
        assert session.get(FreeDay, (calendar, day)) is None
    first, last = day + timedelta(days=10), day + timedelta(days=38)
    hr.fill(f"{page}/seasons", page, first=first.isoformat(), last=last.isoformat())
    twice = hr.fill(f"{page}/seasons", page, first=last.isoformat(), last=last.isoformat())
    assert twice.status_code == 422
    hr.fill(f"{page}/seasons/{first}/remove", page)
    assert browse("head").get("/hr/calendars").status_code == 403


@pytest.mark.tampers
def test_the_laws_deadline_is_shown_beside_the_offices(office: Office, browse: Browse):
    head, task = browse("head"), office.task()
    assert "Menurut peraturan" not in head.get("/inbox").text
    with transaction() as session:
        case = session.get_one(Case, office.case_of(task).id)
        case.statutory_due_at = clock.now(session) + timedelta(hours=2)
    assert "Menurut peraturan" in head.get("/inbox").text
