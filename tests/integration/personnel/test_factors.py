from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core import events
from core.actor import Actor
from personnel import accounts, factors, logins
from personnel.access import AccountsAreAdmins
from personnel.attempts import TooManyTries
from personnel.factors import FactorNeeded, FactorThere, NoFactor, WrongFactor
from personnel.locking import OwnAccount, ReasonWanted
from personnel.models import Account
from personnel.models_accounts import RecoveryCode, SecondFactor
from tests.integration.personnel.office import ADMIN, HR, Office
from tests.integration.personnel.phone import code, stopped

__all__ = ["stopped"]

HERE = "10.2.0.1"


def enrolled(office: Office, session: Session, login: str) -> tuple[Account, Actor, str, list[str]]:
    """An account with a second factor: its owner, its secret and its recovery codes."""
    person = office.person(office.unit(f"U-{login}"))
    made = accounts.create(session, ADMIN, person.id, login)
    owner = accounts.actor_of(made, person)
    factors.begin(session, made.id)
    secret = factors.waiting(session, made.id)
    assert secret
    papers = factors.confirm(session, made, owner, code(secret, -1), HERE)
    return made, owner, secret, list(papers)


def test_an_app_counts_once_its_first_code_is_right(office: Office, session: Session) -> None:
    person = office.person(office.unit("F"))
    made = accounts.create(session, ADMIN, person.id, "f.first")
    owner = accounts.actor_of(made, person)
    with pytest.raises(NoFactor):
        factors.confirm(session, made, owner, "123456", HERE)
    factors.begin(session, made.id)
    secret = factors.waiting(session, made.id)
    assert secret
    assert factors.enrolled(session, made.id) is None
    with pytest.raises(WrongFactor):
        factors.confirm(session, made, owner, "abc", HERE)
    papers = factors.confirm(session, made, owner, code(secret), HERE)
    assert len(set(papers)) == 10
    assert factors.enrolled(session, made.id)
    assert factors.waiting(session, made.id) is None
    with pytest.raises(FactorThere):
        factors.begin(session, made.id)


def test_a_secret_that_was_begun_and_left_is_worth_nothing(office: Office, session: Session) -> None:
    person = office.person(office.unit("F"))
    made = accounts.create(session, ADMIN, person.id, "f.left")
    factors.begin(session, made.id)
    seen = factors.waiting(session, made.id)
    factors.begin(session, made.id)
    assert seen and factors.waiting(session, made.id) != seen


def test_each_code_is_accepted_once_and_none_before_it(office: Office, session: Session) -> None:
    made, _, secret, _ = enrolled(office, session, "f.once")
    later = code(secret, 1)
    factors.prove(session, made.id, later, HERE)
    for used in (later, code(secret), code(secret, -1)):
        with pytest.raises(WrongFactor):
            factors.prove(session, made.id, used, HERE)


def test_a_recovery_code_is_accepted_once_however_it_is_typed(office: Office, session: Session) -> None:
    made, _, _, papers = enrolled(office, session, "f.paper")
    factors.prove(session, made.id, f" {papers[3].lower().replace('-', ' ')} ", HERE)
    assert factors.papers_left(session, made.id) == 9
    with pytest.raises(WrongFactor):
        factors.prove(session, made.id, papers[3], HERE)


def test_new_recovery_codes_end_the_old(office: Office, session: Session) -> None:
    made, owner, secret, papers = enrolled(office, session, "f.renew")
    fresh = factors.renew_papers(session, made, owner, code(secret), HERE)
    assert not set(fresh) & set(papers)
    with pytest.raises(WrongFactor):
        factors.prove(session, made.id, papers[0], HERE)


def test_what_is_kept_shows_neither_secret_nor_recovery_codes(office: Office, session: Session) -> None:
    made, _, secret, papers = enrolled(office, session, "f.kept")
    factor = session.get_one(SecondFactor, made.id)
    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    kept = factor.sealed + "".join(hashes)
    assert secret not in kept
    assert not any(paper in kept for paper in papers)


def test_guessing_has_to_wait(office: Office, session: Session) -> None:
    made, _, secret, _ = enrolled(office, session, "f.guess")
    for _ in range(6):
        with pytest.raises(WrongFactor):
            factors.prove(session, made.id, "abcdef", HERE)
    with pytest.raises(TooManyTries):
        factors.prove(session, made.id, code(secret), HERE)


def test_another_administrator_resets_it_with_a_reason(office: Office, session: Session) -> None:
    made, owner, _, _ = enrolled(office, session, "f.reset")
    token = logins.open_session(session, made, HERE, "x")
    admin = Actor(made.employee_id, "Diri sendiri", frozenset({"employee", "admin"}))
    for actor, reason, error in (
        (HR, "ponsel hilang", AccountsAreAdmins),
        (admin, "ponsel hilang", OwnAccount),
        (ADMIN, "", ReasonWanted),
    ):
        with pytest.raises(error):
            factors.reset(session, actor, made.id, reason)
    factors.reset(session, ADMIN, made.id, "ponsel hilang")
    assert factors.enrolled(session, made.id) is None
    assert factors.papers_left(session, made.id) == 0
    assert logins.read_session(session, token) is None
    with pytest.raises(NoFactor):
        factors.reset(session, ADMIN, made.id, "ponsel hilang")
    names = [row.name for row in events.history(session, owner.person_id)]  # pyright: ignore
    assert names[-2:] == ["account.second_factor_set", "account.second_factor_reset"]


def test_who_needs_one_can_not_switch_it_off(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, owner, secret, _ = enrolled(office, session, "f.off")
    accounts.grant(session, ADMIN, made.id, ["operator"])
    assert not factors.required(made.roles)  # a rehearsal asks for none
    monkeypatch.setattr(factors.settings().login, "second_factor", True)
    assert factors.required(made.roles)
    assert not factors.required(["auditor"])
    with pytest.raises(FactorNeeded):
        factors.give_up(session, made, owner, code(secret), HERE)
    accounts.grant(session, ADMIN, made.id, [])
    factors.give_up(session, made, owner, code(secret), HERE)
    assert factors.enrolled(session, made.id) is None


def test_two_at_once_can_not_both_use_one_code(committed: sessionmaker[Session]) -> None:
    with committed() as session, session.begin():
        office = Office.open(session)
        made, _, secret, _ = enrolled(office, session, "f.race")
        account_id = made.id
    said, gate, accepted = code(secret, 1), Barrier(2), []

    def rival(address: str) -> None:
        gate.wait()
        try:
            with committed() as session, session.begin():
                factors.prove(session, account_id, said, address)
            accepted.append(address)
        except WrongFactor:
            pass

    rivals = [Thread(target=rival, args=(f"10.2.1.{n}",)) for n in range(2)]
    for one in rivals:
        one.start()
    for one in rivals:
        one.join(timedelta(seconds=30).total_seconds())
    assert len(accepted) == 1
