"""Who is told by mail of what happens to cases and processes."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from approvals.models import Task
from core.actor import Role
from core.events import Recorded
from core.ledger import checkpoints
from core.rows import Changes
from core.settings import settings
from flows.process import clock_notices, remark_notices, work_notices
from flows.process.background import Background, CaseWords
from flows.process.models import Process
from notifications.models import Message
from notifications.outbox import MessageDraft, rows_of

Notices = Callable[[Background, Recorded], Iterator[MessageDraft]]


def herald(session: Session, recorded: Sequence[Recorded], changes: Changes) -> None:
    """Write the messages that these events call for into the outbox, with the events themselves."""
    telling = [event for event in recorded if event.name in NOTICES]
    if not telling:
        return
    background = Background(session, telling, recorded, changes.coming(Task))
    drafts = [draft for event in telling for draft in NOTICES[event.name](background, event)]
    changes.insert(Message, rows_of(session, drafts))


def _opened(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """A task waits for somebody, or for whoever of a group takes it first."""
    case = batch.case(event)
    if case is None or event.facts["task"] in batch.unfilled or event.facts.get("held_back"):
        return
    facts = batch.task_facts(case, event)
    if (special := work_notices.otherwise(batch, event, facts)) is not None:
        yield from special
    elif person := batch.person(event.facts.get("assignee") or event.facts.get("to")):
        yield MessageDraft(event.id, "task_assigned", person, facts)
        for bearer in batch.bearers(event):
            yield MessageDraft(event.id, "task_assigned", bearer, facts | {"for_name": person.name})
    else:
        for member in batch.offered(event):
            yield MessageDraft(event.id, "task_offered", member, facts)


def _reminded(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    case = batch.case(event)
    if case is None:
        return
    facts = {**batch.task_facts(case, event), "nth": event.facts["nth"]}
    person = batch.person(event.facts.get("assignee"))
    for recipient in [person] if person else batch.offered(event):
        yield MessageDraft(event.id, "task_reminder", recipient, facts)


def _escalated(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    case, person = batch.case(event), batch.person(event.facts.get("to"))
    if case is None or person is None:
        return
    if event.facts.get("by"):
        yield work_notices.passed_up(batch, event, case, person)
        return
    before = batch.person(event.facts.get("from"))
    facts = {**batch.task_facts(case, event), "from_name": before.name if before else ""}
    yield MessageDraft(event.id, "task_escalated", person, facts)


def _unfilled(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """Nobody can decide a task: HR, who got it, fills the post or decides."""
    case = batch.case(event)
    if case is None:
        return
    position, facts = event.facts.get("position"), batch.task_facts(case, event)
    if position is not None:
        facts["position_title"] = batch.directory.post(position, event.at).title
    for member in batch.members(Role.HR, [case.subject_id]):
        yield MessageDraft(event.id, "task_unfilled", member, facts)


def _returned(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    case, person = batch.case(event), batch.person(event.facts["to"])
    if case is None or person is None:
        return
    facts = {
        **_case_facts(batch, case, event, "return"),
        "stage_title": batch.stage_title(case, event.facts["stage"]),
        "by_name": event.actor.name,
    }
    yield MessageDraft(event.id, "case_returned", person, facts)


def _settled(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """Whoever asked for a case, or the person that it is about, is told how it ended."""
    case = batch.case(event)
    if case is None or (person := batch.person(case.asked_by)) is None:
        return
    outcome = event.name.removeprefix("case.")
    kind = {"rejected": "reject", "withdrawn": "withdraw"}.get(outcome, "")
    facts = {**_case_facts(batch, case, event, kind), "outcome": outcome}
    yield MessageDraft(event.id, "case_decided", person, facts)


def _failed(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """A process stopped on an error: operators look at it, and start it again."""
    process = batch.session.get_one(Process, event.facts["process"])
    facts = {"process": process.id, "title": process.title, "error": event.personal.get("error", "")}
    if step := event.facts.get("step"):
        facts["step"] = step
    for operator in batch.members(Role.OPERATOR):
        yield MessageDraft(event.id, "process_failed", operator, facts)


def _signed(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """A checkpoint leaves the house by itself, so that the office can't rewrite unseen what it covers."""
    checkpoint = checkpoints.by_number(batch.session, event.facts["number"])
    key = checkpoints.key_of(batch.session, checkpoint)
    facts = {
        "number": checkpoint.number,
        "size": checkpoint.size,
        "previous": checkpoint.previous_size,
        "root": checkpoint.root.hex(),
        "at": checkpoint.at,
        "fingerprint": key.fingerprint,
        "note": checkpoint.note().text(key),
    }
    for auditor in batch.members(Role.AUDITOR):
        yield MessageDraft(event.id, "checkpoint", auditor, facts)


def _extended(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """There is more time: whoever has tasks of the process is told once, of how many."""
    process = batch.session.get_one(Process, event.facts["process"])
    mine = Counter({UUID(person): count for person, count in event.facts["people"].items()})
    for queue, count in event.facts["queues"].items():
        for member in batch.members(queue.removeprefix("role:")):
            mine[member.id] += count
    facts = {
        "process": process.id,
        "title": process.title,
        "by_name": event.actor.name,
        "until": event.facts["until"].astimezone(settings().zone).date(),
        "comment": event.personal["reason"],
    }
    batch.directory.people(mine)
    for person_id, count in mine.items():
        if person := batch.person(person_id):
            yield MessageDraft(event.id, "cycle_extended", person, {**facts, "tasks": count})


NOTICES: Mapping[str, Notices] = {
    "task.opened": _opened,
    "task.reassigned": _opened,
    "task.delegated": _opened,
    "task.approver_added": work_notices.added,
    "task.consulted": work_notices.asked,
    "task.advised": work_notices.answered,
    "case.suspended": work_notices.suspended,
    "case.resumed": work_notices.resumed,
    "case.ahead_dropped": work_notices.dropped,
    "task.declined": _opened,
    "task.reminded": _reminded,
    "task.escalated": _escalated,
    "task.unfilled": _unfilled,
    "case.returned": _returned,
    "case.approved": _settled,
    "case.rejected": _settled,
    "case.withdrawn": _settled,
    "case.cancelled": _settled,
    "case.expired": _settled,
    "case.commented": remark_notices.commented,
    "case.lapsed": clock_notices.lapsed,
    "case.statutory_reminded": clock_notices.warned,
    "case.statutory_overdue": clock_notices.missed,
    "process.failed": _failed,
    "process.extended": _extended,
    "ledger.checkpoint_signed": _signed,
}
"""Who is told of what; an event that is not here is only in the log."""


def _case_facts(batch: Background, case: CaseWords, event: Recorded, kind: str) -> dict[str, Any]:
    code = event.facts.get("code") or event.facts.get("outcome")
    return {
        "case": case.id,
        "reference": case.reference,
        "title": case.title,
        "process_title": case.process_title,
        "code_title": batch.reason_title(case, kind, code) if kind else None,
        "comment": event.personal.get("comment", ""),
    }
