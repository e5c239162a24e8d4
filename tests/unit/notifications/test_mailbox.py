import asyncio
import os
from pathlib import Path

import pytest

from core.ids import new_id
from core.settings import MailSettings, Settings
from notifications import mailbox
from notifications.letter import compose
from notifications.models import Message
from notifications.render import render
from notifications.transports import MaildirTransport
from notifications.ways import TransportDown
from tests.unit.notifications.samples import NOW, READER, TASK


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home" / "mail"
    monkeypatch.setattr(mailbox, "settings", lambda: Settings(mail=MailSettings(maildir=folder)))
    return folder


def deliver(maildir: Path, *names: str) -> list[Message]:
    written = [
        Message(
            id=new_id(),
            template="task_assigned",
            language="id",
            recipient_id=READER,
            name=name,
            address=f"{name.lower()}@medan.go.id",
            facts=TASK | {"title": f"Berkas {name} – é"},
        )
        for name in names
    ]
    transport = MaildirTransport(maildir)
    for message in written:
        rendered = render(
            message.template, "id", message.facts, recipient_id=READER, name=message.name, now=NOW
        )
        asyncio.run(transport.deliver(compose(message, rendered, NOW)))
    return written


def test_nothing_was_mailed_yet(maildir: Path):
    assert mailbox.messages() == [] and mailbox.count() == 0 and mailbox.message("x") is None


def test_a_mail_is_read_back_with_all_that_its_reader_sees(maildir: Path):
    (written,) = deliver(maildir, "Siti")
    (mail,) = mailbox.messages()
    assert mail.message_id == f"<{written.id}@localhost>"
    assert (mail.to, mail.at) == ("Siti <siti@medan.go.id>", NOW)
    assert mail.subject.startswith("Perlu keputusan Anda: Berkas Siti – é")
    assert mail.text.startswith("Yth. Bapak/Ibu Siti,") and "<h1" in mail.html
    link, wishes = mail.links
    assert wishes == "http://127.0.0.1:8080/my/mail"
    assert link.startswith("http://127.0.0.1:8080/link/") and link in mail.text
    assert mailbox.message(mail.id) == mail


def test_the_newest_come_first_in_pages(maildir: Path):
    deliver(maildir, *"ABCDEFG")
    assert [m.to[0] for m in mailbox.messages(limit=3)] == ["G", "F", "E"]
    assert [m.to[0] for m in mailbox.messages(limit=3, offset=5)] == ["B", "A"]


def test_what_is_known_already_is_left_out(maildir: Path):
    deliver(maildir, "A", "B")
    known = {mail.id for mail in mailbox.messages()}
    deliver(maildir, "C", "D")
    assert [m.to[0] for m in mailbox.besides(known)] == ["C", "D"]
    assert [m.to[0] for m in mailbox.besides(())] == ["A", "B", "C", "D"]


def test_one_persons_mails_are_found_whatever_the_case_of_the_address(maildir: Path):
    deliver(maildir, "Siti", "Budi", "Siti", "Ani")
    assert [m.to[:4] for m in mailbox.messages(recipient="SITI@medan.go.id")] == ["Siti", "Siti"]
    assert mailbox.messages(recipient="nobody@medan.go.id") == []
    assert (mailbox.count(), mailbox.count("budi@medan.go.id")) == (4, 1)


def test_a_mail_that_a_mail_program_has_marked_as_read_is_still_found(maildir: Path):
    deliver(maildir, "Siti")
    (before,) = mailbox.messages()
    path = next((maildir / "new").iterdir())
    path.rename(maildir / "cur" / f"{path.name}:2,S")
    assert mailbox.messages() == [before] and mailbox.message(before.id) == before


@pytest.mark.parametrize("evil", ["../../../etc/passwd", "/etc/passwd", "", ".", "new"])
def test_an_id_never_leads_out_of_the_mailbox(maildir: Path, evil: str):
    deliver(maildir, "Siti")
    assert mailbox.message(evil) is None


def test_nobody_else_on_the_machine_can_read_mail(maildir: Path):
    old = os.umask(0)
    try:
        deliver(maildir, "Siti")
    finally:
        os.umask(old)
    assert [p.stat().st_mode & 0o777 for p in (maildir / "new").iterdir()] == [0o600]
    assert {p.stat().st_mode & 0o777 for p in (maildir, *maildir.iterdir())} == {0o700}
    assert list((maildir / "tmp").iterdir()) == []


def test_a_disk_that_does_not_take_mail_is_told_as_such(tmp_path: Path, maildir: Path):
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(TransportDown, match="home"):
        deliver(maildir, "Siti")


def test_a_mailbox_file_ends_its_lines_as_files_do(maildir: Path):
    deliver(maildir, "Siti")
    assert b"\r" not in next((maildir / "new").iterdir()).read_bytes()
