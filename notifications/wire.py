"""A letter's bytes (RFC 5322 and MIME): ASCII and short lines, so that every server passes them on unchanged.

Written here and not by the library's message class: that parses again what we know, for half of what a letter
costs; and its newer folding drops and adds spaces, and loses a name's quotes (seen with Python 3.11).
How words beyond ASCII are encoded, and how text is made printable, is the library's.
"""

from binascii import b2a_qp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

LINE = 76
LONGEST_WORD = 900
"""A line may have 998 characters; a longer word is encoded, which may be broken anywhere."""
_SPECIALS = frozenset('()<>[]:;@\\,."')


@dataclass(frozen=True, slots=True)
class Part:
    """One form of what a letter says, such as `text/html`; `params` go into its Content-Type."""

    kind: str
    text: str
    params: str = ""


def written(headers: Iterable[tuple[str, str]], parts: Sequence[Part], boundary: str) -> bytes:
    """A multipart/alternative message: its headers, which are written already, and its parts."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    kind = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    body = b"".join(f"--{boundary}\r\n".encode() + _part(part) for part in parts)
    return (head + kind).encode("ascii") + body + f"--{boundary}--\r\n".encode()


def text_of(name: str, said: str) -> str:
    """The value of a header that holds what people wrote: one line of words, folded or encoded as needed."""
    words = said.split(" ")
    if said.isascii() and "=?" not in said and max(map(len, words)) < LONGEST_WORD:
        return _folded(len(name) + 2, words)
    return Header(said, "utf-8", header_name=name).encode(linesep="\r\n")


def address_of(name: str, display: str, address: str) -> str:
    """The value of a header that holds one address with its owner's name."""
    if not display:
        return address
    plain = display.isascii() and "=?" not in display and len(display) < LINE
    return f"{_quoted(display) if plain else _encoded(name, display)}\r\n <{address}>"


def date_of(at: datetime) -> str:
    return format_datetime(at)


@lru_cache(maxsize=1_000)
def _encoded(name: str, display: str) -> str:
    return Header(display, "utf-8", header_name=name).encode(linesep="\r\n")


def _quoted(display: str) -> str:
    if not _SPECIALS & set(display):
        return display
    return '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folded(used: int, words: Sequence[str]) -> str:
    """Words over as many lines as they need; where a line breaks there was a space, and there is one."""
    lines: list[str] = []
    line, room = words[0], LINE - used
    for word in words[1:]:
        if len(line) + 1 + len(word) <= room:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line, room = word, LINE - 1
    return "\r\n ".join([*lines, line])


def _part(part: Part) -> bytes:
    text = part.text.replace("\r\n", "\n").replace("\r", "\n")
    kind = f'Content-Type: {part.kind}; charset="utf-8"{part.params}\r\n'
    how = "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    printable = b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
    return (kind + how).encode("ascii") + printable + b"\r\n"
