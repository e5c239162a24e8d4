from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core import clock as core_clock
from core import events
from core.errors import NotFound
from personnel import accounts, attempts, logins, rolls
from personnel.access import AccountsAreAdmins
from personnel.accounts import LoginTaken, UnknownRole, WrongLogin
from personnel.attempts import TooManyTries
from personnel.models import Account, Employee, LoginSession
from personnel.passwords import WeakPassword
from tests.integration.personnel.office import ADMIN, CLERK, HR, SYSTEM, Office

PASSWORD = "kereta api senja"


def account(office: Office, session: Session, login: str, **said: object) -> Account:
    person = office.person(office.unit(f"U-{login}"), **said)
    return accounts.create(session, ADMIN, person.id, login, password=PASSWORD)


def test_the_right_password_opens_the_account_whatever_the_capitals_of_the_login(
    office: Office, session: Session
) -> None:
    made = account(office, session, "Right.One")
    assert made.login == "right.one"
    entered = accounts.authenticate(session, " RIGHT.one ", PASSWORD, "10.0.0.1")
    assert entered.id == made.id
    assert entered.last_login_at is not None


@pytest.mark.parametrize("login", ["wrong.one", "nobody.at.all"])
def test_a_wrong_password_and_an_unknown_login_are_refused_alike(
    office: Office, session: Session, login: str
) -> None:
    account(office, session, "wrong.one")
    with pytest.raises(WrongLogin, match="do not fit together"):
        accounts.authenticate(session, login, "not the password", f"10.0.0.2-{login}")


def test_a_closed_account_and_a_person_who_left_cannot_log_in(office: Office, session: Session) -> None:
    closed = account(office, session, "closed.one")
    accounts.close(session, ADMIN, closed.id)
    account(office, session, "left.one", left_on=date(2020, 1, 1))
    for login in ("closed.one", "left.one"):
        with pytest.raises(WrongLogin):
            accounts.authenticate(session, login, PASSWORD, "10.0.0.3")


def test_an_account_without_a_password_waits_for_one(office: Office, session: Session) -> None:
    person = office.person(office.unit("A"))
    made = accounts.create(session, ADMIN, person.id, "waiting.one")
    with pytest.raises(WrongLogin):
        accounts.authenticate(session, "waiting.one", "", "10.0.0.4")
    given = accounts.reset(session, ADMIN, made.id)
    assert accounts.authenticate(session, "waiting.one", given, "10.0.0.4").must_change


def test_after_some_failures_even_the_right_password_must_wait(
    office: Office,
    session: Session,
    clock: "Clock",  # noqa: F821
) -> None:
    account(office, session, "guessed.one")
    for _ in range(6):
        with pytest.raises(WrongLogin):
            accounts.authenticate(session, "guessed.one", "a guess", "10.0.0.5")
    with pytest.raises(TooManyTries) as refused:
        accounts.authenticate(session, "guessed.one", PASSWORD, "10.0.0.5")
    assert 1 <= int(str(refused.value.facts["seconds"])) <= 16
    clock.move(seconds=20)
    assert accounts.authenticate(session, "guessed.one", PASSWORD, "10.0.0.5").login == "guessed.one"


def test_failures_at_one_address_do_not_lock_the_person_out_at_another(
    office: Office, session: Session
) -> None:
    account(office, session, "annoyed.one")
    for _ in range(6):
        with pytest.raises(WrongLogin):
            accounts.authenticate(session, "annoyed.one", "a guess", "10.0.0.6")
    assert accounts.authenticate(session, "annoyed.one", PASSWORD, "10.0.0.7").login == "annoyed.one"


def test_many_guesses_at_once_are_all_counted(committed: sessionmaker[Session]) -> None:
    with committed() as session:
        at = core_clock.now(session)

    def guess(_: int) -> bool:
        try:
            attempts.count("flooded.one", "10.0.0.8", at)
        except TooManyTries:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(guess, range(40)))
    assert looked_at.count(True) == 6


def test_old_failures_are_forgotten(office: Office, session: Session, clock: "Clock") -> None:  # noqa: F821
    account(office, session, "patient.one")
    for _ in range(5):
        with pytest.raises(WrongLogin):
            accounts.authenticate(session, "patient.one", "a guess", "10.0.0.9")
    clock.move(hours=25)
    for _ in range(5):
        with pytest.raises(WrongLogin):
            accounts.authenticate(session, "patient.one", "a guess", "10.0.0.9")
    accounts.authenticate(session, "patient.one", PASSWORD, "10.0.0.9")


def test_upkeep_deletes_old_failures_and_keeps_the_fresh(session: Session, clock: "Clock") -> None:  # noqa: F821
    attempts.count("swept.one", "10.0.0.12", clock.now())
    assert attempts.forget(session, clock.now()) == 0
    assert attempts.forget(session, clock.now() + timedelta(hours=25)) >= 3


def test_a_session_knows_its_person_and_only_its_tokens_hash_is_kept(
    office: Office, session: Session
) -> None:
    made = account(office, session, "session.one")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    found = accounts.read_session(session, token)
    assert found is not None
    assert (found.account_id, found.language) == (made.id, "id")
    assert token not in {row.token_hash for row in session.scalars(select(LoginSession))}
    assert accounts.read_session(session, token + "x") is None
    actor = found.actor
    assert (actor.person_id, actor.roles, actor.via) == (made.employee_id, {"employee"}, "web")


def test_a_session_ends_after_quiet_hours_but_lives_while_it_is_used(
    office: Office,
    session: Session,
    clock: "Clock",  # noqa: F821
) -> None:
    made = account(office, session, "idle.one")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    for _ in range(4):
        clock.move(hours=11)
        assert accounts.read_session(session, token) is not None
        session.flush()
    clock.move(hours=12)
    assert accounts.read_session(session, token) is None


