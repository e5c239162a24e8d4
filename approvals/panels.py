"""The seats of a stage: one for a queue, a post or a crowd that settles it alone, one for each of a panel."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from approvals.candidacy import ByCommittee, ByName, ByPost, Candidate, label
from approvals.crowds import About, Crowds
from approvals.stage import Stage

CONVENER = "convener"
"""The part of a task that asks HR to complete a panel: it can't be decided, only answered with members."""


@dataclass(frozen=True, slots=True)
class PanelSeat:
    """A seat: whom it asks, and its part in the panel."""

    candidate: Candidate
    part: str = ""
    number: int = 0
    """Its place among all, also those who may not sit: it stays when somebody else must step aside."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The seats of a stage for one case; `away` are members who may not decide it, and count as recused."""

    seats: tuple[PanelSeat, ...]
    away: tuple[UUID, ...] = ()
    short: bool = False
    """Too few may sit for the stage ever to be decided."""
    orders: tuple[str, ...] = ()
    """The numbers of the decrees that formed its committees."""


def panel(stage: Stage, about: About, crowds: Crowds, barred: Collection[UUID]) -> Panel:
    """Who sits: each of a list, with a committee's members one by one; a crowd that stands alone, whole."""
    if not stage.is_panel:
        return Panel(tuple(PanelSeat(c) for c in stage.wanted))
    numbers = itertools.count()
    seats: list[PanelSeat] = []
    away: list[UUID] = []
    seated: set[UUID] = set()
    for candidate in stage.wanted:
        whole = isinstance(candidate, ByCommittee) or (stage.decide.is_panel and len(stage.wanted) == 1)
        if not whole or not is_crowd(candidate):
            seats.append(PanelSeat(candidate, label(candidate), next(numbers)))
            continue
        for sitter, number in zip(crowds.of(candidate, about), numbers, strict=False):
            if sitter.person_id in barred:
                away.append(sitter.person_id)
            elif sitter.person_id not in seated:
                seated.add(sitter.person_id)
                seats.append(PanelSeat(ByName(person=str(sitter.person_id)), sitter.part, number))
    short = len(seats) < max(stage.decide.needed(len(seats)), 1)
    return Panel(tuple(seats), tuple(away), short, crowds.orders(stage.wanted))


def is_crowd(candidate: Candidate) -> bool:
    """Whether a candidate may be several people, whom the directory must name before they can sit."""
    return not isinstance(candidate, ByPost | ByName)


def is_meeting(stage: Stage) -> bool:
    """Whether a stage is decided in a meeting, with attendance and minutes."""
    return stage.decide.rule == "committee" or isinstance(stage.candidates, ByCommittee)
