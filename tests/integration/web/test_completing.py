"""A file that lacks something: what is needed stands there line by line, is sent, checked and taken in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select

from approvals.corrections import correct_data
from approvals.file_models import CaseDocument
from approvals.models import Case, Task
from approvals.obstacles import FactsFixed
from core.actor import Actor, Role
from core.database import transaction
from core.ids import new_id
from core.settings import settings
from flows.completion.service import STANDING
from flows.promotion.models import Candidate
from personnel.models import Document
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.test_mine import known_as, text

PDF = b"%PDF-1.7\nSK pangkat\n%%EOF"
TICKED = ["sk-cpns", "sk-pns", "last-rank-decree"]


@pytest.fixture(autouse=True)
def folder(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUFAKAT_HOME", str(tmp_path))
    settings.cache_clear()


def yusuf(browse: Browse) -> Browser:
    """The one whose file lacks the decree of the last rank and the diploma."""
    known_as("Yusuf Ibrahim", "yusuf")
    return browse("yusuf")


def send(browser: Browser, office: Office, *keys: str, **fields: str) -> Response:
    files = {f"file-{key}": (f"{key}.pdf", PDF, "application/pdf") for key in keys}
    said = {f"number-{key}": f"823/{key}" for key in keys} | fields
    return browser.fill(f"/my/file/{office.cycle}/documents", "/my", files=files, **said)


def sent_case() -> Case:
    with transaction() as session:
        return session.scalars(select(Case).where(Case.process_id == STANDING)).one()


def check(browse: Browse, case: Case, decision: str = "approve", **said: str) -> Response:
    hr = browse("hr")
    with transaction() as session:
        open_ = select(Task.id).where(Task.case_id == case.id, Task.ended_at.is_(None))
        task = session.scalars(open_).one()
    hr.fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    return hr.decide(task, decision=decision, **said)


def candidate() -> Candidate:
    with transaction() as session:
        return session.scalars(select(Candidate).where(Candidate.name.contains("Yusuf"))).one()


def test_what_was_missing_is_sent_checked_entered_and_opens_the_case(office: Office, browse: Browse):
    me = yusuf(browse)
    answer = send(me, office, "last-rank-decree", "diploma", **{"dated-diploma": "2004-07-01"})
    case = sent_case()
    assert answer.headers["location"] == f"/cases/{case.id}"
    assert candidate().outcome == "incomplete"
    said = text(me)
    assert "Kelengkapan berkas" in said and "diminta dari Anda" not in said
    assert "menunggu diambil oleh salah satu" in said
    assert "823/diploma" in text(me, f"/cases/{case.id}")
    with transaction() as session, pytest.raises(FactsFixed):
        hr = Actor(new_id(), "HR", frozenset({Role.HR}))
        correct_data(session, hr, case.id, {"papers": {}}, seen_version=1, reason="salah")
    assert check(browse, case).status_code == 303
    found = candidate()
    assert found.outcome == "meets" and found.case_id and found.note == case.reference
    with transaction() as session:
        papers = select(Document).where(Document.employee_id == found.employee_id)
        kept = {paper.kind: (paper.number, paper.dated) for paper in session.scalars(papers)}
    assert kept["diploma"] == ("823/diploma", date(2004, 7, 1))
    assert kept["last-rank-decree"] == ("823/last-rank-decree", None)
    assert "Berkas Anda ada di Kepala Bidang Pengembangan Aparatur" in text(me)


def test_a_scan_as_large_as_real_ones_is_taken(office: Office, browse: Browse):
    me = yusuf(browse)
    assert "Semua berkas bersama-sama paling besar 20 MB." in text(me)
    scan = PDF.replace(b"\n%%EOF", b"\n%" + b"0" * 1024 * 1024 + b"\n%%EOF")
    files = {
        f"file-{key}": (f"{key}.pdf", scan, "application/pdf") for key in ("diploma", "last-rank-decree")
    }
    numbers = {"number-diploma": "1", "number-last-rank-decree": "2"}
    sent = me.fill(f"/my/file/{office.cycle}/documents", "/my", files=files, **numbers)
    assert sent.headers["location"] == f"/cases/{sent_case().id}"


def test_a_part_of_it_or_a_bad_file_is_refused_by_name_and_the_words_are_kept(office: Office, browse: Browse):
    me = yusuf(browse)
    part = send(me, office, "diploma")
    assert part.status_code == 422
    assert "SK pangkat terakhir" in part.text and "823/diploma" in part.text
    files = {f"file-{key}": ("a.exe", b"MZ", "application/pdf") for key in ("diploma", "last-rank-decree")}
    numbers = {"number-diploma": "1", "number-last-rank-decree": "2"}
    assert me.fill(f"/my/file/{office.cycle}/documents", "/my", files=files, **numbers).status_code == 422
    for wrong in ("2999-01-01", "kemarin"):
        late = send(me, office, "last-rank-decree", "diploma", **{"dated-diploma": wrong})
        assert late.status_code == 422
    with transaction() as session:
        assert session.scalars(select(Case).where(Case.process_id == STANDING)).all() == []


def test_twice_at_once_is_sent_once(office: Office, browse: Browse):
    me = yusuf(browse)
    me.get("/my")
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, me, office, "last-rank-decree", "diploma") for _ in range(2)]
        answers = sorted(one.result().status_code for one in sent)
    assert answers == [303, 409]
    assert sent_case().state == "open"


def test_what_hr_rejects_changes_nothing_and_can_be_sent_anew(office: Office, browse: Browse):
    me = yusuf(browse)
    send(me, office, "last-rank-decree", "diploma")
    check(browse, sent_case(), "reject", reject_code="not-theirs", comment="Milik orang lain.")
    assert candidate().outcome == "incomplete"
    said = text(me)
    assert "1 hal diminta dari Anda" in said and "Dokumen bukan milik pegawai ini." in said
    assert send(me, office, "last-rank-decree", "diploma").status_code == 303


def test_nobody_sends_where_nothing_is_asked(office: Office, browse: Browse):
    answer = send(browse("staff0"), office, "diploma")
    assert answer.status_code == 409
    assert "Tidak ada yang kurang" in answer.text
    assert send(browse("hr"), office, "diploma").status_code in (404, 409)


def returned(office: Office, browse: Browse) -> UUID:
    """The first case, sent back by HR's verifier with three documents ticked."""
    task = office.task()
    case = office.case_of(task).id
    browse("head").decide(task, decision="approve")
    word = {"return_code": "document-unclear", "comment": "Ijazah buram."}
    task = office.task(stage="verification")
    browse("verifier").decide(task, decision="return", checklist=TICKED, **word)
    return case