def test_a_session_ends_after_seven_days_however_much_it_is_used(
    office: Office,
    session: Session,
    clock: "Clock",  # noqa: F821
) -> None:
    made = account(office, session, "busy.one")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    for _ in range(15):
        clock.move(hours=11)
        assert accounts.read_session(session, token) is not None
        session.flush()
    clock.move(hours=11)
    assert accounts.read_session(session, token) is None
    assert logins.forget(session, clock.now()) == 1


def test_leaving_the_office_ends_a_session(office: Office, session: Session) -> None:
    made = account(office, session, "leaver")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    found = accounts.read_session(session, token)
    assert found is not None
    session.get_one(Employee, made.employee_id).left_on = date(2020, 1, 1)
    session.flush()
    assert accounts.read_session(session, token) is None


def test_logging_out_ends_the_session(office: Office, session: Session) -> None:
    made = account(office, session, "out.one")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    accounts.close_session(session, token)
    accounts.close_session(session, token)
    assert accounts.read_session(session, token) is None


def test_a_new_password_replaces_the_old_one_and_ends_all_sessions(office: Office, session: Session) -> None:
    made = account(office, session, "changing.one")
    token = accounts.open_session(session, made, "10.0.0.1", "Firefox")
    found = accounts.read_session(session, token)
    assert found is not None
    own = found.actor
    with pytest.raises(WrongLogin):
        accounts.set_password(session, own, made.id, "angin laut belawan")
    accounts.set_password(session, own, made.id, "angin laut belawan", current=PASSWORD)
    assert accounts.read_session(session, token) is None
    with pytest.raises(WrongLogin):
        accounts.authenticate(session, "changing.one", PASSWORD, "10.0.0.10")
    assert not accounts.authenticate(session, "changing.one", "angin laut belawan", "10.0.0.10").must_change


@pytest.mark.parametrize(
    "weak",
    ["pendek", "aaaaaaaaaaaaaaaa", "password12345", "198001012005", "plain.one12", "Budi Santoso 1980"],
)
def test_a_weak_password_is_refused(office: Office, session: Session, weak: str) -> None:
    made = account(office, session, "plain.one")
    with pytest.raises(WeakPassword):
        accounts.set_password(session, ADMIN, made.id, weak)


@pytest.mark.parametrize("actor", [HR, CLERK])
def test_only_administrators_touch_the_accounts_of_others(
    office: Office, session: Session, actor: object
) -> None:
    made = account(office, session, "guarded.one")
    person = office.person(office.unit("A"))
    for attempt in (
        lambda: accounts.create(session, actor, person.id, "other.one"),  # pyright: ignore
        lambda: accounts.provision(session, actor, password=PASSWORD),  # pyright: ignore
        lambda: accounts.set_password(session, actor, made.id, "angin laut belawan"),  # pyright: ignore
        lambda: accounts.reset(session, actor, made.id),  # pyright: ignore
        lambda: accounts.grant(session, actor, made.id, ["admin"]),  # pyright: ignore
        lambda: accounts.close(session, actor, made.id),  # pyright: ignore
    ):
        with pytest.raises(AccountsAreAdmins):
            attempt()


def test_nobody_grants_roles_to_themselves(office: Office, session: Session) -> None:
    made = account(office, session, "self.one")
    accounts.grant(session, ADMIN, made.id, ["admin"])
    person = office.person(office.unit("A"))
    admin = accounts.actor_of(made, person)
    own = type(admin)(made.employee_id, admin.name, admin.roles)
    with pytest.raises(AccountsAreAdmins):
        accounts.grant(session, own, made.id, ["admin", "auditor"])
    with pytest.raises(UnknownRole):
        accounts.grant(session, ADMIN, made.id, ["king"])


def test_everybody_without_an_account_gets_one_as_the_file_asked(office: Office, session: Session) -> None:
    unit = office.unit("A")
    plain = office.person(unit, "Plain")
    hr = office.person(unit, "Hr", wanted_login="hr", wanted_roles=["hr"])
    office.person(unit, "Gone", left_on=date(2020, 1, 1))
    assert accounts.provision(session, SYSTEM, password=PASSWORD) == 2
    assert accounts.provision(session, SYSTEM, password=PASSWORD) == 0
    assert accounts.authenticate(session, plain.nip, PASSWORD, "10.0.0.11").roles == []
    assert accounts.find(session, hr.nip).login == "hr"
    row = rolls.accounts(session, search="Hr")[0]
    assert (row.login, row.roles, row.has_password) == ("hr", {"hr"}, True)
    assert [r.login for r in rolls.accounts(session, role="hr")] == ["hr"]
    assert events.history(session, hr.id)[0].name == "account.opened"


def test_a_login_belongs_to_one_person(office: Office, session: Session) -> None:
    made = account(office, session, "taken.one")
    other = office.person(office.unit("A"), wanted_login="taken.one")
    with pytest.raises(LoginTaken):
        accounts.create(session, ADMIN, other.id, "TAKEN.one")
    with pytest.raises(LoginTaken):
        accounts.create(session, ADMIN, made.employee_id, "second.one")
    with pytest.raises(LoginTaken):
        accounts.provision(session, SYSTEM)
    with pytest.raises(NotFound):
        accounts.find(session, "second.one")


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [attempts.wait(tries, 5).total_seconds() for tries in (5, 6, 7, 8)] == [0, 15, 30, 60]
    assert attempts.wait(500, 5) == timedelta(minutes=15)
