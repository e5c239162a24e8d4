import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from core.settings import MailSettings, Settings
from notifications import tokens
from notifications.reports import Kind, named, read
from tests.unit.notifications.bounced import complaint, exchange, exim, on_holiday, postfix

OURS = new_id()


@pytest.fixture
def returning(monkeypatch: pytest.MonkeyPatch) -> str:
    mail = MailSettings(return_address="bounces@medan.go.id")
    monkeypatch.setattr(tokens, "settings", lambda: Settings(mail=mail))
    address = tokens.returning_to(OURS)
    assert address
    return address


def test_postfix_says_that_an_address_is_unknown():
    (report,) = read(postfix(OURS))
    assert (report.kind, report.message_id, report.proved) == (Kind.HARD, OURS, False)
    assert (report.address, report.status) == ("siti@medan.go.id", "5.1.1")
    assert "User unknown" in report.detail


def test_exchange_returns_the_whole_letter():
    (report,) = read(exchange(OURS))
    assert (report.kind, report.message_id, report.address) == (Kind.HARD, OURS, "siti@medan.go.id")
    assert (report.status, "RecipientNotFound; Recipient not found" in report.detail) == ("5.1.10", True)


def test_the_address_a_report_came_to_names_its_message_whatever_is_returned(returning: str):
    (report,) = read(postfix("", to=returning))
    assert (report.message_id, report.proved) == (OURS, True)
    (report,) = read(exim(returning.upper()))
    assert (report.kind, report.message_id, report.proved) == (Kind.HARD, OURS, True)


def test_a_forged_address_proves_nothing(returning: str):
    forged = returning.replace(returning[12], "a" if returning[12] != "a" else "b", 1)
    (report,) = read(postfix(OURS, to=forged))
    assert (report.message_id, report.proved) == (OURS, False)


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", Kind.HARD),
        ("failed", "5.1.2", Kind.HARD),
        ("failed", "5.2.1", Kind.HARD),
        ("failed", "5.2.2", Kind.SOFT),
        ("failed", "5.4.7", Kind.SOFT),
        ("failed", "5.7.1", Kind.SOFT),
        ("failed", "4.4.1", Kind.SOFT),
        ("Delayed", "4.4.1", Kind.DELAY),
    ],
)
def test_a_full_mailbox_or_a_policy_says_nothing_against_an_address(action: str, status: str, kind: Kind):
    (report,) = read(postfix(OURS, action=action, status=status))
    assert report.kind is kind


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_that_a_letter_arrived_is_no_trouble(action: str):
    assert read(postfix(OURS, action=action, status="2.0.0")) == []


def test_a_complaint_names_the_letter_that_was_unwanted():
    (report,) = read(complaint(OURS))
    assert (report.kind, report.message_id, report.address) == (Kind.COMPLAINT, OURS, "siti@medan.go.id")


def test_an_answer_from_holidays_is_no_report(returning: str):
    assert read(on_holiday(returning)) == []


def test_the_same_bytes_are_the_same_report():
    assert read(postfix(OURS)) == read(postfix(OURS))
    assert read(postfix(OURS))[0].key != read(postfix(new_id()))[0].key


@given(st.binary(max_size=2_000))
def test_anything_may_be_sent_to_us(raw: bytes):
    assert read(raw) == []


@given(st.integers(0, 3_000), st.binary(max_size=30))
def test_a_report_cut_short_or_spoilt_anywhere_is_read_or_is_none(at: int, spoilt: bytes):
    for whole in (postfix(OURS), exchange(OURS), complaint(OURS)):
        for raw in (whole[:at], whole[:at] + spoilt + whole[at + len(spoilt) :]):
            assert len(read(raw)) <= 1


def test_only_ids_as_we_make_them_name_a_message():
    assert named(f"<{OURS}@medan.go.id>") == named(f"{OURS}") == OURS
    assert named("<019365a0-0000-4000-8000-000000000002@medan.go.id>") is None
    assert named("<abc@gmail.com>") is None and named("") is None
