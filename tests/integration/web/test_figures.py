"""The pages of figures: what they show to whom, their choice in the address, and their files."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from httpx import Response
from sqlalchemy import event

from core import clock, database
from core.database import transaction
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.record import lived

VIEWS = ("times", "reasons", "flow", "load", "overruns")


@pytest.fixture
def past(office: Office) -> Office:
    lived(office)
    return office


def page(browser: Browser, view: str, query: str = "") -> str:
    browser.cookies.set("mufakat_language", "en")
    answer = browser.get(f"/analytics/{view}{query}")
    assert answer.status_code == 200, answer.text[:500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def table(answer: Response) -> list[list[str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_each_page_and_its_file_open_in_both_languages(past: Office, browse: Browse):
    hr = browse("hr")
    for view in VIEWS:
        assert hr.get(f"/analytics/{view}").status_code == 200
        assert len(table(hr.get(f"/analytics/{view}.csv"))) > 1, view
        assert "Figures" in page(hr, view)
        hr.cookies.delete("mufakat_language")


def test_the_address_of_the_figures_leads_to_the_times(past: Office, browse: Browse):
    answer = browse("hr").get("/analytics?by=month")
    assert (answer.status_code, answer.headers["location"]) == (303, "/analytics/times?by=month")


def test_the_times_of_a_stage_are_told(past: Office, browse: Browse):
    said = page(browse("hr"), "times")
    assert "Head of unit" in said
    assert "60 decisions" in said
    assert re.search(r"half within [\d.]+ working (days|hours), 80% within", said)


def test_the_choice_is_in_the_address(past: Office, browse: Browse):
    hr = browse("hr")
    assert "Nothing was decided in this period" in page(hr, "times", "?since=2020-01-01&until=2020-02-01")
    assert "Nothing was decided in this period" in page(hr, "times", f"?process={past.cycle}")
    assert "60 decisions" in page(hr, "times", "?unit=bidang-1")
    assert "Nothing was decided in this period" in page(hr, "times", "?unit=bidang-2")
    assert "· 20" in page(hr, "times", "?by=month")
    assert "Bidang Mutasi dan Promosi" in page(hr, "times", "?by=unit")


def test_what_can_not_be_read_is_left_out(past: Office, browse: Browse):
    said = page(browse("hr"), "times", "?since=yesterday&process=none&unit=nowhere&chain=")
    assert "Nothing was decided in this period" in said


def test_reasons_are_named_as_the_chain_names_them(past: Office, browse: Browse):
    said = page(browse("hr"), "reasons")
    assert "Document missing" in said
    assert "Data not true" in said


def test_what_waits_is_counted_where_it_waits(past: Office, browse: Browse):
    said = page(browse("hr"), "flow")
    assert "12 in hand now" in said


def test_the_load_is_named_for_hr_and_hidden_from_others(past: Office, browse: Browse):
    assert "Irwansyah Daulay" in page(browse("hr"), "load")
    operator = page(browse("operator"), "load")
    assert "Irwansyah Daulay" not in operator
    assert "Nobody has work in hand" in operator


def test_an_operator_sees_no_single_persons_speed(past: Office, browse: Browse):
    said = page(browse("operator"), "times")
    assert "not shown: fewer than three people decided here" in said
    rows = table(browse("operator").get("/analytics/times.csv"))
    assert all(row[4:7] == ["", "", ""] for row in rows[1:] if row[1] != "Pertimbangan teknis BKN")


def test_an_approver_sees_their_own_figures(past: Office, browse: Browse):
    said = page(browse("head"), "times")
    assert "Your own figures" in said
    assert "Head of unit" in said
    assert "HR verification" not in said
    assert "Irwansyah Daulay" in page(browse("head"), "load")
    assert "Saodah Rangkuti" not in page(browse("head"), "load")


def test_somebody_who_decides_nothing_has_no_figures(past: Office, browse: Browse):
    assert "Nothing was decided in this period" in page(browse("staff0"), "times")


def test_strangers_are_sent_to_the_door(past: Office, stranger: Browser):
    for view in VIEWS:
        assert stranger.get(f"/analytics/{view}").headers["location"].startswith("/login")
        assert stranger.get(f"/analytics/{view}.csv").headers["location"].startswith("/login")


def test_there_are_no_other_pages(past: Office, browse: Browse):
    assert browse("hr").get("/analytics/secrets").status_code == 404


def test_tasks_that_will_be_late_are_shown_with_their_probability(past: Office, browse: Browse):
    with transaction() as session:
        clock.move(session, timedelta(days=1))
    said = page(browse("hr"), "overruns")
    assert re.search(r"Of \d+ tasks that are not late yet, about [\d.]+ will be", said)
    rows = table(browse("hr").get("/analytics/overruns.csv"))
    assert all(0 <= float(row[-1]) <= 1 for row in rows[1:])


def questions(browser: Browser, view: str) -> int:
    """How many statements a page takes."""
    browser.get(f"/analytics/{view}")  # what is read once a process is read now
    counted: list[str] = []

    def count(_c: object, _k: object, statement: str, *_more: object) -> None:
        counted.append(statement)

    event.listen(database.engine(), "before_cursor_execute", count)
    try:
        browser.get(f"/analytics/{view}")
    finally:
        event.remove(database.engine(), "before_cursor_execute", count)
    return len(counted)


def test_a_page_asks_the_same_few_questions_however_much_there_is(office: Office, browse: Browse):
    hr = browse("hr")
    lived(office, cycles=1, cases=25)
    few = {view: questions(hr, view) for view in VIEWS}
    lived(office, cycles=3, cases=40)
    assert {view: questions(hr, view) for view in VIEWS} == few


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_no_days_to_ask_about(browse: Browse, day: str):
    for page in ("/analytics/times", "/analytics/flow"):
        assert browse("hr").get(f"{page}?since={day}&until={day}").status_code == 200
    assert browse("head").get(f"/inbox/group?page={10**30}").status_code in (400, 404, 422)
