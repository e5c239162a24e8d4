import hashlib
import itertools
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import events
from core.actor import Actor
from core.events import Event, EventRow, NotWired, history, record, seal
from core.ids import new_id
from core.ledger.verifying import verify

CLERK = Actor(new_id(), "Clerk", frozenset({"hr"}))


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[events.Recorded]:
    got: list[events.Recorded] = []
    monkeypatch.setattr(events, "_subscribers", [lambda _session, recorded: got.extend(recorded)])
    return got


def opened(session: Session, count: int = 3) -> UUID:
    stream = new_id()
    first = Event("thing.opened", stream, "thing", {"n": 0}, {"name": "Siti"}, opens=True)
    record(
        session, CLERK, [first, *[Event("thing.moved", stream, "thing", {"n": n}) for n in range(1, count)]]
    )
    return stream


def check(session: Session) -> list[int | None]:
    """At which events something is wrong."""
    return [finding.place.index for finding in verify(session).findings]


def test_each_event_holds_the_hash_of_the_one_before(session: Session):
    stream = opened(session)
    record(session, CLERK, [Event("thing.closed", stream, "thing")])
    rows = history(session, stream)
    assert [r.index for r in rows] == [0, 1, 2, 3]
    assert all(f'"prev":"{a.hash.hex()}"' in b.body for a, b in itertools.pairwise(rows))
    assert check(session) == []


def test_subscribers_hear_of_each_event_in_the_same_transaction(
    session: Session, heard: list[events.Recorded]
):
    opened(session, 2)
    assert [(r.name, r.index) for r in heard] == [("thing.opened", 0), ("thing.moved", 1)]
    assert heard[0].personal == {"name": "Siti"}


def test_nothing_can_be_recorded_before_somebody_listens(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "_subscribers", None)
    with pytest.raises(NotWired):
        record(session, CLERK, [])


def test_a_stream_that_was_never_opened_takes_no_event(session: Session):
    with pytest.raises(LookupError, match="opens=True"):
        record(session, CLERK, [Event("thing.moved", new_id(), "thing")])


ALTERATIONS = {
    "a changed fact": ("UPDATE event SET body = replace(body, '\"n\":1', '\"n\":9') WHERE index = 1", 1),
    "a changed name": ("UPDATE event SET name = 'thing.stolen' WHERE index = 1", 1),
    "a changed person": ('UPDATE event SET personal = \'{"name":"Budi"}\' WHERE index = 0', 0),
    "a removed event": ("DELETE FROM event WHERE index = 1", 1),
    "a truncated tail": ("DELETE FROM event WHERE index = 2", 2),
    "a forged head": ("UPDATE stream SET head = '\\x00'::bytea", 2),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_alteration_is_found_and_located(session: Session, alteration: str):
    opened(session)
    statement, where = ALTERATIONS[alteration]
    session.connection().exec_driver_sql(statement)
    assert check(session)[0] == where


def test_an_altered_event_with_a_fresh_hash_still_breaks_the_next(session: Session):
    stream = opened(session)
    row = history(session, stream)[1]
    row.body = row.body.replace('"n":1', '"n":9')
    row.hash = hashlib.sha256(row.body.encode()).digest()
    session.flush()
    assert check(session) == [2]


def test_sealing_numbers_every_event_once_without_gaps(session: Session):
    opened(session)
    opened(session)
    assert (seal(session, limit=4), seal(session), seal(session)) == (4, 2, 0)
    positions = session.scalars(select(EventRow.position).order_by(EventRow.position)).all()
    assert list(positions) == list(range(1, 7))


def test_any_number_of_events_costs_the_same_few_statements(session: Session):
    counted = []
    from sqlalchemy import event as hooks

    hooks.listen(session.bind, "before_cursor_execute", lambda *a: counted.append(a[2]))
    streams = [new_id() for _ in range(500)]
    record(session, CLERK, [Event("thing.opened", s, "thing", opens=True) for s in streams])
    few = len(counted)
    assert few <= 4, counted
