"""A real SMTP server in a process of its own, that counts what it is sent: python -m tests.bench.sink PORT

Its standard output says `ready`, and when its input closes, how many letters came, and how many different.
"""

import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Counting:
    """Takes every letter, and keeps its Message-ID alone."""

    def __init__(self) -> None:
        self.ids: list[bytes] = []

    async def handle_DATA(  # noqa: N802 - so the library calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        start = content.index(b"\r\nMessage-ID: ") + len(b"\r\nMessage-ID: ")
        self.ids.append(content[start : content.index(b"\r\n", start)])
        return "250 taken"


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    counting = Counting()
    controller = Controller(counting, hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    say("ready")
    sys.stdin.read()
    controller.stop()
    say(f"{len(counting.ids)} {len(set(counting.ids))}")


if __name__ == "__main__":
    main()
