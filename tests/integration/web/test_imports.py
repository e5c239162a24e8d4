"""HR's import: sent, read row by row, applied or dropped."""

import re
from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import func, select

from core.database import transaction
from core.ids import new_id
from flows.process import records_in_use
from personnel.models import Employee, Unit
from personnel.models_imports import Import, ImportRow
from personnel.sample import workbook
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

SHEET = workbook(employees=40, units=4)


def employees() -> int:
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(Employee)).one()


def send(hr: Browser, name: str = "pegawai.xlsx", content: bytes = SHEET) -> str:
    """Send a file; gives the address of its preview."""
    answer = hr.fill("/hr/imports", "/hr/imports", files={"file": (name, content)})
    assert answer.status_code == 303
    return answer.headers["location"]


def test_a_file_is_previewed_row_by_row_and_changes_nothing_yet(office: Office, browse: Browse):
    hr, before = browse("hr"), employees()
    page = send(hr)
    shown = hr.get(page)
    assert "pegawai.xlsx" in shown.text
    assert "Belum ada yang diubah" in shown.text
    created = re.search(r"action=create\"[^>]*><strong>([\d.]+)<", shown.text)
    assert created
    assert int(created[1].replace(".", "")) > 40
    for action in ("refuse", "warn", "create", "change", "same", "nonsense"):
        assert hr.get(f"{page}?action={action}").status_code == 200
    assert hr.get(f"{page}?page=2").status_code == 200
    assert employees() == before


def test_a_preview_is_applied_once(office: Office, browse: Browse):
    hr, before = browse("hr"), employees()
    page = send(hr)
    with transaction() as session:
        shown = select(func.count()).where(ImportRow.kind == "employee", ImportRow.action == "create")
        new = session.scalars(shown).one()
    assert new > 30
    token = hr.token(page)
    assert hr.post(f"{page}/apply", data={"csrf": token}).headers["location"] == page
    assert employees() == before + new
    assert "Diterapkan" in hr.get(page).text
    assert hr.post(f"{page}/apply", data={"csrf": token}).status_code == 409
    assert employees() == before + new


def test_a_preview_is_dropped(office: Office, browse: Browse):
    hr, before = browse("hr"), employees()
    page = send(hr)
    assert hr.fill(f"{page}/drop", page).headers["location"] == "/hr/imports"
    assert "Dibuang" in hr.get("/hr/imports").text
    assert employees() == before


def test_what_is_wrong_with_a_file_is_said_beside_it(office: Office, browse: Browse):
    hr = browse("hr")
    for name, content in (("a.xlsx", b"no sheet"), ("a.csv", b"one\n1\n"), ("", b"")):
        answer = hr.fill("/hr/imports", "/hr/imports", files={"file": (name, content)})
        assert answer.status_code == 422, name
        assert 'aria-describedby="file-hint problem"' in answer.text
    with transaction() as session:
        assert session.scalars(select(Import)).all() == []


def test_a_csv_with_refused_rows_says_which_and_why(office: Office, browse: Browse):
    hr = browse("hr")
    content = b"NIP;Nama;Unit Kerja\n123;Budi;Tidak Ada\n"
    page = send(hr, "pegawai.csv", content)
    assert "Ditolak" in hr.get(f"{page}?action=refuse").text


def test_only_hr_may_send_files(office: Office, browse: Browse):
    operator = browse("operator")
    fields = {"csrf": operator.token("/operator")}
    answer = operator.post("/hr/imports", data=fields, files={"file": ("a.xlsx", SHEET)})
    assert answer.status_code == 403


STRANGE = (
    b"DAFTAR PEGAWAI;;;\n\nNomor Pegawai;Siapa;Tempat Tugas;Catatan\n"
    b"198001012005011001;Budi Santoso;Dinas Anu;a\n198102032006041002;Adi Lubis;Dinas Anu;b\n"
)


