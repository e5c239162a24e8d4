"""HR's import: sent, read row by row, applied or dropped."""

import re

from sqlalchemy import func, select

from core.database import transaction
from personnel.models import Employee
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
    for name, content in (("a.xlsx", b"no sheet"), ("a.csv", b"one;two\n1;2\n"), ("", b"")):
        answer = hr.fill("/hr/imports", "/hr/imports", files={"file": (name, content)})
        assert answer.status_code == 422, name
        assert 'aria-describedby="problem"' in answer.text
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
