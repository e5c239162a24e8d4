"""Who may change the records. Everybody else is refused at the verb."""

from collections.abc import Collection
from uuid import UUID

from core.actor import Actor, Role
from core.errors import NotAllowed


class RecordsAreHrs(NotAllowed):
    """Only the personnel office may change personnel records; nothing was changed."""


class AccountsAreAdmins(NotAllowed):
    """Only an administrator may do this with accounts; nothing was changed."""


class OwnRecord(NotAllowed):
    """What gives you a say, such as a post, a seat or an ability, is entered by somebody else of HR; nothing
    was changed."""


def keep_records(actor: Actor) -> None:
    """Let HR, administrators and the system pass. Raises RecordsAreHrs."""
    if not (actor.is_system or actor.has(Role.HR, Role.ADMIN)):
        raise RecordsAreHrs


def keep_accounts(actor: Actor) -> None:
    """Let administrators and the system pass. Raises AccountsAreAdmins."""
    if not (actor.is_system or actor.has(Role.ADMIN)):
        raise AccountsAreAdmins


def not_for_oneself(actor: Actor, people: Collection[UUID]) -> None:
    """Nobody puts themselves where decisions are made. Raises OwnRecord."""
    if actor.person_id in people:
        raise OwnRecord
