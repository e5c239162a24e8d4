"""What needs an operator: now, or not before the morning. The rules are pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.machine import ROOM_NEEDED, DatabaseNow, Disk, newest_revision
from core.settings import settings
from core.upkeep import Chore, Upkeep, copy_is_late
from flows.process.board import OnBoard
from flows.process.keeper import OUTSIDE
from flows.process.models import ProcessState
from flows.process.queries import Service
from web.vitals import Hooks, Log, Mail, Vitals

EXPECTED = ("keeper", "prefect", "worker", "courier")
TOLD_BY_KEEPER = ("prefect", "worker")
"""Of these only the keeper knows whether they are well."""
CARRIED_OUT_WITHIN = timedelta(minutes=1)
OPENED_WITHIN = timedelta(minutes=5)
MAIL_WITHIN = timedelta(minutes=30)
PROVED_WITHIN = timedelta(days=8)
TRIED_WITHIN = timedelta(days=45)
HOUSEKEPT_WITHIN = timedelta(hours=50)
BLOCKED_TOO_LONG = timedelta(seconds=30)
OPEN_TOO_LONG = timedelta(minutes=15)
LOW_DISK = 5 * ROOM_NEEDED
MOST_USED = 0.9
DYING = 3


class Urgency(StrEnum):
    NOW = "now"
    LATER = "later"  # in the morning


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator should know of: which, how soon, its facts, and where on the page it is."""

    code: str
    urgency: Urgency
    where: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    log: str = ""
    """Where its log is, if it has one."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules need to know beside how it is."""

    revision: str
    """Of the tables, as this code expects them."""
    copy_hours: float
    """How old the last copy may be; 0: they are made by other means."""
    serious: bool
    """Neither a demo nor a rehearsal: what is lost is missed."""


def circumstances() -> Circumstances:
    """Those of this installation."""
    ours = settings()
    return Circumstances(newest_revision(), ours.upkeep.copy_hours, not (ours.demo or ours.rehearsal))


def problems(now: Vitals, given: Circumstances) -> Sequence[Problem]:
    """All of them, the urgent first; in each half in the order of the page."""
    found = [
        *_unread(now),
        *_of_services(now.services, now),
        *_of_processes(now.processes or (), now),
        *_of_mail(now.mail, now),
        *_of_hooks(now.hooks),
        *_of_log(now.log),
        *_of_upkeep(now.upkeep, now, given),
        *_of_disk(now.disk),
        *_of_database(now.database, given),
    ]
    return sorted(found, key=lambda one: one.urgency is Urgency.LATER)


def _unread(now: Vitals) -> Iterator[Problem]:
    for part, why in now.unread.items():
        yield Problem(f"unread_{why}", Urgency.NOW, "machine", {"part": part})


def _of_services(services: Sequence[Service] | None, now: Vitals) -> Iterator[Problem]:
    if services is None:
        return
    heard = {one.service: one for one in reversed(services)}  # the freshest of each comes last
    keeper = heard.get("keeper")
    blind = keeper is None or keeper.silent
    for name in EXPECTED:
        one = heard.get(name)
        if blind and name in TOLD_BY_KEEPER:
            continue
        if one is None:
            yield Problem(f"unheard_{name}", Urgency.NOW, "services", {"service": name})
        elif one.silent:
            yield Problem(f"silent_{name}", Urgency.NOW, "services", {"service": name, "since": one.at})
    leads = [one for one in services if one.service == "keeper" and not one.silent and one.facts.get("leads")]
    if leads and not leads[0].facts.get("prefect", True):
        yield Problem("prefect_away", Urgency.NOW, "services")


def _of_processes(processes: Sequence[OnBoard], now: Vitals) -> Iterator[Problem]:
    for one in processes:
        process, where = one.process, f"p-{one.process.id}"
        said: dict[str, object] = {"title": process.title, "error": process.error or ""}
        step = one.failing[0] if one.failing else None
        log = f"/operator/processes/{process.id}/log" + (f"?step={step.name}" if step else "")
        if process.state == ProcessState.FAILED:
            yield Problem("failed", Urgency.NOW, where, said, log)
        elif process.state == ProcessState.PAUSED and process.error == OUTSIDE:
            yield Problem("cancelled_outside", Urgency.LATER, where, said)
        elif process.crashes >= DYING:
            yield Problem("dying", Urgency.NOW, where, {**said, "count": process.crashes}, log)
        elif step:
            of_step = {**said, "step": step.name, "error": step.error}
            yield Problem("step_failing", Urgency.LATER, where, of_step, log)
        for intent in one.pending:
            if intent.asked_at + CARRIED_OUT_WITHIN < now.at:
                asked = {"who": intent.asked_by_name, "kind": intent.kind, "since": intent.asked_at}
                yield Problem("not_carried_out", Urgency.NOW, where, {**said, **asked})
        gate = one.gate
        going = process.state in (ProcessState.RUNNING, ProcessState.WAITING)
        if going and gate and gate.opens_at and gate.opens_at + OPENED_WITHIN < now.at:
            yield Problem("stands_at_gate", Urgency.NOW, where, {**said, "at": gate.opens_at})


