from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from personnel import accounts, locking, sponsors
from personnel.models import Account, Employee
from tests.integration.personnel.office import ADMIN, HR, Office

Setting = Callable[[str, str], None]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Sets which claim counts, and with what it is compared."""

    def chosen(claim: str, matches: str) -> None:
        monkeypatch.setattr(sponsors.settings().oidc, "claim", claim)
        monkeypatch.setattr(sponsors.settings().oidc, "matches", matches)

    return chosen


def made(office: Office, session: Session, login: str, **said: Any) -> tuple[Account, Employee]:
    person = office.person(office.unit(f"U-{login}"), **said)
    return accounts.create(session, ADMIN, person.id, login), person


def test_a_nip_finds_its_account_however_it_is_spaced(
    office: Office, session: Session, setting: Setting
) -> None:
    account, person = made(office, session, "s.nip")
    setting("nip", "nip")
    spaced = f"{person.nip[:8]} {person.nip[8:14]} {person.nip[14]} {person.nip[15:]}"
    for said in (person.nip, spaced, int(person.nip)):
        found = sponsors.account_of(session, {"nip": said})
        assert found and found.id == account.id
    for nothing in ("", "  ", None, True, [person.nip], {"nip": person.nip}):
        assert sponsors.account_of(session, {"nip": nothing}) is None
    assert sponsors.account_of(session, {"sub": person.nip}) is None


def test_an_email_counts_only_when_it_was_verified_and_one_person_has_it(
    office: Office, session: Session, setting: Setting
) -> None:
    account, _ = made(office, session, "s.mail", email="Ratna@Medan.example ")
    setting("email", "email")
    said = {"email": "ratna@medan.example", "email_verified": True}
    found = sponsors.account_of(session, said)
    assert found and found.id == account.id
    for unsure in (False, None, "true", 1):
        assert sponsors.account_of(session, said | {"email_verified": unsure}) is None
    made(office, session, "s.twin", email="ratna@medan.example")
    assert sponsors.account_of(session, said) is None


def test_who_left_is_locked_or_unknown_is_nobody(office: Office, session: Session, setting: Setting) -> None:
    setting("preferred_username", "login")
    made(office, session, "s.left", left_on=date(2020, 1, 1))
    account, _ = made(office, session, "s.locked")
    locking.lock(session, HR, account.id, "hilang")
    for login in ("s.left", "s.locked", "s.nobody", "%"):
        assert sponsors.account_of(session, {"preferred_username": login}) is None
