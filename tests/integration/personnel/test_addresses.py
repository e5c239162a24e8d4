"""An address that the office changes gets no codes until its owner has seen it at a login."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import facts_of, history
from personnel import accounts, addresses, resetting
from personnel.addresses import AddressUnknown
from personnel.models import Account
from personnel.models_accounts import AccountCode
from tests.integration.personnel.office import ADMIN
from tests.integration.personnel.test_importing import BUDI, applied, office, person

HEAD = ["NIP", "Nama", "Unit Kerja", "Email"]
PASSWORD = "kunci-Belawan-2026"


@pytest.fixture
def account(session: Session) -> Account:
    """Budi's, who has an address and never logged in."""
    office(session)
    reached(session, "budi@medan.example")
    return accounts.create(session, ADMIN, person(session).id, "budi", password=PASSWORD)


def reached(session: Session, email: str) -> None:
    """HR's file says how Budi is reached."""
    applied(session, {"Pegawai": [HEAD, [BUDI, "Budi Santoso", "1.1", email]]})


def test_a_code_that_stands_for_a_login_goes_to_no_address_entered_by_others(
    session: Session, account: Account
) -> None:
    addresses.must_be_known(session, account.employee_id)
    reached(session, "mine@medan.example")
    with pytest.raises(AddressUnknown):
        addresses.must_be_known(session, account.employee_id)
    addresses.seen(session, ADMIN, account)
    addresses.must_be_known(session, account.employee_id)


def test_nor_where_its_owner_never_logged_in_nor_asked_for_one(session: Session, account: Account) -> None:
    reached(session, "mine@medan.example")
    assert account.known_email == "budi@medan.example"
    with pytest.raises(AddressUnknown):
        addresses.must_be_known(session, account.employee_id)
    resetting.ask(session, "budi", "127.0.0.1")
    resetting.work_off(session)
    assert session.scalars(select(AccountCode)).all() == []


def test_the_old_address_is_told_as_soon_as_another_is_entered(session: Session, account: Account) -> None:
    reached(session, "BUDI@medan.example")
    reached(session, "mine@medan.example")
    told = [row for row in history(session, account.employee_id) if row.name == "account.address_changed"]
    assert [facts_of(row)["before"].casefold() for row in told] == ["budi@medan.example"]
    assert "medan.example" not in told[0].body
