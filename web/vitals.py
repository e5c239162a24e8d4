"""How the installation is: the one place where the figures of operators and of Prometheus are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core import clock, machine, upkeep
from core.ledger import checkpoints
from core.ledger.checkpoints import Checkpoint
from core.machine import DatabaseNow, Disk
from core.upkeep import Chore, Upkeep
from flows.process import board, queries
from flows.process.board import OnBoard
from flows.process.queries import Service
from notifications import holds, outbox, unreached, webhooks
from notifications.models import MailHold
from notifications.outbox import OutboxDepth
from web.patience import Patient, Why


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes out, what is kept from it, and whom it does not reach."""

    depth: OutboxDepth
    held_back: int
    homeless: int
    """Given up because their readers have no address: for HR to mend, by day."""
    hold: MailHold | None
    unreached: int


@dataclass(frozen=True, slots=True)
class Hooks:
    """What other systems are told."""

    waiting: int
    disabled: int


@dataclass(frozen=True, slots=True)
class Log:
    """How the log is vouched for."""

    last: Checkpoint | None
    late: bool
    uncovered: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything that can be read now; a part that could not be is None, and `unread` says why."""

    at: datetime
    """By the office's clock, as what people did is."""
    real: datetime
    """By this machine's, as signs of life and copies are."""
    services: Sequence[Service] | None
    processes: Sequence[OnBoard] | None
    gates: int | None
    mail: Mail | None
    hooks: Hooks | None
    log: Log | None
    upkeep: Mapping[Chore, Upkeep] | None
    database: DatabaseNow | None
    disk: Disk | None
    unread: Mapping[str, Why]


def vitals(session: Session, patient: Patient) -> Vitals:
    """Read all of it, within seconds. Raises DBAPIError when the database is away from the start."""
    at = clock.now(session)
    return Vitals(
        at=at,
        real=datetime.now(UTC),
        services=patient.read("services", queries.services),
        processes=patient.read("processes", board.board),
        gates=patient.read("gates", queries.count_waiting_gates),
        mail=patient.read("mail", _mail),
        hooks=patient.read("hooks", _hooks),
        log=patient.read("log", _log),
        upkeep=patient.read("upkeep", upkeep.latest),
        database=patient.read("database", machine.database_now),
        disk=patient.look("disk", machine.disk),
        unread=patient.unread,
    )


def _mail(session: Session) -> Mail:
    return Mail(
        outbox.depth(session),
        outbox.held_back(session),
        outbox.homeless(session),
        holds.current(session),
        unreached.count(session),
    )


def _hooks(session: Session) -> Hooks:
    return Hooks(sum(webhooks.waiting(session).values()), webhooks.count_disabled(session))


def _log(session: Session) -> Log:
    last = checkpoints.latest(session)
    return Log(last, checkpoints.is_late(session), checkpoints.uncovered(session))
