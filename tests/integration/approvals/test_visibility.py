"""Who sees the work of others in lists: as each stage says, and the office's readers all of it."""

import pytest
from sqlalchemy.orm import Session

from approvals import tasks
from approvals.visibility import WorkPart, count_work, work_of
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import Office

CHAIN = """
chain: seen
title: {id: Terlihat, en: Seen}
stages:
  - stage: check
    candidates: CANDIDATES
    MORE
  - stage: official
    candidates: {holder_of: ppk, unit: top}
"""
ROLE = "{role: hr-verifier}"


def opened(session: Session, see: str = "", candidates: str = ROLE, more: str = "") -> Desk:
    office = Office.usual()
    office.employ("Vino", "badan", "hr-verifier")
    office.employ("Audi", "badan", "auditor")
    for name in ("Vera", "Viktor", "Vino"):
        office.prove(name, "assessor")
    said = f"see: {see}" if see else ""
    said = f"{said}\n    {more}" if more else said
    return Desk(session, office, CHAIN.replace("CANDIDATES", candidates).replace("MORE", said))


def seen(desk: Desk, name: str, part: WorkPart) -> list[str]:
    rows = work_of(desk.session, desk.who(name), part, directory=desk.office)
    assert len(rows) == count_work(desk.session, desk.who(name), part, directory=desk.office)
    return [row.subject_name for row in rows]


def unallocated(desk: Desk, name: str) -> list[str]:
    return seen(desk, name, WorkPart.UNALLOCATED)


def allocated(desk: Desk, name: str) -> list[str]:
    return seen(desk, name, WorkPart.ALLOCATED)


def given(desk: Desk, subject: str, to: str) -> None:
    tasks.claim(desk.session, desk.who(to), desk.task(desk.open(subject)).id)


BY_ABILITY = "{capability: assessor}"


@pytest.mark.parametrize("candidates", [ROLE, BY_ABILITY])
def test_unless_it_is_said_candidates_see_what_is_free_and_nobody_what_another_has(
    session: Session, candidates: str
):
    desk = opened(session, candidates=candidates)
    desk.open("Budi")
    given(desk, "Citra", "Vera")
    assert unallocated(desk, "Viktor") == unallocated(desk, "Vera") == ["Budi"]
    assert allocated(desk, "Viktor") == []
    for stranger in ("Kabid", "Dewi", "Walikota"):
        assert (unallocated(desk, stranger), allocated(desk, stranger)) == ([], [])


@pytest.mark.parametrize("candidates", [ROLE, BY_ABILITY])
def test_candidates_may_see_what_their_colleagues_have(session: Session, candidates: str):
    desk = opened(session, "{allocated: candidates}", candidates)
    given(desk, "Citra", "Vera")
    given(desk, "Dewi", "Viktor")
    assert allocated(desk, "Vino") == ["Citra", "Dewi"]
    assert allocated(desk, "Vera") == ["Dewi"]
    assert allocated(desk, "Walikota") == []


def test_everybody_who_decides_in_the_chain_may_see_it(session: Session):
    desk = opened(session, "{unallocated: office, allocated: office}")
    desk.open("Budi")
    given(desk, "Citra", "Vera")
    for name in ("Walikota", "Viktor"):
        assert (unallocated(desk, name), allocated(desk, name)) == (["Budi"], ["Citra"]), name
    for stranger in ("Kabid", "Dewi"):
        assert (unallocated(desk, stranger), allocated(desk, stranger)) == ([], []), stranger


@pytest.mark.parametrize("reader", ["Hana", "Audi"])
def test_the_offices_readers_see_all_of_it(session: Session, reader: str):
    desk = opened(session)
    desk.open("Budi")
    given(desk, "Citra", "Vera")
    assert (unallocated(desk, reader), allocated(desk, reader)) == (["Budi"], ["Citra"])


def test_what_is_held_back_is_shown_to_the_offices_readers_alone(session: Session):
    desk = opened(session, "{unallocated: office}", more="distribute: late\n    hold: 1")
    desk.open("Budi")
    assert unallocated(desk, "Vera") == unallocated(desk, "Walikota") == []
    assert unallocated(desk, "Hana") == ["Budi"]


def test_nobody_sees_a_case_of_their_own_waiting_for_their_group(session: Session):
    desk = opened(session)
    desk.open("Vera")
    assert (unallocated(desk, "Vera"), unallocated(desk, "Viktor")) == ([], ["Vera"])


def test_each_version_of_a_chain_says_it_for_its_own_cases(session: Session):
    old = opened(session, "{allocated: candidates}")
    given(old, "Citra", "Vera")
    new = Desk(session, old.office, CHAIN.replace("CANDIDATES", ROLE).replace("MORE", ""))
    given(new, "Dewi", "Vera")
    assert allocated(new, "Viktor") == ["Citra"]


def test_a_page_is_cut_and_says_whose_it_is(session: Session):
    desk = opened(session, "{allocated: candidates}")
    for name in ("Budi", "Citra", "Dewi"):
        given(desk, name, "Vera")
    rows = work_of(session, desk.who("Viktor"), WorkPart.ALLOCATED, directory=desk.office, limit=1, offset=1)
    assert [(row.subject_name, row.assignee_id, row.open_to_me) for row in rows] == [
        ("Citra", desk.who("Vera").person_id, False)
    ]
    desk.open("Kasi")
    free = work_of(session, desk.who("Viktor"), WorkPart.UNALLOCATED, directory=desk.office)
    assert [row.open_to_me for row in free] == [True]
    check_streams(session)
