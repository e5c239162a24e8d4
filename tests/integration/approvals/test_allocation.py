"""Who of several people is given a task, by each of the rules a stage may have."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import cases, tasks
from approvals.allocation import drawn
from approvals.errors import BadChain
from approvals.models import Case, Task
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import Office, named

CHAIN = """
chain: allocated
title: {id: Dibagi, en: Allocated}
stages:
  - stage: check
    candidates: CANDIDATES
    allocate: RULE
    MORE
"""
TEAM = ("Vera", "Viktor", "Vino", "Vita")
ROLE = "{role: hr-verifier}"


def office() -> Office:
    made = Office.usual()
    for name in TEAM[2:]:
        made.employ(name, "badan", "hr-verifier")
    return made


def opened(session: Session, rule: str, candidates: str = ROLE, more: str = "", **said: Any) -> Desk:
    text = CHAIN.replace("RULE", rule).replace("CANDIDATES", candidates).replace("MORE", more)
    return Desk(session, said.get("office") or office(), text)


def bulk(desk: Desk, count: int, prefix: str = "n") -> list[Case]:
    """Many cases about Budi, opened in one go."""
    drafts = [desk.draft("Budi", key=f"{prefix}{n}") for n in range(count)]
    ids = cases.open_cases(desk.session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    return [desk.session.get_one(Case, id_) for id_ in ids]


def loads(desk: Desk) -> Counter[str]:
    """How many open tasks each has."""
    counted = select(Task.assignee_id, func.count()).where(Task.ended_at.is_(None)).group_by(Task.assignee_id)
    rows = desk.session.execute(counted).all()
    return Counter({desk.office.staff[who].name if who else "nobody": n for who, n in rows})


def chosen(desk: Desk, case: Case) -> str:
    who = desk.task(case).assignee_id
    return desk.office.staff[who].name if who else "nobody"


def how(desk: Desk, case: Case) -> dict[str, Any]:
    return desk.facts(case, "task.opened")[-1]["allocation"]


# any rule

RULES = ("direct", "random", "round-robin", "shortest-queue")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("candidates", [ROLE, "{capability: assessor}", "{people: person.rank > 3}"])
def test_somebody_who_qualifies_has_it_and_may_hand_it_back_to_the_others(
    session: Session, rule: str, candidates: str
):
    here = office()
    for name in TEAM:
        here.prove(name, "assessor")
        here.ranks[named(name)] = 9
    desk = opened(session, rule, candidates, office=here)
    case = desk.open()
    task, who = desk.task(case), chosen(desk, case)
    assert who in TEAM
    assert (task.state, how(desk, case)["by"], how(desk, case)["of"]) == ("allocated", rule, 4)
    tasks.release(session, desk.who(who), task.id)
    other = next(name for name in TEAM if name != who)
    assert desk.decide(other, case).decider_name == other


@pytest.mark.parametrize("rule", RULES)
def test_nobody_is_given_work_while_on_leave(session: Session, rule: str):
    desk = opened(session, rule)
    for name in ("Vera", "Vino", "Vita"):
        desk.office.send_away(name)
    assert {chosen(desk, case) for case in bulk(desk, 12)} == {"Viktor"}


@pytest.mark.parametrize("rule", RULES)
def test_when_all_are_on_leave_it_waits_for_whoever_is_back_first(session: Session, rule: str):
    desk = opened(session, rule)
    for name in TEAM:
        desk.office.send_away(name)
    case = desk.open()
    assert (chosen(desk, case), desk.task(case).queue) == ("nobody", "role:hr-verifier")


@pytest.mark.parametrize("rule", RULES)
def test_nobody_is_given_their_own_case(session: Session, rule: str):
    desk = opened(session, rule)
    drafts = [desk.draft("Vera", key=f"v{n}") for n in range(12)]
    cases.open_cases(session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    assert loads(desk)["Vera"] == 0
    assert loads(desk).total() == 12


@pytest.mark.parametrize("rule", ["random", "round-robin", "shortest-queue"])
def test_ten_thousand_cases_are_given_out_in_a_handful_of_statements(session: Session, rule: str):
    desk = opened(session, rule)
    statements: list[str] = []
    hooks.listen(
        session.get_bind(), "before_cursor_execute", lambda *said: statements.append(said[2]), named=False
    )
    drafts = [desk.draft("Budi", key=f"n{n}") for n in range(10_000)]
    before = desk.office.asked
    cases.open_cases(session, FLOW, desk.process_id, desk.version, drafts, directory=desk.office)
    assert len(statements) < 40
    assert desk.office.asked - before < 6
    assert loads(desk).total() - loads(desk)["nobody"] == 10_000


def test_a_repaired_case_goes_back_to_whoever_had_it_unless_they_are_away(session: Session):
    desk = opened(session, "round-robin")
    case = desk.open()
    who = chosen(desk, case)
    desk.decide(who, case, "return")
    desk.resubmit("Budi", case)
    assert chosen(desk, case) == who
    desk.decide(who, case, "return")
    desk.office.send_away(who)
    desk.resubmit("Budi", case)
    assert chosen(desk, case) not in (who, "nobody")


# direct


def test_direct_gives_it_to_the_first_by_the_directory(session: Session):
    desk = opened(session, "direct")
    assert {chosen(desk, case) for case in bulk(desk, 5)} == {"Vera"}


# random


def test_a_lot_can_be_drawn_again_from_what_is_recorded(session: Session):
    desk = opened(session, "random")
    for case in bulk(desk, 30):
        said = how(desk, case)
        assert str(drawn(said["seed"], said["among"])) == str(desk.task(case).assignee_id)
        assert str(case.id) in said["seed"]


def test_lots_favour_nobody():
    people = [named(name) for name in TEAM]
    drawn_ = Counter(drawn(f"seed-{n}", people) for n in range(8_000))
    assert all(1_850 < count < 2_150 for count in drawn_.values())


# round robin


@pytest.mark.parametrize("count", [1, 4, 17, 1_000])
def test_turns_differ_by_one_at_most(session: Session, count: int):
    desk = opened(session, "round-robin")
    bulk(desk, count)
    found = [loads(desk)[name] for name in TEAM]
    assert sum(found) == count
    assert max(found) - min(found) <= 1


def test_turns_go_on_where_they_stopped(session: Session):
    desk = opened(session, "round-robin")
    one_by_one = [chosen(desk, desk.open("Budi", key=f"a{n}")) for n in range(3)]
    together = [chosen(desk, case) for case in bulk(desk, 9)]
    turns = one_by_one + together
    assert len(set(turns[:4])) == 4
    assert turns[:4] * 3 == turns


def test_whoever_comes_back_from_leave_gets_turns_like_all_others(session: Session):
    desk = opened(session, "round-robin")
    desk.office.send_away("Vino")
    bulk(desk, 9, "a")
    assert (loads(desk)["Vino"], loads(desk)["Vera"]) == (0, 3)
    desk.office.on_leave.clear()
    bulk(desk, 8, "b")
    assert [loads(desk)[name] for name in TEAM] == [5, 5, 2, 5]


def test_each_decision_gives_the_next_task_in_turn(session: Session):
    chain = CHAIN.replace("RULE", "round-robin").replace("CANDIDATES", ROLE).replace("MORE", "")
    first = "stages:\n  - stage: head\n    candidates: {holder_of: head, unit: subject.unit}"
    desk = Desk(session, office(), chain.replace("stages:", first))
    for case in bulk(desk, 12):
        desk.decide(desk.who("Kasi"), case)
    assert [loads(desk)[name] for name in TEAM] == [3, 3, 3, 3]


# shortest queue


def test_work_goes_to_whoever_has_least_in_hand(session: Session):
    other = opened(session, "direct", more="due: 3 working days")
    bulk(other, 6)
    desk = opened(session, "shortest-queue", office=other.office)
    made = bulk(desk, 18)
    assert [loads(desk)[name] for name in TEAM] == [6, 6, 6, 6]
    assert [how(desk, case)["in_hand"] for case in made[:4]] == [0, 0, 0, 1]


def test_work_that_was_done_makes_room(session: Session):
    desk = opened(session, "shortest-queue")
    made = bulk(desk, 40)
    mine = [case for case in made if chosen(desk, case) == "Vita"]
    for case in mine:
        desk.decide("Vita", case)
    assert {chosen(desk, desk.open("Budi", key=f"z{n}")) for n in range(5)} == {"Vita"}


def test_of_those_with_as_little_no_one_gets_all_that_is_quick(session: Session):
    desk = opened(session, "shortest-queue")
    done = Counter[str]()
    for n in range(40):
        case = desk.open("Budi", key=f"q{n}")
        done[chosen(desk, case)] += 1
        desk.decide(chosen(desk, case), case)
    assert set(done) == set(TEAM)
    assert max(done.values()) < 25


# retain familiar


def test_whoever_decided_for_the_subject_before_gets_the_next_case_of_theirs(session: Session):
    desk = opened(session, "retain-familiar")
    first = desk.open("Budi", key="2025")
    assert (chosen(desk, first), desk.task(first).queue) == ("nobody", "role:hr-verifier")
    desk.decide("Vino", first)
    desk.decide("Vera", desk.open("Citra", key="2025c"))
    assert chosen(desk, desk.open("Budi", key="2026")) == "Vino"
    assert chosen(desk, desk.open("Citra", key="2026c")) == "Vera"
    assert chosen(desk, desk.open("Dewi", key="2026d")) == "nobody"


def test_somebody_familiar_who_is_away_or_no_longer_able_is_not_waited_for(session: Session):
    desk = opened(session, "retain-familiar")
    desk.decide("Vino", desk.open("Budi", key="2025"))
    desk.office.send_away("Vino")
    assert chosen(desk, desk.open("Budi", key="2026")) == "nobody"
    desk.office.on_leave.clear()
    desk.office.roles[named("Vino")].discard("hr-verifier")
    assert chosen(desk, desk.open("Budi", key="2027")) == "nobody"


# most experienced


def test_whoever_decided_most_there_gets_it(session: Session):
    desk = opened(session, "most-experienced")
    assert chosen(desk, desk.open("Budi", key="first")) == "nobody"
    waiting = bulk(desk, 5)
    for case, name in zip(waiting, ("Vita", "Vita", "Vera", "Vita", "Vino"), strict=True):
        desk.decide(name, case)
    case = desk.open("Dewi")
    assert (chosen(desk, case), how(desk, case)["decided"]) == ("Vita", 3)


def test_experience_at_another_chain_does_not_count(session: Session):
    other = opened(session, "retain-familiar")
    other.version.chain = "another"
    session.flush()
    other.decide("Vino", other.open("Budi"))
    desk = opened(session, "most-experienced", office=other.office)
    assert chosen(desk, desk.open("Budi")) == "nobody"


# asked first


def test_whoever_is_chosen_may_only_be_asked(session: Session):
    desk = opened(session, "round-robin", more="binding: false")
    case = desk.open()
    task = desk.task(case)
    assert (task.state, task.assignee_id, task.queue, len(task.candidates or ())) == (
        "offered",
        None,
        None,
        1,
    )


@pytest.mark.parametrize(
    ("rule", "more", "why"),
    [
        ("offer", "binding: false", "how it chooses"),
        ("random", "{distribute: late, hold: 2}", "free hands"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(session: Session, rule: str, more: str, why: str):
    said = more.strip("{}").replace(", ", "\n    ")
    with pytest.raises(BadChain, match=why):
        opened(session, rule, more=said)
