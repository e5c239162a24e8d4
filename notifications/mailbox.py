"""Reads the local Maildir, for the demo's mail page and for rehearsals; parses only what is shown."""

import os
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from functools import lru_cache
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path

from core.settings import settings

_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")
_NAME = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)\.")
"""How the standard library names a mail: second, microsecond, process and count of its writing."""


@dataclass(frozen=True, slots=True)
class LocalMail:
    """One mail as its reader sees it. `id` names its file; `message_id` is what travels with it."""

    id: str
    message_id: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str
    links: tuple[str, ...]


def messages(limit: int = 50, offset: int = 0, recipient: str | None = None) -> list[LocalMail]:
    """The newest mails first; with a recipient, those to that address."""
    wanted = (path for path in _newest_first() if recipient is None or _address(path) == recipient.lower())
    return [mail for path in islice(wanted, offset, offset + limit) if (mail := _read(path))]


def besides(known: Container[str]) -> list[LocalMail]:
    """The mails whose ids are not known yet, in the order they came; only these are parsed."""
    new = (path for path in reversed(_newest_first()) if _id(path) not in known)
    return [mail for path in new if (mail := _read(path))]


def message(mail_id: str) -> LocalMail | None:
    """One mail by its id; None when there is none."""
    return next((_read(path) for path in _paths() if _id(path) == mail_id), None)


def count(recipient: str | None = None) -> int:
    """How many mails there are, to one address or to all."""
    return sum(recipient is None or _address(path) == recipient.lower() for path in _paths())


def _paths() -> Iterator[Path]:
    for part in ("new", "cur"):
        folder = settings().maildir / part
        if folder.is_dir():
            with os.scandir(folder) as entries:
                yield from (Path(entry.path) for entry in entries if not entry.name.startswith("."))


def _newest_first() -> list[Path]:
    return sorted(_paths(), key=_written, reverse=True)


def _written(path: Path) -> tuple[int, ...]:
    match = _NAME.match(path.name)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def _id(path: Path) -> str:
    """A mail's name without its flags, which change when somebody reads it."""
    return path.name.partition(":")[0]


@lru_cache(maxsize=50_000)
def _address(path: Path) -> str:
    """Whom a mail is for. A mail in a Maildir never changes, so it is looked at once."""
    try:
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=default).parse(file)
    except FileNotFoundError:
        return ""
    to = head["To"]
    return to.addresses[0].addr_spec.lower() if to and to.addresses else ""


def _read(path: Path) -> LocalMail | None:
    """A mail; None when it was removed meanwhile."""
    try:
        mail = message_from_bytes(path.read_bytes(), policy=default)
    except FileNotFoundError:
        return None
    text, html = _part(mail, "plain"), _part(mail, "html")
    return LocalMail(
        id=_id(path),
        message_id=str(mail["Message-ID"]),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        at=mail["Date"].datetime,
        text=text,
        html=html,
        links=tuple(dict.fromkeys([*_hrefs(html), *_URL.findall(text)])),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return body.get_content() if body else ""


def _hrefs(html: str) -> list[str]:
    reader = _Hrefs()
    reader.feed(html)
    return reader.found


class _Hrefs(HTMLParser):
    """Collects where a mail's links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
