"""When a message is tried again, and when it is given up. Pure."""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 16
"""With the pauses below more than a day: greylisting, or a mailbox that is full until its owner comes in."""


def pause_after(attempts: int, jitter: float) -> timedelta | None:
    """How long to wait after so many failed attempts; None when it is given up.

    Doubles from half a minute to four hours, then moved by `jitter` (0 to 1) to between half and one and a
    half of that, so that what failed together does not come back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    doubled = FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 20)
    return min(doubled, LONGEST_PAUSE) * (0.5 + jitter)
