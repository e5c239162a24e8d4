from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from limits import parse
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from web import limiting
from web.models import Hits


def hits(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalars(select(func.count()).select_from(Hits)).one()


def test_the_limit_holds_however_many_ask_at_once(committed: sessionmaker[Session]):
    def ask(_: int) -> bool:
        try:
            limiting.hit(limiting.LINK_CODE, "somebody")
        except limiting.TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(20))) == limiting.LIMITS[limiting.LINK_CODE].amount


def test_one_persons_flood_turns_away_nobody_else(committed: sessionmaker[Session]):
    for _ in range(limiting.LIMITS[limiting.LINK_CODE].amount):
        limiting.hit(limiting.LINK_CODE, "flood")
    with pytest.raises(limiting.TooMany) as refused:
        limiting.hit(limiting.LINK_CODE, "flood")
    assert 0 < int(str(refused.value.facts["seconds"])) <= 15 * 60
    limiting.hit(limiting.LINK_CODE, "somebody else")


def test_a_window_that_is_over_counts_no_more_and_is_swept_up(committed: sessionmaker[Session]):
    for n in range(8):
        limiting.hit(limiting.VERIFY, f"passer-by {n}")
    with committed.begin() as session:
        session.execute(update(Hits).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    limiting.hit(limiting.VERIFY, "passer-by 0")
    assert hits(committed) == 1
    storage = limiting.limiter().storage
    assert storage.get(parse("30/minute").key_for(limiting.VERIFY, "passer-by 0")) == 1
    assert storage.check()
    storage.clear(parse("30/minute").key_for(limiting.VERIFY, "passer-by 0"))
    assert storage.reset() == 0
