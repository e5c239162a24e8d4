from datetime import UTC, datetime, timedelta

import pytest

from core.ids import new_id
from core.settings import Settings, settings
from notifications import links
from notifications.links import GOOD_FOR, BadLink, Link, read_link, task_link

NOW = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
TASK, PERSON = new_id(), new_id()


def token(at: datetime = NOW) -> str:
    return task_link(TASK, PERSON, at).rpartition("/link/")[2]


def test_a_link_says_which_task_and_whom_it_was_sent_to():
    assert task_link(TASK, PERSON, NOW).startswith(f"{settings().public_url}/link/")
    assert read_link(token(), NOW + timedelta(days=3)) == Link(TASK, PERSON, NOW)


def test_a_link_is_good_for_thirty_days_by_the_clock_it_is_given():
    read_link(token(), NOW + GOOD_FOR)
    with pytest.raises(BadLink):
        read_link(token(), NOW + GOOD_FOR + timedelta(seconds=1))


def test_any_changed_character_spoils_a_link():
    good = token()
    for place in range(len(good) - 1):
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(BadLink):
            read_link(changed, NOW)


@pytest.mark.parametrize("rubbish", ["", ".", "x", "a.b", "é.ü", "A" * 5000, "\x00", "../../etc/passwd"])
def test_rubbish_is_no_link(rubbish: str):
    with pytest.raises(BadLink):
        read_link(rubbish, NOW)


def test_a_link_of_another_installation_is_not_taken(monkeypatch: pytest.MonkeyPatch):
    theirs = token()
    monkeypatch.setattr(links, "settings", lambda: Settings(secret="another secret"))  # pyright: ignore
    with pytest.raises(BadLink):
        read_link(theirs, NOW)


def test_nothing_is_signed_without_a_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(links, "settings", lambda: Settings(secret=""))  # pyright: ignore
    with pytest.raises(RuntimeError, match="MUFAKAT_SECRET"):
        task_link(TASK, PERSON, NOW)


def test_a_link_travels_in_an_address_unchanged():
    assert all(c.isalnum() or c in "-_.=" for c in token()) and len(token()) < 120
