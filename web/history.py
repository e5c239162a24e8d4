"""What happened to a case, event by event, in sentences."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from approvals.views import CaseView, HistoryRow
from core.language import moment, translate
from core.settings import settings
from web.words import N_, WORDS_OF

SENTENCES = {
    "case.opened": N_("The case was opened."),
    "case.stage_skipped": N_("The stage {stage} does not apply and was skipped."),
    "case.stage_passed": N_("The stage {stage} was passed by its rule: {rule}"),
    "task.opened": N_("{stage}: waits for {assignee}, until {due_at}."),
    "task.claimed": N_("{by} took the task."),
    "task.announced": N_("{stage} was announced to {assignee}."),
    "task.declined": N_("{by} was asked and declined; {to} is asked."),
    "task.released": N_("{by} gave the task back."),
    "task.reminded": N_("{assignee} was reminded."),
    "task.reminded_by_hand": N_("{by} reminded {assignee}."),
    "task.escalated": N_("Not decided in time: the task went from {from} to {to}."),
    "task.passed_up": N_("{by} passed the task up from {from} to {to}."),
    "task.reassigned": N_("The task went from {from} to {to}."),
    "task.delegated": N_("{from} handed the task to {to}."),
    "task.started": N_("{by} began to work on it."),
    "task.suspended": N_("The task at {stage} was put aside."),
    "task.resumed": N_("The task at {stage} was taken up again."),
    "task.skipped": N_("The task at {stage} ended, as the stage was passed over."),
    "task.approver_added": N_("{by} added {person} to those who may decide {stage}."),
    "task.approver_removed": N_("{by} took {person} from those who may decide {stage}."),
    "task.consulted": N_("{from} asked {to}."),
    "task.advised": N_("{from} answered {to}."),
    "panel.member_added": N_("{by} gave {person} a seat in the panel of {stage}."),
    "panel.member_removed": N_("{by} took {person} out of the panel of {stage}."),
    "case.suspended": N_("The case was suspended."),
    "case.resumed": N_("The case goes on."),
    "case.passed_over": N_("{by} passed over the stage {stage}."),
    "case.sent_back": N_("{by} sent the case back from {from_stage} to {to_stage}."),
    "case.decided_ahead": N_("{by} decided {stage} ahead."),
    "case.ahead_due": N_("What was decided ahead for {stage} is due."),
    "case.ahead_withdrawn": N_("{by} took back what they decided ahead for {stage}."),
    "case.ahead_dropped": N_("What {by} decided ahead for {stage} does not count any more."),
    "task.unfilled": N_("Nobody holds the post that decides {stage}; HR was told."),
    "task.decided": N_("{by_name} decided at {stage}: {kind}."),
    "task.cancelled": N_("The task at {stage} ended without a decision."),
    "case.ties_changed": N_("Who may not decide for a tie to the person was looked at anew."),
    "case.advanced": N_("The case went on to {to_stage}."),
    "case.returned": N_("The case was returned to {to} for repair."),
    "case.resubmitted": N_("The case was sent in again."),
    "case.corrected": N_("{by} corrected the case's data."),
    "case.document_added": N_("{by} put a document into the file: {title}."),
    "case.document_replaced": N_("{by} replaced a document in the file: {title}."),
    "case.document_removed": N_("{by} took a document out of the file: {title}."),
    "case.commented": N_("{by} wrote a remark."),
    "case.comment_edited": N_("{by} changed a remark."),
    "case.comment_withdrawn": N_("{by} withdrew a remark."),
    "case.lapsed": N_("The term of {stage} ran out: the clock stopped the case. Nobody decided anything."),
    "case.revived": N_("HR let the case go on at {stage}, with a new term."),
    "case.expired": N_("HR confirmed that the case has expired."),
    "case.statutory_reminded": N_("The deadline of the law comes near: {due_at}."),
    "case.statutory_overdue": N_("The deadline of the law passed without a decision: {due_at}."),
    "case.rescheduled": N_(
        "The office's calendar changed: the deadline of the law is {to} instead of {from}."
    ),
    "task.extended": N_("{by} gave more time: {stage} is due on {to} instead of {from}."),
    "task.rescheduled": N_("The office's calendar changed: {stage} is due on {to} instead of {from}."),
    "case.waiting_outside": N_("The case waits for an answer from outside: {stage}."),
    "case.answered_outside": N_("Answer from outside: {outcome}, letter {letter_number}."),
    "panel.convened": N_("The panel of {stage} was convened: {seats} seats."),
    "panel.short": N_("The panel of {stage} has too few members; HR was asked for more."),
    "panel.closed": N_("The meeting on {stage} was ended; {absent} were not there."),
    "panel.decided": N_(
        "The panel of {stage} decided: {outcome}. In favour {approve}, against {reject}, abstained {abstain}."
    ),
    "case.appealed": N_("{by} objected to the decision: others look at it again."),
    "case.approved": N_("The case is approved."),
    "case.rejected": N_("The case is rejected."),
    "case.withdrawn": N_("The case was withdrawn."),
    "case.cancelled": N_("The case was cancelled."),
    "proposal.made": N_("{by} proposed: {kind}. It waits for a second person."),
    "proposal.confirmed": N_("{answered_by} confirmed what {by} proposed: {kind}."),
    "proposal.turned_down": N_("{answered_by} turned down what {by} proposed: {kind}."),
    "proposal.taken_back": N_("{by} took back what they had proposed: {kind}."),
    "case.migrated": N_("The case goes on by another version of its chain, at: {to_stage}."),
    "content.erased": N_("What was written here was erased by order of the law: {order}."),
}
BY_HAND = {
    "task.escalated": "task.passed_up",
    "task.reminded": "task.reminded_by_hand",
    "task.rescheduled": "task.extended",
}
"""How it is said when a person did what the clock does."""
INSIDE = ("task.consulted", "task.advised")
"""What is said among those who decide."""
NOBODY = N_("whoever takes it")
PEOPLE = ("assignee", "by", "to", "from", "acting_for", "person", "answered_by")
STAGES = ("stage", "to_stage", "from_stage")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a story."""

    name: str
    at: datetime
    text: str
    comment: str


