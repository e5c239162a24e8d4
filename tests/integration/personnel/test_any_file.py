"""Any file at all: what it does once, it does not do again, and the records are as it was shown."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from personnel import importing, reviewing, undoing
from personnel.models_imports import Import
from tests.integration.personnel.office import SYSTEM
from tests.integration.personnel.test_undoing import nobody, records
from tests.unit.personnel.files import xlsx
from tests.unit.personnel.test_planning import FILES, HEADERS, SOLID


@given(FILES, FILES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_records_read_back_are_what_was_written(
    session: Session, one: dict[str, list[list[Any]]], other: dict[str, list[list[Any]]]
) -> None:
    before = session.begin_nested()
    for file in (one, other):
        content = xlsx({name: [HEADERS[name], *SOLID.get(name, []), *rows] for name, rows in file.items()})
        made = importing.preview(session, SYSTEM, "a.xlsx", content)
        importing.apply(session, SYSTEM, made.id)
        again = importing.preview(session, SYSTEM, "a.xlsx", content)
        changed = reviewing.rows(session, SYSTEM, again.id, "change")
        assert [(row.sheet, row.number, row.before, row.after) for row in changed] == []
        assert again.counts["create"] == 0
    before.rollback()


@given(FILES, FILES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_is_undone_leaves_the_records_as_they_were(
    session: Session, one: dict[str, list[list[Any]]], other: dict[str, list[list[Any]]]
) -> None:
    before = session.begin_nested()
    states: list[dict[str, list[Any]]] = [records(session)]
    made: list[Import] = []
    for file in (one, other):
        content = xlsx({name: [HEADERS[name], *SOLID.get(name, []), *rows] for name, rows in file.items()})
        made.append(importing.preview(session, SYSTEM, "a.xlsx", content))
        importing.apply(session, SYSTEM, made[-1].id)
        states.append(records(session))
    for applied in reversed(made):
        states.pop()
        undone = undoing.undo(session, SYSTEM, applied.id, "salah", in_use=nobody)
        stayed = reviewing.rows(session, SYSTEM, applied.id, "kept")
        assert [(row.sheet, row.number, row.kept) for row in stayed] == []
        assert undone.state == "undone"
        assert records(session) == states[-1]
    before.rollback()
