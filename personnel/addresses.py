"""The mail address that an account's owner knows of. Codes go to no other: whoever keeps the records could
else enter an address of their own and have somebody's new password mailed there."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import NotAllowed
from core.events import Event
from personnel import history
from personnel.among import among
from personnel.columns import Kind
from personnel.models import Account, Employee
from personnel.world import World


class AddressUnknown(NotAllowed):
    """The mail address in your record was changed since you last logged in, so no code is sent there. Log in
    with your password instead; nothing was recorded."""


def seen(session: Session, actor: Actor, account: Account) -> str:
    """At a login the owner is told of another address in the record, and knows it from then on.

    Returns the new address if there is one to tell of. Both the log and the old address are told.
    """
    present = session.scalars(select(Employee.email).where(Employee.id == account.employee_id)).one().strip()
    before, account.known_email = account.known_email, present
    if not before or before == present:
        return ""
    _tell(session, actor, account, "address_changed", before=before, present=present)
    return present


def trusted(session: Session, actor: Actor, account: Account, present: str) -> bool:
    """Whether a code may be mailed to the address in the record; if not, the one known before is told."""
    if account.known_email in ("", present.strip()):
        return True
    _tell(session, actor, account, "reset_held", before=account.known_email, present=present.strip())
    return False


def must_be_known(session: Session, person_id: UUID) -> None:
    """A code that stands for a login goes to no address that its owner has not seen; the first one counts as
    seen. Raises AddressUnknown."""
    query = select(Account, Employee.email).join(Employee, Employee.id == Account.employee_id)
    row = session.execute(query.where(Employee.id == person_id)).one_or_none()
    if row is None:
        return
    account, present = row
    if account.known_email not in ("", present.strip()):
        raise AddressUnknown
    account.known_email = present.strip()


def before(world: World) -> Mapping[str, str]:
    """Everybody's address before a file is planned, by NIP."""
    return {key[0]: state["email"].strip() for key, state in world.things[Kind.EMPLOYEE].items()}


def entered(session: Session, actor: Actor, old: Mapping[str, str], world: World) -> None:
    """A file put others in place of these addresses: the accounts' owners know the old ones, and are told."""
    people = world.things[Kind.EMPLOYEE]
    changed = {
        people[nip,]["id"]: (email, people[nip,]["email"].strip())
        for nip, email in old.items()
        if email and people[nip,]["email"].strip().casefold() != email.casefold()
    }
    accounts = select(Account).where(among(Account.employee_id, changed)) if changed else None
    for account in session.scalars(accounts).all() if accounts is not None else ():
        known, present = changed[account.employee_id]
        account.known_email = account.known_email or known
        _tell(session, actor, account, "address_changed", before=account.known_email, present=present)


def _tell(
    session: Session, actor: Actor, account: Account, happened: str, *, before: str, present: str
) -> None:
    personal = {"before": before, "present": present}
    facts = {"account": account.id}
    said = Event(f"account.{happened}", account.employee_id, "person", facts, personal)
    history.record(session, actor, [said])