def _of_mail(mail: Mail | None, now: Vitals) -> Iterator[Problem]:
    if mail is None:
        return
    if mail.hold:
        said = {"who": mail.hold.placed_by_name, "reason": mail.hold.reason, "since": mail.hold.placed_at}
        yield Problem("mail_stopped", Urgency.LATER, "mail", said)
    elif mail.depth.oldest and mail.depth.oldest + MAIL_WITHIN < now.at:
        count = mail.depth.queued + mail.depth.leased
        yield Problem("mail_waits", Urgency.NOW, "mail", {"count": count, "since": mail.depth.oldest})
    if lost := mail.depth.dead - mail.homeless:
        yield Problem("mail_lost", Urgency.LATER, "mail", {"count": lost})
    if mail.homeless:
        yield Problem("mail_homeless", Urgency.LATER, "mail", {"count": mail.homeless})
    if mail.unreached:
        yield Problem("unreached", Urgency.LATER, "mail", {"count": mail.unreached})


def _of_hooks(hooks: Hooks | None) -> Iterator[Problem]:
    if hooks and hooks.disabled:
        yield Problem("hooks_off", Urgency.LATER, "mail", {"count": hooks.disabled})


def _of_log(log: Log | None) -> Iterator[Problem]:
    if log and log.late:
        said = {"since": log.last.at} if log.last else {}
        yield Problem("unsigned" if log.last else "never_signed", Urgency.NOW, "log", said)


def _of_upkeep(done: Mapping[Chore, Upkeep] | None, now: Vitals, given: Circumstances) -> Iterator[Problem]:
    if done is None:
        return
    proof, copy, trial = done.get(Chore.PROOF), done.get(Chore.COPY), done.get(Chore.TRIAL)
    if proof and not proof.well:
        said = {"count": proof.facts["flaws"], "first": proof.facts["first"], "since": proof.at}
        yield Problem("altered", Urgency.NOW, "log", said)
    housekeeping = done.get(Chore.HOUSEKEEPING)
    if housekeeping and not housekeeping.well:
        duties = ", ".join(housekeeping.facts["failed"])
        yield Problem("duties_failed", Urgency.LATER, "log", {"duties": duties, "since": housekeeping.at})
    if not given.serious:
        return
    if housekeeping and housekeeping.at + HOUSEKEPT_WITHIN < now.real:
        yield Problem("duties_late", Urgency.LATER, "log", {"since": housekeeping.at})
    if proof is None or proof.at + PROVED_WITHIN < now.real:
        yield Problem("unproved", Urgency.LATER, "log", {"since": proof.at if proof else None})
    yield from _of_copies(copy, trial, now, given)


def _of_copies(
    copy: Upkeep | None, trial: Upkeep | None, now: Vitals, given: Circumstances
) -> Iterator[Problem]:
    if not given.copy_hours:
        return
    if copy is None:
        yield Problem("never_copied", Urgency.LATER, "log")
        return
    if copy_is_late(copy, now.real, given.copy_hours):
        yield Problem("copy_old", Urgency.LATER, "log", {"since": copy.at})
    if trial and not trial.well:
        yield Problem("copy_bad", Urgency.LATER, "log", {"file": trial.facts["file"], "since": trial.at})
    elif trial is None or trial.at + TRIED_WITHIN < now.real:
        yield Problem("copy_untried", Urgency.LATER, "log", {"since": trial.at if trial else None})


def _of_disk(disk: Disk | None) -> Iterator[Problem]:
    if disk and disk.free < LOW_DISK:
        full = disk.free < ROOM_NEEDED
        said = {"free": f"{disk.free / 1e9:.1f}", "folder": disk.folder}
        urgency = Urgency.NOW if full else Urgency.LATER
        yield Problem("disk_full" if full else "disk_low", urgency, "machine", said)


def _of_database(database: DatabaseNow | None, given: Circumstances) -> Iterator[Problem]:
    if database is None:
        return
    if database.revision != given.revision:
        said = {"found": database.revision or "–", "wanted": given.revision}
        yield Problem("other_tables", Urgency.NOW, "machine", said)
    if database.connections > MOST_USED * database.most:
        said = {"count": database.connections, "most": database.most}
        yield Problem("connections", Urgency.NOW, "machine", said)
    if database.blocked_for > BLOCKED_TOO_LONG:
        said = {"count": database.blocked, "minutes": _minutes(database.blocked_for)}
        yield Problem("blocked", Urgency.NOW, "machine", said)
    if database.oldest > OPEN_TOO_LONG:
        said = {"pid": database.oldest_pid, "minutes": _minutes(database.oldest)}
        yield Problem("open_transaction", Urgency.LATER, "machine", said)


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))
