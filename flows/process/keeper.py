"""What the keeper does next about one process: wanted state against seen state, in one table. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.process.models import ProcessState

OUTSIDE = "The run was cancelled in the flow server's own pages."
"""Shown with a process that was paused by it; resume or restart starts it again."""


class Wish(StrEnum):
    """What the office wants of a process' run."""

    NONE = "none"  # a draft
    GO = "go"
    HOLD = "hold"  # paused by somebody, or failed and waiting for an operator
    FINISH = "finish"  # the story reached its end; the run may end by itself
    STOP = "stop"  # cancelled


WISHES: dict[ProcessState, Wish] = {
    ProcessState.DRAFT: Wish.NONE,
    ProcessState.SCHEDULED: Wish.GO,
    ProcessState.RUNNING: Wish.GO,
    ProcessState.WAITING: Wish.GO,
    ProcessState.PAUSED: Wish.HOLD,
    ProcessState.FAILED: Wish.HOLD,
    ProcessState.COMPLETED: Wish.FINISH,
    ProcessState.CANCELLED: Wish.STOP,
}


class Seen(StrEnum):
    """What the flow server shows of the run."""

    ABSENT = "absent"  # none was made for this start
    LOST = "lost"  # one was made, and the server does not know it
    SCHEDULED = "scheduled"  # waits for a worker
    PENDING = "pending"  # a worker has it
    RUNNING = "running"
    SUSPENDED = "suspended"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"


class Life(StrEnum):
    """What the running flow itself shows in our tables."""

    UNKNOWN = "unknown"  # it has not shown itself yet
    ALIVE = "alive"
    LAPSED = "lapsed"


class Action(StrEnum):
    NOTHING = "nothing"
    CREATE = "create"  # make the run of this start
    RESUME = "resume"  # wake a suspended run
    REPLACE = "replace"  # start again with a higher number; the old run is ended
    END = "end"  # have the run stop
    GRANT = "grant"  # give a run that has not shown itself yet time to do so
    SHOW_FAILED = "show failed"
    SHOW_CANCELLED = "show cancelled"  # somebody cancelled the run in the flow server's own pages


@dataclass(frozen=True, slots=True)
class Standing:
    """One process as the keeper finds it; moments are already compared with their clocks."""

    wish: Wish
    seen: Seen
    due: bool = True
    """Its start has come."""
    life: Life = Life.UNKNOWN
    held_at_gate: bool = False
    """It waits at a gate that is not open yet."""
    rested: bool = True
    """The pause after a crash is over."""
    hopeless: bool = False
    """It died too often without getting anywhere."""
    told: bool = False
    """The run itself wrote down why it failed: trying again would fail again."""


Condition = Callable[[Standing], bool]

ENDED = frozenset({Seen.LOST, Seen.COMPLETED, Seen.FAILED, Seen.CRASHED, Seen.CANCELLED})
"""Such a run never goes on."""
AT_WORK = frozenset({Seen.PENDING, Seen.RUNNING})
DIED = frozenset({Seen.CRASHED, Seen.FAILED, Seen.LOST, Seen.COMPLETED})
"""Ended without the process having ended: killed, cut off from database or server, forgotten by a restored
server, or completed in a time that a restored database has not seen."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: for this wish, when the run is seen so, and if the condition holds."""

    wish: Wish
    seen: frozenset[Seen]
    action: Action
    when: Condition = lambda _: True


def _seen(*seen: Seen) -> frozenset[Seen]:
    return frozenset(seen)


TABLE: tuple[Row, ...] = (
    Row(Wish.GO, _seen(Seen.ABSENT), Action.CREATE, lambda s: s.due and s.rested),
    Row(Wish.GO, _seen(Seen.SUSPENDED), Action.RESUME, lambda s: not s.held_at_gate),
    Row(Wish.GO, AT_WORK, Action.GRANT, lambda s: s.life is Life.UNKNOWN),
    Row(Wish.GO, AT_WORK, Action.REPLACE, lambda s: s.life is Life.LAPSED),
    Row(Wish.GO, _seen(Seen.FAILED), Action.SHOW_FAILED, lambda s: s.told),
    Row(Wish.GO, DIED, Action.SHOW_FAILED, lambda s: s.hopeless),
    Row(Wish.GO, DIED, Action.REPLACE),
    Row(Wish.GO, _seen(Seen.CANCELLED), Action.SHOW_CANCELLED),
    Row(Wish.GO, _seen(Seen.CANCELLING), Action.GRANT, lambda s: s.life is Life.UNKNOWN),
    Row(Wish.GO, _seen(Seen.CANCELLING), Action.END, lambda s: s.life is Life.LAPSED),
    Row(Wish.FINISH, _seen(Seen.SCHEDULED, Seen.SUSPENDED), Action.END),
    Row(Wish.FINISH, AT_WORK | {Seen.CANCELLING}, Action.GRANT, lambda s: s.life is Life.UNKNOWN),
    Row(Wish.FINISH, AT_WORK | {Seen.CANCELLING}, Action.END, lambda s: s.life is Life.LAPSED),
    Row(Wish.STOP, _seen(Seen.SCHEDULED, Seen.SUSPENDED) | AT_WORK, Action.END),
    Row(Wish.STOP, _seen(Seen.CANCELLING), Action.GRANT, lambda s: s.life is Life.UNKNOWN),
    Row(Wish.STOP, _seen(Seen.CANCELLING), Action.END, lambda s: s.life is Life.LAPSED),
)
"""The first line that fits says what to do; where none fits, nothing is to be done."""


def next_action(standing: Standing) -> Action:
    """The one thing to do about a process now."""
    for row in TABLE:
        if row.wish is standing.wish and standing.seen in row.seen and row.when(standing):
            return row.action
    return Action.NOTHING
