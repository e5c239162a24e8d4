"""Erasure by order of the law over the pages: shown, proposed by one administrator, confirmed by another."""

import pytest
from sqlalchemy import func, select, update

from approvals.models import Case, Decision
from approvals.models_proposals import Proposal
from core import clock
from core.actor import Role
from core.database import transaction
from core.events import history
from core.ledger.verifying import verify
from flows.process.models import Process
from notifications.models import Message
from personnel.models import Account, Employee
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.second import administrator, confirmed, waiting
from tests.integration.web.test_mine import text

PAGE = "/admin/erasures"
ORDER = {"order": "Putusan 12/Pdt/2026, UU 27/2022 pasal 43", "reason": "Putusan pengadilan."}


def first(browse: Browse) -> Browser:
    """The operator, who is an administrator here."""
    with transaction() as session:
        session.execute(update(Account).where(Account.login == "operator").values(roles=[Role.ADMIN]))
    return browse("operator")


def nip_of(office: Office) -> str:
    with transaction() as session:
        return session.get_one(Employee, office.people.staff[0]).nip


def over(office: Office, browse: Browse) -> None:
    """The first case is rejected, and its cycle has ended."""
    word = {"reject_code": "data-untrue", "comment": "Ijazah palsu."}
    browse("head").decide(office.task(), decision="reject", **word)
    with transaction() as session:
        session.execute(update(Process).values(state="cancelled", ended_at=clock.now(session)))


def ask(browser: Browser, office: Office, act: str, **said: str):
    return browser.fill(PAGE, PAGE, act=act, person=nip_of(office), **(ORDER | said))


def test_what_would_be_erased_is_shown_and_nothing_of_it_goes(office: Office, browse: Browse):
    admin = first(browse)
    over(office, browse)
    page = ask(admin, office, "preview")
    assert page.status_code == 200
    assert "belum ada yang dihapus" in page.text and "Alasan keputusan" in page.text
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.subject_id == office.people.staff[0])).one()
        assert case.subject_name.startswith("Ahmad Fauzi") and case.data
        assert session.scalars(select(Decision.comment)).one() == "Ijazah palsu."
        assert session.scalars(select(Proposal)).all() == []


@pytest.mark.tampers
def test_another_administrator_confirms_it_and_the_page_says_what_went(office: Office, browse: Browse):
    admin, second = first(browse), administrator(browse)
    over(office, browse)
    assert ask(admin, office, "propose").status_code == 303
    assert ask(admin, office, "propose").status_code == 409
    with transaction() as session:
        told = select(func.count()).where(Message.template == "second_asked")
        assert session.scalars(told).one() >= 1
    (address,) = waiting(admin)
    assert admin.fill(f"{address}/confirm", "/hr/proposals").status_code == 403
    assert browse("hr").fill(f"{address}/confirm", "/hr/proposals").status_code == 403
    assert confirmed(second) == "/hr/proposals"
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.subject_id == office.people.staff[0])).one()
        assert case.subject_name == "—" and case.data == {}
        last = [row.name for row in history(session, case.id)]
        assert "content.erased" in last
        assert verify(session).sound
    said = text(second, PAGE)
    assert "Dihapus Putusan 12/Pdt/2026" in said and "Usulan: judul, nama, data 1" in said


def test_what_still_goes_on_is_not_erased(office: Office, browse: Browse):
    admin = first(browse)
    for act in ("preview", "propose"):
        refused = ask(admin, office, act)
        assert refused.status_code == 409
        assert "Putusan 12/Pdt/2026" in refused.text
    for missing in ({"order": " "}, {"reason": " "}):
        assert ask(admin, office, "preview", **missing).status_code == 422


def test_a_proposal_is_taken_back_and_nothing_was_erased(office: Office, browse: Browse):
    admin = first(browse)
    over(office, browse)
    ask(admin, office, "propose")
    (address,) = waiting(admin)
    assert admin.fill(f"{address}/take-back", PAGE).status_code == 303
    assert "Ditarik kembali" in text(admin, PAGE)
    with transaction() as session:
        assert session.scalars(select(Decision.comment)).one() == "Ijazah palsu."
