from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, onetime
from core.actor import Actor
from core.errors import NotFound
from core.events import history
from personnel import accounts, activation, addresses, letters, locking, passwords, presence, resetting
from personnel.access import AccountsAreAdmins
from personnel.activation import AccountsAreHrs, Result, WrongAccountCode
from personnel.attempts import TooManyTries
from personnel.locking import NotLockable, OwnAccount, ReasonWanted
from personnel.logins import open_session, read_session
from personnel.models import Account, Employee
from personnel.models_accounts import AccountCode, Channel, Purpose, ResetRequest
from personnel.passwords import WeakPassword
from tests.integration.personnel.office import ADMIN, CLERK, HR, Office

NEW = "kereta api senja"


def account(office: Office, session: Session, login: str, **said: object) -> Account:
    """An account that waits for its first password."""
    person = office.person(office.unit(f"U-{login}"), **said)
    return accounts.create(session, ADMIN, person.id, login)


def person_of(session: Session, made: Account) -> Employee:
    return session.get_one(Employee, made.employee_id)


def code_of(session: Session, made: Account) -> str:
    query = select(AccountCode).where(AccountCode.account_id == made.id, AccountCode.ended_at.is_(None))
    living = session.scalars(query).one()
    return onetime.code_of(living.purpose, living.id)


def test_a_letters_code_sets_the_first_password_once(office: Office, session: Session) -> None:
    made = account(office, session, "letter.one")
    (line,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    assert line.result is Result.PRINTED
    said = line.code.lower().replace("-", " ")
    opened = activation.redeem(session, "LETTER.one", said, NEW, "10.1.0.1")
    assert opened.id == made.id
    assert not opened.must_change
    assert accounts.authenticate(session, "letter.one", NEW, "10.1.0.1").id == made.id
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "letter.one", line.code, "angin laut Belawan", "10.1.0.1")


def test_the_nip_does_as_login_too(office: Office, session: Session) -> None:
    made = account(office, session, "nip.one")
    (line,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    nip = person_of(session, made).nip
    assert activation.redeem(session, nip, line.code, NEW, "10.1.0.2").id == made.id


def test_many_are_one_deed_with_a_line_for_each(office: Office, session: Session) -> None:
    fine, mailless = account(office, session, "m.fine"), account(office, session, "m.none", email="")
    ready, mighty = account(office, session, "m.ready"), account(office, session, "m.mighty")
    locked = account(office, session, "m.locked")
    accounts.reset(session, ADMIN, ready.id)
    accounts.grant(session, ADMIN, mighty.id, ["operator"])
    locking.lock(session, HR, locked.id, "dipinjamkan")
    ids = [one.id for one in (fine, mailless, ready, mighty, locked)]
    lines = activation.invite(session, HR, ids, Channel.MAIL)
    assert {line.login: line.result for line in lines} == {
        "m.fine": Result.SENT,
        "m.none": Result.NO_ADDRESS,
        "m.ready": Result.ACTIVATED,
        "m.mighty": Result.ADMINS_ONLY,
        "m.locked": Result.NOT_ACTIVE,
    }
    assert all(line.code == "" for line in lines)
    assert session.scalars(select(AccountCode.account_id)).all() == [fine.id]
    (by_admin,) = activation.invite(session, ADMIN, [mighty.id], Channel.MAIL)
    assert by_admin.result is Result.SENT


def test_nobody_invites_themselves_and_only_hr_and_administrators_others(
    office: Office, session: Session
) -> None:
    made = account(office, session, "self.one")
    own = Actor(made.employee_id, "Diri sendiri", frozenset({"employee", "hr"}))
    assert activation.invite(session, own, [made.id], Channel.LETTER)[0].result is Result.OWN
    with pytest.raises(AccountsAreHrs):
        activation.invite(session, CLERK, [made.id], Channel.LETTER)


def test_a_newer_code_ends_the_earlier_and_time_ends_both(office: Office, session: Session) -> None:
    made = account(office, session, "newer.one")
    (first,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    (second,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "newer.one", first.code, NEW, "10.1.0.3")
    clock.move(session, timedelta(days=31))
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "newer.one", second.code, NEW, "10.1.0.3")


def test_a_code_opens_no_other_account(office: Office, session: Session) -> None:
    here, there = account(office, session, "here.one"), account(office, session, "there.one")
    lines = activation.invite(session, HR, [here.id, there.id], Channel.LETTER)
    codes = {line.login: line.code for line in lines}
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "here.one", codes["there.one"], NEW, "10.1.0.4")


