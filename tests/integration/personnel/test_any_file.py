"""Any file at all: what it does once, it does not do again, and the records are as it was shown."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from personnel import importing, reviewing
from tests.integration.personnel.office import SYSTEM
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
