"""What would have gone differently, and why a case can't go over, in sentences."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel.numbers import format_decimal

from approvals.titles import Titles
from approvals.whatif import Difference
from core.language import translate
from web.words import N_, WORDS_OF

SENTENCES = {
    "asked": N_("{stage}: would have been asked."),
    "not-asked": N_("{stage}: would not have been asked; {by} decided there."),
    "acting": N_("{stage}: {by} acted as {capacity}, which would not have counted."),
    "conflict": N_("{stage}: {by} would have been in conflict, having decided before."),
    "checklist": N_("{stage}: more would have had to be ticked: {missing}."),
    "too-few": N_("{stage}: more decisions would have been needed ({had} of {needed})."),
    "outcome": N_("{stage}: the same decisions would have led to: {outcome}."),
    "otherwise": N_("{stage}: others would have decided, people instead of an authority or the reverse."),
    "late": N_("{stage}: would have been late, by {by} of working time."),
    "in-time": N_("{stage}: would have been in time; it was late by {by} of working time."),
    "order": N_("{stage}: would have come earlier."),
    "unknown": N_("{stage}: can't be told; {condition} reads a fact that the case lacks."),
}
KINDS = {
    "asked": N_("{stage} would have been asked"),
    "not-asked": N_("{stage} would not have been asked"),
    "acting": N_("{stage}: somebody acting would not have counted"),
    "conflict": N_("{stage}: a decider would have been in conflict"),
    "checklist": N_("{stage}: a longer checklist"),
    "too-few": N_("{stage}: more decisions needed"),
    "outcome": N_("{stage}: another outcome"),
    "otherwise": N_("{stage}: decided by others"),
    "late": N_("{stage}: late"),
    "in-time": N_("{stage}: in time"),
    "order": N_("{stage}: another order"),
    "unknown": N_("{stage}: can't be told"),
}
STEPS = {
    "as-was": N_("as it was"),
    "asked": N_("would have been asked"),
    "again": N_("decided anew"),
    "skipped": N_("does not apply"),
    "by-rule": N_("passes by its rule"),
    "ahead": N_("still ahead"),
    "unreached": N_("not reached"),
    "unknown": N_("can't be told"),
}
PROBLEMS = {
    "gone": N_("Its stage is gone: say where it leads."),
    "nowhere": N_("No stage would be left to decide it."),
    "fact": N_("A condition reads a fact that it lacks."),
    "unsigned": N_("It would go on behind a signature that was never given."),
    "state": N_("In its present state it can't go over; end its suspension first."),
}
OUTSIDE = N_("an authority outside")


def difference(found: Difference, language: str) -> str:
    """One thing that would have been otherwise."""
    facts: dict[str, Any] = {name: _said(value, language) for name, value in found.facts.items()}
    if found.why == "not-asked" and not facts.get("by"):
        facts["by"] = translate(language, OUTSIDE)
    facts["stage"] = found.title.said(language)
    return translate(language, SENTENCES[found.why], **facts)


def kind(found: Difference, language: str) -> str:
    """A kind of difference, as a heading over its cases."""
    return translate(language, KINDS[found.why], stage=found.title.said(language))


def step(state: str, language: str) -> str:
    return translate(language, STEPS[state])


def problem(code: str, language: str) -> str:
    return translate(language, PROBLEMS[code])


def working_time(span: timedelta, language: str) -> str:
    """`6,5 jam kerja` for six and a half working hours."""
    hours = format_decimal(round(span.total_seconds() / 3600, 1), locale=language)
    return translate(language, N_("{n} working hours"), n=hours)


def _said(value: object, language: str) -> object:
    match value:
        case timedelta():
            return working_time(value, language)
        case list():
            each: list[object] = [*value]  # pyright: ignore[reportUnknownArgumentType]
            return ", ".join(str(_said(one, language)) for one in each)
        case Titles():
            return value.said(language)
        case str() if value in WORDS_OF:
            return translate(language, WORDS_OF[value])
        case Mapping():
            return ""
        case _:
            return value