def people_in(view: CaseView) -> set[UUID]:
    """Everybody whom the case's tasks, decisions and history name by an id."""
    said = {UUID(str(row.facts[key])) for row in view.history for key in PEOPLE if _is_id(row.facts.get(key))}
    tasks = {task.assignee_id for stage in view.stages for task in stage.tasks if task.assignee_id}
    actors = {row.actor_id for row in view.history if row.actor_id}
    acted_for = {d.acting_for_id for stage in view.stages for d in stage.decisions if d.acting_for_id}
    return said | tasks | actors | acted_for


def story(
    view: CaseView, names: Mapping[UUID, str], language: str, *, deliberations: bool = True
) -> Sequence[Told]:
    """The history of a case, newest first; an event without words of its own shows its name.

    Without `deliberations` for those whom it is about: neither who voted how in a panel, nor what colleagues
    were asked and answered, nor remarks.
    """
    panels = {step.stage.name for step in view.stages if step.stage.decide.is_panel}
    rows = (r for r in reversed(view.history) if deliberations or not _is_inside(r, panels))
    return [_told(row, view, names, language) for row in rows]


def _is_inside(row: HistoryRow, panels: Collection[str]) -> bool:
    voted = row.name == "task.decided" and row.facts.get("stage") in panels
    return voted or row.name in INSIDE or bool(row.facts.get("internal"))


def _told(row: HistoryRow, view: CaseView, names: Mapping[UUID, str], language: str) -> Told:
    known: dict[str, Any] = {"assignee": translate(language, NOBODY), **row.facts}
    moments = ("due_at", "from", "to") if row.name.endswith(".rescheduled") else ("due_at",)
    for key in PEOPLE:
        if key in known and key not in moments:
            known[key] = _name(known[key], names, language)
    titles = {step.stage.name: step.stage.title for step in view.stages}
    for key in STAGES:
        if isinstance(name := known.get(key), str):
            known[key] = titles.get(name, view.definition.called(name)).said(language)
    for key in ("kind", "outcome"):
        if known.get(key) in WORDS_OF:
            known[key] = translate(language, WORDS_OF[known[key]])
    for key in moments:
        if isinstance(known.get(key), str):
            known[key] = moment(language, datetime.fromisoformat(known[key]), settings().zone)
    name = BY_HAND.get(row.name, row.name) if row.facts.get("by") else row.name
    text = translate(language, SENTENCES.get(name, name)).format_map(_Absent(known))
    if text.endswith(".."):  # a name that ends with a title, such as S.H.
        text = text[:-1]
    return Told(row.name, row.at, text, str(row.facts.get("comment") or ""))


class _Absent(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _name(said: object, names: Mapping[UUID, str], language: str) -> str:
    if not _is_id(said):
        return translate(language, NOBODY)
    return names.get(UUID(str(said)), "–")


def _is_id(said: object) -> bool:
    try:
        UUID(str(said))
    except ValueError:
        return False
    return True
