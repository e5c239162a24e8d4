"""Pages about mail: what people choose, what no mail brought them, what operators and HR do about it."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from core.database import transaction
from core.events import EventRow
from core.ids import new_id
from core.settings import settings
from notifications import holds, preferences, returns
from notifications.hooks import signature
from notifications.links import off_link
from notifications.models import Message, UnreachedPerson
from notifications.outbox import MessageDraft, enqueue
from notifications.reports import read
from notifications.topics import NEWS, REMINDERS, TALK, WORK, Rhythm
from personnel.directory import PersonnelDirectory
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.serving import serving
from tests.unit.notifications.bounced import postfix
from tests.unit.notifications.samples import CASE, COMMENTED, TASK

CHOICE = {"work": "daily", "reminders": "off", "talk": "weekly", "news": "at_once", "digest_at": "08:15"}
HOURS = {"digest_day": "4", "quiet": "own", "quiet_from": "21:00", "quiet_until": "05:30"}


def wishes(person: UUID):
    with transaction() as session:
        return preferences.of(session, person)


def names(prefix: str) -> list[str]:
    """The events of a kind, in their order."""
    with transaction() as session:
        found = select(EventRow.name).where(EventRow.name.startswith(prefix)).order_by(EventRow.at)
        return list(session.scalars(found))


def send(person: UUID, template: str = "case_commented", **facts: object) -> UUID:
    """A message to somebody that was sent."""
    said = {
        "case_commented": COMMENTED,
        "case_decided": CASE | {"outcome": "approved"},
        "task_assigned": TASK,
    }
    event = new_id()
    with transaction() as session:
        reader = PersonnelDirectory(session).people([person])[person]
        enqueue(session, [MessageDraft(event, template, reader, said[template] | facts)])
        message = session.scalars(select(Message).where(Message.event_id == event)).one()
        session.execute(
            text("UPDATE message SET state = 'sent', sent_at = now() WHERE id = :id"), {"id": message.id}
        )
        return message.id


def come_back(message_id: UUID) -> None:
    with transaction() as session:
        address = session.get_one(Message, message_id).address
        assert returns.take_in(session, read(postfix(message_id, recipient=address))) == 1


def test_people_choose_how_often_mail_comes_and_when_it_leaves_them_in_peace(office: Office, browse: Browse):
    head = browse("head")
    assert head.fill("/my/mail", "/my/mail", **CHOICE, **HOURS).status_code == 303
    kept = wishes(office.people.head)
    assert kept.rhythms == {
        WORK: Rhythm.DAILY,
        REMINDERS: Rhythm.OFF,
        TALK: Rhythm.WEEKLY,
        NEWS: Rhythm.AT_ONCE,
    }
    assert (f"{kept.digest_at:%H:%M}", kept.digest_day, kept.quiet) == ("08:15", 4, "own")
    page = head.get("/my/mail").text
    assert '<option value="weekly" selected>' in page and 'value="21:00"' in page


@pytest.mark.parametrize(
    "wrong", [{"work": "off"}, {"talk": "hourly"}, {"digest_at": "soon"}, {"digest_day": "9"}, {"quiet": "x"}]
)
def test_what_can_not_be_chosen_is_refused_and_changes_nothing(
    office: Office, browse: Browse, wrong: dict[str, str]
):
    head = browse("head")
    assert head.fill("/my/mail", "/my/mail", **{**CHOICE, **HOURS, **wrong}).status_code == 422
    assert wishes(office.people.head) == preferences.usual()


def end_address(person: UUID, topic: str) -> str:
    return re.sub(r"^https?://[^/]+", "", off_link(person, topic))


def test_one_click_of_a_mail_program_ends_a_topic_without_a_login_or_a_form_of_ours(
    office: Office, stranger: Browser
):
    where = end_address(office.people.head, REMINDERS)
    answer = stranger.post(where, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert wishes(office.people.head).rhythm(REMINDERS) is Rhythm.OFF
    assert names("mail_wishes") == ["mail_wishes.chosen"]


def test_looking_at_that_address_ends_nothing_and_its_button_does(office: Office, stranger: Browser):
    where = end_address(office.people.head, TALK)
    page = stranger.get(where)
    assert page.status_code == 200 and f'<form method="post" action="{where}">' in page.text
    assert wishes(office.people.head).rhythm(TALK) is Rhythm.AT_ONCE
    stranger.post(where, data={"List-Unsubscribe": "One-Click"})
    assert wishes(office.people.head).rhythm(TALK) is Rhythm.OFF
    assert f'action="{where}"' not in stranger.get(where).text


def test_no_click_ends_what_must_be_told(office: Office, stranger: Browser):
    for topic in (WORK, "", "case_decided"):
        assert stranger.post(end_address(office.people.head, topic)).status_code == 422
    assert stranger.post("/mail/off/made.up").status_code == 404
    assert wishes(office.people.head) == preferences.usual()


def test_whom_mail_does_not_reach_is_told_at_the_door_and_reads_it_in_the_app(office: Office, browse: Browse):
    message = send(office.people.head, "case_decided")
    come_back(message)
    head = browse("head")
    assert "1 pesan tidak sampai" in head.get("/inbox").text
    page = head.get("/my/messages").text
    assert f"/my/messages/{message}" in page
    assert "tidak sampai kepada Anda" in head.get("/my/mail").text
    assert "disetujui" in head.get(f"/my/messages/{message}").text.lower()
    framed = head.get(f"/my/messages/{message}/body")
    assert "sandbox" in framed.headers["content-security-policy"] and "<h1" in framed.text
    assert head.fill("/my/messages/read", "/my/messages").status_code == 303
    assert "tidak sampai" not in browse("head").get("/inbox").text


def test_nobody_reads_anothers_messages(office: Office, browse: Browse):
    message = send(office.people.head)
    other = browse("other_head")
    assert other.get(f"/my/messages/{message}").status_code == 404
    assert other.get(f"/my/messages/{message}/body").status_code == 404
    assert str(message) not in other.get("/my/messages").text


def test_hr_sees_whom_mail_does_not_reach_prints_their_letters_and_says_when_all_is_well(
    office: Office, browse: Browse
):
    come_back(send(office.people.head, "case_decided"))
    hr = browse("hr")
    page = hr.get("/hr/unreached").text
    assert "Irwansyah Daulay" in page and "User unknown" in page
    printed = hr.fill("/hr/unreached/letters", "/hr/unreached").text
    assert "Yth. Bapak/Ibu" in printed and "paper-letter" in printed
    listed = hr.get("/hr/accounts?search=Irwansyah").text
    found = re.search(r'href="(/hr/accounts/[^"/?]+)" data-row', listed)
    assert found and "Tidak terjangkau surel</span>" in listed
    assert 'href="/hr/unreached">Tidak terjangkau surel</a>' in hr.get(found[1]).text.partition("</dl>")[0]
    assert names("mail_address") == ["mail_address.unreached", "mail_address.printed"]
    said = hr.fill(f"/hr/unreached/{office.people.head}", "/hr/unreached", reason="alamat dibetulkan")
    assert said.status_code == 303
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(UnreachedPerson)) == 0


def test_operators_stop_the_mail_and_let_it_go_on(office: Office, browse: Browse):
    operator = browse("operator")
    assert operator.fill("/operator/mail/hold", "/operator/mail", reason=" ").status_code == 303
    with transaction() as session:
        assert holds.current(session) is None
    operator.fill("/operator/mail/hold", "/operator/mail", reason="teks salah")
    assert "teks salah" in operator.get("/operator/mail").text
    operator.fill("/operator/mail/lift", "/operator/mail", reason="sudah benar")
    with transaction() as session:
        assert holds.current(session) is None
    assert names("mail_hold") == ["mail_hold.placed", "mail_hold.lifted"]


def test_the_operator_sees_what_came_back(office: Office, browse: Browse):
    come_back(send(office.people.head))
    page = browse("operator").get("/operator/mail").text
    assert "User unknown" in page and "Irwansyah Daulay" in page


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_mail_services_report_is_taken_in_once_if_it_is_signed(office: Office):
    message = send(office.people.head)
    with serving(MUFAKAT_MAIL_HOOK_SECRET=SECRET) as address, Browser(address) as service:
        body = f'{{"events": [{{"kind": "hard", "message": "{message}", "status": "5.1.1"}}]}}'.encode()
        at = str(int(datetime.now(UTC).timestamp()))
        proof = {"webhook-id": "msg_1", "webhook-timestamp": at, "content-type": "application/json"}
        signed = proof | {"webhook-signature": signature(SECRET, "msg_1", at, body)}
        assert service.post("/hooks/mail", content=body, headers=proof).status_code == 403
        answers = [service.post("/hooks/mail", content=body, headers=signed) for _ in range(2)]
        assert [(a.status_code, a.text) for a in answers] == [(200, "1 new"), (200, "0 new")]
        broken = b"[]"
        bad = signed | {"webhook-signature": signature(SECRET, "msg_1", at, broken)}
        assert service.post("/hooks/mail", content=broken, headers=bad).status_code == 422
    with transaction() as session:
        assert session.get_one(Message, message).state == "dead"


def test_without_a_secret_no_report_is_taken_in(stranger: Browser):
    assert settings().mail.hook_secret.get_secret_value() == ""
    body, at = b"{}", str(int(datetime.now(UTC).timestamp()))
    headers = {"webhook-id": "m", "webhook-timestamp": at, "webhook-signature": signature("", "m", at, body)}
    assert stranger.post("/hooks/mail", content=body, headers=headers).status_code == 403
