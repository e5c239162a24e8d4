from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from core.settings import MailSettings, Settings
from notifications import letter
from notifications.letter import BadAddress, compose
from notifications.models import Message
from notifications.render import Rendered
from tests.unit.notifications.samples import NOW, READER, TASK

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
    return message_from_bytes(compose(of, rendered, now).message.as_bytes(), policy=SMTP)  # pyright: ignore


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
    assert display_name(of=compose(message(name=name), RENDERED, NOW).message.as_bytes()) == " ".join(
        name.split()
    )


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
    raw = compose(message(name=subject), Rendered(subject, "text\n", "html\n"), NOW).message.as_bytes()
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject
    assert display_name(of=raw) == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


def test_a_letter_passes_servers_that_only_take_seven_bits_and_short_lines():
    raw = compose(
        message(), Rendered("Ké", "é" * 5000 + "\n", "<p>" + "é " * 5000 + "</p>\n"), NOW
    ).message.as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
