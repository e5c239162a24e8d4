"""Auto-start patterns: work that begins without being opened first."""

from approvals import pulling, tasks
from tests.integration.approvals.office import named
from tests.patterns.conftest import Chained

REVIEWERS = "candidates: {role: reviewer}"


def test_36_commencement_on_creation(with_chain: Chained):
    """A task that is given to somebody as it is made counts as begun from that moment."""
    desk = with_chain("candidates: {holder_of: head, unit: subject.unit}, start: on-allocation")
    case = desk.open()
    task = desk.task(case)
    assert (task.state, task.assignee_id, task.started_at) == ("started", named("Kasi"), task.opened_at)


def test_37_commencement_on_allocation(with_chain: Chained):
    """A task that is on offer begins as soon as somebody takes it."""
    desk = with_chain(f"{REVIEWERS}, start: on-allocation")
    task = desk.task(desk.open())
    assert (task.state, task.started_at) == ("offered", None)
    tasks.claim(desk.session, desk.who("Rina"), task.id)
    assert (task.state, task.started_at is not None) == ("started", True)


def test_38_piled_execution(with_chain: Chained):
    """Whoever decided one goes on with the next of the same stage, in whichever case, and it is begun."""
    desk = with_chain(REVIEWERS, "candidates: {role: clerk}")
    made = [desk.open(name) for name in ("Budi", "Citra", "Dewi")]
    desk.decide("Rina", made[0])
    for case in made[1:]:
        following = pulling.next_of_kind(desk.session, desk.who("Rina"), ("few", "s1"), directory=desk.office)
        assert following is not None
        assert (following.case_id, following.state, following.assignee_id) == (
            case.id,
            "started",
            named("Rina"),
        )
        desk.decide("Rina", following)
    assert pulling.next_of_kind(desk.session, desk.who("Rina"), ("few", "s1"), directory=desk.office) is None


def test_39_chained_execution(with_chain: Chained):
    """Whoever decided a stage goes on with the next stage of the same case, and it is begun."""
    desk = with_chain(REVIEWERS, f"{REVIEWERS}, separate_from: []", "candidates: {role: clerk}")
    case = desk.open()
    desk.decide("Rina", case)
    following = pulling.next_in_case(desk.session, desk.who("Rina"), case.id, directory=desk.office)
    assert following is not None
    assert (following.stage, following.state, following.assignee_id) == ("s2", "started", named("Rina"))
    desk.decide("Rina", following)
    assert pulling.next_in_case(desk.session, desk.who("Rina"), case.id, directory=desk.office) is None
