"""What a decree says that corrects or revokes another one; its PDF. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.language import moment
from flows.promotion.decree import bases_of_replacing, day, drawn, qr
from flows.promotion.models import DecreeKind
from personnel import ranks

FIELDS: Mapping[str, str] = {
    "name": "Nama",
    "nip": "NIP",
    "effective_on": "Terhitung mulai tanggal",
    "consideration_number": "Nomor pertimbangan teknis BKN",
}
"""What of a decree can be corrected, as decrees call it. A wrong rank is revoked instead: another rank is
another decision, with rules and a technical consideration of its own."""


@dataclass(frozen=True, slots=True)
class ReplacingText:
    """All that such a decree says."""

    kind: str
    office: str
    city: str
    number: str
    code: str
    url: str
    replaces: str
    replaces_signed_at: datetime
    reason: str
    name: str
    nip: str
    rank: str
    """The rank that the person has from now on."""
    effective_on: date
    changes: Mapping[str, Mapping[str, str]]
    """Of a correction: by field {from, to}."""
    signed_by: str
    signed_as: str
    signed_at: datetime
    zone: ZoneInfo


def pdf(decree: ReplacingText) -> bytes:
    """The decree as a PDF. Raises TypstError where the template is at fault."""
    return drawn("replacing.typ", _facts(decree), decree.signed_at)


def _facts(decree: ReplacingText) -> Mapping[str, Any]:
    local = decree.signed_at.astimezone(decree.zone)
    return {
        "revokes": decree.kind == DecreeKind.REVOCATION,
        "office": decree.office,
        "city": decree.city,
        "number": decree.number,
        "code": decree.code,
        "url": decree.url,
        "qr": qr(decree.url),
        "replaces": decree.replaces,
        "replaces_signed_on": day(decree.replaces_signed_at.astimezone(decree.zone).date()),
        "reason": decree.reason.rstrip(" .;"),
        "name": decree.name,
        "nip": decree.nip,
        "rank": decree.rank,
        "rank_name": ranks.name(decree.rank),
        "bases": bases_of_replacing(decree.kind, decree.effective_on),
        "changes": [
            {
                "what": FIELDS[name],
                "before": _written(name, said["from"]),
                "after": _written(name, said["to"]),
            }
            for name, said in decree.changes.items()
        ],
        "signed_by": decree.signed_by,
        "signed_as": decree.signed_as,
        "signed_on": day(local.date()),
        "signed_at": moment("id", decree.signed_at, decree.zone),
    }


def _written(name: str, value: str) -> str:
    return day(date.fromisoformat(value)) if name == "effective_on" else value
