"""Role by route by object: who is let in, and that nothing of another's is told, for every route there is."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from httpx import Client, Response
from psycopg.sql import SQL, Identifier

import wiring
from core.ids import new_id
from tests.conftest import NewDatabase, forget_settings
from tests.integration.web.matrix import (
    LINES,
    ROLES,
    Door,
    Rule,
    Things,
    door,
    forget_hits,
    keep_nothing,
    letter,
    routes,
    table,
    things,
)
from tests.integration.web.office import Office
from tests.integration.web.serving import serving
from web.app import create_app

OPEN_TO_GUESSING = ("/login", "/forgot", "/activate", "/verify", "/link", "/my/password", "/my/second")
"""Where tries are counted by address or person; the count begins anew for each role."""
OF_THE_EMPLOYEE = ("task_id", "case_id", "document_id", "comment_id", "token_id", "delegation_id")
NAME = "Ahmad Fauzi"


@dataclass
class Entered:
    """The office, its things, its door."""

    things: Things
    door: Door

    def ask(self, role: str, rule: Rule, address: str) -> Response:
        if rule[1].startswith(OPEN_TO_GUESSING):
            forget_hits()
        return self.door.enter(role, rule, address)


@pytest.fixture(scope="module")
def entered(office_template: tuple[str, Office], new_database: NewDatabase) -> Iterator[Entered]:
    """One office for all of these: nobody changes anything in it."""
    template, office = office_template
    copy, before = f"{template}_matrix", os.environ.get("MUFAKAT_DATABASE_URL", "")
    with psycopg.connect(new_database.server_url, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(copy)))
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(copy), Identifier(template))
        )
    os.environ["MUFAKAT_DATABASE_URL"] = new_database.address(copy)
    forget_settings()
    wiring.wire()
    made = things(office)
    limits = {"MUFAKAT_WEB_API_PER_MINUTE": "100000"}
    with serving(keep_nothing, **limits) as address, Client(base_url=address, timeout=60) as client:
        yield Entered(made, door(client))
    os.environ["MUFAKAT_DATABASE_URL"] = before
    forget_settings()


def every_route() -> list[Rule]:
    return sorted(set(routes(create_app())), key=lambda rule: (rule[1], rule[0]))


def test_every_route_has_a_line_that_says_whom_it_is_for():
    said, there = table(), set(every_route())
    assert there - said.keys() == set(), f"write a line for each into {LINES.name}"
    assert said.keys() - there == set(), f"these are gone: take their lines out of {LINES.name}"


def test_each_route_lets_in_whom_its_line_says_and_nobody_else(entered: Entered):
    said, wrong = table(), []
    for rule in every_route():
        address = entered.things.address(rule[1])
        found = "".join(letter(entered.ask(role, rule, address)) for role in ROLES)
        if found != said.get(rule):
            wrong.append(f"{rule[0]:6} {rule[1]:75} {found}    the table says {said.get(rule)}")
    assert not wrong, "\n" + "\n".join(wrong)


def of_the_employee(rule: Rule) -> list[str]:
    return [name for name in OF_THE_EMPLOYEE if f"{{{name}}}" in rule[1]]


def test_what_is_anothers_is_answered_like_what_is_not_there_and_never_names_them(entered: Entered):
    told = []
    for rule in every_route():
        if not (names := of_the_employee(rule)):
            continue
        missing = {name: str(new_id()) for name in names}
        answers = [entered.ask("other", rule, entered.things.address(rule[1], but)) for but in ({}, missing)]
        ids = {entered.things.ids[name] for name in names} | set(missing.values())
        if seen(answers[0], ids) != seen(answers[1], ids):
            told.append(f"{rule}: {answers[0].status_code} and {answers[1].status_code}")
        if NAME in answers[0].text:
            told.append(f"{rule}: names them")
    assert not told, "\n" + "\n".join(told)


def seen(answer: Response, ids: set[str]) -> tuple[object, ...]:
    """What somebody learns from an answer, without what differs each time."""
    text = re.sub(r'(value|data-at)="[^"]*"', "", answer.text)
    where = answer.headers.get("location", "")
    for id_ in ids:
        text, where = text.replace(id_, "ID"), where.replace(id_, "ID")
    return answer.status_code, where, letter(answer), text


def test_no_list_shows_an_employee_a_colleagues_case_or_record(entered: Entered):
    for rule in every_route():
        if rule[0] == "GET" and "{" not in rule[1]:
            answer = entered.ask("other", rule, entered.things.address(rule[1]))
            if not answer.is_stream_consumed:  # it goes on for ever, and tells only that there is news
                continue
            assert NAME not in answer.text, rule
            assert entered.things.ids["case_id"] not in answer.text, rule
