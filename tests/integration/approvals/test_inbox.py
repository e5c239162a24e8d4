"""What waits for whom: nothing missing, nothing that is not theirs, counted truly."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import text

from approvals import looking, tasks
from approvals.inbox import InboxCounts, InboxFilter, InboxOrder, counts, first_of, inbox, place_of
from approvals.inbox_parts import counted as counted_parts
from approvals.inbox_parts import heaps
from approvals.models import Task
from approvals.narrowing import Narrow
from approvals.next_task import done
from core.actor import system
from core.directory import Capacity
from tests.integration.approvals.desk import CHAIN, Desk
from tests.integration.approvals.office import named


def shown(desk: Desk, name: str, part: InboxFilter = InboxFilter.ALL, **more: Any) -> list[str]:
    rows = inbox(desk.session, desk.who(name), directory=desk.office, filter=part, **more)
    return [row.subject_name for row in rows]


def counted(desk: Desk, name: str) -> InboxCounts:
    return counts(desk.session, desk.who(name), directory=desk.office)


def test_an_approver_sees_what_was_given_to_them_and_nobody_else_does(desk: Desk):
    desk.open("Budi")
    assert shown(desk, "Kasi") == ["Budi"]
    for name in ("Budi", "Kabid", "Walikota", "Vera", "Hana"):
        assert shown(desk, name) == [], name


def test_a_row_says_what_a_person_needs_to_choose(desk: Desk):
    case = desk.open("Budi")
    row = inbox(desk.session, desk.who("Kasi"), directory=desk.office)[0]
    assert (row.reference, row.title, row.stage_title.said("id")) == (
        "KP/Budi",
        "Promotion of Budi",
        "Kepala unit",
    )
    assert (row.case_id, row.version, row.overdue, row.escalated, row.signs) == (
        case.id,
        1,
        False,
        False,
        False,
    )


def test_a_queue_is_shown_to_its_members_except_those_in_conflict(desk: Desk):
    desk.at("verification", "Budi")
    desk.at("verification", "Vera")
    assert sorted(shown(desk, "Viktor")) == ["Budi", "Vera"]
    assert shown(desk, "Vera") == ["Budi"]
    assert (counted(desk, "Viktor").offered, counted(desk, "Vera").offered) == (2, 1)


def test_whoever_decided_before_is_not_shown_the_next_stage(desk: Desk):
    desk.office.roles[named("Kasi")].add("hr-verifier")
    desk.at("verification", "Budi")
    assert shown(desk, "Kasi") == []


def test_a_claimed_task_leaves_the_others_inboxes(desk: Desk):
    case = desk.at("verification", "Budi")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    assert (shown(desk, "Vera"), shown(desk, "Viktor")) == (["Budi"], [])
    assert counted(desk, "Vera") == InboxCounts(mine=1)


def test_an_acting_head_sees_the_posts_tasks_as_far_as_the_stage_permits(desk: Desk):
    desk.office.employ("Wakil", "seksi")
    desk.office.appoint("head", "seksi", "Wakil", Capacity.PLH, "SP-1/2026")
    desk.office.appoint("ppk", "kota", "Wakil", Capacity.PLT, "SP-2/2026")
    desk.open("Budi")
    desk.at("appointing-official", "Citra")
    assert shown(desk, "Wakil") == ["Budi"]
    assert counted(desk, "Wakil") == InboxCounts(mine=1)
    assert sorted(shown(desk, "Kasi") + shown(desk, "Walikota")) == ["Budi", "Citra"]


def test_what_waits_for_a_vacant_post_is_shown_to_hr_and_then_to_its_new_holder(desk: Desk):
    desk.office.vacate("head", "seksi")
    desk.open("Budi")
    assert shown(desk, "Hana", InboxFilter.OFFERED) == ["Budi"]
    desk.office.appoint("head", "seksi", "Kasi")
    assert shown(desk, "Kasi", InboxFilter.MINE) == ["Budi"]
    tasks.rehome(desk.session, system("cli"), [named("head@seksi")], directory=desk.office)
    assert (shown(desk, "Kasi"), shown(desk, "Hana")) == (["Budi"], [])


def test_hr_who_also_holds_the_post_sees_its_task_once(desk: Desk):
    desk.office.vacate("head", "seksi")
    desk.open("Budi")
    desk.office.appoint("head", "seksi", "Hana")
    assert shown(desk, "Hana") == ["Budi"]
    assert counted(desk, "Hana") == InboxCounts(offered=1)


def test_the_most_urgent_comes_first_and_what_has_no_date_last(desk: Desk, clock: Any):
    desk.office.roles[named("Kasi")].add("hr-verifier")
    desk.at("verification", "Kabid", unit_id=named("bidang"))
    desk.open("Budi")
    clock.move(days=1)
    desk.open("Citra")
    assert shown(desk, "Kasi") == ["Budi", "Citra", "Kabid"]


def references(desk: Desk, who: str, **said: Any) -> list[str]:
    return [row.reference for row in inbox(desk.session, desk.who(who), directory=desk.office, **said)]


def in_pages(desk: Desk, who: str, order: InboxOrder, of: int = 3) -> list[str]:
    """All of an inbox, read page by page."""
    told: list[str] = []
    behind = None
    while rows := inbox(
        desk.session, desk.who(who), directory=desk.office, order=order, limit=of, behind=behind
    ):
        told += [row.reference for row in rows]
        behind = place_of(rows[-1], order)
    return told


def parts(desk: Desk, narrow: Narrow) -> list[str]:
    rows = inbox(desk.session, desk.who("Kasi"), directory=desk.office, narrow=narrow)
    return sorted(row.subject_name for row in rows)


def test_pages_follow_each_other_without_gaps(desk: Desk):
    everybody = [desk.open("Budi", key=f"n{n}").reference for n in range(7)]
    assert in_pages(desk, "Kasi", InboxOrder.URGENCY) == everybody


@pytest.mark.parametrize("order", list(InboxOrder))
def test_a_page_begins_behind_the_last_one_though_tasks_went_and_some_have_no_date(
    desk: Desk, clock: Any, order: InboxOrder
):
    unhurried = [
        line for line in CHAIN.splitlines() if not line.strip().startswith(("due:", "remind:", "escalate:"))
    ]
    timeless = Desk(
        desk.session, desk.office, "\n".join(unhurried).replace("chain: promotion", "chain: timeless")
    )
    for n in range(5):
        desk.open("Budi", key=f"n{n}")
        clock.move(hours=1)
    for n in range(3):
        timeless.open("Citra", key=f"t{n}")
    whole = [
        row.reference for row in inbox(desk.session, desk.who("Kasi"), directory=desk.office, order=order)
    ]
    assert len(whole) == 8
    assert in_pages(desk, "Kasi", order) == whole
    first = inbox(desk.session, desk.who("Kasi"), directory=desk.office, order=order, limit=3)
    behind = place_of(first[2], order)
    desk.decide("Kasi", desk.session.get_one(Task, first[2].task_id))
    rest = inbox(desk.session, desk.who("Kasi"), directory=desk.office, order=order, behind=behind)
    assert [row.reference for row in rest] == whole[3:]


def test_overdue_and_due_today_are_found_and_counted(desk: Desk, clock: Any):
    desk.open("Budi")
    clock.move(days=30)
    desk.open("Citra")
    assert shown(desk, "Kasi", InboxFilter.OVERDUE) == ["Budi"]
    assert shown(desk, "Kasi", InboxFilter.DUE_TODAY) == []
    due = desk.task(desk.open("Dewi")).due_at
    assert due
    clock.move(seconds=(due - clock.now()).total_seconds() - 60)
    assert shown(desk, "Kasi", InboxFilter.DUE_TODAY) == ["Citra", "Dewi"]
    assert counted(desk, "Kasi") == InboxCounts(mine=3, offered=0, overdue=1, due_today=2)


def test_what_is_next_is_ones_own_before_what_is_offered_and_not_the_same_again(desk: Desk):
    first, second = desk.at("verification", "Budi"), desk.at("verification", "Citra")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(second).id)
    of_first, of_second = desk.task(first).id, desk.task(second).id

    def following(name: str, done_with: UUID) -> UUID | None:
        return done(desk.session, desk.who(name), done_with, directory=desk.office).following

    assert following("Vera", of_first) == of_second
    assert following("Vera", of_second) == of_first
    assert following("Citra", of_second) is None


def test_the_system_has_no_inbox(desk: Desk):
    desk.open("Budi")
    assert inbox(desk.session, system("flow"), directory=desk.office) == []
    assert counts(desk.session, system("flow"), directory=desk.office) == InboxCounts()


def ended_before(desk: Desk, count: int) -> None:
    """Many tasks that ended long ago, so that the planner has something to choose for."""
    model = desk.task(desk.open("Budi"))
    others = {"id": "gen_random_uuid()", "state": "'decided'", "ended_at": "now()", "alarm_at": "NULL"}
    columns = [column.name for column in Task.__table__.columns]
    values = ", ".join(others.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    desk.session.execute(
        text(f"INSERT INTO task ({names}) SELECT {values} FROM task, generate_series(1, :n) WHERE id = :id"),
        {"n": count, "id": model.id},
    )
    desk.session.execute(text("ANALYZE task"))


@pytest.mark.parametrize(
    ("name", "index"), [("Kasi", "ix_task_position"), ("Vera", "ix_task_offered"), ("Vera", "ix_task_mine")]
)
def test_the_inbox_reads_along_its_small_indexes(desk: Desk, name: str, index: str):
    session = desk.session
    said: list[tuple[str, Any]] = []
    connection = session.connection()
    ended_before(desk, 3_000)
    hooks.listen(connection, "before_cursor_execute", lambda *a: said.append((a[2], a[3])))
    inbox(session, desk.who(name), directory=desk.office)
    statement, given = said[-1]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", given))
    assert f"using {index}" in plan, plan
    session.execute(text("DELETE FROM task WHERE ended_at IS NOT NULL"))


def test_what_was_given_to_a_former_holder_is_not_shown_to_them_any_more(desk: Desk):
    desk.open("Budi")
    desk.office.employ("Baru", "seksi")
    desk.office.appoint("head", "seksi", "Baru")
    assert (shown(desk, "Kasi"), shown(desk, "Baru")) == ([], ["Budi"])


def test_what_hr_took_on_for_a_vacant_post_is_in_both_inboxes_until_one_decides(desk: Desk):
    desk.office.vacate("head", "seksi")
    case = desk.open("Budi")
    tasks.claim(desk.session, desk.who("Hana"), desk.task(case).id)
    assert (shown(desk, "Hana"), counted(desk, "Hana")) == (["Budi"], InboxCounts(mine=1))
    desk.office.appoint("head", "seksi", "Kasi")
    assert (shown(desk, "Hana"), shown(desk, "Kasi")) == (["Budi"], ["Budi"])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("urgency", ["Citra", "Dewi", "Budi"]),
        ("oldest", ["Dewi", "Citra", "Budi"]),
        ("newest", ["Budi", "Citra", "Dewi"]),
    ],
)
def test_the_inbox_comes_in_the_order_that_is_chosen(desk: Desk, clock: Any, order: str, told: list[str]):
    unhurried = CHAIN.replace("chain: promotion", "chain: slow").replace("due: 3 working", "due: 30 working")
    slow = Desk(desk.session, desk.office, unhurried)
    slow.open("Dewi")
    clock.move(days=1)
    desk.open("Citra")
    clock.move(days=1)
    slow.open("Budi")
    assert shown(desk, "Kasi", order=order) == told
    assert in_pages(desk, "Kasi", InboxOrder(order), of=1) == references(desk, "Kasi", order=order)


def test_a_part_of_the_inbox_is_found_by_process_stage_unit_and_words(desk: Desk):
    desk.office.roles[named("Kasi")].add("hr-verifier")
    desk.at("verification", "Kabid", unit_id=named("bidang"))
    budi = desk.open("Budi")
    desk.open("Citra")
    assert parts(desk, Narrow(kind=("promotion", "verification"))) == ["Kabid"]
    assert parts(desk, Narrow(unit_id=named("bidang"))) == ["Kabid"]
    assert parts(desk, Narrow(process_id=budi.process_id)) == ["Budi", "Citra", "Kabid"]
    assert parts(desk, Narrow(process_id=named("nothing"))) == []
    assert parts(desk, Narrow(text=f"budi {budi.reference[-4:]}")) == ["Budi"]
    assert parts(desk, Narrow(text="budi citra")) == []
    assert parts(desk, Narrow(text="%")) == []


def test_every_part_is_counted_as_it_is_shown(desk: Desk, clock: Any):
    desk.office.roles[named("Kasi")].add("hr-verifier")
    desk.at("verification", "Kabid", unit_id=named("bidang"))
    desk.open("Budi")
    clock.move(days=30)
    desk.open("Citra")
    narrows = [Narrow(), Narrow(text="i"), Narrow(unit_id=named("bidang")), Narrow(text="nobody")]
    wanted = [(part, narrow) for part in InboxFilter for narrow in narrows]
    who = desk.who("Kasi")
    found = counted_parts(desk.session, who, wanted, directory=desk.office)
    assert found == [
        len(inbox(desk.session, who, directory=desk.office, filter=part, narrow=narrow))
        for part, narrow in wanted
    ]
    assert sum(heap.count for heap in heaps(desk.session, who, directory=desk.office)) == found[0] == 3
    whole = counts(desk.session, who, directory=desk.office)
    assert counts(desk.session, who, directory=desk.office, narrow=Narrow(text="Budi")).overdue == 1
    assert (whole.mine, whole.offered, whole.overdue) == (2, 1, 1)


def test_the_next_task_is_of_the_part_one_looks_at(desk: Desk):
    budi = desk.task(desk.open("Budi"))
    citra = desk.task(desk.open("Citra"))
    only = Narrow(text="citra")
    who = desk.who("Kasi")
    assert first_of(desk.session, who, directory=desk.office, narrow=only, but=budi.id) == citra.id
    assert first_of(desk.session, who, directory=desk.office, narrow=only, but=citra.id) is None


def test_whoever_saw_an_earlier_version_is_told_which_and_when(desk: Desk, clock: Any):
    case = desk.open("Budi")
    kasi, opened = desk.who("Kasi"), clock.now()
    assert looking.look(desk.session, kasi, case) is None
    assert looking.look(desk.session, kasi, case) is None
    clock.move(hours=2)
    case.version += 2
    for _ in range(2):
        seen = looking.look(desk.session, kasi, case)
        assert seen and seen.version == 1
        assert seen.at - opened < timedelta(hours=1)
        clock.move(hours=2)
    assert looking.look(desk.session, desk.who("Hana"), case) is None
    case.version -= 2
