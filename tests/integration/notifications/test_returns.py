"""What came back is taken in once, and what follows for the message, its reader and their next mail."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from core import clock, events
from core.directory import Person
from core.errors import NotAllowed
from core.ids import new_id
from core.ledger.erasing import Scope
from notifications import courier, erasing, inapp, leases, preferences, returns, unreached
from notifications.hooks import BadReport, BadSignature, reports_of, signature, verify
from notifications.models import MailReturn, Message, UnreachedPerson
from notifications.outbox import AddressMissing, CodeNotResent, MessageDraft, ReasonMissing, enqueue, resend
from notifications.reports import read
from notifications.sorting import sort
from notifications.surroundings import Surroundings
from notifications.topics import REMINDERS, Rhythm
from notifications.transports import MaildirTransport
from notifications.unreached import ReachedAlready
from tests.integration.notifications.factories import CLERK, OPERATOR, draft, person
from tests.integration.notifications.running import carrying, let_pauses_pass, wait_for, wait_until
from tests.unit.notifications.bounced import complaint, postfix
from tests.unit.notifications.samples import TASK

SITI = person()


def sent(session: Session, to: Person = SITI, template: str = "task_assigned", **facts: Any) -> Message:
    event = new_id()
    enqueue(session, [MessageDraft(event, template, to, TASK | facts)])
    leases.mark_sent(session, [m.id for m in leases.lease(session, "me", 10)])
    return again(session, session.scalars(select(Message).where(Message.event_id == event)).one())


def again(session: Session, message: Message) -> Message:
    session.refresh(message)
    return message


def come_back(session: Session, raw: bytes) -> int:
    return returns.take_in(session, read(raw))


def test_a_letter_that_came_back_is_not_delivered_and_its_reader_not_reached(
    session: Session, heard: list[events.Recorded]
):
    message = sent(session)
    assert come_back(session, postfix(message.id)) == 1
    assert (again(session, message).state, message.sent_at) == ("dead", None)
    assert message.last_error and "User unknown" in message.last_error
    (known,) = unreached.everybody(session)
    assert (known.person_id, known.address, known.kind) == (SITI.id, SITI.email, "hard")
    assert [e.name for e in heard] == ["mail_address.unreached", "message.returned"]


def test_the_same_report_again_changes_nothing(session: Session, heard: list[events.Recorded]):
    message = sent(session)
    assert [come_back(session, postfix(message.id)) for _ in range(2)] == [1, 0]
    assert len(heard) == 2


def test_what_is_written_to_them_afterwards_is_kept_and_goes_out_when_the_address_is_right(
    session: Session, heard: list[events.Recorded]
):
    come_back(session, postfix(sent(session).id))
    enqueue(session, [draft(SITI), draft(SITI)])
    assert sort(session, leases.lease(session, "me", 10), clock.now(session), Surroundings()) == []
    kept = session.scalars(select(Message).where(text("state = 'kept'"))).all()
    assert len(kept) == 2
    mended = Person(SITI.id, SITI.name, "siti.r@medan.go.id", "id", None, True)
    assert unreached.clear(session, CLERK, SITI.id, "new address entered", mended) == 2
    assert unreached.everybody(session) == []
    going = sort(session, leases.lease(session, "me", 10), clock.now(session), Surroundings())
    assert {m.address for m in going} == {"siti.r@medan.go.id"}
    assert heard[-1].name == "mail_address.cleared"


def test_a_code_goes_to_no_address_that_was_entered_meanwhile(session: Session):
    come_back(session, postfix(sent(session).id))
    enqueue(
        session, [MessageDraft(new_id(), "one_time_code", SITI, {"code_id": str(new_id()), "purpose": "x"})]
    )
    sort(session, leases.lease(session, "me", 10), clock.now(session), Surroundings())
    elsewhere = Person(SITI.id, SITI.name, "clerk@medan.go.id", "id", None, True)
    code = session.scalars(select(Message).where(Message.template == "one_time_code")).one()
    assert again(session, code).state == "kept"
    with pytest.raises(CodeNotResent):
        resend(session, OPERATOR, code.id, "please", recipient=elsewhere)
    assert unreached.clear(session, CLERK, SITI.id, "new address", elsewhere) == 0
    assert inapp.recent(session, SITI.id) == [m for m in inapp.recent(session, SITI.id) if m.id != code.id]


def test_mail_to_their_new_address_goes_out_though_the_old_one_is_dead(session: Session):
    come_back(session, postfix(sent(session).id))
    enqueue(session, [draft(Person(SITI.id, SITI.name, "siti.r@medan.go.id", "id", None, True))])
    assert len(sort(session, leases.lease(session, "me", 10), clock.now(session), Surroundings())) == 1


def test_an_operator_who_sends_again_is_taken_at_their_word(session: Session):
    message = sent(session)
    come_back(session, postfix(message.id))
    resend(session, OPERATOR, message.id, "the server was wrong", recipient=SITI)
    assert unreached.everybody(session) == []
    going = sort(session, leases.lease(session, "me", 10), clock.now(session), Surroundings())
    assert [m.id for m in going] == [message.id]


def test_by_order_of_the_law_nothing_stays_of_where_somebody_was_not_reached(session: Session):
    message = sent(session)
    come_back(session, postfix(message.id))
    preferences.switch_off(session, OPERATOR, SITI.id, REMINDERS)
    erasing.erase(session, Scope(frozenset(), SITI.id))
    assert unreached.everybody(session) == [] and preferences.of_people(session, [SITI.id]) == {}
    assert [(row.address, row.detail) for row in returns.latest(session)] == [("", "")]


def test_a_full_mailbox_is_tried_again_and_after_the_third_time_given_up(session: Session):
    message = sent(session)
    for nth in range(3):
        come_back(session, postfix(message.id, status="5.2.2", said=f"552 mailbox full {nth}"))
        again(session, message)
        if nth < 2:
            assert (message.state, message.bounces) == ("queued", nth + 1)
            assert unreached.everybody(session) == []
            session.execute(text("UPDATE message SET next_at = now() WHERE state = 'queued'"))
            leases.mark_sent(session, [m.id for m in leases.lease(session, "me", 10)])
    assert message.state == "dead"
    assert [row.kind for row in unreached.everybody(session)] == ["soft"]


def test_a_delay_is_noted_and_nothing_else(session: Session):
    message = sent(session)
    assert come_back(session, postfix(message.id, action="delayed", status="4.4.1")) == 1
    assert again(session, message).state == "sent"
    assert [row.kind for row in returns.about(session, message.id)] == ["delay"]


def test_a_complaint_ends_what_its_reader_may_end(session: Session):
    message = sent(session, template="task_reminder", nth=1)
    come_back(session, complaint(message.id))
    assert preferences.of(session, SITI.id).rhythm(REMINDERS) is Rhythm.OFF
    assert again(session, message).state == "sent"


def test_a_complaint_about_work_is_only_shown(session: Session):
    come_back(session, complaint(sent(session).id))
    assert preferences.of_people(session, [SITI.id]) == {}
    assert [row.kind for row in returns.latest(session)] == ["complaint"]


def test_nobody_is_cut_off_by_a_report_about_another_address(session: Session):
    message = sent(session)
    come_back(session, postfix(message.id, recipient="somebody@else.go.id"))
    assert again(session, message).state == "sent"
    assert unreached.everybody(session) == []
    assert [row.message_id for row in returns.latest(session)] == [None]


def test_a_report_about_no_message_of_ours_is_noted(session: Session):
    come_back(session, postfix(new_id()))
    assert [(row.kind, row.message_id) for row in returns.latest(session)] == [("hard", None)]


def test_only_who_may_and_with_a_reason_says_that_an_address_is_right(session: Session):
    come_back(session, postfix(sent(session).id))
    employee = type(CLERK)(SITI.id, SITI.name, frozenset({"employee"}))
    with pytest.raises(NotAllowed):
        unreached.clear(session, employee, SITI.id, "it is", SITI)
    with pytest.raises(ReasonMissing):
        unreached.clear(session, CLERK, SITI.id, " ", SITI)
    with pytest.raises(AddressMissing):
        unreached.clear(session, CLERK, SITI.id, "it is", Person(SITI.id, "Siti", "", "id", None, True))
    stranger = person("Budi")
    with pytest.raises(ReachedAlready):
        unreached.clear(session, OPERATOR, stranger.id, "it is", stranger)


def test_couriers_read_the_maildir_and_each_report_counts_once(
    committed: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(courier, "RELEASE_EVERY", 0.01)
    with committed.begin() as session:
        message = sent(session)
    box = tmp_path / "returns"
    (box / "new").mkdir(parents=True)
    (box / "new" / "1.a.mail").write_bytes(postfix(message.id))
    (box / "new" / "2.b.mail").write_bytes(postfix(message.id))
    (box / "new" / "3.c.mail").write_bytes(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nbroken")
    stop = threading.Event()
    couriers = [
        threading.Thread(target=courier.Courier(stop, [MaildirTransport(tmp_path / "mail")], returns=box).run)
        for _ in range(2)
    ]
    for one in couriers:
        one.start()
    try:
        wait_until(lambda: not any((box / "new").iterdir()))
    finally:
        stop.set()
        for one in couriers:
            one.join(20)
    with committed() as session:
        assert session.scalars(select(Message.state)).one() == "dead"
        assert len(session.scalars(select(MailReturn)).all()) == 1
        assert session.scalars(select(UnreachedPerson.person_id)).one() == SITI.id
    assert len(list((box / "cur").iterdir())) == 3


def test_a_soft_bounce_is_sent_again_by_a_courier(committed: sessionmaker[Session], tmp_path: Path):
    with committed.begin() as session:
        message = sent(session)
        come_back(session, postfix(message.id, status="4.2.2"))
    let_pauses_pass(committed)
    with carrying(MaildirTransport(tmp_path / "mail")):
        wait_for(committed, sent=1)


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def signed(body: bytes, at: str = "1614265330", id_: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
    return {
        "webhook-id": id_,
        "webhook-timestamp": at,
        "webhook-signature": signature(secret, id_, at, body),
    }


def test_a_hook_is_signed_as_the_standard_says():
    """The example of standardwebhooks.com."""
    body = b'{"test": 2432232314}'
    assert signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_only_a_fresh_report_of_whoever_knows_the_secret_is_taken(session: Session):
    now, body = clock.now(session), b"{}"
    at = str(int(now.timestamp()))
    assert verify(SECRET, signed(body, at), body, now) == "msg_1"
    twice = signed(body, at)
    twice["webhook-signature"] = f"v1,AAAA {twice['webhook-signature']}"
    assert verify(SECRET, twice, body, now) == "msg_1"
    for secret, headers, said, moment in (
        ("", signed(body, at), body, now),
        ("another", signed(body, at), body, now),
        (SECRET, signed(body, at), b"{} ", now),
        (SECRET, signed(body, at), body, now + timedelta(minutes=6)),
        (SECRET, signed(body, at), body, now - timedelta(minutes=6)),
        (SECRET, signed(body, at) | {"webhook-id": "msg_2"}, body, now),
        (SECRET, {}, body, now),
        (SECRET, signed(body, "soon"), body, now),
    ):
        with pytest.raises(BadSignature):
            verify(secret, headers, said, moment)


def test_a_hook_tells_in_json_or_passes_on_the_mail_that_came_back(session: Session):
    message = sent(session)
    told = f'{{"events": [{{"kind": "hard", "message": "{message.id}", "status": "5.1.1"}}]}}'.encode()
    assert returns.take_in(session, reports_of("msg_1", "application/json", told)) == 1
    assert again(session, message).state == "dead"
    assert len(reports_of("msg_2", "message/rfc822", postfix(message.id))) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"events": 1}', b'{"events": [{"kind": "odd", "message": ""}]}', b"\xff"]
)
def test_what_no_hook_should_say_is_refused(body: bytes):
    with pytest.raises(BadReport):
        reports_of("msg_1", "application/json", body)
