"""What files keep of a person goes by order of the law; of everybody else it stays."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.ledger.erasing import GONE, Scope
from personnel import erasing, undoing
from personnel.erasing import StillPreviewed
from personnel.models_imports import Import, ImportChange, ImportRow
from tests.integration.personnel.office import HR
from tests.integration.personnel.test_importing import ADI, BUDI, PEOPLE, office, person, preview


def test_what_a_file_said_of_a_person_is_erased_and_of_others_kept(session: Session) -> None:
    office(session)
    budi = person(session).id
    told = erasing.erase(session, Scope(frozenset(), budi))
    assert told == {budi: {"import row": 1}}
    rows = session.scalars(select(ImportRow).where(ImportRow.kind == "employee").order_by(ImportRow.number))
    assert [(row.label, bool(row.values)) for row in rows] == [(GONE, False), ("Adi Lubis", True)]
    keys = [change.key for change in session.scalars(select(ImportChange))]
    assert [BUDI] not in keys
    assert [ADI] in keys
    assert erasing.erase(session, Scope(frozenset(), budi)) == {}


def test_what_was_erased_is_not_undone_and_the_rest_is(session: Session) -> None:
    office(session)
    budi, made = person(session).id, session.scalars(select(Import)).one()
    erasing.erase(session, Scope(frozenset(), budi))
    undoing.undo(session, HR, made.id, "Salah", in_use=lambda *_: set())
    assert person(session).id == budi
    assert session.scalars(select(ImportRow).where(ImportRow.label == GONE)).one().undone is None


def test_a_file_that_waits_is_applied_or_dropped_first(session: Session) -> None:
    office(session)
    preview(session, {"Pegawai": [PEOPLE[0], [BUDI, "Budi S.", "1.1", "", "", "", ""]]})
    with pytest.raises(StillPreviewed):
        erasing.erase(session, Scope(frozenset(), person(session).id))
