from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr, parsedate_to_datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from core.ids import new_id
from core.settings import MailSettings, Settings
from notifications import letter, links, tokens
from notifications.invitations import Invitation
from notifications.letter import BadAddress, compose
from notifications.models import Message
from notifications.outbox import _plain  # pyright: ignore[reportPrivateUsage]
from notifications.render import Rendered
from tests.unit.notifications.samples import CASE, NOW, READER, TASK

RENDERED = Rendered(
    "Perlu keputusan Anda: Kenaikan pangkat – Siti", "Yth. Bapak/Ibu,\n", "<p>Yth. Bapak/Ibu</p>\n"
)


@pytest.fixture(autouse=True, scope="module")
def sender():
    mail = MailSettings(sender='"BKPSDM Kota, Medan" <mufakat@bkpsdm.go.id>')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letter, "settings", lambda: Settings(mail=mail))
        yield


def message(**changed: object) -> Message:
    facts = {"id": new_id(), "template": "task_assigned", "language": "id", "recipient_id": READER}
    known = {"name": "Drs. Hasan Basri, M.Si.", "address": "hasan@medan.go.id", "facts": TASK}
    return Message(**(facts | known | changed))


def sent(of: Message, rendered: Rendered = RENDERED, now: datetime = NOW) -> EmailMessage:
    """The letter as the other side reads it from its bytes."""
    return message_from_bytes(compose(of, rendered, now).content, policy=SMTP)  # pyright: ignore


def display_name(of: bytes) -> str:
    """To whom a letter goes, read the older way: the newer one adds spaces to long names (Python 3.11)."""
    name, _ = parseaddr(message_from_bytes(of)["To"])
    return str(make_header(decode_header(name)))


def test_a_letter_has_a_text_and_an_html_part_in_utf8():
    received = sent(message())
    assert received.get_content_type() == "multipart/alternative"
    text, html = received.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content_charset() == html.get_content_charset() == "utf-8"
    assert text.get_content().replace("\r\n", "\n") == RENDERED.text
    assert "Yth. Bapak/Ibu" in html.get_content()


def test_its_headers_say_who_sends_it_to_whom_and_that_a_machine_did():
    of = message()
    received = sent(of)
    assert received["From"].addresses[0].display_name == "BKPSDM Kota, Medan"
    assert received["To"].addresses[0].display_name == "Drs. Hasan Basri, M.Si."
    assert received["To"].addresses[0].addr_spec == "hasan@medan.go.id"
    assert received["Subject"] == RENDERED.subject
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Id"] == "Mufakat <mufakat.bkpsdm.go.id>"
    assert received["Content-Language"] == "id"
    assert received["X-Mufakat-Message"] == str(of.id)
    assert parsedate_to_datetime(received["Date"]) == NOW
    assert received["Date"].endswith("+0700")


def test_the_message_id_is_the_same_at_every_sending():
    of = message()
    assert sent(of)["Message-ID"] == sent(of)["Message-ID"] == f"<{of.id}@bkpsdm.go.id>"
    assert sent(message())["Message-ID"] != sent(of)["Message-ID"]


def test_mails_about_one_case_are_one_conversation():
    assert sent(message())["References"] == sent(message())["References"] == f"<{TASK['case']}@bkpsdm.go.id>"
    assert "References" not in sent(message(template="one_time_code", facts={"code_id": "x"}))


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85"])
def test_nothing_that_people_wrote_becomes_a_header(ending: str):
    evil = f"Siti{ending}Bcc: all@medan.go.id{ending}{ending}<html>"
    received = sent(message(name=evil), Rendered(evil, "text\n", "<p>html</p>\n"))
    assert "Bcc" not in received
    assert received["Subject"] == "Siti Bcc: all@medan.go.id <html>"
    assert [a.addr_spec for a in received["To"].addresses] == ["hasan@medan.go.id"]


@pytest.mark.parametrize("name", ['Quote " and, comma <x@y.z>', "Ümlaut Ñandú", "a" * 300, "", "名前 " * 40])
def test_any_name_leaves_the_address_alone(name: str):
    received = sent(message(name=name))
    assert [a.addr_spec for a in received["To"].addresses] == ["hasan@medan.go.id"]
    assert display_name(of=compose(message(name=name), RENDERED, NOW).content) == " ".join(name.split())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hasan",
        "@medan.go.id",
        "hasan@",
        "a b@c.d",
        "a@b.c\r\nBcc: x@y.z",
        "a@b.c, d@e.f",
        "hasän@medan.go.id",
    ],
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(BadAddress):
        compose(message(address=address), RENDERED, NOW)


@given(
    st.lists(
        st.sampled_from(["Perlu", "III/b", "→", "Ñandú", "“Dinas”", "名前", "é", "(KP-2026-12/0007)"]),
        min_size=1,
    )
)
def test_any_subject_arrives_as_it_was_written(words: list[str]):
    subject = " ".join(words)
    raw = compose(message(name=subject), Rendered(subject, "text\n", "html\n"), NOW).content
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject
    assert display_name(of=raw) == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


