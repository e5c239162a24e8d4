"""Reads the office's mail as its people do: each mail once, in the order it came."""

import re
import time
from dataclasses import dataclass, field

from notifications.mailbox import LocalMail, messages

A_GLANCE = 10_000


@dataclass(slots=True)
class Postbag:
    """The local mailbox, and what was taken out of it so far."""

    taken: set[str] = field(default_factory=set[str])

    def fresh(self) -> list[LocalMail]:
        """Mails not taken yet, oldest first."""
        mails = [mail for mail in messages(limit=A_GLANCE) if mail.id not in self.taken]
        self.taken |= {mail.id for mail in mails}
        return mails[::-1]

    def code(self, address: str, known: set[str], patience_seconds: float = 60) -> str:
        """The one-time code in the next mail to somebody that is not known yet. Raises TimeoutError."""
        until = time.monotonic() + patience_seconds
        while time.monotonic() < until:
            for mail in messages(limit=5, recipient=address):
                if mail.id not in known and (code := re.search(r"\b(\d{6,10})\b", mail.text)):
                    self.taken.add(mail.id)
                    return code[1]
            time.sleep(0.2)
        raise TimeoutError(f"no code came to {address}")

    @staticmethod
    def known(address: str) -> set[str]:
        """What lies in somebody's mailbox by now."""
        return {mail.id for mail in messages(limit=50, recipient=address)}
