"""How letters leave the house: into a local Maildir, or to an SMTP server."""

import asyncio
import mailbox
import ssl
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPSenderRefused

from core.errors import MufakatError
from core.settings import MailSettings, Settings
from notifications.letter import Letter

SMTP_CONNECTIONS = 2
MAILDIR_WRITERS = 4
"""Each waits for the disk to have a mail for good; together they wait no longer than one."""
CLOSING = 421
TOO_LARGE = 552


class TransportDown(MufakatError):
    """The mail server can't be used now: {why}. Messages wait, and are sent when it answers again."""


class Refused(MufakatError):
    """The mail server did not take the message: {why}."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why=why)
        self.permanent = permanent


class Transport(Protocol):
    """One way out, that carries one letter at a time."""

    async def deliver(self, letter: Letter) -> None:
        """Hand a letter over; on return the other side has taken it.

        Raises Refused when it is this letter that failed, TransportDown when no letter can pass.
        """
        ...

    async def close(self) -> None:
        """Let go of a connection; the next letter opens one again."""
        ...


def transports(config: Settings) -> Sequence[Transport]:
    """The ways out that the settings name; several letters travel at a time over several."""
    if config.mail.transport == "smtp":
        return [SmtpTransport(config.mail) for _ in range(SMTP_CONNECTIONS)]
    return [MaildirTransport(config.maildir) for _ in range(MAILDIR_WRITERS)]


class MaildirTransport:
    """Letters as files in a local Maildir that only this installation's user can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, letter: Letter) -> None:
        """Write the file beside and move it in whole. Raises TransportDown when the disk does not take it."""
        written = letter.message.as_bytes().replace(b"\r\n", b"\n")
        try:
            await asyncio.to_thread(self._write, written)
        except OSError as exc:
            raise TransportDown(why=exc) from exc
        except mailbox.ExternalClashError as exc:
            raise Refused(f"two mails took the same name: {exc}", permanent=False) from exc

    def _write(self, mail: bytes) -> None:
        for part in ("", "tmp", "new", "cur"):
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        key = mailbox.Maildir(self.folder, create=False).add(mail)
        (self.folder / "new" / key).chmod(0o600)

    async def close(self) -> None:
        """Nothing is held open."""


class SmtpTransport:
    """One connection to an SMTP server, opened when it is needed."""

    def __init__(self, config: MailSettings, context: ssl.SSLContext | None = None) -> None:
        self.config = config
        self.context = context
        self._client: SMTP | None = None

    async def deliver(self, letter: Letter) -> None:
        """Hand a letter to the server. Raises TransportDown, Refused."""
        used = self._client is not None
        try:
            await self._send(letter)
        except _Lost as exc:
            # A server may close a connection that it has served for a while; a fresh one gets a fresh chance,
            # unless the letter's last byte was on its way: then it may have arrived.
            if not used or exc.sending:
                raise Refused(exc.why, permanent=False) from exc
            try:
                await self._send(letter)
            except _Lost as again:
                raise Refused(again.why, permanent=False) from again

    async def close(self) -> None:
        """Say goodbye, if the server still listens."""
        client, self._client = self._client, None
        if client is not None:
            try:
                await client.quit(timeout=1)
            except (SMTPException, OSError):
                client.close()

    async def _send(self, letter: Letter) -> None:
        client = self._client or await self._connect()
        sending = False
        try:
            await client.mail(letter.sender)
            await client.rcpt(letter.recipient)
            sending = True
            await client.data(letter.message.as_bytes())
        except SMTPResponseException as exc:
            await self._after_refusal(client, exc)
        except ValueError as exc:
            raise Refused(f"not an address that can be sent to: {exc}", permanent=True) from exc
        except (SMTPException, OSError) as exc:
            self._drop()
            raise _Lost(str(exc), sending=sending) from exc
        except asyncio.CancelledError:
            self._drop()
            raise

    async def _after_refusal(self, client: SMTP, exc: SMTPResponseException) -> None:
        why = f"{exc.code} {exc.message}"
        if exc.code == CLOSING:
            self._drop()
            raise _Lost(why, sending=False) from exc
        try:
            await client.rset()
        except (SMTPException, OSError):
            self._drop()
        permanent = exc.code >= 500
        if isinstance(exc, SMTPSenderRefused) and permanent and exc.code != TOO_LARGE:
            # It is we who are refused (no login, a sender it does not know), whatever the letter.
            raise TransportDown(why=why) from exc
        raise Refused(why, permanent=permanent) from exc

    async def _connect(self) -> SMTP:
        config = self.config
        client = SMTP(
            hostname=config.smtp_host,
            port=config.smtp_port,
            local_hostname=parseaddr(config.sender)[1].rpartition("@")[2] or None,
            username=config.smtp_username or None,
            password=config.smtp_password.get_secret_value() or None,
            use_tls=config.smtp_tls == "tls",
            start_tls=config.smtp_tls == "starttls",
            tls_context=self.context,
            timeout=config.timeout_seconds,
        )
        try:
            await client.connect()
        except (SMTPException, OSError, ssl.SSLError) as exc:
            client.close()
            raise TransportDown(why=exc) from exc
        self._client = client
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


class _Lost(Exception):
    """The connection ended under a letter; `sending`: so late that the letter may have arrived."""

    def __init__(self, why: str, *, sending: bool) -> None:
        self.why, self.sending = why, sending
        super().__init__(why)
