"""Dates as their reader's calendar takes them (RFC 5545, sent by RFC 6047): once, changed, or called off.

All mails about one date carry the same UID; a later one counts its SEQUENCE up, so that the calendar replaces
what it has instead of showing two.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from typing import Any
from uuid import UUID

from icalendar import Alarm, Calendar, Component, Event, vCalAddress, vText

from core.settings import settings
from notifications.wire import Part

FILE = "undangan.ics"
BEFORE = timedelta(hours=1)
"""When the reader's calendar reminds them."""
PRODUCT = "-//Mufakat//Mufakat//ID"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A date that somebody is asked to come to; as a mail's fact, it goes along as a calendar's file."""

    about: UUID
    """What the date is of: makes its UID."""
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    said: str = ""
    url: str = ""
    called_off: bool = False

    def fact(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return asdict(self)


def read(fact: Mapping[str, Any]) -> Invitation:
    """An invitation as the outbox kept it."""
    given: dict[str, Any] = {**fact, "about": UUID(fact["about"])}
    given |= {name: datetime.fromisoformat(fact[name]) for name in ("starts_at", "ends_at")}
    return Invitation(**given)


def part(fact: Mapping[str, Any], sender: Address, recipient: Address, at: datetime) -> Part:
    """A date as the part of a letter that clients offer "yes" and "no" for."""
    calendar = calendar_of(
        read(fact),
        sender=sender.addr_spec,
        recipient=recipient.addr_spec,
        name=recipient.display_name,
        at=at,
    )
    params = f'; method={calendar["METHOD"]}; name="{FILE}"'
    return Part("text/calendar", calendar.to_ical().decode(), params)


def calendar_of(invitation: Invitation, *, sender: str, recipient: str, name: str, at: datetime) -> Calendar:
    """The calendar's file: one event, with its zone, an alarm before it, and whom it is for."""
    zone = settings().zone
    event = Event()
    said: dict[str, Any] = {
        "uid": f"{invitation.about}@{sender.rpartition('@')[2]}",
        "sequence": invitation.sequence,
        "dtstamp": at.astimezone(UTC),
        "dtstart": invitation.starts_at.astimezone(zone),
        "dtend": invitation.ends_at.astimezone(zone),
        "summary": invitation.title,
        "status": "CANCELLED" if invitation.called_off else "CONFIRMED",
        "transp": "OPAQUE",
        "location": invitation.place,
        "description": invitation.said,
        "url": invitation.url,
        "organizer": _person(sender, settings().office.name),
        "attendee": _person(recipient, name, PARTSTAT="NEEDS-ACTION", ROLE="REQ-PARTICIPANT"),
    }
    _say(event, {key: value for key, value in said.items() if value != ""})
    if not invitation.called_off:
        alarm = Alarm()
        _say(alarm, {"action": "DISPLAY", "description": invitation.title, "trigger": -BEFORE})
        event.add_component(alarm)
    calendar = Calendar()
    method = "CANCEL" if invitation.called_off else "REQUEST"
    _say(calendar, {"prodid": PRODUCT, "version": "2.0", "method": method})
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar


def _say(component: Component, said: Mapping[str, Any]) -> None:
    """Set properties; the library writes each as its type is written."""
    for key, value in said.items():
        component.add(key, value)  # pyright: ignore[reportUnknownMemberType] - it names no type for any value


def _person(address: str, name: str, **said: str) -> vCalAddress:
    person = vCalAddress(f"MAILTO:{address}")
    for key, value in {"CN": name, **said}.items():
        if value:
            person.params[key] = vText(value)
    return person
