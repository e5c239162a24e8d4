"""Who is told of what people do with work: handed on, sent back, asked about, put aside, decided ahead."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from approvals.panels import CONVENER
from approvals.titles import SUSPENSION_REASONS
from core.actor import Role
from core.directory import Person
from core.events import Recorded
from flows.process.background import Background, CaseWords
from notifications.outbox import MessageDraft


def otherwise(batch: Background, event: Recorded, facts: Mapping[str, Any]) -> Sequence[MessageDraft] | None:
    """What is said of a task that waits for another reason than usual; None where it is the usual one."""
    case = batch.case(event)
    person = batch.person(event.facts.get("assignee") or event.facts.get("to"))
    if event.facts.get("part") == CONVENER and case:
        members = batch.members(Role.HR, [case.subject_id])
        return [MessageDraft(event.id, "panel_short", member, facts) for member in members]
    if event.name == "task.opened" and event.facts["case"] in batch.ahead_due:
        return []
    if event.name == "task.opened" and (back := batch.sent_back.get(event.facts["case"])) and person:
        return [MessageDraft(event.id, "task_again", person, {**facts, **_said(back)})]
    by_hand = event.name == "task.delegated" or (event.name == "task.reassigned" and event.facts.get("by"))
    if by_hand and person:
        return [MessageDraft(event.id, "task_handed", person, {**facts, **_said(event)})]
    return None


def passed_up(batch: Background, event: Recorded, case: CaseWords, person: Person) -> MessageDraft:
    """A task was passed up by hand, not by the clock."""
    facts = {**batch.task_facts(case, event), **_said(event)}
    return MessageDraft(event.id, "task_handed", person, facts)


def added(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """Somebody may decide a task beside the others, or instead of nobody."""
    case, person = batch.case(event), batch.person(event.facts["person"])
    if case and person:
        alone = event.facts["to"] == person.id
        template = "task_assigned" if alone else "task_offered"
        yield MessageDraft(event.id, template, person, batch.task_facts(case, event))


def asked(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """A colleague is asked for their view."""
    yield from _about_a_question(batch, event, "consultation_asked")


def answered(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """Whoever asked has an answer."""
    yield from _about_a_question(batch, event, "consultation_answered")


def suspended(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """The person that a case is about is told that it stands still."""
    if (case := batch.case(event)) and (person := batch.person(case.subject_id)):
        reason = SUSPENSION_REASONS.get(str(event.facts["code"]))
        yield MessageDraft(
            event.id,
            "case_suspended",
            person,
            {
                **_plain(case, event),
                "code_title": reason.model_dump() if reason else None,
                "resumes_at": event.facts["resumes_at"],
            },
        )


def resumed(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """And that it goes on."""
    if (case := batch.case(event)) and (person := batch.person(case.subject_id)):
        yield MessageDraft(event.id, "case_resumed", person, _plain(case, event))


def dropped(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """What was decided ahead does not count: its maker is told, and whoever must decide now."""
    case, maker = batch.case(event), batch.person(event.facts["by"])
    if case is None:
        return
    if maker:
        words = {
            "subject_name": case.subject_name,
            "stage_title": batch.stage_title(case, event.facts["stage"]),
        }
        yield MessageDraft(event.id, "ahead_dropped", maker, {**_plain(case, event), **words})
    facts, holder = batch.task_facts(case, event), batch.person(event.facts.get("assignee"))
    waiting = [holder] if holder else batch.offered(event)
    template = "task_assigned" if holder else "task_offered"
    for person in waiting:
        if person.id != event.facts["by"]:
            yield MessageDraft(event.id, template, person, facts)


def _about_a_question(batch: Background, event: Recorded, template: str) -> Iterator[MessageDraft]:
    case, person = batch.case(event), batch.person(event.facts["to"])
    if case and person:
        words = {"consultation": event.facts["consultation"], "subject_name": case.subject_name}
        yield MessageDraft(
            event.id, template, person, {**_plain(case, event), **words, "by_name": event.actor.name}
        )


def _said(event: Recorded) -> dict[str, Any]:
    return {"by_name": event.actor.name, "comment": event.personal.get("comment", "")}


def _plain(case: CaseWords, event: Recorded) -> dict[str, Any]:
    return {
        "case": case.id,
        "reference": case.reference,
        "title": case.title,
        "process_title": case.process_title,
        "comment": event.personal.get("comment", ""),
    }
