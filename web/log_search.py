"""What an auditor asks of the log, read from an address: each field narrows the search."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case
from core.errors import Invalid
from core.ledger.searching import Place, Sought
from flows.process.models import Process
from personnel import finding
from web.typed import begins, day_or_none


class NoSuchReference(Invalid):
    """No case and no cycle has the number "{said}"; nothing was searched. Write it as it stands on its page, such as KP-2027-01/0007."""  # noqa: E501


class BadPlace(Invalid):
    """This address does not lead to a page of the log; begin again with the newest."""


class Asked(BaseModel):
    """The fields of the search."""

    case: str = ""
    person: str = ""
    name: str = ""
    since: str = ""
    until: str = ""
    words: str = ""
    before: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What was filled in, by field."""
        said: dict[str, Any] = self.model_dump(exclude={"before"})
        return {name: text for name, value in said.items() if (text := str(value).strip())}

    @property
    def query(self) -> str:
        """As an address says it."""
        return urlencode(self.given)

    def place(self) -> Place | None:
        """Where the page before ended. Raises BadPlace."""
        if not self.before:
            return None
        at, _, position = self.before.rpartition("~")
        try:
            found = Place(datetime.fromisoformat(at), int(position))
        except ValueError as exc:
            raise BadPlace from exc
        if found.at.tzinfo is None or not 0 <= found.position < 2**63:
            raise BadPlace
        return found


@dataclass(frozen=True, slots=True)
class Meant:
    """What the fields mean."""

    sought: Sought = field(default_factory=Sought)
    case_id: UUID | None = None
    """The case, if one was named."""


def meant(session: Session, asked: Asked) -> Meant:
    """Read the fields. Raises NoSuchReference, BadDay, finding.NoSuchPerson, finding.SeveralPeople."""
    case_id, stream = _reference(session, asked.case.strip())
    until = day_or_none(asked.until)
    sought = Sought(
        stream=stream,
        actor=finding.one(session, asked.person, left=True).id if asked.person.strip() else None,
        name=asked.name.strip(),
        since=begins(since) if (since := day_or_none(asked.since)) else None,
        until=begins(until + timedelta(days=1)) if until else None,
        words=asked.words,
    )
    return Meant(sought, case_id)


def after(place: Place) -> str:
    """How an address names a place."""
    return f"{place.at.isoformat()}~{place.position}"


def _reference(session: Session, said: str) -> tuple[UUID | None, UUID | None]:
    """The case of a number, and the history that is meant."""
    if not said:
        return None, None
    named = said.upper()
    if found := session.scalar(select(Case.id).where(Case.reference == named).limit(1)):
        return found, found
    if found := session.scalar(select(Process.id).where(Process.reference == named)):
        return None, found
    raise NoSuchReference(said=said)
