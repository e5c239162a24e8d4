"""After every test that made cases, each of them must be what its stream tells, and the log agree."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from approvals.agreement import disagreements
from approvals.models import Case
from approvals.replay import all_differences
from core.events import Stream


def must_be_as_told(session: Session) -> None:
    """Raises AssertionError with what differs. Cases that were written without a history are let be."""
    told = select(Case.id).where(exists().where(Stream.id == Case.id)).limit(1)
    if session.scalar(told) is None:
        return
    found = [*all_differences(session)]
    written = select(Case.id).where(~exists().where(Stream.id == Case.id)).limit(1)
    if session.scalar(written) is None:
        found += map(str, disagreements(session))
    if found:
        raise AssertionError("\n".join(found))
