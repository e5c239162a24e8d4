"""A decree corrected and revoked over the pages: proposed, checked, signed, told to whoever verifies it."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from approvals.models import Task
from core.actor import Role, system
from core.database import transaction
from core.ids import new_id
from flows.promotion.decrees import issue_decrees
from flows.promotion.models import Decree
from personnel.models import Account, Employee
from tests.integration.web import journeys
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

WHY = "NIP salah ketik."


@pytest.fixture
def decree(office: Office, browse: Browse) -> Decree:
    journeys.approved(office, browse)
    with transaction() as session:
        issue_decrees(session, system("flow"), office.cycle)
        account = session.scalars(select(Account).where(Account.login == "staff9")).one()
        account.roles = [str(Role.HR)]
    with transaction() as session:
        return session.scalars(select(Decree)).one()


def signed(browse: Browse, case_id: str) -> Decree:
    """Another of HR checks it, the mayor signs."""
    for login in ("staff9", "mayor"):
        with transaction() as session:
            query = select(Task.id).where(Task.case_id == UUID(case_id), Task.ended_at.is_(None))
            task = session.scalars(query).one()
        answer = browse(login).decide(task, decision="approve")
        assert answer.status_code == 303, answer.text
    with transaction() as session:
        return session.scalars(select(Decree).where(Decree.case_id == UUID(case_id))).one()


def proposed(hr: Browser, decree: Decree, what: str, **typed: str) -> str:
    page = f"/hr/decrees/{decree.id}"
    answer = hr.fill(f"{page}/{what}", page, reason=WHY, **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/cases/")


def test_a_decree_is_corrected_then_revoked_and_every_page_says_so(
    office: Office, browse: Browse, decree: Decree, stranger: Browser
):
    hr, person = browse("hr"), office.people.staff[0]
    page = f"/hr/decrees/{decree.id}"
    assert f'href="{page}"' in hr.get(f"/cases/{decree.case_id}").text
    wrong = hr.fill(f"{page}/correct", page, reason=WHY, nip="12", name="Ahmad")
    assert wrong.status_code == 422
    assert "18 angka" in wrong.text and 'value="Ahmad"' in wrong.text and WHY in wrong.text
    case = proposed(hr, decree, "correct", nip="198001012005019999")
    assert case in hr.get(page).text and "Usulkan" not in hr.get(page).text
    shown = browse("mayor").get(f"/cases/{case}")
    assert shown.status_code == 404  # it has not come to the mayor yet
    seen = browse("staff0").get(f"/cases/{case}").text
    assert "198001012005019999" in seen and WHY in seen and "/withdraw" not in seen
    first = signed(browse, case)
    old = stranger.get(f"/verify/{decree.code}").text
    assert "SK ini sudah diperbaiki" in old and f'href="/verify/{first.code}"' in old and first.number in old
    new = stranger.get(f"/verify/{first.code}").text
    assert "Surat keputusan ini asli" in new and decree.number in new
    assert stranger.get(f"/verify/{decree.code}.pdf").content[:5] == b"%PDF-"
    last = signed(browse, proposed(hr, first, "revoke"))
    for code in (decree.code, first.code):
        said = stranger.get(f"/verify/{code}").text
        assert "SK ini sudah dicabut" in said and last.number in said and "ini asli" not in said
        assert last.code not in said  # its file tells why, which the old paper's readers need not know
    said = stranger.get(f"/verify/{last.code}").text
    assert "Mencabut SK" in said and first.number in said and "→" not in said
    assert "Diperbaiki" not in stranger.get(f"/verify/{last.code}").text
    for path in (f"/cases/{decree.case_id}", page, f"/processes/{office.cycle}"):
        shown = hr.get(path).text
        assert first.number in shown and last.number in shown, path
    rows = hr.get(f"/processes/{office.cycle}/candidates?outcome=meets").text
    assert decree.number in rows and first.number in rows
    with transaction() as session:
        assert session.get_one(Employee, person).rank == decree.rank_from
    mine = browse("staff0").get("/my").text
    assert "mencabut kenaikan pangkat Anda" in re.sub(r"\s+", " ", mine)
    assert "Usulkan" not in hr.get(f"/hr/decrees/{last.id}").text
    again = hr.fill(f"/hr/decrees/{last.id}/revoke", page, reason=WHY)
    assert again.status_code == 409
    assert hr.get(f"/hr/decrees/{new_id()}").status_code == 404
    assert hr.fill(f"/hr/decrees/{new_id()}/revoke", page, reason=WHY).status_code == 404
