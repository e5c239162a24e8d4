"""The office's figures as tables to take away, in the language of whoever asks."""

from collections.abc import Callable, Sequence
from typing import Any

from approvals.analytics import ReasonCount, StageTime
from approvals.overruns import Overruns
from approvals.workload import PersonLoad, StageFlow
from core.language import translate
from web.figures import Names, View
from web.words import N_

HOUR = 3600
Table = tuple[Sequence[str], list[Sequence[Any]]]


def _times(found: Sequence[StageTime], names: Names) -> Table:
    headers = (
        N_("Chain"),
        N_("Stage"),
        N_("Apart by"),
        N_("Decisions"),
        N_("Half within (working hours)"),
        N_("80% within (working hours)"),
        N_("95% within (working hours)"),
        N_("Returned"),
        N_("Rejected"),
        N_("With a due date"),
        N_("Of these late"),
    )
    return headers, [
        (
            names.chain(t.chain),
            names.stage(t.chain, t.stage),
            names.group(t.group),
            t.decisions,
            *(_hours(seconds) for seconds in (t.p50, t.p80, t.p95)),
            t.returned,
            t.rejected,
            t.due,
            t.late,
        )
        for t in found
    ]


def _reasons(found: Sequence[ReasonCount], names: Names) -> Table:
    headers = (N_("Chain"), N_("Stage"), N_("Decision"), N_("Reason"), N_("How often"))
    kinds = {"return": N_("Returned"), "reject": N_("Rejected")}
    return headers, [
        (
            names.chain(r.chain),
            names.stage(r.chain, r.stage) if r.stage else "",
            translate(names.language, kinds[r.kind]),
            names.reason(r.chain, r.kind, r.code),
            r.count,
        )
        for r in found
    ]


def _flow(found: Sequence[StageFlow], names: Names) -> Table:
    headers = (
        N_("Chain"),
        N_("Stage"),
        N_("Week of"),
        N_("Arrived"),
        N_("Decided"),
        N_("In hand now"),
        N_("Late now"),
    )
    return headers, [
        (names.chain(f.chain), names.stage(f.chain, f.stage), *week, f.in_hand, f.late)
        for f in found
        for week in f.weeks
    ]


def _load(found: Sequence[PersonLoad], names: Names) -> Table:
    people = names.people([p.person_id for p in found])
    headers = (N_("Name"), N_("In hand now"), N_("Late now"), N_("Decided"))
    return headers, [(people.get(p.person_id, ""), p.open, p.late, p.decided) for p in found]


def _overruns(found: Overruns, names: Names) -> Table:
    headers = (
        N_("Number of the case"),
        N_("Name"),
        N_("Chain"),
        N_("Stage"),
        N_("Due"),
        N_("Probability of being late"),
    )
    return headers, [
        (
            t.reference,
            t.subject_name,
            names.chain(t.chain),
            names.stage(t.chain, t.stage),
            t.due_at,
            round(t.probability, 3),
        )
        for t in found.tasks
    ]


TABLES: dict[View, Callable[[Any, Names], Table]] = {
    View.TIMES: _times,
    View.REASONS: _reasons,
    View.FLOW: _flow,
    View.LOAD: _load,
    View.OVERRUNS: _overruns,
}


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)
