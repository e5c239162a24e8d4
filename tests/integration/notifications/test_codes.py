import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from core import clock as core_clock
from core.directory import Person
from core.ids import new_id
from notifications.codes import (
    DIGITS,
    GOOD_FOR,
    MOST_REQUESTS,
    MOST_TRIES,
    PER,
    TooManyCodes,
    WrongCode,
    code_of,
    redeem,
    request,
)
from notifications.models import Message, OneTimeCode
from notifications.outbox import AddressMissing
from notifications.render import render
from notifications.retention import purge_codes
from tests.integration.notifications.factories import person

PURPOSE = f"task:{new_id()}"


def mailed(session: Session) -> str:
    """The code as the newest mail says it."""
    message = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    mail = render(
        message.template,
        message.language,
        message.facts,
        recipient_id=message.recipient_id,
        name=message.name,
        now=core_clock.now(session),
    )
    (said,) = re.findall(r"\b\d{8}\b", mail.text)
    return said


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10**DIGITS).zfill(DIGITS)


@pytest.fixture
def siti(session: Session) -> Person:
    siti = person()
    request(session, siti, PURPOSE)
    return siti


def test_the_code_from_the_mail_opens_what_it_was_asked_for(session: Session, siti: Person):
    redeem(session, siti.id, PURPOSE, mailed(session))


@pytest.mark.parametrize("typed", ["{0}{1}", "{0}{1} ", " {0} {1}", "{0}-{1}\n", "{0}\u00a0{1}"])
def test_how_a_code_is_typed_does_not_matter(session: Session, siti: Person, typed: str):
    said = mailed(session)
    redeem(session, siti.id, PURPOSE, typed.format(said[:4], said[4:]))


def test_a_code_works_once(session: Session, siti: Person):
    code = mailed(session)
    redeem(session, siti.id, PURPOSE, code)
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, code)


def test_a_code_works_ten_minutes(session: Session, siti: Person):
    code = mailed(session)
    core_clock.move(session, GOOD_FOR)
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, code)


def test_a_code_opens_nothing_else_and_for_nobody_else(session: Session, siti: Person):
    code = mailed(session)
    for who, what in ((siti.id, f"task:{new_id()}"), (new_id(), PURPOSE)):
        with pytest.raises(WrongCode):
            redeem(session, who, what, code)
    redeem(session, siti.id, PURPOSE, code)


def test_after_five_wrong_tries_the_right_code_is_of_no_use(session: Session, siti: Person):
    code = mailed(session)
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode):
            redeem(session, siti.id, PURPOSE, wrong(code))
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, code)


def test_four_wrong_tries_leave_one(session: Session, siti: Person):
    code = mailed(session)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(WrongCode):
            redeem(session, siti.id, PURPOSE, wrong(code))
    redeem(session, siti.id, PURPOSE, code)


@pytest.mark.parametrize("rubbish", ["", "12", "abcdefgh", "٠١٢٣٤٥٦٧", "0" * 10_000, "\x00"])
def test_rubbish_is_a_wrong_code(session: Session, siti: Person, rubbish: str):
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, rubbish)


def test_only_the_newest_code_counts(session: Session, siti: Person):
    first = mailed(session)
    core_clock.move(session, timedelta(minutes=1))
    request(session, siti, PURPOSE)
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, first)
    redeem(session, siti.id, PURPOSE, mailed(session))


def test_codes_come_three_in_a_quarter_of_an_hour(session: Session, siti: Person):
    first = core_clock.now(session)
    for nth in range(1, MOST_REQUESTS):
        request(session, siti, f"task:{nth}")
    with pytest.raises(TooManyCodes) as refused:
        request(session, siti, "task:one more")
    assert abs(refused.value.facts["until"] - first - PER) < timedelta(minutes=1)
    request(session, person(), PURPOSE)
    core_clock.move(session, PER)
    request(session, siti, PURPOSE)


def test_who_has_no_address_is_told_so(session: Session):
    with pytest.raises(AddressMissing):
        request(session, person(email=" "), PURPOSE)


def test_no_table_tells_the_code(session: Session, siti: Person):
    code = mailed(session)
    for table in (Message, OneTimeCode):
        dump = session.scalars(select(func.row_to_json(table.__table__.table_valued()))).all()
        assert dump and not any(code in str(row) for row in dump)


def test_codes_are_spread_over_all_eight_digits():
    who = new_id()
    codes = [code_of(new_id(), who, PURPOSE) for _ in range(500)]
    assert {len(code) for code in codes} == {DIGITS}
    assert len(set(codes)) == 500
    assert all({code[place] for code in codes} == set("0123456789") for place in range(DIGITS))


def test_expired_codes_are_purged(session: Session, siti: Person):
    assert purge_codes(session, core_clock.now(session)) == 0
    core_clock.move(session, GOOD_FOR + timedelta(seconds=1))
    assert purge_codes(session, core_clock.now(session)) == 1
    with pytest.raises(WrongCode):
        redeem(session, siti.id, PURPOSE, "12345678")


def test_a_wrong_try_counts_though_the_error_rolls_the_caller_back(committed: sessionmaker[Session]):
    siti = person()
    with committed.begin() as session:
        request(session, siti, PURPOSE)
    with committed() as session:
        code = mailed(session)
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode), committed.begin() as session:
            redeem(session, siti.id, PURPOSE, wrong(code))
    with pytest.raises(WrongCode), committed.begin() as session:
        redeem(session, siti.id, PURPOSE, code)


def in_threads(count: int, work) -> list[bool]:
    start, said = threading.Barrier(count), []

    def one() -> None:
        start.wait()
        try:
            work()
        except (WrongCode, TooManyCodes):
            said.append(False)
        else:
            said.append(True)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_of_many_who_hold_the_code_one_gets_in(committed: sessionmaker[Session]):
    siti = person()
    with committed.begin() as session:
        request(session, siti, PURPOSE)
    with committed() as session:
        code = mailed(session)

    def enter() -> None:
        with committed.begin() as own:
            redeem(own, siti.id, PURPOSE, code)

    assert sorted(in_threads(5, enter)) == [False] * 4 + [True]


def test_of_many_guesses_at_once_five_are_looked_at(committed: sessionmaker[Session]):
    siti = person()
    with committed.begin() as session:
        request(session, siti, PURPOSE)
    with committed() as session:
        code = mailed(session)

    def guess() -> None:
        with committed.begin() as own:
            redeem(own, siti.id, PURPOSE, wrong(code))

    assert in_threads(5, guess) == [False] * 5
    in_threads(4, guess)
    with committed() as session:
        assert session.scalars(select(OneTimeCode.wrong_tries)).one() == MOST_TRIES


def test_of_many_requests_at_once_three_are_met(committed: sessionmaker[Session]):
    siti = person()

    def ask() -> None:
        with committed.begin() as own:
            request(own, siti, PURPOSE)

    assert sorted(in_threads(5, ask)) == [False] * 2 + [True] * 3
