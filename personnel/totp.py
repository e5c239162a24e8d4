"""Codes that change each half minute (RFC 6238), and the picture by which an app learns their secret."""

import io
from datetime import datetime

import segno
from pyotp import random_base32
from pyotp.exceptions import OTPVerificationError
from pyotp.totp import TOTP

WINDOW = 1
"""Steps of half a minute that a phone's clock may be ahead or behind (RFC 6238, 5.2)."""


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return random_base32()


def step_of(secret: str, said: str, at: datetime) -> int | None:
    """The time step that a code belongs to; None when it is of no step near `at`."""
    code = "".join(said.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp = TOTP(secret)
    try:
        return totp.verify_and_get_timecode(code, for_time=at, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def address(secret: str, login: str, issuer: str) -> str:
    """The otpauth address that an app reads from the picture."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(secret: str, login: str, issuer: str) -> bytes:
    """That address as a QR code, an SVG on white."""
    out = io.BytesIO()
    code = segno.make(address(secret, login, issuer), error="m", micro=False)
    code.save(out, kind="svg", scale=5, border=4, light="#fff", dark="#000", xmldecl=False)
    return out.getvalue()
