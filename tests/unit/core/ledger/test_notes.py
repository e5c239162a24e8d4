from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.ledger.notes import NotANote, Note, notes_in, read
from core.ledger.signing import NotAKey, PublicKey, SigningKey

KEY = SigningKey.new()
NOTE = Note(
    number=3,
    size=1042,
    root=bytes(range(32)),
    previous_size=1000,
    at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    key_id=KEY.public.id,
).signed_by(KEY)


def test_a_note_is_read_as_it_was_written():
    assert read(NOTE.text(KEY.public)) == NOTE


@pytest.mark.parametrize(
    "change",
    [
        {"number": 4},
        {"size": 1043},
        {"root": bytes(32)},
        {"previous_size": 999},
        {"at": NOTE.at + timedelta(seconds=1)},
        {"key_id": "0" * 16},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
    ids=str,
)
def test_the_signature_covers_everything_that_a_note_says(change: dict[str, object]):
    assert NOTE.is_signed_by(KEY.public)
    assert not replace(NOTE, **change).is_signed_by(KEY.public)


def test_another_key_did_not_sign_it():
    assert not NOTE.is_signed_by(SigningKey.new().public)


def test_notes_are_found_in_a_mail_that_was_kept_or_answered():
    other = replace(NOTE, number=4, size=2000).signed_by(KEY)
    quoted = "".join(f"> {line}\n" for line in other.text(KEY.public).splitlines())
    text = f"Yth. Bapak/Ibu,\n\n{NOTE.text(KEY.public)}\n--\nKantor\n\n{quoted}".replace("\n", "\r\n")
    assert list(notes_in(text)) == [NOTE, other]


@pytest.mark.parametrize(
    "text",
    ["", "mufakat-ledger\n12\n", NOTE.body(), NOTE.text(KEY.public).replace("at ", "at x")],
    ids=["empty", "cut", "unsigned", "altered"],
)
def test_what_is_no_note_is_refused(text: str):
    with pytest.raises(NotANote):
        read(text)


def test_a_key_is_the_same_after_it_was_written_down():
    again = SigningKey.read(KEY.secret_text() + "\n")
    assert again.public == KEY.public == PublicKey.read(KEY.public.text)
    assert again.public.fingerprint.startswith(again.public.id)


@pytest.mark.parametrize(
    "text", ["", "not base64!", "AAAA", KEY.secret_text()[:-8]], ids=["empty", "words", "short", "cut"]
)
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(NotAKey):
        SigningKey.read(text)


def test_a_key_does_not_show_its_secret():
    assert KEY.secret_text() not in repr(KEY)
