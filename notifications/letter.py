"""A rendered mail as it travels: an RFC 5322 message with a text and an HTML part."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any

from core.errors import Invalid
from core.settings import settings
from notifications.catalogue import MAILS, topic_of
from notifications.digests import topic_that_ends
from notifications.invitations import attach
from notifications.links import off_link, wishes_link
from notifications.models import Message
from notifications.render import Rendered
from notifications.tokens import returning_to

LINE = 60
FREE = ("Subject", "From", "To")
"""The headers that hold what people wrote."""


class Wire(EmailPolicy):
    """How letters are written: CRLF, and ASCII only, so that every server passes them on unchanged.

    What people wrote is encoded by the library's older way when it is long or goes beyond ASCII: its newer
    one drops and adds spaces where it folds, and loses a name's quotes (seen with Python 3.11).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        said = str(value)
        if said.isascii() and (name not in FREE or len(said) <= LINE):
            return super().fold_binary(name, value)
        if isinstance(value, AddressHeader):
            only = value.addresses[0]
            return f"{name}: {_encoded(name, only.display_name)}\r\n <{only.addr_spec}>\r\n".encode("ascii")
        return f"{name}: {_encoded(name, said)}\r\n".encode("ascii")


WIRE = Wire(linesep="\r\n", cte_type="7bit")


def _encoded(name: str, said: str) -> str:
    return Header(said, "utf-8", header_name=name).encode(linesep="\r\n")


class BadAddress(Invalid):
    """The address {address} is not an email address; the message can't be sent to it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and its envelope."""

    sender: str
    recipient: str
    message: EmailMessage


def compose(message: Message, rendered: Rendered, now: datetime) -> Letter:
    """The letter for one message. Its Message-ID comes from the message's id, so that a second sending of
    the same is known as the same. Raises BadAddress."""
    sender = _address(*parseaddr(settings().mail.sender))
    recipient = _address(message.name, message.address)
    letter = EmailMessage(policy=WIRE)
    letter["From"] = sender
    letter["To"] = recipient
    letter["Subject"] = _line(rendered.subject)
    letter["Date"] = now.astimezone(settings().zone)
    letter["Message-ID"] = f"<{message.id}@{sender.domain}>"
    if thread := message.facts.get(MAILS[message.template].thread):
        letter["References"] = f"<{thread}@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter["List-Id"] = f"Mufakat <mufakat.{sender.domain}>"
    _ways_to_end(letter, message)
    letter["X-Mufakat-Message"] = str(message.id)
    letter.set_content(rendered.text, cte="quoted-printable")
    letter.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    letter["Content-Language"] = message.language
    if invitation := message.facts.get("invitation"):
        attach(letter, invitation)
    return Letter(returning_to(message.id) or sender.addr_spec, recipient.addr_spec, letter)


def _ways_to_end(letter: EmailMessage, message: Message) -> None:
    """One click ends what its reader may end (RFC 8058); for other mail that they may shape, where to."""
    if topic := topic_that_ends(message.template, message.facts):
        letter["List-Unsubscribe"] = f"<{off_link(message.recipient_id, topic)}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    elif topic_of(message.template, message.facts):
        letter["List-Unsubscribe"] = f"<{wishes_link()}>"


def _address(name: str, address: str) -> Address:
    try:
        made = Address(_line(name), addr_spec=address.strip())
    except (MessageError, ValueError, IndexError) as exc:
        raise BadAddress(address=address) from exc
    if not (made.username and made.domain and made.addr_spec.isascii()):
        raise BadAddress(address=address)
    return made


def _line(said: str) -> str:
    """One line without control characters: what a name holds can never become a header."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]", " ", said).split())
