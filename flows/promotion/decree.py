"""A decree's text with number and legal bases; its PDF is the same bytes for the same facts. Pure."""

import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import segno
import typst
import yaml
from babel.dates import format_date

from core.language import moment
from core.settings import ROOT
from personnel import ranks

FOLDER = ROOT / "flows" / "promotion"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for one another."""


@dataclass(frozen=True, slots=True)
class DecreeText:
    """All that a decree says."""

    office: str
    city: str
    number: str
    code: str
    url: str
    name: str
    nip: str
    unit: str
    rank_from: str
    rank_to: str
    effective_on: date
    consideration_number: str
    consideration_date: date
    signed_by: str
    signed_as: str
    signed_at: datetime
    zone: ZoneInfo


def number(serial: int, year: int) -> str:
    """A decree's number from its place in the year."""
    return str(_data()["number"]).format(serial=serial, year=year)


def new_code() -> str:
    """The unguessable code of a decree's verification page: 80 bits, in groups of four to be typed."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def bases(effective_on: date) -> list[str]:
    """The legal bases that count for a promotion which takes effect on a day."""
    return [base["text"] for base in _data()["bases"] if base["from"] <= effective_on]


def bases_of_replacing(kind: str, effective_on: date) -> list[str]:
    """The same for a decree that corrects or revokes one, with what allows that."""
    return [*(base["text"] for base in _data()["replacing"][kind]), *bases(effective_on)]


def pdf(decree: DecreeText) -> bytes:
    """The decree as a PDF. Raises TypstError where the template is at fault."""
    return drawn("decree.typ", _facts(decree), decree.signed_at)


def drawn(template: str, facts: Mapping[str, Any], signed_at: datetime) -> bytes:
    """A decree by one of the templates as a PDF/A; as a plain PDF where a name has letters that the fonts
    lack, rather than none. Raises TypstError where the template is at fault.
    """
    try:
        return _compiled(template, facts, signed_at, archive=True)
    except typst.TypstError:
        return _compiled(template, facts, signed_at, archive=False)


def _compiled(template: str, facts: Mapping[str, Any], signed_at: datetime, *, archive: bool) -> bytes:
    compiled = _compiler(template).compile(
        sys_inputs={"decree": json.dumps(facts, ensure_ascii=False, sort_keys=True)},
        format="pdf",
        pdf_standards=["a-2b"] if archive else [],
        timestamp=signed_at.replace(microsecond=0),
    )
    if not isinstance(compiled, bytes):
        raise TypeError("typst answered with pages instead of one document")
    return compiled


def _facts(decree: DecreeText) -> Mapping[str, Any]:
    local = decree.signed_at.astimezone(decree.zone)
    return {
        "office": decree.office,
        "city": decree.city,
        "number": decree.number,
        "code": decree.code,
        "url": decree.url,
        "qr": qr(decree.url),
        "name": decree.name,
        "nip": decree.nip,
        "unit": decree.unit,
        "rank_from": decree.rank_from,
        "rank_from_name": ranks.name(decree.rank_from),
        "rank_to": decree.rank_to,
        "rank_to_name": ranks.name(decree.rank_to),
        "effective_on": day(decree.effective_on),
        "bases": bases(decree.effective_on),
        "consideration_number": decree.consideration_number,
        "consideration_date": day(decree.consideration_date),
        "signed_by": decree.signed_by,
        "signed_as": decree.signed_as,
        "signed_on": day(local.date()),
        "signed_at": moment("id", decree.signed_at, decree.zone),
    }


def day(on: date) -> str:
    """A day as decrees write it."""
    return format_date(on, "d MMMM y", locale="id")


def qr(url: str) -> str:
    """The code that leads to a decree's verification page, as SVG."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


@lru_cache
def _data() -> Mapping[str, Any]:
    return yaml.safe_load((FOLDER / "decree.yaml").read_text())


@lru_cache
def _compiler(template: str) -> typst.Compiler:
    """Made once a process and template: reading fonts costs more than a decree. The fonts are those that
    typst carries, so that a decree looks the same on every machine."""
    return typst.Compiler(FOLDER / template, root=FOLDER, ignore_system_fonts=True)
