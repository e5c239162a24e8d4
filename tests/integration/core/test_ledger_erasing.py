import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.actor import Actor, Role, system
from core.errors import NotAllowed
from core.events import Event, EventRow, Stream, facts_of, history, record
from core.ids import new_id
from core.ledger.erasing import NothingToErase, OrderMissing, Rows, Scope, erase
from core.ledger.findings import Flaw
from core.ledger.receipts import check, receipt
from core.ledger.verifying import verify
from tests.integration.core import ledgers
from tests.integration.core.ledgers import ADMIN, CLERK, KEY, checked, opened

pytestmark = pytest.mark.usefixtures("unheard")

ORDER = {"order": "Putusan 12/Pdt/2026", "reason": "Permohonan penghapusan data pribadi"}


def test_erased_content_is_gone_and_the_ledger_and_receipts_are_whole(session: Session):
    ledgers.filled(session)
    stream = opened(session, 7)
    checked(session)
    before = json.dumps(receipt(session, stream, "KP-1"))
    assert erase(session, ADMIN, [stream], **ORDER).events == 3
    session.expire_all()
    rows = history(session, stream)
    assert all(row.personal is None and row.salt is None for row in rows[:7])
    assert "comment" not in facts_of(rows[0])
    assert verify(session).sound
    checked(session)
    assert verify(session).sound
    for kept in (before, json.dumps(receipt(session, stream, "KP-1"))):
        assert check(kept, [KEY.public.fingerprint]).sound


def test_the_history_says_who_erased_what_by_which_order(session: Session):
    stream = opened(session, 7)
    erase(session, ADMIN, [stream], **ORDER)
    last = history(session, stream)[-1]
    assert last.name == "content.erased"
    assert facts_of(last) == {"indexes": [0, 3, 6], **ORDER}
    assert json.loads(last.body)["actor"] == str(ADMIN.person_id)


def test_several_streams_are_erased_at_once_and_those_without_content_are_let_be(session: Session):
    streams = [opened(session, 1), opened(session, 4)]
    assert erase(session, ADMIN, streams, **ORDER).events == 3
    third = opened(session, 1)
    assert erase(session, ADMIN, [*streams, third], **ORDER).events == 1
    assert len(history(session, streams[0])) == 2 and verify(session).sound


def test_what_is_recorded_after_an_erasure_can_be_erased_by_another(session: Session):
    stream = opened(session, 2)
    erase(session, ADMIN, [stream], **ORDER)
    ledgers.went_on(session, stream)
    assert erase(session, ADMIN, [stream], **ORDER).events == 1
    assert verify(session).sound
    with pytest.raises(NothingToErase):
        erase(session, ADMIN, [stream], **ORDER)


def test_about_a_person_whatever_names_them_is_erased_and_what_they_did_stays(session: Session):
    person, other = CLERK.person_id, new_id()
    assert person is not None
    shared, own = new_id(), person
    record(
        session,
        CLERK,
        [
            Event("process.started", shared, "process", {}, {"note": "by the person"}, opens=True),
            Event("candidate.incomplete", shared, "process", {"employee": person}, {"name": "Sri"}),
            Event("candidate.incomplete", shared, "process", {"employee": other}, {"name": "Budi"}),
            Event("person.imported", own, "person", {"row": 1}, {"nip": "198503152010011004"}, opens=True),
        ],
    )
    assert erase(session, ADMIN, person=person, **ORDER).events == 2
    assert [row.personal is None for row in history(session, shared)] == [False, True, False, False]
    assert history(session, own)[0].personal is None and verify(session).sound


@pytest.mark.parametrize(
    "actor",
    [CLERK, system("cli"), Actor(None, "?", frozenset({Role.ADMIN}))],
    ids=["clerk", "system", "nobody"],
)
def test_only_an_administrator_who_is_a_person_erases(session: Session, actor: Actor):
    stream = opened(session)
    with pytest.raises(NotAllowed):
        erase(session, actor, [stream], **ORDER)
    assert history(session, stream)[0].personal


@pytest.mark.parametrize("missing", ["order", "reason"])
def test_nothing_is_erased_without_order_and_reason(session: Session, missing: str):
    with pytest.raises(OrderMissing):
        erase(session, ADMIN, [opened(session)], **(ORDER | {missing: " "}))


def test_what_a_room_erases_beside_the_log_is_told_where_it_belongs(session: Session):
    stream, bare, person = opened(session, 3), opened(session, 2), new_id()
    erase(session, ADMIN, [bare], **ORDER)

    def room(_: Session, scope: Scope) -> Rows:
        assert scope == Scope(frozenset([stream, bare]), person)
        return {stream: {"remark": 2}, bare: {"remark": 1, "draft": 0}, None: {"message": 4}}

    found = erase(session, ADMIN, [stream, bare], person=person, rooms=[room, room], **ORDER)
    assert (found.events, found.rows) == (1, {"remark": 6, "message": 8})
    assert facts_of(history(session, stream)[-1]) == {"indexes": [0], "rows": {"remark": 4}, **ORDER}
    assert facts_of(history(session, bare)[-1]) == {"indexes": [], "rows": {"remark": 2}, **ORDER}
    alone = select(EventRow).join(Stream).where(Stream.kind == "erasure")
    assert facts_of(session.scalars(alone).one()) == {"indexes": [], "rows": {"message": 8}, **ORDER}
    assert verify(session).sound


def test_what_a_room_refuses_leaves_everything_as_it_was(session: Session):
    stream = opened(session, 3)

    def room(_session: Session, _scope: Scope) -> Rows:
        raise NothingToErase

    with pytest.raises(NothingToErase):
        erase(session, ADMIN, [stream], rooms=[room], **ORDER)
    assert history(session, stream)[0].personal


def test_erasing_without_an_order_is_found(session: Session):
    stream = opened(session)
    checked(session)
    session.execute(text("UPDATE event SET personal = NULL, salt = NULL WHERE index = 0"))
    (found,) = verify(session).findings
    assert (found.flaw, found.place.stream, found.place.index) == (Flaw.ERASED, str(stream), 0)


def test_erased_content_that_is_put_back_is_found(session: Session):
    stream = opened(session)
    kept = history(session, stream)[0]
    values = {"p": kept.personal, "s": kept.salt, "id": kept.id}
    erase(session, ADMIN, [stream], **ORDER)
    session.execute(text("UPDATE event SET personal = :p, salt = :s WHERE id = :id"), values)
    (found,) = verify(session).findings
    assert (found.flaw, found.place.stream, found.place.index) == (Flaw.NOT_ERASED, str(stream), 0)
