"""How values look on a page: moments, distances, states, numbers. Nothing here decides anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from approvals.forecast import Progress, WeekLoad
from approvals.titles import Titles
from core import language as texts
from core.settings import settings
from flows.promotion.rulebook import rulebook
from personnel import ranks
from personnel.cells import NUMBER
from personnel.columns import Kind, worded
from personnel.nip import LOST
from personnel.problems import readable
from web import event_words, pictures
from web.charts import bar
from web.words import DOCUMENTS, ERASED, FIELDS, LOOKED, N_, WORDS_OF

SOON = timedelta(hours=24)
WORKING_DAY = 7.5 * 3600
"""37.5 hours in five days (Perpres 21/2023), to say working time in days."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as people see it: a word and a tone."""

    text: str
    tone: str


TONES = {
    "good": {"approved", "completed", "applied", "sent", "approve", "passed", "done", "meets", "create"},
    "bad": {"rejected", "failed", "dead", "reject", "fails", "refuse", "refused", "overdue"},
    "wait": {
        "returned",
        "waiting",
        "paused",
        "suspended",
        "return",
        "incomplete",
        "warn",
        "pending",
        "change",
        "mapping",
        "partly",
        "kept",
    },
    "busy": {
        "open",
        "running",
        "allocated",
        "started",
        "offered",
        "leased",
        "queued",
        "previewed",
        "scheduled",
    },
}


def install(env: Environment, language: str) -> None:
    """Give an environment the filters of one language."""
    zone = settings().zone

    def moment(at: datetime | None) -> Markup:
        return _time(at, texts.moment(language, at, zone)) if at else Markup("–")

    def clock_time(at: datetime | None) -> str:
        local = at.astimezone(zone) if at else None
        return local.strftime("%H.%M" if language == "id" else "%H:%M") if local else "–"

    def day(at: datetime | date | str | None) -> str:
        if isinstance(at, str):
            return plain_day(at, language)
        if isinstance(at, datetime):
            at = at.astimezone(zone).date()
        return format_date(at, "d MMMM y", locale=language) if at else "–"

    def weekday(at: datetime | None) -> str:
        """A day as people say it: Monday, 23 November."""
        return format_date(at.astimezone(zone).date(), "EEEE, d MMMM y", locale=language) if at else "–"

    @pass_context
    def away(context: Context, at: datetime | None) -> str:
        return texts.distance(language, at - context["now"]) if at else ""

    @pass_context
    def deadline(context: Context, at: datetime) -> str:
        """How far off a deadline is, or by how much it was missed."""
        span = at - context["now"]
        if span > timedelta():
            return texts.distance(language, span)
        by = format_timedelta(-span, locale=language, threshold=1.2)
        return texts.translate(language, N_("late by {span}"), span=by)

    @pass_context
    def urgency(context: Context, at: datetime | None) -> str:
        return urgency_of(at, context["now"])

    def badge(value: object) -> Badge:
        word = str(value)
        tone = next((tone for tone, states in TONES.items() if word in states), "plain")
        return Badge(texts.translate(language, WORDS_OF.get(word, word)), tone)

    def queue(name: str) -> str:
        """A queue by the role that it is for; anything else, such as a person's name, as it is."""
        role = name.removeprefix("role:")
        return badge(role).text if role != name else name

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    def worktime(seconds: float | None) -> str:
        """Working time in hours, or in working days of 7.5 hours where it is longer than one."""
        if seconds is None:
            return "–"
        days = seconds / WORKING_DAY
        if days < 1:
            said = format_decimal(round(seconds / 3600, 1), locale=language)
            return texts.translate(language, N_("{hours} working hours"), hours=said)
        return texts.translate(
            language, N_("{days} working days"), days=format_decimal(round(days, 1), locale=language)
        )

    def titled(titles: Titles | Mapping[str, Any] | str | None) -> str:
        return in_language(titles, language)

    def document(kind: str) -> str:
        known = rulebook().documents.get(kind)
        title = known.said(language) if known else texts.translate(language, DOCUMENTS.get(kind, kind))
        return title[:1].upper() + title[1:]

    def field(name: str) -> str:
        return texts.translate(language, FIELDS.get(name, name))

    def reason(message: str) -> str:
        """Why something is wrong, said in the language as far as its words are known."""
        return texts.translate(language, message)

    def told(problem: Mapping[str, Any]) -> str:
        return texts.translate(language, problem["message"]).format_map(problem.get("facts") or {})

    def entered(value: str, kind: str, name: str) -> str:
        """What a row says of a field, without the marks of what a spreadsheet did to it."""
        return str(readable(worded(Kind(kind), name, value.removeprefix(LOST).removeprefix(NUMBER))))

    def fan(progress: Sequence[Progress], label: str) -> Markup:
        low, middle, high = ([getattr(p, part) for p in progress] for part in ("low", "middle", "high"))
        return pictures.fan(low, middle, high, label)

    def columns(weeks: Sequence[WeekLoad], most: float, label: str, places: int) -> Markup:
        return pictures.columns([w.mean for w in weeks], [w.p90 for w in weeks], most, label, places)

    filters: dict[str, Any] = {
        "fan": fan,
        "entered": entered,
        "worktime": worktime,
        "spread": pictures.spread,
        "lines": pictures.lines,
        "columns": columns,
        "told": told,
        "reason": reason,
        "moment": moment,
        "clock_time": clock_time,
        "day": day,
        "weekday": weekday,
        "away": away,
        "deadline": deadline,
        "urgency": urgency,
        "badge": badge,
        "number": number,
        "queue": queue,
        "bar": bar,
        "titled": titled,
        "nip": spaced_nip,
        "initials": initials,
        "rank_name": rank_name,
        "document": document,
        "field": field,
        "looked": partial(_worded, language, LOOKED),
        "erased": partial(_worded, language, ERASED),
        "mailed": partial(event_words.mail, language=language),
        "plain_day": partial(plain_day, language=language),
    }
    env.filters.update(filters)
    env.globals["ranks"] = lambda: ranks.RANKS  # pyright: ignore[reportArgumentType]


