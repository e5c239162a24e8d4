"""What a file would do: every row against the records, in the order in which they build on each other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.ids import new_id
from personnel.cells import NUMBER
from personnel.columns import Kind, labels, worded
from personnel.heads import guess_heads
from personnel.nip import LOST
from personnel.own_rows import must_be_of_others
from personnel.problems import Problem, Wrong, readable, refuse, warn
from personnel.reading import Row
from personnel.resolving import RESOLVERS, Entry, Refused, Saying
from personnel.resolving_people import employee, leaving
from personnel.world import Key, State, World

_SHOWN_AS = {"wanted_login": "login", "wanted_roles": "roles"}
Thing = tuple[Kind, Key]


@dataclass
class Planned:
    """What becomes of one row."""

    row: Row
    action: str
    """create, change, same or refuse."""
    label: str
    before: dict[str, Any] = field(default_factory=dict[str, Any])
    after: dict[str, Any] = field(default_factory=dict[str, Any])
    problems: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    things: list[Thing] = field(default_factory=list[Thing])
    """What it makes or changes."""

    @property
    def told(self) -> tuple[Any, ...]:
        """All that a person was shown of it."""
        return self.action, self.label, self.before, self.after, self.problems


@dataclass
class Plan:
    """All rows, and the states of what they make and change, in an order in which they can be written."""

    rows: list[Planned] = field(default_factory=list[Planned])
    made: dict[Thing, State] = field(default_factory=dict[Thing, State])
    changed: dict[Thing, State] = field(default_factory=dict[Thing, State])
    before: dict[Thing, State | None] = field(default_factory=dict[Thing, State | None])
    """What each of them was; None for what is made."""


class Planner:
    """Plans rows against a world, which it changes on the way."""

    def __init__(self, world: World, today: str, may_grant: bool, own: str = "") -> None:
        """`own` is the NIP of whoever sends the file, where they are on record."""
        self.world, self.today, self.may_grant, self.own = world, today, may_grant, own
        self.plan = Plan()
        self._claimed: dict[Thing, tuple[Row, dict[str, Any]]] = {}

    def run(self, rows: Iterable[Row]) -> Plan:
        """Plan every row. Rows of one kind follow the kinds they refer to; units follow those above them."""
        by_kind: dict[Kind, list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.sheet, row.number)):
            by_kind[row.kind].append(row)
        for kind in Kind:
            ready = [row for row in _agreeing(by_kind[kind]) if not self._refused(row)]
            if kind is Kind.UNIT:
                ready = _from_the_top(ready, self.world)
            elif kind is Kind.POSITION:
                guess_heads(ready, self.world)
            elif kind is Kind.HOLDING:
                ready.sort(key=lambda row: row.get("starts_on"))
            for row in ready:
                self._row(row)
        return self.plan

    def _row(self, row: Row) -> None:
        if any(problem.wrong in (Wrong.REPEATED, Wrong.REPEATED_IN) for problem in row.problems):
            self._tell(row, "same", Saying())
            return
        try:
            saying = self._resolve(row)
            must_be_of_others(saying.entries, self.world, self.own)
            self._claim(row, saying)
        except Refused as refused:
            row.problems += refused.problems
            self._refused(row)
            return
        row.problems += saying.doubts
        self._take(row, saying)

    def _resolve(self, row: Row) -> Saying:
        if row.kind is Kind.EMPLOYEE:
            return employee(row, self.world, self.today, self.may_grant)
        if row.kind is Kind.LEAVING:
            return leaving(row, self.world, self.today)
        return RESOLVERS[row.kind](row, self.world)

    def _claim(self, row: Row, saying: Saying) -> None:
        """Rows that speak of one thing under different names (a guessed NIP, a wide row) must agree too."""
        own = [entry for entry in saying.entries if entry.kind is _about(row) and not entry.aside]
        for entry in own:
            first = self._claimed.get((entry.kind, entry.key))
            if first is not None and first[1] != entry.fields:
                raise Refused(_beside(row, first[0], refuse, Wrong.CONTRADICTED, Wrong.CONTRADICTED_IN))
        for entry in own:
            self._claimed.setdefault((entry.kind, entry.key), (row, entry.fields))

    def _take(self, row: Row, saying: Saying) -> None:
        planned = self._tell(row, "same", saying)
        own: list[str] = []
        done: list[str] = []
        for entry in saying.entries:
            known = self.world.things[entry.kind].get(entry.key)
            action, changed = _compare(entry, known)
            done.append(action)
            if entry.kind is _about(row) and not entry.aside:
                own.append(action)
            if action != "same":
                self._keep(planned, entry, known)
            if not entry.aside and action == "change":
                self._show(planned, entry, changed, known)
        if all(action == "create" for action in own):
            planned.action = "create"
        elif any(action != "same" for action in done):
            planned.action = "change"
            for entry, action in zip(saying.entries, done, strict=True):
                if action == "create" and not entry.aside:
                    self._show(planned, entry, entry.fields, None)

    def _keep(self, planned: Planned, entry: Entry, known: State | None) -> None:
        thing = (entry.kind, entry.key)
        base = {"id": new_id()} | entry.defaults if known is None else known
        state = base | entry.fields
        self.world.put(*thing, state)
        self.plan.before.setdefault(thing, known)
        if known is None or thing in self.plan.made:
            self.plan.made[thing] = state
        else:
            self.plan.changed[thing] = state
        planned.things.append(thing)

    def _show(self, planned: Planned, entry: Entry, changed: dict[str, Any], known: State | None) -> None:
        if entry.shown:
            name, value = entry.shown
            planned.before[labels(planned.row.kind)[name]] = None
            planned.after[labels(planned.row.kind)[name]] = value
            return
        for name, value in changed.items():
            label = entry.labels.get(name) or labels(entry.kind).get(_SHOWN_AS.get(name, name), name)
            planned.before[label] = self._readable(entry.kind, name, known[name]) if known else None
            planned.after[label] = self._readable(entry.kind, name, value)

    def _readable(self, kind: Kind, name: str, value: Any) -> Any:
        if name in ("unit", "parent") and value:
            return self.world.things[Kind.UNIT][value,]["name"]
        return (
            ", ".join(str(one) for one in value)
            if name == "wanted_roles"
            else readable(worded(kind, name, value))
        )

    def _refused(self, row: Row) -> bool:
        """Tell of a row that is refused, so that what depends on it can say why."""
        if not row.refused:
            return False
        if row.kind in (Kind.UNIT, Kind.POSITION, Kind.EMPLOYEE):
            for name in ("code", "nip", "title" if row.kind is Kind.POSITION else "name"):
                if row.get(name):
                    self.world.refused[row.kind, (row.get(name),)] = (row.sheet, row.number)
        self._tell(row, "refuse", Saying())
        return True

    def _tell(self, row: Row, action: str, saying: Saying) -> Planned:
        planned = Planned(row, action, _label(row, self.world, saying))
        names = labels(row.kind)
        planned.problems = [
            problem.stored() | {"field": names.get(problem.field, problem.field)} for problem in row.problems
        ]
        self.plan.rows.append(planned)
        return planned


def key_of(row: Row) -> str:
    """By what a row's thing is known: its code, NIP or date."""
    return row.get("nip").removeprefix(LOST) or row.get("code") or row.get("on")


