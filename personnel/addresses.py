"""The mail address that an account's owner knows of. Codes go to no other: whoever keeps the records could
else enter an address of their own and have somebody's new password mailed there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event
from personnel import history
from personnel.models import Account, Employee


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


def _tell(
    session: Session, actor: Actor, account: Account, happened: str, *, before: str, present: str
) -> None:
    personal = {"before": before, "present": present}
    facts = {"account": account.id}
    said = Event(f"account.{happened}", account.employee_id, "person", facts, personal)
    history.record(session, actor, [said])
