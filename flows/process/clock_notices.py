"""Who is told of what the clock did to a case: whoever decides it now, and HR."""

from collections.abc import Iterator
from typing import Any

from core.actor import Role
from core.events import Recorded
from flows.process.background import Background, CaseWords
from notifications.outbox import MessageDraft


def warned(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """The law's deadline comes near: whoever decides."""
    if case := batch.case(event):
        for person in batch.hands(case.id):
            yield MessageDraft(event.id, "statutory_deadline", person, _by_law(batch, case, event))


def missed(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """The law's deadline has passed: whoever decides, and HR."""
    if case := batch.case(event):
        told = {p.id: p for p in (*batch.hands(case.id), *batch.members(Role.HR, [case.subject_id]))}
        for person in told.values():
            yield MessageDraft(event.id, "statutory_deadline", person, _by_law(batch, case, event))


def lapsed(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """A case stopped because its term ran out: HR ratifies that, or lets it go on."""
    if case := batch.case(event):
        facts = {**_case(case), "stage_title": batch.stage_title(case, event.facts["stage"])}
        for person in batch.members(Role.HR, [case.subject_id]):
            yield MessageDraft(event.id, "case_lapsed", person, facts)


def _by_law(batch: Background, case: CaseWords, event: Recorded) -> dict[str, Any]:
    stage = event.facts["stage"]
    return {
        **_case(case),
        "stage_title": batch.stage_title(case, stage) if stage else None,
        "due_at": event.facts["due_at"],
        "law": event.facts["reference"],
    }


def _case(case: CaseWords) -> dict[str, Any]:
    return {
        "case": case.id,
        "reference": case.reference,
        "title": case.title,
        "subject_name": case.subject_name,
        "process_title": case.process_title,
    }
