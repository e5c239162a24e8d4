"""The agency's form goes out, and its answers come in row by row."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from flows.process.errors import NoSuchProcess
from flows.promotion.errors import BadConsiderationFile, CandidatesAreHrs
from flows.promotion.outside import STAGE, export, take_in
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency

LETTER = ("AB-77/KP/2026", "05-11-2026")


@pytest.fixture
def run(agency: Agency) -> Any:
    """Three cases that wait outside."""
    for n in range(3):
        agency.candidate(agency.units[0], f"Calon {n}")
    run = cycles.screened(agency)
    for case in cycles.cases(agency.session, run.process_id):
        cycles.decide_on(agency, case.id, agency.heads[0])
        cycles.decide_on(agency, case.id, agency.verifier)
    return run


def exported(agency: Agency, run: Any) -> Any:
    return load_workbook(io.BytesIO(export(agency.session, agency.actor(agency.hr), run.process_id)))


def answered(book: Any, *answers: tuple[object, ...]) -> bytes:
    for row, answer in enumerate(answers, start=3):
        for place, value in enumerate(answer, start=11):
            book.worksheets[0].cell(row, place, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(agency: Agency, run: Any, content: bytes) -> Any:
    return take_in(agency.session, agency.actor(agency.hr), run.process_id, content)


def test_the_form_lists_who_waits_outside(session: Session, agency: Agency, run: Any) -> None:
    sheet = exported(agency, run).worksheets[0]
    cases = cycles.cases(session, run.process_id)
    assert [sheet.cell(row, 10).value for row in (3, 4, 5)] == [case.reference for case in cases]
    assert sheet.cell(3, 2).data_type == "s"
    assert sheet.cell(6, 2).value is None
    cycles.answer(agency, [cases[0].id])
    assert exported(agency, run).worksheets[0].cell(5, 2).value is None


def test_each_answer_moves_its_case(session: Session, agency: Agency, run: Any) -> None:
    book = exported(agency, run)
    told = take(
        agency, run, answered(book, ("MS", *LETTER), ("TMS", *LETTER, "masa kerja"), ("BTS", *LETTER))
    )
    assert (told.recorded, told.refused) == (3, 0)
    states = [(case.state, case.stage) for case in cycles.cases(session, run.process_id)]
    assert states == [("open", "appointing-official"), ("rejected", None), ("returned", STAGE)]


def test_a_bad_row_is_refused_alone_with_its_reason(session: Session, agency: Agency, run: Any) -> None:
    book = exported(agency, run)
    told = take(agency, run, answered(book, ("MS", *LETTER), ("OK", *LETTER), ("MS", "", "05-11-2026")))
    assert [row.outcome for row in told.rows] == ["ok", "refused", "refused"]
    assert "OK" in told.rows[1].why
    assert told.rows[1].number == 4
    assert [case.stage for case in cycles.cases(session, run.process_id)] == [
        "appointing-official",
        STAGE,
        STAGE,
    ]


def test_the_same_file_again_changes_nothing(session: Session, agency: Agency, run: Any) -> None:
    content = answered(exported(agency, run), ("MS", *LETTER), ("BTS", *LETTER))
    take(agency, run, content)
    before = [(c.state, c.stage, c.round, c.version) for c in cycles.cases(session, run.process_id)]
    told = take(agency, run, content)
    assert [row.outcome for row in told.rows] == ["same", "same"]
    assert before == [(c.state, c.stage, c.round, c.version) for c in cycles.cases(session, run.process_id)]


def test_a_nip_that_a_spreadsheet_took_for_a_number_is_helped_out_by_the_cases_number(
    session: Session, agency: Agency, run: Any
) -> None:
    book = exported(agency, run)
    cell = book.worksheets[0].cell(3, 2)
    cell.value = float(cell.value)
    told = take(agency, run, answered(book, ("MS", *LETTER)))
    assert [row.outcome for row in told.rows] == ["ok"]


def test_a_stranger_in_the_file_is_refused(session: Session, agency: Agency, run: Any) -> None:
    book = exported(agency, run)
    book.worksheets[0].cell(3, 2).value = "199999999999999999"
    told = take(agency, run, answered(book, ("MS", *LETTER)))
    assert "199999999999999999" in told.rows[0].why
    assert told.recorded == 0


def test_only_hr_exports_and_takes_in(session: Session, agency: Agency, run: Any) -> None:
    for who in (agency.operator, agency.verifier, agency.heads[0]):
        with pytest.raises(CandidatesAreHrs):
            export(session, agency.actor(who), run.process_id)
        with pytest.raises(CandidatesAreHrs):
            take_in(session, agency.actor(who), run.process_id, b"")


def test_what_is_no_form_is_refused_whole(session: Session, agency: Agency, run: Any) -> None:
    with pytest.raises(BadConsiderationFile):
        take(agency, run, b"no spreadsheet")
    with pytest.raises(NoSuchProcess):
        export(session, agency.actor(agency.hr), agency.hr.id)
