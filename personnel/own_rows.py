"""Of a file's rows, those that would change the record of whoever sends or applies it. Pure."""

from collections.abc import Iterable
from uuid import UUID

from personnel.columns import Kind
from personnel.problems import Wrong, refuse
from personnel.resolving import Entry, Refused
from personnel.world import Key, State, World

REACHED_BY = frozenset({"name", "front_title", "back_title", "email", "phone", "language"})
"""How a person is called and reached; whatever else a record holds may give them a say, or a claim."""


def nip_of(world: World, person_id: UUID | None) -> str:
    """The NIP of somebody who is on record; empty for the system and for strangers."""
    if person_id is None:
        return ""
    people = world.things[Kind.EMPLOYEE].items()
    return next((key[0] for key, state in people if state["id"] == person_id), "")


def must_be_of_others(entries: Iterable[Entry], world: World, own: str) -> None:
    """Refuse a row that changes its sender's own record, or what a post of theirs may decide.

    Saying again what is on record is no change. Raises Refused.
    """
    for entry in entries if own else ():
        if not entry.aside and concerns(entry.kind, entry.key, world, own) and _changes(entry, world):
            raise Refused(refuse("", Wrong.OWN_RECORD))


def concerns(kind: Kind, key: Key, world: World, own: str) -> bool:
    """Whether a thing is a part of somebody's record, or a post that they hold."""
    if kind in (Kind.UNIT, Kind.FREE_DAY):
        return False
    if kind is Kind.POSITION:
        return any(held[0] == key[0] for held, _ in world.of_person(Kind.HOLDING, own))
    return key[1 if kind is Kind.HOLDING else 0] == own


def _changes(entry: Entry, world: World) -> bool:
    known: State | None = world.things[entry.kind].get(entry.key)
    if known is None:
        return True
    changed = {name for name, value in entry.fields.items() if known[name] != value}
    return not changed <= (REACHED_BY if entry.kind is Kind.EMPLOYEE else frozenset({"title"}))
