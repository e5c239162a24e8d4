"""Mails from their templates: a subject, a text and the same as HTML, in the reader's language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from core import language as words
from core.settings import settings
from notifications.catalogue import MAILS, topic_of
from notifications.links import wishes_link

TEMPLATES = Path(__file__).parent / "templates"


class UnknownMail(LookupError):
    """No mail has this name."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as its reader sees it."""

    subject: str
    text: str
    html: str


def render(
    template: str, language: str, facts: Mapping[str, Any], *, recipient_id: UUID, name: str, now: datetime
) -> Rendered:
    """A mail for one person, as of `now`. Raises UnknownMail, jinja2.UndefinedError (a fact is missing)."""
    if template not in MAILS:
        raise UnknownMail(template)
    reader = Reader(recipient_id, name, language, now)
    known = reader.knows(template, facts)
    if "items" in facts:
        known["items"] = [_item(reader, item["template"], item["facts"]) for item in facts["items"]]
    subject, text, html = (
        environment(language).get_template(f"{template}/{part}").render(known)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Rendered(" ".join(subject.split()), _tidy(text), _tidy(html))


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a mail is rendered, and when."""

    id: UUID
    name: str
    language: str
    now: datetime

    def knows(self, template: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """All that a mail's templates may speak of."""
        mail = MAILS[template]
        chosen = topic_of(template, facts) or "items" in facts
        return {
            **dict.fromkeys(mail.may_have),
            **facts,
            **mail.added(facts, self.id, self.now),
            "wishes_url": wishes_link() if chosen else "",
            "reader": self.name,
            "now": self.now,
            "language": self.language,
            "office": settings().office,
        }


def _item(reader: Reader, template: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One message of a digest: what its subject says, where it leads, by when."""
    known = reader.knows(template, facts)
    subject = environment(reader.language).get_template(f"{template}/subject.txt").render(known)
    return {
        "topic": topic_of(template, facts),
        "subject": " ".join(subject.split()),
        "url": known["url"],
        "due_at": facts.get("due_at"),
    }


def _tidy(said: str) -> str:
    """Without the blank lines that parts left out leave behind."""
    lines = "\n".join(line.rstrip() if line != "-- " else line for line in said.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


@lru_cache
def environment(language: str) -> Environment:
    """The templates, speaking one language; a fact that is not there is an error, never a gap."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install = cast("Callable[..., None]", vars(made)["install_gettext_translations"])  # the extension's
    install(_own_words(language), newstyle=True)
    filters = cast("dict[str, Callable[..., str]]", made.filters)
    filters |= {"moment": _moment, "day": _day, "distance": _distance, "said": _said}
    tests = cast("dict[str, Callable[..., bool]]", made.tests)
    tests["past"] = _past
    return made


def _own_words(language: str) -> NullTranslations:
    """This room's catalogue before all others: a page may call the same thing by a shorter name."""
    everybodys = words.translations(language)
    path = Path(__file__).parent / "locale" / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return everybodys
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    own = GNUTranslations(compiled)
    own.add_fallback(everybodys)
    return own


def _read(at: str) -> datetime:
    """A fact's moment; a bare date means that day in the office."""
    if len(at) == len("2026-11-26"):
        return datetime.combine(date.fromisoformat(at), time(), settings().zone)
    return datetime.fromisoformat(at)


@pass_context
def _moment(context: Context, at: str) -> str:
    return words.moment(context["language"], _read(at), settings().zone)


@pass_context
def _day(context: Context, at: str) -> str:
    return words.day(context["language"], _read(at), settings().zone)


@pass_context
def _distance(context: Context, at: str) -> str:
    return words.distance(context["language"], _read(at) - context["now"])


@pass_context
def _past(context: Context, at: str) -> bool:
    return _read(at) <= context["now"]


@pass_context
def _said(context: Context, title: str | Mapping[str, str]) -> str:
    """A title in the reader's language, or in the one that it has."""
    if isinstance(title, str):
        return title
    return title.get(context["language"]) or next(iter(title.values()), "")
