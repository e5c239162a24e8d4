"""Secrets that must be read again, sealed by the installation's secret: a copy of the database opens none."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import settings


def seal(text: str) -> str:
    """The text as only this installation can open it."""
    return _key().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What was sealed; None when the installation's secret is another by now."""
    try:
        return _key().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _key() -> Fernet:
    secret = settings().secret.get_secret_value()
    if not secret:
        raise RuntimeError("MUFAKAT_SECRET is not set; `mufakat up` makes one")
    derived = HKDF(SHA256(), 32, salt=None, info=b"mufakat.second-factor").derive(secret.encode())
    return Fernet(urlsafe_b64encode(derived))
