"""What happened to a process, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.directory import Directory
from core.language import moment, translate
from core.settings import settings
from flows.process.queries import Moment, ProcessView
from web.formats import plain_day
from web.words import N_, WORDS_OF

SENTENCES = {
    "process.created": N_("{by} wrote the cycle down."),
    "process.asked": N_("{by} asked for: {kind}."),
    "process.launched": N_("The launch was carried out."),
    "process.started": N_("The flow began its work."),
    "process.screened": N_(
        "Screening is done: {meets} meet the rules, {fails} do not, {incomplete} files are incomplete."
    ),
    "process.waiting": N_("The cycle waits for: {gate}."),
    "process.passed": N_("Passed: {gate}."),
    "process.paused": N_("{by} paused the cycle."),
    "process.resumed": N_("{by} let the cycle go on."),
    "process.extended": N_("{by} gave more time, until {until}: {tasks} tasks."),
    "process.restarted": N_("The flow was started anew."),
    "process.failed": N_("The flow failed: {error}"),
    "process.cancelled": N_("The cycle was cancelled; {cases} open cases ended with it."),
    "process.completed": N_("The cycle is complete."),
    "proposal.made": N_("{by} asks to cancel the cycle; somebody else must agree."),
    "proposal.confirmed": N_("{by} agreed to cancel the cycle."),
    "proposal.turned_down": N_("{by} did not agree to cancel the cycle."),
    "proposal.taken_back": N_("The proposal to cancel the cycle was taken back."),
    "candidate.added": N_("{by} put {name} into the cycle."),
    "candidate.excluded": N_("{by} took {name} out of the cycle."),
}
PLACES = {
    "approvals": N_("the decisions of all approvers"),
    "screen-candidates": N_("screening"),
    "issue-decrees": N_("decrees"),
    "finalise": N_("summary"),
}
"""Gates and steps, as people call them."""
SYSTEM = "Mufakat"
NOT_TOLD = frozenset({"process.started"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline."""

    at: datetime
    text: str
    reason: str


def lines(view: ProcessView, people: Directory, language: str) -> Sequence[Line]:
    """What happened to a process, newest first."""
    names = {p.id: p.name for p in people.people({m.actor_id for m in view.timeline if m.actor_id}).values()}
    told = [m for m in view.timeline if m.name not in NOT_TOLD]
    return [
        _line(m, names.get(m.actor_id, "Mufakat") if m.actor_id else "Mufakat", language)
        for m in reversed(told)
    ]


def place(name: str, language: str) -> str:
    """What people call a gate or a step."""
    return translate(language, PLACES.get(name, name))


def _line(m: Moment, by: str, language: str) -> Line:
    known: dict[str, Any] = {**m.facts, **m.facts.get("counts", {}), "by": by}
    if "gate" in known:
        known["gate"] = place(str(known["gate"]), language)
        if known.get("opens_at"):
            known["gate"] += (
                f" ({moment(language, datetime.fromisoformat(known['opens_at']), settings().zone)})"
            )
    if "until" in known:
        day = datetime.fromisoformat(known["until"]).astimezone(settings().zone)
        known["until"] = plain_day(day.date().isoformat(), language)
    if "kind" in known:
        known["kind"] = translate(language, WORDS_OF.get(str(known["kind"]), str(known["kind"])))
    text = translate(language, SENTENCES.get(m.name, m.name)).format_map(_Absent(known))
    return Line(m.at, text, str(known.get("reason") or ""))


class _Absent(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"
