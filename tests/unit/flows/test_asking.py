"""Who may ask what of a process, and when."""

from itertools import product

import pytest

from core.actor import Actor, Role
from core.ids import new_id
from flows.process.asking import WHEN, WHO, askable, guard_asking, guard_moment
from flows.process.errors import NotNow, OnlyHr, OnlyOperators, ReasonNeeded
from flows.process.models import IntentKind, ProcessState


def somebody(*roles: str) -> Actor:
    return Actor(new_id(), "Budi", frozenset(roles))


@pytest.mark.parametrize("kind", IntentKind)
@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.HR_VERIFIER, Role.AUDITOR])
def test_nobody_without_a_right_asks_anything(kind: IntentKind, role: Role) -> None:
    with pytest.raises((OnlyHr, OnlyOperators)):
        guard_asking(somebody(role), kind, "perlu")


def test_a_launch_is_hrs_and_no_operators() -> None:
    guard_asking(somebody(Role.HR), IntentKind.LAUNCH, "")
    with pytest.raises(OnlyHr):
        guard_asking(somebody(Role.OPERATOR, Role.ADMIN), IntentKind.LAUNCH, "")


def test_a_restart_is_an_operators_and_not_hrs() -> None:
    guard_asking(somebody(Role.OPERATOR), IntentKind.RESTART, "macet")
    with pytest.raises(OnlyOperators):
        guard_asking(somebody(Role.HR), IntentKind.RESTART, "macet")


@pytest.mark.parametrize("kind", [k for k in IntentKind if k is not IntentKind.LAUNCH])
def test_everything_but_a_launch_needs_a_reason(kind: IntentKind) -> None:
    with pytest.raises(ReasonNeeded):
        guard_asking(somebody(*WHO[kind]), kind, "   ")


@pytest.mark.parametrize(("state", "kind"), list(product(ProcessState, IntentKind)))
def test_what_a_state_does_not_allow_is_refused(state: ProcessState, kind: IntentKind) -> None:
    if kind in WHEN[state]:
        guard_moment(state, kind)
    else:
        with pytest.raises(NotNow):
            guard_moment(state, kind)


def test_an_ended_process_is_asked_nothing() -> None:
    everything = somebody(Role.HR, Role.OPERATOR, Role.ADMIN)
    assert askable(everything, ProcessState.COMPLETED) == frozenset()
    assert askable(everything, ProcessState.CANCELLED) == frozenset()


def test_what_is_already_asked_is_not_offered_again() -> None:
    operator = somebody(Role.OPERATOR)
    assert askable(operator, ProcessState.WAITING) == {
        IntentKind.PAUSE,
        IntentKind.CANCEL,
        IntentKind.RESTART,
    }
    assert IntentKind.PAUSE not in askable(operator, ProcessState.WAITING, ["pause"])


def test_hr_is_offered_no_restart() -> None:
    assert askable(somebody(Role.HR), ProcessState.FAILED) == {IntentKind.CANCEL}
