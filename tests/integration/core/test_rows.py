"""Rows that are written by one statement."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import rows
from core.clock import ClockOffset
from core.database import constraint_of
from core.events import EventRow, Stream
from core.ids import new_id

AT = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)


def event(stream: Stream | dict, index: int = 0, **said: object) -> dict:
    plain = {
        "id": new_id(),
        "stream_id": stream["id"],
        "index": index,
        "name": "case.opened",
        "at": AT,
        "body": '{"said": "\\"tanda\\" \\\\ baris\n — ≥"}',
        "salt": bytes(range(16)),
        "personal": None,
        "hash": b"",
        "position": None,
    }
    return plain | said


def stream(count: int = 1) -> dict:
    return {"id": new_id(), "kind": "case", "head": b"\x00\xff", "count": count}


def test_every_kind_of_value_is_stored_as_it_is(session: Session):
    one = stream()
    changes = rows.Changes()
    changes.insert(Stream, [one])
    changes.insert(EventRow, [written := event(one)])
    changes.write(session)
    found = session.scalars(select(EventRow).where(EventRow.stream_id == one["id"])).one()
    assert {name: getattr(found, name) for name in written} == written
    assert session.get_one(Stream, one["id"]).head == b"\x00\xff"


def test_tables_and_rows_cost_one_statement(session: Session):
    known, said = [stream() for _ in range(3)], []
    rows.write(session, Stream, known)
    fresh = [stream() for _ in range(200)]
    changes = rows.Changes()
    changes.insert(Stream, fresh)
    changes.insert(EventRow, [event(one) for one in fresh + known])
    changes.update(Stream, [{"id": one["id"], "count": 2} for one in known])
    hooks.listen(session.bind, "before_cursor_execute", lambda *a: said.append(a[2]))
    changes.write(session)
    assert len(said) == 1
    changed = [session.get_one(Stream, one["id"]) for one in known]
    assert [(one.count, one.kind) for one in changed] == [(2, "case")] * 3


def test_nothing_to_write_asks_the_database_nothing(session: Session):
    said: list[str] = []
    hooks.listen(session.connection(), "before_cursor_execute", lambda *a: said.append(a[2]))
    rows.Changes().write(session)
    rows.write(session, Stream, [])
    assert not said


def test_what_waits_in_the_session_is_written_first(session: Session):
    one = stream()
    session.add(Stream(**one))
    rows.write(session, EventRow, [event(one)])
    assert session.scalar(select(EventRow.stream_id).where(EventRow.stream_id == one["id"])) == one["id"]


def test_a_broken_constraint_is_named(session: Session):
    one = stream()
    rows.write(session, Stream, [one])
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        rows.write(session, EventRow, [event(one), event(one)])
    assert constraint_of(refused.value) == "uq_event_stream_id_index"


def test_what_no_column_can_hold_is_refused(session: Session):
    with pytest.raises(TypeError):
        rows.write(session, ClockOffset, [{"id": 1, "seconds": object()}])
