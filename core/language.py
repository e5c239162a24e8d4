"""Indonesian first, English by choice: texts through gettext, dates and numbers as people write them."""

from datetime import datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.errors import MufakatError
from core.settings import ROOT, settings

LANGUAGES = ("id", "en")
ROOMS = ("core", "approvals", "personnel", "notifications", "flows", "web")
"""Rooms that keep a catalogue, at ROOM/locale/LANGUAGE/LC_MESSAGES/messages.po."""


@lru_cache
def translations(language: str) -> NullTranslations:
    """The texts of a language from every room's catalogue; English is the key itself."""
    merged: NullTranslations = NullTranslations()
    for room in ROOMS:
        path = ROOT / room / "locale" / language / "LC_MESSAGES" / "messages.po"
        if path.exists():
            compiled = BytesIO()
            with path.open("rb") as source:
                write_mo(compiled, read_po(source, locale=language))
            compiled.seek(0)
            catalogue = GNUTranslations(compiled)
            catalogue.add_fallback(merged)
            merged = catalogue
    return merged


def translate(language: str, message: str, **facts: object) -> str:
    """A message in a language, with its {facts} filled in."""
    said = translations(language).gettext(message)
    return said.format_map(facts) if facts else said


def sentence(language: str, error: MufakatError) -> str:
    """What an error says to a person who reads this language; its moments as people write them."""
    zone = settings().zone
    facts = {k: moment(language, v, zone) if isinstance(v, datetime) else v for k, v in error.facts.items()}
    return error.filled(translate(language, error.sentence()), facts)


def moment(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A moment as people write it: `Kam, 26 Nov 2026 14.30 WIB` / `Thu, 26 Nov 2026 14:30 WIB`."""
    local = at.astimezone(zone)
    pattern = "EEE, d MMM y HH.mm" if language == "id" else "EEE, d MMM y HH:mm"
    name = get_timezone_name(local, width="short", locale="id")
    return f"{format_datetime(local, pattern, locale=language)} {name}"


def day(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A date as people write it: `26 November 2026`."""
    return format_datetime(at.astimezone(zone), "d MMMM y", locale=language)


def distance(language: str, span: timedelta) -> str:
    """How far a moment is, from now: `dalam 3 jam`, `2 days ago`."""
    return format_timedelta(span, add_direction=True, locale=language, threshold=1.2)
