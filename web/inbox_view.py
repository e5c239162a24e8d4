"""A part of the inbox as its address says it: which tasks, in which order; the same words go along from task
to task, so that the next one is of the same part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from approvals.inbox import InboxFilter, InboxOrder, InboxRow, place_of
from approvals.narrowing import LONGEST_TEXT, Narrow, Place

LONGEST_QUERY = 600


@dataclass(frozen=True, slots=True)
class View:
    """What of an inbox is looked at."""

    filter: InboxFilter = InboxFilter.ALL
    order: InboxOrder = InboxOrder.URGENCY
    process: UUID | None = None
    kind: tuple[str, str] | None = None
    unit: UUID | None = None
    text: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "View":
        """Read it from an address; what can't be understood is as if it were not said."""
        kind = said.get("kind", "").split(":")
        return cls(
            filter=InboxFilter(f) if (f := said.get("filter", "")) in set(InboxFilter) else InboxFilter.ALL,
            order=InboxOrder(o) if (o := said.get("order", "")) in set(InboxOrder) else InboxOrder.URGENCY,
            process=_id(said.get("process", "")),
            kind=(kind[0], kind[1]) if len(kind) == 2 and all(kind) else None,
            unit=_id(said.get("unit", "")),
            text=" ".join(said.get("q", "")[:LONGEST_TEXT].replace("\x00", "").split()),
        )

    @classmethod
    def read(cls, query: str) -> "View":
        """Read it from the text of a query, such as query() writes."""
        return cls.of(dict(parse_qsl(query[:LONGEST_QUERY])))

    def query(self, **other: str) -> str:
        """The text of it, always the same for the same part; empty for the whole inbox."""
        said = {
            "filter": str(self.filter) if self.filter is not InboxFilter.ALL else "",
            "order": str(self.order) if self.order is not InboxOrder.URGENCY else "",
            "process": str(self.process or ""),
            "kind": ":".join(self.kind) if self.kind else "",
            "unit": str(self.unit or ""),
            "q": self.text,
            **other,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def address(self) -> str:
        """Where it is looked at; the whole inbox says so, for a person may have another that opens first."""
        return f"/inbox?{self.query() or 'filter=all'}"

    @property
    def along(self) -> str:
        """What goes behind a task's address, so that the next one is of the same part."""
        return f"?{urlencode({'view': said})}" if (said := self.query()) else ""

    def but(self, **other: object) -> str:
        """The address of the same part, but for something."""
        return replace(self, **other).address  # pyright: ignore[reportArgumentType]

    @property
    def narrow(self) -> Narrow:
        return Narrow(self.process, self.kind, self.unit, self.text)

    @property
    def is_narrow(self) -> bool:
        return self.narrow != Narrow()


def place_said(row: InboxRow, order: InboxOrder) -> str:
    """A task's place in the order, to stand in an address."""
    place = place_of(row, order)
    return f"{place.at.isoformat() if place.at else ''}~{place.task_id}"


def place_read(said: str) -> Place | None:
    """The place that an address says; None when it says none that can be understood."""
    at, _, task = said.partition("~")
    id_ = _id(task)
    if id_ is None:
        return None
    try:
        moment = datetime.fromisoformat(at) if at else None
    except ValueError:
        return None
    return Place(moment, id_) if moment is None or moment.tzinfo else None


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