def test_a_file_that_came_back_shows_each_document_and_takes_it_beside_its_line(
    office: Office, browse: Browse
):
    case, staff = returned(office, browse), browse("staff0")
    said = text(staff, f"/cases/{case}")
    assert "3 dari 5 dokumen sudah ada." in said
    assert "SKP dua tahun terakhir Tidak diterima." in said
    assert "dokumen sudah ada" not in text(browse("hr"), f"/cases/{case}")
    for key in ("skp-2-years", "diploma"):
        fields = {"key": key, "title": key, "line": "1"}
        files = {"file": (f"{key}.pdf", PDF, "application/pdf")}
        sent = staff.fill(f"/cases/{case}/documents", f"/cases/{case}", files=files, **fields)
        assert sent.headers["location"] == f"/cases/{case}#complete"
    said = text(staff, f"/cases/{case}")
    assert "5 dari 5 dokumen sudah ada." in said and "Baru, setelah dikembalikan." in said
    assert "Semua sudah lengkap: ajukan sekarang." in said
    assert "Setelah itu berkas ke: Verifikasi kepegawaian. Mereka punya 5 hari kerja" in said
    with transaction() as session:
        version = session.get_one(Case, case).version
        assert len(session.scalars(select(CaseDocument).where(CaseDocument.case_id == case)).all()) == 2
    again = staff.fill(f"/cases/{case}/resubmit", f"/cases/{case}", seen_version=str(version), comment="")
    assert again.status_code == 303
    assert "dokumen sudah ada" not in text(staff, f"/cases/{case}")


def test_a_refused_file_is_complained_of_beside_its_line(office: Office, browse: Browse):
    case, staff = returned(office, browse), browse("staff0")
    fields = {"key": "diploma", "title": "Ijazah", "line": "1"}
    files = {"file": ("ijazah.exe", b"MZ\x90\x00", "application/pdf")}
    page = staff.fill(f"/cases/{case}/documents", f"/cases/{case}", files=files, **fields)
    assert page.status_code == 422
    assert 'id="file-diploma-problem"' in page.text