def _about(row: Row) -> Kind:
    """Of which kind the things are that a row speaks of."""
    return Kind.EMPLOYEE if row.kind is Kind.LEAVING else row.kind


def _compare(entry: Entry, known: State | None) -> tuple[str, dict[str, Any]]:
    if known is None:
        return "create", entry.fields
    changed = {name: value for name, value in entry.fields.items() if known[name] != value}
    return ("change" if changed else "same"), changed


def _label(row: Row, world: World, saying: Saying) -> str:
    """Who or what a row is about, in words."""
    said = row.get("name") or row.get("title")
    if not said and saying.entries:
        owner = saying.entries[0].key[1 if row.kind is Kind.HOLDING else 0]
        said = (world.get(Kind.EMPLOYEE, owner) or {}).get("name", "")
    return said or key_of(row)


def _agreeing(rows: Sequence[Row]) -> list[Row]:
    """Mark rows that repeat another, and refuse those that contradict each other."""
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.refused:
            alike[_identity(row)].append(row)
    for first, *others in alike.values():
        if all(_content(other) == _content(first) for other in others):
            for other in others:
                other.problems.append(_beside(other, first, warn, Wrong.REPEATED, Wrong.REPEATED_IN))
        else:
            for one, other in zip((first, *others), (*others, first), strict=True):
                told = _beside(one, other, refuse, Wrong.CONTRADICTED, Wrong.CONTRADICTED_IN)
                one.problems.append(told)
    return list(rows)


def _beside(row: Row, other: Row, say: Callable[..., Problem], here: Wrong, elsewhere: Wrong) -> Problem:
    """What is to be said of a row because of another one, in its own sheet or in another."""
    if row.sheet == other.sheet:
        return say("", here, row=other.number)
    return say("", elsewhere, row=other.number, sheet=other.sheet)


def _identity(row: Row) -> tuple[str, ...]:
    """What makes two rows of one kind speak of the same thing."""
    names: dict[Kind, tuple[str, ...]] = {
        Kind.FREE_DAY: ("calendar", "on"),
        Kind.UNIT: ("code",),
        Kind.POSITION: ("code",),
        Kind.EMPLOYEE: ("nip",),
        Kind.HOLDING: ("nip", "position", "unit", "capacity", "starts_on"),
        Kind.LEAVING: ("nip",),
        Kind.RANK: ("nip", "rank"),
        Kind.SCHOOLING: ("nip", "level", "field"),
        Kind.APPRAISAL: ("nip", "year"),
        Kind.DISCIPLINE: ("nip", "decree_number"),
        Kind.LEAVE: ("nip", "starts_on"),
        Kind.DOCUMENT: ("nip", "document"),
    }
    # of a damaged NIP the name is a part
    damaged = (row.get("name"),) if row.get("nip").startswith(LOST) else ()
    return tuple(row.get(name) for name in names[row.kind]) + damaged


def _content(row: Row) -> dict[str, str]:
    """What a row says, without the name that a history's row carries for the eye only."""
    aside = "name" if row.kind not in (Kind.FREE_DAY, Kind.UNIT, Kind.EMPLOYEE) else ""
    return {name: value for name, value in row.values.items() if name != aside}


def _from_the_top(rows: list[Row], world: World) -> list[Row]:
    """Units in an order in which each stands after the one above it; a circle comes last, to be refused."""
    waiting, ordered = rows, list[Row]()
    mine = {name for row in rows for name in (row.get("code"), row.get("name"))}
    while waiting:
        placed = {name for row in ordered for name in (row.get("code"), row.get("name"))}
        ready = [r for r in waiting if _parent(r) not in mine or _parent(r) in placed]
        if not ready:
            return ordered + waiting
        ordered += ready
        placed_now = {id(row) for row in ready}
        waiting = [row for row in waiting if id(row) not in placed_now]
    return ordered


def _parent(row: Row) -> str:
    return row.get("parent").removeprefix(NUMBER)