def test_a_letter_passes_servers_that_only_take_seven_bits_and_short_lines():
    raw = compose(message(), Rendered("Ké", "é" * 5000 + "\n", "<p>" + "é " * 5000 + "</p>\n"), NOW).content
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


PEOPLE_WRITE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=300)


@given(text=PEOPLE_WRITE, html=PEOPLE_WRITE)
def test_what_people_wrote_arrives_letter_by_letter(text: str, html: str):
    def plain(said: str) -> str:
        return said.replace("\r\n", "\n").replace("\r", "\n")

    raw = compose(message(), Rendered("x", text, html), NOW).content
    parts = list(message_from_bytes(raw, policy=SMTP).iter_parts())
    found = [part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in parts]  # pyright: ignore
    assert found == [plain(text), plain(html)]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998 and raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


@given(name=st.text(max_size=120), subject=st.text(max_size=300))
def test_whatever_a_name_or_subject_holds_the_headers_stay_ours(name: str, subject: str):
    raw = compose(message(name=name), Rendered(subject, "text\n", "html\n"), NOW).content
    received = message_from_bytes(raw, policy=SMTP)
    assert [header for header in received if header not in OURS] == []
    assert [a.addr_spec for a in received["To"].addresses] == ["hasan@medan.go.id"]


OURS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "X-Mufakat-Message",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


def test_what_looks_encoded_is_shown_as_it_was_written():
    tricky = "=?utf-8?q?=41?= dan B"
    raw = compose(message(name=tricky), Rendered(tricky, "t\n", "h\n"), NOW).content
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == tricky
    assert display_name(of=raw) == tricky


def test_mail_that_may_be_ended_is_ended_by_one_click_and_other_mail_is_not():
    reminder = sent(message(template="task_reminder", facts=TASK | {"nth": 1}))
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = reminder["List-Unsubscribe"].strip("<>").rpartition("/mail/off/")[2]
    assert links.read_off_link(token) == (READER, "reminders")
    work = sent(message())
    assert work["List-Unsubscribe"] == "<http://127.0.0.1:8080/my/mail>"
    assert "List-Unsubscribe-Post" not in work
    for template, facts in {
        "case_decided": CASE | {"outcome": "approved"},
        "task_reminder": TASK | {"nth": 1, "law_due_at": "2026-12-10T09:00:00+00:00"},
        "one_time_code": {"code_id": "x"},
    }.items():
        assert "List-Unsubscribe" not in sent(message(template=template, facts=facts)), template


def test_a_letter_comes_back_to_an_address_that_names_it(monkeypatch: pytest.MonkeyPatch):
    mail = MailSettings(return_address="bounces@medan.go.id")
    monkeypatch.setattr(tokens, "settings", lambda: Settings(mail=mail))
    of = message()
    envelope = compose(of, RENDERED, NOW).sender
    assert envelope.startswith("bounces+") and envelope.endswith("@medan.go.id")
    assert len(envelope.partition("@")[0]) <= 64
    assert tokens.message_of(envelope) == tokens.message_of(envelope.upper()) == of.id
    forged = envelope.replace(envelope[10], "a" if envelope[10] != "a" else "b", 1)
    assert tokens.message_of(forged) is None
    assert tokens.message_of("bounces@medan.go.id") is None


INVITATION = Invitation(
    about=UUID("019365a0-0000-7000-8000-000000000009"),
    sequence=0,
    title="Rapat Baperjakat: Siti – é",
    starts_at=datetime(2026, 12, 1, 2, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 4, tzinfo=UTC),
    place="Ruang Rapat I, lantai 2",
)


def calendar_in(invitation: Invitation) -> tuple[EmailMessage, Calendar]:
    facts = TASK | {"invitation": _plain(invitation.fact())}
    received = sent(message(facts=facts))
    *_, part = received.iter_parts()
    return part, Calendar.from_ical(part.get_content())  # pyright: ignore


def test_a_date_goes_into_its_readers_calendar():
    part, calendar = calendar_in(INVITATION)
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_param("name")) == ("REQUEST", "undangan.ics")
    (event,) = calendar.events
    assert str(event["UID"]) == f"{INVITATION.about}@bkpsdm.go.id"
    assert (event.start, event.end) == (INVITATION.starts_at, INVITATION.ends_at)
    assert str(event["DTSTART"].params["TZID"]) == "Asia/Jakarta" and calendar.timezones
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (INVITATION.title, INVITATION.place)
    assert event["ATTENDEE"] == "MAILTO:hasan@medan.go.id"


def test_a_changed_date_replaces_the_first_and_one_called_off_ends_it():
    _, first = calendar_in(INVITATION)
    later = replace(INVITATION, sequence=1, starts_at=datetime(2026, 12, 2, 2, tzinfo=UTC))
    _, second = calendar_in(later)
    part, third = calendar_in(replace(later, sequence=2, called_off=True))
    assert len({str(c.events[0]["UID"]) for c in (first, second, third)}) == 1
    assert [int(c.events[0]["SEQUENCE"]) for c in (first, second, third)] == [0, 1, 2]
    assert (part.get_param("method"), str(third.events[0]["STATUS"])) == ("CANCEL", "CANCELLED")