def test_a_weak_password_leaves_the_code_good(office: Office, session: Session) -> None:
    made = account(office, session, "weak.one")
    (line,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    with pytest.raises(WeakPassword):
        activation.redeem(session, "weak.one", line.code, "12345", "10.1.0.5")
    assert activation.redeem(session, "weak.one", line.code, NEW, "10.1.0.5").id == made.id


def test_guessing_codes_has_to_wait_like_guessing_passwords(office: Office, session: Session) -> None:
    account(office, session, "guess.one")
    for _ in range(6):
        with pytest.raises(WrongAccountCode):
            activation.redeem(session, "guess.one", "AAAA-AAAA-AAAA", NEW, "10.1.0.6")
    with pytest.raises(TooManyTries):
        activation.redeem(session, "guess.one", "AAAA-AAAA-AAAA", NEW, "10.1.0.6")


def test_the_table_of_codes_and_the_log_tell_no_code(office: Office, session: Session) -> None:
    made = account(office, session, "table.one")
    (line,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    row = session.scalars(select(AccountCode).where(AccountCode.account_id == made.id)).one()
    kept = [str(vars(row)), *(event.body for event in history(session, made.employee_id))]
    assert not any(line.code in said or onetime.plain(line.code) in said for said in kept)


def test_asking_for_a_reset_is_noted_alike_for_everybody(office: Office, session: Session) -> None:
    made = account(office, session, "forgot.one")
    accounts.set_password(session, ADMIN, made.id, NEW)
    for login in ("forgot.one", "nobody.at.all"):
        resetting.ask(session, login, "10.1.0.7")
    assert len(session.scalars(select(ResetRequest)).all()) == 2
    assert resetting.work_off(session) == 1
    assert session.scalars(select(ResetRequest)).all() == []


def test_a_reset_sets_another_password_and_ends_every_session(office: Office, session: Session) -> None:
    made = account(office, session, "reset.one")
    accounts.set_password(session, ADMIN, made.id, NEW)
    token = open_session(session, made, "10.1.0.8", "a browser")
    resetting.ask(session, "reset.one", "10.1.0.8")
    resetting.work_off(session)
    activation.redeem(session, "reset.one", code_of(session, made), "angin laut Belawan", "10.1.0.8")
    assert read_session(session, token) is None
    assert accounts.authenticate(session, "reset.one", "angin laut Belawan", "10.1.0.8").id == made.id


def test_a_reset_is_good_for_two_hours(office: Office, session: Session) -> None:
    made = account(office, session, "late.one")
    accounts.set_password(session, ADMIN, made.id, NEW)
    resetting.ask(session, "late.one", "10.1.0.9")
    resetting.work_off(session)
    code = code_of(session, made)
    clock.move(session, timedelta(hours=2))
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "late.one", code, "angin laut Belawan", "10.1.0.9")


def test_who_never_had_a_password_is_mailed_the_first_one(office: Office, session: Session) -> None:
    made = account(office, session, "first.one")
    resetting.ask(session, "first.one", "10.1.0.10")
    resetting.work_off(session)
    code = session.scalars(select(AccountCode).where(AccountCode.account_id == made.id)).one()
    assert code.purpose == Purpose.ACTIVATION


def test_nobody_is_mailed_more_than_three_times_an_hour(office: Office, session: Session) -> None:
    account(office, session, "spam.one")
    sent = []
    for _ in range(5):
        resetting.ask(session, "spam.one", "10.1.0.11")
        sent.append(resetting.work_off(session))
    assert sent == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("why", ["locked", "closed", "mailless"])
def test_some_are_sent_nothing(office: Office, session: Session, why: str) -> None:
    made = account(office, session, f"no.{why}", email="" if why == "mailless" else "a@medan.example")
    if why == "locked":
        locking.lock(session, HR, made.id, "hilang")
    if why == "closed":
        accounts.close(session, ADMIN, made.id)
    resetting.ask(session, f"no.{why}", "10.1.0.12")
    assert resetting.work_off(session) == 0


def test_a_locked_account_opens_by_nothing_until_it_is_unlocked(office: Office, session: Session) -> None:
    made = account(office, session, "lock.one")
    (line,) = activation.invite(session, HR, [made.id], Channel.LETTER)
    token = open_session(session, made, "10.1.0.13", "a browser")
    locking.lock(session, HR, made.id, " laptop hilang ")
    assert (made.state, made.lock_reason) == ("locked", "laptop hilang")
    assert read_session(session, token) is None
    locking.unlock(session, HR, made.id, "sudah ditemukan")
    with pytest.raises(WrongAccountCode):
        activation.redeem(session, "lock.one", line.code, NEW, "10.1.0.13")
    with pytest.raises(NotLockable):
        locking.unlock(session, HR, made.id, "lagi")


def test_locking_takes_a_reason_and_somebody_else(office: Office, session: Session) -> None:
    made, mighty = account(office, session, "who.one"), account(office, session, "who.mighty")
    accounts.grant(session, ADMIN, mighty.id, ["hr"])
    own = Actor(made.employee_id, "Diri sendiri", frozenset({"employee", "hr"}))
    for actor, target, reason, error in (
        (HR, made, " ", ReasonWanted),
        (own, made, "alasan", OwnAccount),
        (HR, mighty, "alasan", AccountsAreAdmins),
        (CLERK, made, "alasan", AccountsAreHrs),
    ):
        with pytest.raises(error):
            locking.lock(session, actor, target.id, reason)


def test_each_letter_is_a_page_with_its_code(office: Office, session: Session, tmp_path) -> None:
    ids = [account(office, session, f"page.{n}").id for n in range(3)]
    lines = activation.invite(session, HR, ids, Channel.LETTER)
    written = tmp_path / "letters.pdf"
    written.write_bytes(letters.pdf(lines, clock.now(session)))
    pages = [page.extract_text() for page in PdfReader(written).pages]
    assert len(pages) == 3
    for line, page in zip(lines, pages, strict=True):
        assert line.code in page and line.login in page


def test_one_ends_ones_own_sessions_and_nobody_elses(office: Office, session: Session) -> None:
    mine, other = account(office, session, "mine.one"), account(office, session, "other.one")
    me = Actor(mine.employee_id, "Saya", frozenset({"employee"}))
    here, there, third = (open_session(session, mine, "10.1.0.14", "x") for _ in range(3))
    foreign = open_session(session, other, "10.1.0.15", "x")
    theirs = presence.sessions(session, other.id)[0]
    with pytest.raises(NotFound):
        presence.revoke(session, me, mine, theirs.id)
    found = read_session(session, there)
    assert found
    presence.revoke(session, me, mine, found.id)
    assert read_session(session, there) is None
    assert presence.revoke_others(session, me, mine, here) == 1
    assert read_session(session, third) is None
    assert read_session(session, here) and read_session(session, foreign)


def test_counts_tell_who_still_waits(office: Office, session: Session) -> None:
    before = activation.counts(session)
    made = account(office, session, "count.one")
    assert activation.counts(session) == (before[0], before[1] + 1)
    assert made.password_hash == passwords.UNUSABLE
    assert made.id in activation.unactivated(session)


def test_letters_to_those_who_decide_by_their_post_are_administrators_to_print(
    office: Office, session: Session
) -> None:
    head = account(office, session, "post.head")
    unit = office.unit("P-post")
    office.holding(office.post(unit), person_of(session, head))
    assert activation.invite(session, HR, [head.id], Channel.LETTER)[0].result is Result.ADMINS_ONLY
    assert activation.invite(session, HR, [head.id], Channel.MAIL)[0].result is Result.SENT
    assert activation.invite(session, ADMIN, [head.id], Channel.LETTER)[0].result is Result.PRINTED


def test_an_administrators_letter_replaces_a_forgotten_password(office: Office, session: Session) -> None:
    made = account(office, session, "by.letter")
    accounts.set_password(session, ADMIN, made.id, NEW)
    assert activation.invite(session, HR, [made.id], Channel.LETTER)[0].result is Result.ACTIVATED
    (line,) = activation.invite(session, ADMIN, [made.id], Channel.LETTER)
    assert line.result is Result.PRINTED
    assert accounts.authenticate(session, "by.letter", NEW, "10.1.0.16").id == made.id
    activation.redeem(session, "by.letter", line.code, "angin laut Belawan", "10.1.0.16")
    assert accounts.authenticate(session, "by.letter", "angin laut Belawan", "10.1.0.16").id == made.id


def test_no_code_goes_to_an_address_that_its_owner_has_not_seen(office: Office, session: Session) -> None:
    made = account(office, session, "moved.one", email="before@medan.example")
    accounts.set_password(session, ADMIN, made.id, NEW)
    owner = Actor(made.employee_id, "Pemilik", frozenset({"employee"}))
    assert addresses.seen(session, owner, made) == ""
    person_of(session, made).email = "somebody.else@medan.example"
    session.flush()
    resetting.ask(session, "moved.one", "10.1.0.17")
    assert resetting.work_off(session) == 0
    held = history(session, made.employee_id)[-1]
    assert held.name == "account.reset_held"
    assert "medan.example" not in held.body
    assert addresses.seen(session, owner, made) == "somebody.else@medan.example"
    assert addresses.seen(session, owner, made) == ""
    resetting.ask(session, "moved.one", "10.1.0.17")
    assert resetting.work_off(session) == 1
