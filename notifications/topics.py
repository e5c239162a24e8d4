"""What mails are about, and how often each may come. Pure.

A mail without a topic is mandatory: what the law sets a date for, results, security, and what an operator or
auditor is there to get. It comes at once, to everybody, and can't be switched off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rhythm(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Topic:
    """How often mails of a topic may come; the first is the usual one."""

    rhythms: tuple[Rhythm, ...]
    gathers: bool = False
    """Whether those that come together are told in one, though at once."""

    @property
    def usual(self) -> Rhythm:
        return self.rhythms[0]

    @property
    def can_be_off(self) -> bool:
        return Rhythm.OFF in self.rhythms


CODES = ("one_time_code", "account_code")
"""Mails that somebody waits for at a door. They pass a hold; they are for the mailbox alone, so they are not
shown in the app, nor printed, nor sent again to an address that was entered meanwhile."""

WORK, REMINDERS, TALK, NEWS = "work", "reminders", "talk", "news"

TOPICS: Mapping[str, Topic] = {
    WORK: Topic((Rhythm.AT_ONCE, Rhythm.DAILY)),
    REMINDERS: Topic((Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.OFF), gathers=True),
    TALK: Topic(tuple(Rhythm)),
    NEWS: Topic(tuple(Rhythm)),
}
"""Work must be told, if once a day; all else may be switched off."""
