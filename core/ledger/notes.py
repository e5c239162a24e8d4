"""A checkpoint as text: what is signed, what is mailed to the auditors, what a receipt holds. Pure.

The text is a signed note as public transparency logs write theirs (C2SP signed-note and tlog-checkpoint): the
log's name, the tree's size, its root in base64, further lines of ours; an empty line; the signature's line.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from core.errors import Invalid
from core.ledger.signing import PublicKey, SigningKey

ORIGIN = "mufakat-ledger"
_ED25519 = b"\x01"
_NOTE = re.compile(
    rf"^{ORIGIN}\n(?P<size>\d+)\n(?P<root>[A-Za-z0-9+/=]+)\n"
    r"number (?P<number>\d+)\nprevious (?P<previous>\d+)\n"
    rf"at (?P<at>\S+)\nkey (?P<key>[0-9a-f]+)\n\n— {ORIGIN} (?P<signature>[A-Za-z0-9+/=]+)$",
    re.MULTILINE,
)


class NotANote(Invalid):
    """This holds no checkpoint of a ledger. It begins with the line mufakat-ledger and ends with the line of
    its signature; copy it whole."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the office vouches for: so many events, in this order, have this root."""

    number: int
    size: int
    root: bytes
    previous_size: int
    at: datetime
    key_id: str
    signature: bytes = b""

    def body(self) -> str:
        """The text that is signed."""
        return (
            f"{ORIGIN}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
            f"number {self.number}\nprevious {self.previous_size}\n"
            f"at {self.at.isoformat()}\nkey {self.key_id}\n"
        )

    def signed_by(self, key: SigningKey) -> "Note":
        return replace(self, signature=key.sign(self.body().encode()))

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the key that it names is this one, and signed it."""
        return self.key_id == key.id and key.verifies(self.signature, self.body().encode())

    def text(self, key: PublicKey) -> str:
        """Body and signature, for people to keep."""
        mark = sha256(f"{ORIGIN}\n".encode() + _ED25519 + key.raw).digest()[:4]
        return f"{self.body()}\n— {ORIGIN} {base64.b64encode(mark + self.signature).decode()}\n"


def notes_in(text: str) -> Iterator[Note]:
    """Every checkpoint in a text, such as a mail that was kept."""
    lines = "\n".join(line.strip().removeprefix(">").strip() for line in text.splitlines())
    for found in _NOTE.finditer(lines):
        try:
            yield Note(
                number=int(found["number"]),
                size=int(found["size"]),
                root=base64.b64decode(found["root"], validate=True),
                previous_size=int(found["previous"]),
                at=datetime.fromisoformat(found["at"]),
                key_id=found["key"],
                signature=base64.b64decode(found["signature"], validate=True)[4:],
            )
        except (binascii.Error, ValueError):
            continue


def read(text: str) -> Note:
    """The one checkpoint of a text. Raises NotANote."""
    for note in notes_in(text):
        return note
    raise NotANote
