"""What must not be read in a log or an error by whoever looks after the machine: secrets, and people's data.

Errors of libraries quote what they were given. An operator needs to know what went wrong and where, not with
whose record or by which password.
"""

import re
from collections.abc import Iterator

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from core.settings import settings

HIDDEN = "•••"
SHORTEST_SECRET = 6
"""Anything shorter would blot out words by chance."""

LONGEST_LINE = 2_000

ADDRESS = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")
"""A password within an address."""
PARAMETERS = re.compile(r"\[parameters: .*?(?:\](?=\s*(?:\(Background|$))|\Z)", re.DOTALL)
"""What SQLAlchemy says was sent to the database; to the very end where no end of it is seen, which also keeps
the search from beginning anew at each of many beginnings."""
DETAIL = re.compile(
    r"(DETAIL|CONTEXT):[ \t]+.*?"
    r"(?=\n(?:\[SQL:|\(Background|CONTEXT:|  File \"|Traceback |The above exception|During handling)|\Z)",
    re.DOTALL,
)
"""PostgreSQL's quotation of the row that it refused; what people wrote may have many lines."""
NIP = re.compile(r"\b\d{18}\b")
NIK = re.compile(r"\b\d{16}\b")
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?=[\w-]{1,64}\.\w)")
"""Begins only where a word does: a long line of letters must not be tried from each of them."""


def withheld(text: str) -> str:
    """The text without our secrets, without numbers and addresses of people, and without quoted records."""
    for secret in secrets():
        text = text.replace(secret, HIDDEN)
    text = ADDRESS.sub(rf"\1:{HIDDEN}@", text)
    text = PARAMETERS.sub(f"[parameters: {HIDDEN}]", text)
    text = DETAIL.sub(rf"\1: {HIDDEN}", text)
    text = NIK.sub(HIDDEN, NIP.sub(HIDDEN, text))
    return MAIL.sub(f"{HIDDEN}@", text)


def in_a_line(error: BaseException) -> str:
    """An error as a traceback's last line tells it, without what an operator need not read."""
    said = next((line for line in withheld(str(error)).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {said[:LONGEST_LINE]}".removesuffix(": ")


def secrets() -> tuple[str, ...]:
    """Every secret of this installation that is set, the longest first; of an address also its password."""
    found = {part for value in _values(settings()) for part in (value, _password(value))}
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len, reverse=True))


def _values(group: BaseModel) -> Iterator[str]:
    for name in type(group).model_fields:
        value: object = getattr(group, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from _values(value)


def _password(value: str) -> str:
    """What follows the user in an address or in `user:password`."""
    if "://" not in value:
        return value.partition(":")[2]
    try:
        return str(make_url(value).password or "")
    except ArgumentError:
        return ""
