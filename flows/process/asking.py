"""Who may ask what of a process, and when. Pure."""

from collections.abc import Iterable

from core.actor import Actor, Role
from flows.process.errors import NotNow, OnlyHr, OnlyOperators, ReasonNeeded
from flows.process.models import IntentKind, ProcessState

WHO: dict[IntentKind, frozenset[str]] = {
    IntentKind.LAUNCH: frozenset({Role.HR}),
    IntentKind.PAUSE: frozenset({Role.HR, Role.OPERATOR, Role.ADMIN}),
    IntentKind.RESUME: frozenset({Role.HR, Role.OPERATOR, Role.ADMIN}),
    IntentKind.CANCEL: frozenset({Role.HR, Role.OPERATOR, Role.ADMIN}),
    IntentKind.RESTART: frozenset({Role.OPERATOR, Role.ADMIN}),
}

WHEN: dict[ProcessState, frozenset[IntentKind]] = {
    ProcessState.DRAFT: frozenset({IntentKind.LAUNCH, IntentKind.CANCEL}),
    ProcessState.SCHEDULED: frozenset({IntentKind.PAUSE, IntentKind.CANCEL}),
    ProcessState.RUNNING: frozenset({IntentKind.PAUSE, IntentKind.CANCEL, IntentKind.RESTART}),
    ProcessState.WAITING: frozenset({IntentKind.PAUSE, IntentKind.CANCEL, IntentKind.RESTART}),
    ProcessState.PAUSED: frozenset({IntentKind.RESUME, IntentKind.CANCEL, IntentKind.RESTART}),
    ProcessState.FAILED: frozenset({IntentKind.RESTART, IntentKind.CANCEL}),
    ProcessState.COMPLETED: frozenset(),
    ProcessState.CANCELLED: frozenset(),
}
"""What is not here is refused."""


def guard_asking(actor: Actor, kind: IntentKind, reason: str) -> None:
    """Let those pass who may ask this, with a reason unless it is a launch.

    Raises OnlyHr, OnlyOperators, ReasonNeeded.
    """
    if not actor.has(*WHO[kind]):
        raise OnlyHr if kind is IntentKind.LAUNCH else OnlyOperators(intent=kind)
    if kind is not IntentKind.LAUNCH and not reason.strip():
        raise ReasonNeeded


def guard_moment(state: ProcessState, kind: IntentKind) -> None:
    """Raises NotNow where the process' state does not allow it."""
    if kind not in WHEN[state]:
        raise NotNow(state=state, intent=kind)


def askable(actor: Actor, state: ProcessState, pending: Iterable[str] = ()) -> frozenset[IntentKind]:
    """What a person may ask of a process in this state, less what is already asked."""
    asked = set(pending)
    return frozenset(k for k in WHEN[state] if actor.has(*WHO[k]) and k not in asked)
