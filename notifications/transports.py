"""How letters leave the house: to an SMTP server, a mail service's HTTP API, a Maildir, or the console."""

import asyncio
import mailbox
import ssl
import sys
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPSenderRefused

from core.settings import MailSettings, Settings
from notifications.http_api import HttpTransport
from notifications.letter import Letter
from notifications.ways import Refused, Transport, TransportDown

MAILDIR_WRITERS = 4
"""Each waits for the disk to have a mail for good; together they wait no longer than one."""
CLOSING = 421
TOO_LARGE = 552


def transports(config: Settings) -> Sequence[Transport]:
    """The ways out that the settings name; several letters travel at a time over several."""
    match config.mail.transport:
        case "smtp":
            return [SmtpTransport(config.mail) for _ in range(config.mail.connections)]
        case "http":
            return [HttpTransport(config.mail) for _ in range(config.mail.connections)]
        case "console":
            return [ConsoleTransport()]
        case "maildir":
            return [MaildirTransport(config.maildir) for _ in range(MAILDIR_WRITERS)]


class ConsoleTransport:
    """Letters on the standard output, as their readers see the text: for trying things out."""

    async def deliver(self, letter: Letter) -> None:
        """Print a letter. Raises TransportDown when nobody reads the output any more."""
        mail = letter.read()
        text = mail.get_body(("plain",))
        head = "".join(f"{name}: {mail[name]}\n" for name in ("To", "Subject", "Message-ID"))
        try:
            sys.stdout.write(f"{head}\n{text.get_content() if text else ''}\n{'=' * 72}\n")
            sys.stdout.flush()
        except OSError as exc:
            raise TransportDown(why=exc) from exc

    async def close(self) -> None:
        """Nothing is held open."""


class MaildirTransport:
    """Letters as files in a local Maildir that only this installation's user can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, letter: Letter) -> None:
        """Write the file beside and move it in whole. Raises TransportDown when the disk does not take it."""
        written = letter.content.replace(b"\r\n", b"\n")
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
            await client.data(letter.content)
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