def _worded(language: str, words: Mapping[str, str], code: str) -> str:
    """A code by a table of words; one that has none stays as it is."""
    return texts.translate(language, words.get(code, code))


def plain_day(iso: str, language: str) -> str:
    """`1 Januari 2027` for 2027-01-01; what is no date stays as it is."""
    try:
        return format_date(date.fromisoformat(iso), "d MMMM y", locale=language)
    except ValueError:
        return iso


def in_language(titles: Titles | Mapping[str, Any] | str | None, language: str) -> str:
    """A text that chains and data keep in both languages ({id, en}); a plain one is shown as it is."""
    match titles:
        case None:
            return ""
        case str():
            return titles
        case Titles():
            return titles.said(language)
        case _:
            return str(titles.get(language) or titles.get("id") or next(iter(titles.values()), ""))


def urgency_of(at: datetime | None, now: datetime) -> str:
    """`overdue`, `soon` (within a day) or `later`."""
    if at is None:
        return "later"
    if at <= now:
        return "overdue"
    return "soon" if at - now <= SOON else "later"


def spaced_nip(nip: str) -> str:
    """A NIP in its groups: birth date, appointment, gender, number."""
    return f"{nip[:8]} {nip[8:14]} {nip[14:15]} {nip[15:]}" if len(nip) == 18 else nip


def rank_name(rank: str | None) -> str:
    """`Penata Muda Tingkat I` for III/b; nothing where there is no such rank."""
    return ranks.NAMES.get(rank or "", "")


def initials(name: str) -> str:
    """Two letters for a person: `Dr. Siti Aminah, M.Si.` is SA."""
    words = [
        word for word in name.split(",", maxsplit=1)[0].split() if not word.endswith(".")
    ] or name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]) if word).upper()


def _time(at: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), text)
