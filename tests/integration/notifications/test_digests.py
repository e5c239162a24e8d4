"""What is held back until its reader wants it, and how it then goes out; with a courier and a Maildir."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from core import clock, events
from core.actor import Actor
from core.directory import Person
from core.errors import NotAllowed
from core.ids import new_id
from core.settings import MailSettings, Settings
from notifications import courier, digests, leases, mailbox, preferences, sorting
from notifications.models import Message, MessageState
from notifications.outbox import MessageDraft, enqueue
from notifications.preferences import BadWish, MustBeTold
from notifications.sorting import sort
from notifications.surroundings import Surroundings
from notifications.timing import Quiet, Wishes
from notifications.topics import NEWS, REMINDERS, TALK, WORK, Rhythm
from notifications.transports import MaildirTransport
from tests.integration.notifications.factories import OPERATOR, person
from tests.integration.notifications.running import carrying, wait_for
from tests.unit.notifications.samples import COMMENTED, LAW, PROCESS, TASK

Sessions = sessionmaker[Session]
SITI = person()


def actor_of(one: Person) -> Actor:
    return Actor(one.id, one.name, frozenset({"employee"}))


def reminder(to: Person = SITI, **facts: Any) -> MessageDraft:
    return MessageDraft(new_id(), "task_reminder", to, TASK | {"nth": 1, "task": str(new_id())} | facts)


def remark(to: Person = SITI) -> MessageDraft:
    return MessageDraft(new_id(), "case_commented", to, COMMENTED)


def wants(session: Session, one: Person = SITI, **wishes: Any) -> None:
    preferences.choose(session, actor_of(one), Wishes(**wishes))


def turn(session: Session, surroundings: Surroundings | None = None) -> list[Message]:
    """What a courier would send now."""
    now, around = clock.now(session), surroundings or Surroundings()
    digests.release(session, now, around)
    return sort(session, leases.lease(session, "me", 100), now, around)


def states(session: Session) -> dict[str, int]:
    session.expire_all()
    found = session.scalars(select(Message.state)).all()
    return {state: found.count(state) for state in set(found)}


def test_reminders_of_many_tasks_become_one_mail(session: Session):
    enqueue(session, [reminder() for _ in range(12)])
    assert turn(session) == []
    assert states(session) == {"deferred": 12}
    clock.move(session, timedelta(minutes=2))
    (digest,) = turn(session)
    assert (digest.template, len(digest.facts["items"]), digest.facts["topic"]) == ("digest", 12, REMINDERS)
    assert states(session) == {"leased": 1, "bundled": 12}
    told = session.scalars(select(Message.told_in).where(Message.template == "task_reminder")).all()
    assert set(told) == {digest.id}


def test_a_single_reminder_comes_as_itself(session: Session):
    enqueue(session, [reminder()])
    assert turn(session) == []
    clock.move(session, timedelta(minutes=2))
    (alone,) = turn(session)
    assert (alone.template, alone.attempts) == ("task_reminder", 1)


def test_each_reader_gets_their_own_digest(session: Session):
    budi = person("Budi", "budi@medan.go.id", "en")
    enqueue(session, [reminder(to) for to in (SITI, budi) for _ in range(3)])
    turn(session)
    clock.move(session, timedelta(minutes=2))
    found = turn(session)
    assert {(m.recipient_id, m.address, m.language) for m in found} == {
        (SITI.id, "siti@medan.go.id", "id"),
        (budi.id, "budi@medan.go.id", "en"),
    }


def test_the_due_come_first_and_of_very_many_it_says_how_many_more(session: Session):
    enqueue(session, [reminder(due_at=None), reminder(due_at="2026-12-02T02:00:00+00:00")])
    enqueue(session, [reminder(due_at="2026-12-01T02:00:00+00:00") for _ in range(digests.MOST_ITEMS)])
    turn(session)
    clock.move(session, timedelta(minutes=2))
    (digest,) = turn(session)
    dates = [item["facts"]["due_at"] for item in digest.facts["items"]]
    assert dates == ["2026-12-01T02:00:00+00:00"] * digests.MOST_ITEMS
    assert digest.facts["more"] == 2


def test_what_was_decided_meanwhile_is_not_reminded_of(session: Session):
    drafts = [reminder() for _ in range(3)]
    enqueue(session, drafts)
    turn(session)
    clock.move(session, timedelta(minutes=2))
    over = {UUID(d.facts["task"]) for d in drafts[:2]}

    def ended(_session: Session, tasks: Iterable[UUID]) -> set[UUID]:
        return over & set(tasks)

    (alone,) = turn(session, Surroundings(ended=ended))
    assert alone.facts["task"] == drafts[2].facts["task"]
    assert states(session) == {"leased": 1, "moot": 2}


def test_remarks_wait_for_the_hour_of_the_digest(session: Session):
    wants(session, rhythms={TALK: Rhythm.DAILY})
    enqueue(session, [remark(), remark()])
    assert turn(session) == []
    (due,) = set(session.scalars(select(Message.due_at)))
    assert due and timedelta() < due - clock.now(session) <= timedelta(days=1)
    clock.move(session, timedelta(hours=25))
    (digest,) = turn(session)
    assert {item["template"] for item in digest.facts["items"]} == {"case_commented"}


def test_a_digest_of_work_holds_tasks_and_can_not_be_ended_by_a_click(session: Session):
    wants(session, rhythms={WORK: Rhythm.DAILY, TALK: Rhythm.DAILY})
    enqueue(session, [MessageDraft(new_id(), "task_assigned", SITI, TASK), remark()])
    assert turn(session) == []
    clock.move(session, timedelta(hours=25))
    (digest,) = turn(session)
    assert digests.topic_that_ends("digest", digest.facts) == ""


@pytest.mark.parametrize(
    ("template", "facts"),
    [
        ("task_assigned", TASK | {"law_due_at": "2026-12-10T09:00:00+00:00"}),
        ("task_reminder", TASK | {"nth": 1, "law_due_at": "2026-12-10T09:00:00+00:00"}),
        ("statutory_deadline", LAW | {"due_at": "2026-12-10T09:00:00+00:00"}),
        ("case_decided", {"case": str(new_id()), "outcome": "approved"}),
        ("one_time_code", {"code_id": str(new_id()), "purpose": "x"}),
    ],
)
def test_mandatory_mail_is_sent_at_once_whatever_was_chosen(
    session: Session, template: str, facts: dict[str, Any]
):
    quiet = {"quiet": Quiet.OWN, "quiet_from": clock_hour(session, -1), "quiet_until": clock_hour(session, 2)}
    off = {REMINDERS: Rhythm.OFF, TALK: Rhythm.OFF, NEWS: Rhythm.OFF, WORK: Rhythm.DAILY}
    wants(session, rhythms=off, **quiet)
    enqueue(session, [MessageDraft(new_id(), template, SITI, facts)])
    assert [m.template for m in turn(session)] == [template]


def clock_hour(session: Session, hours: int):
    zone = Settings().zone
    return (
        (clock.now(session).astimezone(zone) + timedelta(hours=hours)).time().replace(second=0, microsecond=0)
    )


def test_quiet_hours_hold_back_what_can_wait_and_a_night_becomes_one_mail(session: Session):
    wants(session, quiet=Quiet.OWN, quiet_from=clock_hour(session, -1), quiet_until=clock_hour(session, 2))
    enqueue(session, [remark(), MessageDraft(new_id(), "task_assigned", SITI, TASK)])
    assert turn(session) == []
    assert states(session) == {"deferred": 2}
    clock.move(session, timedelta(hours=1))
    assert turn(session) == []
    clock.move(session, timedelta(hours=1, minutes=1))
    (digest,) = turn(session)
    assert digest.template == "digest"


def test_what_is_switched_off_is_not_sent_and_says_why(session: Session):
    wants(session, rhythms={NEWS: Rhythm.OFF})
    enqueue(session, [MessageDraft(new_id(), "cycle_launched", SITI, PROCESS), remark()])
    assert [m.template for m in turn(session)] == ["case_commented"]
    moot = session.scalars(select(Message).where(text("state = 'moot'"))).one()
    assert (moot.last_error, moot.attempts) == (sorting.SWITCHED_OFF, 0)


def test_work_can_not_be_switched_off_and_only_oneself_chooses(session: Session):
    with pytest.raises(MustBeTold):
        wants(session, rhythms={WORK: Rhythm.OFF})
    with pytest.raises(MustBeTold):
        preferences.switch_off(session, OPERATOR, SITI.id, WORK)
    with pytest.raises(BadWish):
        wants(session, rhythms={"gossip": Rhythm.DAILY})
    with pytest.raises(BadWish):
        wants(session, digest_day=7)
    with pytest.raises(NotAllowed):
        preferences.choose(session, replace(OPERATOR, person_id=None), Wishes())


def test_what_was_chosen_is_kept_and_is_an_event(session: Session, heard: list[events.Recorded]):
    wants(session, rhythms={TALK: Rhythm.WEEKLY}, quiet=Quiet.OFFICE, digest_day=4)
    preferences.switch_off(session, actor_of(SITI), SITI.id, NEWS)
    preferences.switch_off(session, actor_of(SITI), SITI.id, NEWS)
    kept = preferences.of(session, SITI.id)
    assert kept.rhythms == {TALK: Rhythm.WEEKLY, NEWS: Rhythm.OFF}
    assert (kept.quiet, kept.digest_day) == (Quiet.OFFICE, 4)
    assert [e.name for e in heard] == ["mail_wishes.chosen"] * 2
    assert preferences.of(session, new_id()) == Wishes()


def test_the_offices_own_quiet_holds_for_whoever_never_chose(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(preferences, "settings", lambda: Settings(mail=MailSettings(quiet="office")))
    assert preferences.of(session, SITI.id).quiet is Quiet.OFFICE


def test_a_digest_reaches_its_reader_through_a_courier(
    committed: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mailbox, "settings", lambda: Settings(mail=MailSettings(maildir=tmp_path / "mail")))
    monkeypatch.setattr(courier, "RELEASE_EVERY", 0.01)
    with committed.begin() as session:
        enqueue(session, [reminder(title=f"Berkas {n}") for n in range(30)])
    with carrying(MaildirTransport(tmp_path / "mail")), carrying(MaildirTransport(tmp_path / "mail")):
        wait_for(committed, deferred=30)
        with committed.begin() as session:
            clock.move(session, timedelta(minutes=2))
        wait_for(committed, bundled=30, sent=1)
    (mail,) = mailbox.messages()
    assert mail.subject.startswith("30 tugas masih menunggu Anda")
    assert all(f"Berkas {n} " in mail.text for n in range(30))


def test_deferred_ones_are_no_burden_of_the_outbox_and_are_marked_as_such(session: Session):
    enqueue(session, [reminder()])
    turn(session)
    row = session.scalars(select(Message)).one()
    session.refresh(row)
    assert (row.state, row.leased_by, row.attempts) == (MessageState.DEFERRED, None, 0)
