"""The app on somebody's phone, at a moment that stands still: no half minute ends in the midst of a test."""

from datetime import UTC, datetime

import pytest
from pyotp.totp import TOTP

from personnel import factors

MOMENT = datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)


class Stopped(datetime):
    """A clock that stands at the moment."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # pyright: ignore
        return MOMENT


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "datetime", Stopped)


def code(secret: str, steps: int = 0) -> str:
    """The app's code of the moment, or so many half minutes away."""
    return TOTP(secret).at(MOMENT, counter_offset=steps)
