"""A file document by document: what is needed, what was given, what was not accepted, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from approvals.models import DecisionKind
from approvals.stage import Stage
from approvals.titles import Titles
from core.actor import Actor
from core.worktime import Duration
from flows.promotion.rulebook import rulebook
from web.casefiles import DocumentRow
from web.dossiers import CasePage

State = Literal["fresh", "given", "recorded", "refused", "missing"]


@dataclass(frozen=True, slots=True)
class Line:
    """A document that the chain asks for."""

    key: str
    title: Titles
    state: State
    """`fresh`: given since the file came back; `recorded`: not attached, but in the personnel record."""
    row: DocumentRow | None

    @property
    def done(self) -> bool:
        return self.state in ("fresh", "given", "recorded")


@dataclass(frozen=True, slots=True)
class Completing:
    """The lines of a file that came back, and where it goes when it is sent in again."""

    lines: Sequence[Line]
    to: Stage

    @property
    def done(self) -> int:
        return sum(line.done for line in self.lines)

    @property
    def complete(self) -> bool:
        return self.done == len(self.lines)

    @property
    def term(self) -> Duration | None:
        """How long whoever gets it again has for it."""
        return self.to.due


def completing(page: CasePage, actor: Actor) -> Completing | None:
    """What somebody whose file came back has to bring; None for others, and where nothing came back."""
    case = page.case
    if case.returned_at is None or case.returned_to != actor.person_id or not case.stage:
        return None
    accepted = _accepted(page)
    asked = page.checklist or {key: _titles(key) for key in case.data.get("papers", ())}
    lines = [
        Line(key, title, _state(page, key, case.returned_at, accepted), page.file.by_key.get(key))
        for key, title in asked.items()
    ]
    definition, here = page.view.definition, page.view.definition.stage(case.stage)
    return Completing(lines, definition.stages[0] if here.after_return == "restart" else here)


def _titles(key: str) -> Titles:
    """What the rulebook calls a document."""
    known = rulebook().documents.get(key)
    return Titles(**known.model_dump()) if known else Titles(id=key, en=key)


def _accepted(page: CasePage) -> frozenset[str] | None:
    """What was ticked when the file was sent back; None where nobody ticked anything."""
    made = [one for stage in page.view.stages for one in stage.decisions if one.kind == DecisionKind.RETURN]
    last = max(made, key=lambda one: one.decided_at, default=None)
    return frozenset(last.checklist) if last and last.checklist else None


def _state(page: CasePage, key: str, returned_at: datetime, accepted: frozenset[str] | None) -> State:
    row = page.file.by_key.get(key)
    if row is not None and row.document.added_at >= returned_at:
        return "fresh"
    if accepted is not None and key not in accepted:
        return "refused"
    if row is not None:
        return "given"
    return "recorded" if key in page.case.data.get("documents", ()) else "missing"