def test_what_is_not_plain_is_asked_for_and_remembered(office: Office, browse: Browse):
    hr, before = browse("hr"), employees()
    with transaction() as session:
        unit = session.scalars(select(Unit).order_by(Unit.code).limit(1)).one()
        name = unit.name
    content = STRANGE.replace(b"Dinas Anu", name.encode())
    page = send(hr, "aneh.csv", content)
    assert page.endswith("/columns")
    shown = hr.get(page).text
    assert "Nomor Pegawai" in shown
    assert "Diduga dari isinya" in shown
    assert hr.get(page.removesuffix("/columns")).headers["location"] == page
    form = {"s0.kind": "employee", "s0.header": "3", "s0.c0": "nip", "s0.c1": "name", "s0.c2": ""}
    lacking = hr.fill(page, page, **form)
    assert lacking.status_code == 422
    assert "tanpa kolom berikut: Unit Kerja" in lacking.text
    chosen = hr.fill(page, page, **{**form, "s0.c2": "unit", "remember": "yes"})
    preview = page.removesuffix("/columns")
    assert chosen.headers["location"] == preview
    assert "Terapkan 2 baris" in hr.get(preview).text
    again = send(hr, "aneh lagi.csv", content)
    assert not again.endswith("/columns")
    assert "Diingat dari sebelumnya" in hr.get(f"{again}/columns").text
    assert employees() == before


def test_a_sheet_that_is_about_something_else_is_looked_at_anew(office: Office, browse: Browse):
    hr = browse("hr")
    page = send(hr, "x.csv", b"Daftar;\nKode;Uraian\n9;Dinas Baru\n10;Dinas Lain\n")
    form = {"s0.kind": "unit", "s0.header": "2"}
    assert hr.fill(page, page, **form).headers["location"] == page
    assert 'value="code" selected' in hr.get(page).text
    form |= {"s0.c0": "code", "s0.c1": "name"}
    assert hr.fill(page, page, **form).headers["location"] == page.removesuffix("/columns")


def test_a_unit_by_another_name_is_asked_for_once(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        unit = session.scalars(select(Unit).order_by(Unit.code).limit(1)).one()
        unit_id, name = unit.id, unit.name
    other = f"{name} Kota Raya"
    content = f"NIP;Nama;Unit Kerja\n198001012005011001;Budi;{other}\n".encode()
    page = send(hr, "pegawai.csv", content)
    shown = hr.get(f"{page}/names").text
    assert other in shown
    assert f'value="{unit_id}" selected' in shown
    hr.fill(f"{page}/names", f"{page}/names", said=other, unit=str(unit_id))
    assert "Terapkan 1 baris" in hr.get(page).text
    again = send(hr, "pegawai.csv", content)
    assert "Terapkan 1 baris" in hr.get(again).text


def test_refused_rows_are_taken_mended_and_sent_again(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        name = session.scalars(select(Unit.name).order_by(Unit.code).limit(1)).one()
    content = f"Catatan;NIP;Nama;Unit Kerja\n=a;123;Budi;{name}\nb;198102032006041002;Adi;{name}\n"
    page = send(hr, "pegawai.csv", content.encode())
    answer = hr.get(f"{page}/refused.xlsx")
    assert "pegawai%20-%20ditolak.xlsx" in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Catatan", "NIP", "Nama", "Unit Kerja", "Alasan ditolak")
    assert rows[1][1:4] == ("123", "Budi", name)
    assert "18" in str(rows[1][4])
    assert book.worksheets[0]["B2"].number_format == "@"
    book.worksheets[0]["B2"] = "198001012005011001"
    mended = BytesIO()
    book.save(mended)
    assert "Terapkan 1 baris" in hr.get(send(hr, "perbaikan.xlsx", mended.getvalue())).text


def test_an_applied_file_is_undone_with_a_reason(office: Office, browse: Browse):
    hr, before = browse("hr"), employees()
    page = send(hr)
    token = hr.token(page)
    hr.post(f"{page}/apply", data={"csrf": token})
    assert employees() > before
    assert hr.post(f"{page}/undo", data={"csrf": token, "reason": " "}).status_code == 422
    assert hr.post(f"{page}/undo", data={"csrf": token, "reason": "Salah berkas"}).status_code == 303
    assert employees() == before
    assert "Salah berkas" in hr.get(page).text
    assert hr.post(f"{page}/undo", data={"csrf": token, "reason": "Lagi"}).status_code == 409


def test_who_is_in_a_cycle_stays_when_their_file_is_undone(office: Office):
    with transaction() as session:
        candidates = {office.people.staff[0], new_id()}
        assert records_in_use.in_use(session, candidates) == {office.people.staff[0]}
