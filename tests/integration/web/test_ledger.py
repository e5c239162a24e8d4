"""The log's proofs over the pages: who sees them, and that what is downloaded can be checked."""

from core.actor import Role, system
from core.database import transaction
from core.events import seal
from core.ledger import checkpoints, keys
from core.ledger.notes import read
from core.ledger.receipts import check
from personnel.models import Account
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office


def signed() -> None:
    with transaction() as session:
        while seal(session):
            pass
        checkpoints.sign(session, system("keeper"), keys.own())


def fingerprint() -> str:
    return keys.own().public.fingerprint


def test_who_may_see_a_case_gets_its_receipt_and_nobody_else(office: Office, browse: Browse):
    case = office.case_of(office.task()).id
    browse("head").decide(office.task(), decision="approve")
    signed()
    for login in ("staff0", "head", "verifier", "hr"):
        answer = browse(login).get(f"/cases/{case}/receipt")
        assert answer.headers["content-disposition"].startswith("attachment")
        found = check(answer.text, [fingerprint()])
        assert found.sound and "task.decided" in [event["name"] for event in found.events]
        assert "Irwansyah" not in answer.text and "Ahmad" not in answer.text
    assert browse("staff1").get(f"/cases/{case}/receipt").status_code == 404


def test_before_the_first_checkpoint_a_receipt_says_to_come_again(office: Office, browse: Browse):
    answer = browse("hr").get(f"/cases/{office.case_of(office.task()).id}/receipt")
    assert answer.status_code == 409 and "titik periksa" in answer.text


def test_the_case_page_offers_the_receipt(office: Office, browse: Browse):
    case = office.case_of(office.task()).id
    assert f'href="/cases/{case}/receipt"' in browse("staff0").get(f"/cases/{case}").text


def test_auditors_see_the_checkpoints_and_take_their_text(office: Office, browse: Browse):
    with transaction() as session:
        account = session.query(Account).filter_by(login="staff5").one()
        account.roles = [str(Role.AUDITOR)]
    auditor = browse("staff5")
    assert auditor.get("/ledger").status_code == 200
    signed()
    page = auditor.get("/ledger").text
    assert (
        'href="/ledger/1.txt"' in page
        and fingerprint() in page
        and 'href="/ledger"' in auditor.get("/my").text
    )
    note = read(auditor.get("/ledger/1.txt").text)
    assert note.is_signed_by(keys.own().public)
    assert auditor.get("/ledger/2.txt").status_code == 404
    assert auditor.get("/ledger/99999999999.txt").status_code in (404, 422)


def test_anybody_may_know_the_keys(office: Office, stranger: Browser):
    signed()
    assert stranger.get("/ledger/keys.txt").text == f"{fingerprint()} {keys.own().public.text}\n"
    assert stranger.get("/ledger").status_code == 303
