"""A panel whose members decide at the same moment: every vote counts once, the stage is settled once."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from approvals import meetings
from approvals.models import Case, Decision, Task
from core.events import history
from tests.integration.approvals.desk import Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.test_panels import MEETING, PANEL
from tests.integration.approvals.test_races import Arena, Job, lost, won

MEMBERS = tuple(f"V{n}" for n in range(8))


@pytest.fixture
def arena(committed: sessionmaker[Session]) -> Iterator[Arena]:
    made = Arena(committed)
    made.office.form_committee("baperjakat", *MEMBERS)
    yield made
    with committed() as session:
        check_streams(session)


def convene(arena: Arena, decide: str) -> tuple[UUID, dict[str, UUID]]:
    with arena.sessions.begin() as session:
        desk = Desk(session, arena.office, PANEL.format(candidates="{committee: baperjakat}", decide=decide))
        case = desk.open()
        return case.id, {name: desk.seat(case, name).id for name in MEMBERS}


def settled(arena: Arena, case_id: UUID) -> tuple[Case, int, int]:
    """The case, how many votes it has at the panel, and how often the panel was decided."""
    with arena.sessions() as session:
        votes = session.scalars(
            select(Decision).where(Decision.case_id == case_id, Decision.stage == "panel")
        )
        decided = [e for e in history(session, case_id) if e.name == "panel.decided"]
        return session.get_one(Case, case_id), len(votes.all()), len(decided)


def test_eight_votes_at_once_are_eight_votes_and_one_outcome(arena: Arena):
    case_id, seats = convene(arena, MEETING)
    answers = arena.at_once([arena.decides(name, seat) for name, seat in seats.items()])
    assert not lost(answers)
    case, votes, decided = settled(arena, case_id)
    assert (case.stage, votes, decided) == ("official", 8, 1)


def test_of_votes_at_once_the_quorum_settles_it_and_the_rest_are_told(arena: Arena):
    case_id, seats = convene(arena, "{quorum: 3}")
    answers = arena.at_once([arena.decides(name, seat) for name, seat in seats.items()])
    case, votes, decided = settled(arena, case_id)
    assert (len(won(answers)), len(lost(answers))) == (3, 5)
    assert (case.stage, votes, decided) == ("official", 3, 1)
    with arena.sessions() as session:
        official = select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None))
        assert session.scalars(official).one().assignee_id == named("Walikota")


def test_the_meeting_is_ended_once_however_often_the_chair_says_so_while_members_vote(arena: Arena):
    case_id, seats = convene(arena, MEETING)
    with arena.sessions.begin() as session:
        for name in MEMBERS[:3]:
            arena.decides(name, seats[name])(session)

    def ends(session: Session) -> object:
        return meetings.end_meeting(session, arena.office.actor("V0"), case_id, directory=arena.office)

    jobs: list[Job] = [ends, ends, *(arena.decides(name, seats[name]) for name in MEMBERS[3:])]
    answers = arena.at_once(jobs)
    case, votes, decided = settled(arena, case_id)
    assert (case.stage, decided) == ("official", 1)
    assert votes == 3 + len(won(answers[2:]))
