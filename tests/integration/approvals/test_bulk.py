"""Many decisions in one go: each by itself."""

from approvals.bulk import decide_each
from approvals.decisions import Verdict
from approvals.errors import ChecklistIncomplete, NoSuchTask, OwnCase
from approvals.models import Decision
from core.ids import new_id
from tests.integration.approvals.desk import ALL_TICKED, Desk


def verdict(key: str, **more: object) -> Verdict:
    said = {"kind": "approve", "seen_version": 1, "request_key": key, "checklist": ALL_TICKED} | more
    return Verdict(**said)  # type: ignore[arg-type]


def test_each_decision_stands_or_falls_by_itself(desk: Desk):
    good, own, hasty = (desk.at("verification", name) for name in ("Budi", "Vera", "Citra"))
    ids = [desk.task(case).id for case in (good, own, hasty)]
    nowhere = new_id()
    answers = decide_each(
        desk.session,
        desk.who("Vera"),
        {
            ids[0]: verdict("a"),
            ids[1]: verdict("b"),
            ids[2]: verdict("c", checklist=()),
            nowhere: verdict("d"),
        },
        directory=desk.office,
    )
    kinds = [type(answers[id_]) for id_ in (*ids, nowhere)]
    assert kinds == [Decision, OwnCase, ChecklistIncomplete, NoSuchTask]
    assert [case.stage for case in (good, own, hasty)] == ["consideration", "verification", "verification"]


def test_sending_the_same_batch_again_decides_nothing_twice(desk: Desk):
    batch = {desk.task(desk.open(name)).id: verdict(name) for name in ("Budi", "Citra")}
    first = decide_each(desk.session, desk.who("Kasi"), batch, directory=desk.office)
    again = decide_each(desk.session, desk.who("Kasi"), batch, directory=desk.office)
    assert {task: made.id for task, made in again.items()} == {task: made.id for task, made in first.items()}
