"""Ed25519 keys by which the office signs its checkpoints, and how a key is told from another."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import Invalid

SHORT = 16


class NotAKey(Invalid):
    """This is no key of a ledger: it must be 32 bytes written in base64. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What anybody may know of a key; enough to check what it signed."""

    raw: bytes

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """From its base64 text. Raises NotAKey."""
        return cls(_bytes(text))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the key, hex: what people compare, and what may be published."""
        return sha256(self.raw).hexdigest()

    @property
    def id(self) -> str:
        """The fingerprint's beginning: how checkpoints name their key."""
        return self.fingerprint[:SHORT]

    @property
    def text(self) -> str:
        return base64.b64encode(self.raw).decode()

    def is_called(self, known: str) -> bool:
        """Whether a fingerprint (whole, or its first 16 signs at least) or a key's text means this key."""
        plain = "".join(known.split()).replace(":", "")
        named = len(plain) >= SHORT and self.fingerprint.startswith(plain.lower())
        return named or plain == self.text

    def verifies(self, signature: bytes, said: bytes) -> bool:
        """Whether this key signed these very bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, said)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """A private key; it never leaves the process that signs, and never a log."""

    __slots__ = ("_private", "public")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    @classmethod
    def new(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> "SigningKey":
        """From its secret text. Raises NotAKey."""
        return cls(Ed25519PrivateKey.from_private_bytes(_bytes(text)))

    def secret_text(self) -> str:
        """The seed (RFC 8032) in base64: for the key's own file, and nowhere else."""
        return base64.b64encode(self._private.private_bytes_raw()).decode()

    def sign(self, said: bytes) -> bytes:
        return self._private.sign(said)

    def __repr__(self) -> str:
        return f"SigningKey({self.public.id})"


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAKey from error
    if len(raw) != 32:
        raise NotAKey
    return raw
