"""Activation letters: one page a person, with the login, the one-time code and how to use it."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import segno
import typst

from core.language import day, moment, translate
from core.settings import ROOT, settings
from personnel.activation import Invited

FOLDER = ROOT / "personnel"
TEXTS = (
    "Your access to Mufakat",
    "Confidential: for the addressee alone",
    "To",
    "Mufakat is where our office decides on cases such as rank promotions. An account has been made for you. "
    "Set your own password once, with the code below; from then on nobody but you knows how to get in.",
    "Login",
    "One-time code",
    "Good until",
    "How to do it",
    "Open this address in a browser, or point your phone's camera at the square:",
    "Type your login and the code.",
    "Choose a password of at least ten characters that nobody can guess, and keep it to yourself.",
    "The code works once. Nobody from HR or IT will ever ask you for it or for your password. If the letter "
    "was opened before it reached you, tell HR: they give you another code, and this one stops working.",
    "Printed on",
)
"""What the page itself says, in the reader's language."""


def pdf(lines: Sequence[Invited], at: datetime) -> bytes:
    """The letters of those who were given a code, each in its reader's language, as one PDF/A."""
    letters = [_facts(line, at) for line in lines if line.code]
    drawn = _compiler().compile(
        sys_inputs={"letters": json.dumps(letters, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["a-2b"],
        timestamp=at.replace(microsecond=0),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst answered with pages instead of one document")
    return drawn


def _facts(line: Invited, at: datetime) -> dict[str, Any]:
    zone, address = settings().zone, f"{settings().public_url}/activate"
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False)
    return {
        "language": line.language,
        "said": [translate(line.language, text) for text in TEXTS],
        "office": settings().office.name,
        "city": settings().office.city,
        "name": line.name,
        "nip": line.nip,
        "login": line.login,
        "code": line.code,
        "until": moment(line.language, line.expires_at, zone) if line.expires_at else "",
        "address": address,
        "picture": picture.getvalue().decode(),
        "day": day(line.language, at, zone),
    }


@lru_cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(FOLDER / "letters.typ", root=FOLDER, ignore_system_fonts=True)
