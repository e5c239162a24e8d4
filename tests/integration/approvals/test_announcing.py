"""Stages that are told of before they begin."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import cases, chains
from approvals.crossing import Way
from approvals.inbox import inbox
from approvals.migrating import Change, Seen, migrate
from approvals.models_announcing import Announcement
from approvals.upcoming import UpcomingRow, count_upcoming, upcoming
from core.directory import Capacity
from tests.integration.approvals.desk import FLOW, Desk, check_streams
from tests.integration.approvals.office import named
from tests.integration.approvals.second import agreed

EARLY = """
chain: early
title: {id: Dini, en: Early}
correctable: [documents]
stages:
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
  - stage: check
    candidates: {role: hr-verifier}
    distribute: early
  - stage: committee
    when: subject.rank >= 12
    candidates: {committee: baperjakat}
    decide: {quorum: 2, of: present, majority: more-than-half, chair: casting-vote}
    distribute: early
  - stage: official
    candidates: {holder_of: ppk, unit: top}
    acting: [plh]
    distribute: early
"""
SENIOR = {"data": {"subject": {"rank": 13}, "documents": []}}


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    made = Desk(session, chain=EARLY)
    for name in ("Ketua", "Agus"):
        made.office.employ(name, "badan")
    made.office.form_committee("baperjakat", "Ketua", "Agus")
    yield made
    check_streams(session)


def coming(desk: Desk, name: str) -> list[tuple[str, str]]:
    rows: list[UpcomingRow] = upcoming(desk.session, desk.who(name), directory=desk.office)
    assert len(rows) == count_upcoming(desk.session, desk.who(name), directory=desk.office)
    return [(row.subject_name, row.stage) for row in rows]


def shown(desk: Desk, name: str) -> list[str]:
    return [row.stage for row in inbox(desk.session, desk.who(name), directory=desk.office)]


def test_whoever_the_next_stage_will_ask_sees_it_come_and_can_not_do_it_yet(desk: Desk):
    case = desk.open("Budi")
    for name in ("Vera", "Viktor"):
        assert (coming(desk, name), shown(desk, name)) == ([("Budi", "check")], [])
    assert coming(desk, "Kasi") == coming(desk, "Walikota") == []
    row = upcoming(desk.session, desk.who("Vera"), directory=desk.office)[0]
    assert (row.reference, row.now_at.en, row.stage_title.en) == ("KP/Budi", "Head", "Check")
    said = desk.facts(case, "task.announced")[0]
    assert (said["stage"], said["at"], said["queue"]) == ("check", "head", "role:hr-verifier")


def test_when_it_begins_it_is_no_longer_coming_and_the_one_after_it_is(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case)
    assert (coming(desk, "Vera"), shown(desk, "Vera")) == ([], ["check"])
    assert coming(desk, "Walikota") == [("Budi", "official")]
    desk.decide("Vera", case)
    assert (coming(desk, "Walikota"), shown(desk, "Walikota")) == ([], ["official"])
    assert desk.session.scalar(select(func.count()).select_from(Announcement)) == 0


def test_each_member_of_a_committee_sees_it_come(desk: Desk):
    case = desk.open("Budi", **SENIOR)
    desk.decide("Kasi", case)
    assert coming(desk, "Ketua") == coming(desk, "Agus") == [("Budi", "committee")]
    assert coming(desk, "Walikota") == []


def test_whoever_may_act_for_the_post_sees_it_come_as_well(desk: Desk):
    desk.office.employ("Wakil", "kota")
    desk.office.appoint("ppk", "kota", "Wakil", Capacity.PLH, "SP-1/2026")
    desk.office.employ("Lain", "kota")
    desk.office.appoint("ppk", "kota", "Lain", Capacity.PLT, "SP-2/2026")
    case = desk.open("Budi")
    desk.decide("Kasi", case)
    assert coming(desk, "Wakil") == [("Budi", "official")]
    assert coming(desk, "Lain") == []


def test_what_goes_another_way_is_not_coming_any_more(desk: Desk):
    returned, withdrawn, rejected = desk.open("Budi"), desk.open("Citra"), desk.open("Dewi")
    assert len(coming(desk, "Vera")) == 3
    desk.decide("Kasi", returned, "return")
    desk.withdraw("Citra", withdrawn)
    desk.decide("Kasi", rejected, "reject")
    assert coming(desk, "Vera") == []
    desk.resubmit("Budi", returned)
    assert coming(desk, "Vera") == [("Budi", "check")]


def test_whoever_may_not_decide_it_is_not_told(desk: Desk):
    case = desk.open("Vera")
    assert coming(desk, "Vera") == []
    assert coming(desk, "Viktor") == [("Vera", "check")]
    assert desk.facts(case, "task.announced")


def test_what_nobody_could_be_found_for_is_not_announced(desk: Desk):
    desk.office.vacate("ppk", "kota")
    case = desk.open("Budi")
    desk.decide("Kasi", case)
    assert len(desk.facts(case, "task.announced")) == 1


def test_many_cases_are_announced_in_one_go(desk: Desk):
    drafts = [desk.draft("Budi", key=f"n{n}") for n in range(500)]
    before = desk.office.asked
    cases.open_cases(desk.session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    assert desk.office.asked - before < 10
    assert count_upcoming(desk.session, desk.who("Vera"), directory=desk.office) == 500
    assert len(upcoming(desk.session, desk.who("Vera"), directory=desk.office, limit=20)) == 20


def test_the_stage_asks_whoever_it_is_for_when_it_begins(desk: Desk):
    case = desk.open("Budi")
    desk.decide("Kasi", case)
    desk.office.employ("Baru", "kota")
    desk.office.appoint("ppk", "kota", "Baru")
    desk.decide("Vera", case)
    assert desk.task(case).assignee_id == named("Baru")


def test_what_was_announced_by_an_older_version_goes_when_its_case_goes_over(desk: Desk):
    case = desk.open("Budi")
    assert coming(desk, "Vera") == [("Budi", "check")]
    newer = EARLY.replace("{role: hr-verifier}\n    distribute: early", "{role: hr}")
    version = chains.publish(desk.session, FLOW, newer)
    change = Change(version, Way("move"))
    answers = migrate(
        desk.session,
        desk.who("Hana"),
        agreed(desk.session, desk.who("Hana"), change),
        [Seen.of(case)],
        directory=desk.office,
    )
    assert answers == {case.id: None}
    assert coming(desk, "Vera") == []
