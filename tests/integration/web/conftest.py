"""Fixtures of the pages: the real application over a real database that holds a small office."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

import wiring
from core import database
from tests.conftest import NewDatabase, forget_settings, must_be_as_told
from tests.integration.web import office as offices
from tests.integration.web.office import Browser, Office
from tests.integration.web.serving import serving

Browse = Callable[[str], Browser]


@pytest.fixture(scope="session")
def office_template(new_database: NewDatabase) -> Iterator[tuple[str, Office]]:
    """A database that holds the office, made once, to be copied for each test; and the office's ids."""
    name = f"mufakat_office_{secrets.token_hex(4)}"  # one for each folder of tests that uses it
    address = new_database(name)
    before = os.environ.get("MUFAKAT_DATABASE_URL")
    os.environ["MUFAKAT_DATABASE_URL"] = address
    forget_settings()
    wiring.wire()
    with database.transaction() as session:
        made = offices.found(session)
    _restore(before)
    yield name, made


@pytest.fixture
def office(
    office_template: tuple[str, Office], new_database: NewDatabase, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """The office in a database of this test's own, whose commits are real."""
    template, made = office_template
    copy = f"{template}_copy"
    with psycopg.connect(new_database.server_url, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(copy)))
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(copy), Identifier(template))
        )
    before = os.environ.get("MUFAKAT_DATABASE_URL")
    os.environ["MUFAKAT_DATABASE_URL"] = new_database.address(copy)
    forget_settings()
    wiring.wire()
    yield made
    try:
        with database.transaction() as session:
            must_be_as_told(request, session)
    finally:
        _restore(before)


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """Where the office's pages are served."""
    with serving() as address:
        yield address


@pytest.fixture
def stranger(address: str) -> Iterator[Browser]:
    """Somebody who is not logged in."""
    with Browser(address) as browser:
        yield browser


@pytest.fixture
def browse(address: str) -> Iterator[Browse]:
    """Opens the browser of somebody who is logged in, by login."""
    with ExitStack() as opened:

        def of(login: str) -> Browser:
            browser = opened.enter_context(Browser(address))
            assert browser.log_in(login).status_code == 303
            return browser

        yield of


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop("MUFAKAT_DATABASE_URL", None)
    else:
        os.environ["MUFAKAT_DATABASE_URL"] = before
    forget_settings()
