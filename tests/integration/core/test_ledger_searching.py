"""The log searched: what is found, in which order, page by page, and by which index."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core import clock, events
from core.actor import Actor, Role, system
from core.events import Event, record, seal
from core.ids import new_id
from core.ledger import searching
from core.ledger.checkpoints import sign
from core.ledger.erasing import erase
from core.ledger.keys import own
from core.ledger.searching import Sought, search

CLERK, CHIEF = Actor(new_id(), "Clerk"), Actor(new_id(), "Chief", via="api")


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_subscribers", [])


def told(session: Session, actor: Actor = CLERK, name: str = "thing.opened", **written: str) -> UUID:
    stream = new_id()
    record(session, actor, [Event(name, stream, "thing", {"stage": "check"}, written or None, opens=True)])
    return stream


def sealed(session: Session) -> None:
    while seal(session):
        pass


def streams(session: Session, **sought: object) -> list[UUID]:
    return [found.stream for found in search(session, Sought(**sought))]  # pyright: ignore[reportArgumentType]


def test_each_field_narrows_what_is_found_and_the_newest_comes_first(session: Session):
    first = told(session, comment="Berkas lengkap")
    second = told(session, CHIEF, "thing.moved", reason='Kurang 100% "asli"')
    third = told(session, system("keeper"), "thing.moved")
    sealed(session)
    assert streams(session) == [third, second, first]
    assert streams(session, stream=second) == [second]
    assert streams(session, actor=CLERK.person_id) == [first]
    assert streams(session, actor=CHIEF.person_id, name="thing.opened") == []
    assert streams(session, name="thing.moved") == [third, second]
    now = clock.now(session)
    assert streams(session, since=now + timedelta(seconds=1)) == []
    assert streams(session, until=now - timedelta(hours=1)) == []
    assert streams(session, since=now - timedelta(hours=1), words="lengkap") == [first]


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("berkas LENGKAP", True),
        ("  lengkap ", True),
        ('"asli"', True),
        ("100%", True),
        ("1%0", False),
        ("l_ngkap", False),
        ("comment", False),
        ("stage", False),
        ("\\", False),
    ],
)
def test_words_are_sought_in_what_was_written_and_in_nothing_else(session: Session, words: str, fits: bool):
    stream = told(session, comment='Berkas lengkap, 100% "asli"')
    sealed(session)
    assert streams(session, words=words) == ([stream] if fits else [])


def test_a_nul_in_what_was_written_spoils_no_search(session: Session):
    told(session, comment="a\0b lengkap")
    plain = told(session, comment="lengkap")
    sealed(session)
    assert plain in streams(session, words="lengkap")


def test_pages_follow_one_another_also_where_many_events_are_of_one_moment(session: Session):
    stream = new_id()
    many = [Event("thing.moved", stream, "thing", {"n": n}, opens=n == 0) for n in range(25)]
    record(session, CLERK, many)
    sealed(session)
    seen: list[int] = []
    place = None
    while page := search(session, Sought(), before=place, limit=4):
        seen += [found.index for found in page]
        place = page[-1].place
    assert seen == list(range(24, -1, -1))


def test_what_has_no_place_yet_is_not_found_but_counted_and_in_the_story(session: Session):
    stream = told(session)
    assert streams(session) == []
    assert searching.unsealed(session) == 1
    assert [found.position for found in searching.story(session, stream)] == [None]
    sealed(session)
    assert searching.unsealed(session) == 0
    assert searching.names(session) == ["thing.opened"]


def test_erased_content_is_shown_as_erased_and_is_found_by_no_word(session: Session):
    stream = told(session, comment="Siti Rahma sakit")
    silent = told(session)
    sealed(session)
    admin = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))
    erase(session, admin, [stream], order="1/2026", reason="Putusan")
    session.flush()
    sealed(session)
    (found,) = search(session, Sought(stream=stream, name="thing.opened"))
    assert found.erased
    assert found.written == {}
    assert not search(session, Sought(stream=silent))[0].erased
    assert streams(session, words="Rahma") == []


def test_a_place_is_vouched_for_by_the_first_checkpoint_that_covers_it(session: Session):
    told(session)
    sealed(session)
    first = sign(session, system("keeper"), own())
    told(session)
    sealed(session)
    second = sign(session, system("keeper"), own())
    assert first and second
    told(session)
    sealed(session)
    young = second.size + 5
    assert searching.vouched(session, [1, first.size + 1, young]) == {1: 1, first.size + 1: 2}
    assert searching.vouched(session, []) == {}


def test_a_large_answer_is_read_in_portions_up_to_its_limit(session: Session):
    stream = new_id()
    record(
        session,
        CLERK,
        [Event("thing.moved", stream, "thing", {"n": n}, opens=n == 0) for n in range(30)],
    )
    sealed(session)
    assert [found.index for found in searching.read_on(session, Sought(), limit=7)] == list(range(29, 22, -1))


@pytest.mark.parametrize(
    ("sought", "index"),
    [
        (Sought(), "ix_event_at"),
        (Sought(words="x"), "ix_event_at"),
        (Sought(actor=CLERK.person_id), "ix_event_actor"),
        (Sought(name="thing.opened"), "ix_event_name"),
    ],
)
def test_a_page_is_read_from_an_index_in_its_order(session: Session, sought: Sought, index: str):
    record(
        session,
        CLERK,
        [Event(f"thing.{n}", new_id(), "thing", {}, opens=True) for n in range(200)],
    )
    sealed(session)
    session.execute(text("ANALYZE event"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    query = searching._query(sought).limit(50)  # pyright: ignore[reportPrivateUsage]
    sql = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(text("EXPLAIN " + str(sql).replace(":", r"\:"))))
    assert f"using {index} " in plan, plan
