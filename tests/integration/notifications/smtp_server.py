"""A real SMTP server that can be told to misbehave."""

import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.ports import free_port

Answer = Callable[[SMTP, Envelope], str | None]
"""What to answer instead of taking it; None: take it."""


def as_ever(_server: SMTP, _envelope: Envelope) -> None:
    """Take it."""


def always(answer: str) -> Answer:
    return lambda _server, _envelope: answer


def first(times: int, answer: str) -> Answer:
    """So many times this answer, then as ever."""
    left = [answer] * times
    return lambda _server, _envelope: left.pop() if left else None


def hang_up(_server: SMTP, _envelope: Envelope) -> str:
    assert _server.transport
    _server.transport.abort()
    return "250 never heard"


@dataclass
class Post:
    """What arrived, over how many connections, and how the server answers to each command."""

    on_mail: Answer = as_ever
    on_rcpt: Answer = as_ever
    on_data: Answer = as_ever
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: list[object] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.taken]

    async def handle_EHLO(  # noqa: N802 - so the library calls them
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if session.peer not in self.connections:
            self.connections.append(session.peer)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.on_mail(server, envelope):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.on_rcpt(server, envelope):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if answer := self.on_data(server, envelope):
            return answer
        assert isinstance(envelope.content, bytes) and envelope.mail_from
        mail = message_from_bytes(envelope.content, policy=POLICY)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        assert server.transport
        self.secured.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"


@contextmanager
def serving(post: Post, port: int = 0, **options: Any) -> Generator[int]:
    """The server on a port, while the block lasts."""
    port = port or free_port()
    controller = Controller(post, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def login_of(post: Post, name: str, password: str) -> dict[str, Any]:
    """Options of a server that asks for a login."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login.decode(), data.password.decode()) == (name, password)
        post.logins.append(data.login.decode())
        return AuthResult(success=good, handled=good)

    return {"authenticator": check, "auth_required": True}


@dataclass(frozen=True)
class Certificate:
    """A fresh certificate for 127.0.0.1: the server's context, and one of a client that trusts it."""

    file: Path
    server: ssl.SSLContext
    client: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        today = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=1))
            .not_valid_after(today + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file, key_file = folder / "server.pem", folder / "server.key"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.load_cert_chain(file, key_file)
        return cls(file, server, ssl.create_default_context(cafile=str(file)))
