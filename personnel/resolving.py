"""What the rows about units, posts and histories say of which thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from personnel import education, ranks
from personnel.columns import Kind, labels
from personnel.problems import Problem, Wrong, refuse, warn
from personnel.reading import Row
from personnel.world import Key, World

PLT_LONGEST = timedelta(days=184)
"""Three months and three more (SE 2/2019)."""


@dataclass
class Entry:
    """One thing as one row says it is."""

    kind: Kind
    key: Key
    fields: dict[str, Any]
    """Only what the row gives."""
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    """The rest of a new thing."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What fields are called in front of people, where it is not as in the layout of the kind."""
    shown: tuple[str, str] | None = None
    """A label and value by which people are shown the whole entry, where its fields would say little."""
    aside: bool = False
    """A consequence for another thing: told by a warning, and no part of what the row itself changes."""


class Refused(Exception):
    """A row can't be taken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass
class Saying:
    """What a row says: its entries and its doubts."""

    entries: list[Entry] = field(default_factory=list[Entry])
    doubts: list[Problem] = field(default_factory=list[Problem])


def free_day(row: Row, world: World) -> Saying:
    """Raises Refused."""
    calendar = row.get("calendar") or world.default_calendar
    if calendar not in world.calendars:
        raise Refused(refuse("calendar", Wrong.UNKNOWN_CALENDAR, said=calendar))
    entry = Entry(
        Kind.FREE_DAY, (calendar, row.get("on")), said(row, "name", "kind"), defaults={"kind": "holiday"}
    )
    return Saying([entry])


def unit(row: Row, world: World) -> Saying:
    """Raises Refused."""
    fields = said(row, "name")
    if parent := row.get("parent"):
        fields["parent"] = found(world.unit(parent))
        if _below_itself(row.get("code"), fields["parent"], world):
            raise Refused(refuse("parent", Wrong.CIRCLE))
    if calendar := row.get("calendar"):
        if calendar not in world.calendars:
            raise Refused(refuse("calendar", Wrong.UNKNOWN_CALENDAR, said=calendar))
        fields["calendar"] = calendar
    defaults = {"parent": None, "calendar": world.default_calendar}
    return Saying([Entry(Kind.UNIT, (row.get("code"),), fields, defaults)])


def position(row: Row, world: World) -> Saying:
    """Raises Refused."""
    code, home = row.get("code"), found(world.unit(row.get("unit")))
    fields = said(row, "title", "kind", "echelon", "key") | {"unit": home}
    if key := row.get("key"):
        other = world.keyed(home, key)
        if other not in ("", code):
            raise Refused(refuse("key", Wrong.KEY_TAKEN, code=other))
    kind = "structural" if row.get("echelon") or row.get("key") else "executive"
    defaults = {"kind": kind, "echelon": None, "key": None}
    return Saying([Entry(Kind.POSITION, (code,), fields, defaults)])


def rank(row: Row, world: World) -> Saying:
    """Raises Refused. A rank later and higher than the present one becomes the present one."""
    owner, doubts = whose(row, world)
    entry = Entry(
        Kind.RANK, (owner, row.get("rank")), said(row, "since", "decree_number"), labels=labels(Kind.RANK)
    )
    entries = [entry]
    state = world.things[Kind.EMPLOYEE][owner,]
    higher = not state["rank"] or ranks.order(row.get("rank")) > ranks.order(state["rank"])
    if higher and row.get("since") > (state["rank_since"] or ""):
        entries.append(
            Entry(Kind.EMPLOYEE, (owner,), {"rank": row.get("rank"), "rank_since": row.get("since")})
        )
    return Saying(entries, doubts)


def schooling(row: Row, world: World) -> Saying:
    """Raises Refused. A level higher than the known one becomes the person's."""
    owner, doubts = whose(row, world)
    level = row.get("level")
    fields = said(row, "school")
    if finished := row.get("finished_in"):
        fields["finished_in"] = int(finished)
    entries = [
        Entry(Kind.SCHOOLING, (owner, level, row.get("field")), fields, {"school": "", "finished_in": None})
    ]
    if education.order(level) > education.order(world.things[Kind.EMPLOYEE][owner,]["education"] or ""):
        entries.append(Entry(Kind.EMPLOYEE, (owner,), {"education": level}))
    return Saying(entries, doubts)


def appraisal(row: Row, world: World) -> Saying:
    """Raises Refused."""
    owner, doubts = whose(row, world)
    years = {name: value for name, value in row.values.items() if name.isdigit()}
    if row.get("year") and row.get("predicate"):
        years[row.get("year")] = row.get("predicate")
    if not years:
        raise Refused(refuse("predicate", Wrong.MISSING))
    return Saying(
        [
            Entry(
                Kind.APPRAISAL, (owner, year), {"predicate": value}, labels={"predicate": f"Predikat {year}"}
            )
            for year, value in sorted(years.items())
        ],
        doubts,
    )


def discipline(row: Row, world: World) -> Saying:
    """Raises Refused."""
    owner, doubts = whose(row, world)
    in_order(row)
    fields = said(row, "level", "starts_on", "ends_on")
    return Saying([Entry(Kind.DISCIPLINE, (owner, row.get("decree_number")), fields)], doubts)


def leave(row: Row, world: World) -> Saying:
    """Raises Refused."""
    owner, doubts = whose(row, world)
    in_order(row)
    entry = Entry(
        Kind.LEAVE, (owner, row.get("starts_on")), said(row, "kind", "ends_on"), defaults={"kind": "other"}
    )
    return Saying([entry], doubts)


def document(row: Row, world: World) -> Saying:
    """Raises Refused."""
    owner, doubts = whose(row, world)
    papers: dict[str, dict[str, Any]] = {}
    if kind := row.get("document"):
        papers[kind] = {"number": row.get("number") or "ada"} | said(row, "dated")
    for name, value in row.values.items():
        kind, _, about = name.partition(".")
        if name not in labels(Kind.DOCUMENT) and not about:
            dated = {"dated": row.get(f"{kind}.dated")} if row.get(f"{kind}.dated") else {}
            papers[kind] = {"number": value} | dated
    if not papers:
        raise Refused(refuse("document", Wrong.MISSING))
    entries = [
        Entry(
            Kind.DOCUMENT,
            (owner, kind),
            fields,
            {"dated": None},
            {"number": kind, "dated": f"{kind}, tanggal"},
        )
        for kind, fields in sorted(papers.items())
    ]
    return Saying(entries, doubts)


def holding(row: Row, world: World) -> Saying:
    """Raises Refused."""
    owner, doubts = whose(row, world)
    home = found(world.unit(row.get("unit"))) if row.get("unit") else ""
    post = found(world.post(row.get("position"), home))
    in_order(row)
    capacity, starts_on, ends_on = (
        row.get("capacity") or "definitive",
        row.get("starts_on"),
        row.get("ends_on"),
    )
    if capacity != "definitive" and not row.get("order_number"):
        raise Refused(refuse("order_number", Wrong.ACTING_NEEDS_ORDER))
    if capacity == "plt" and ends_on and _span(starts_on, ends_on) > PLT_LONGEST:
        doubts.append(warn("ends_on", Wrong.ACTING_TOO_LONG))
    key: Key = (post, owner, capacity, starts_on)
    entries: list[Entry] = []
    if capacity == "definitive" and not ends_on and world.get(Kind.HOLDING, *key) is None:
        held = world.holder(post)
        if held is not None and held[0][1] == owner:
            key = held[0]
            doubts.append(warn("starts_on", Wrong.POST_SINCE, since=key[3]))
        else:
            entries, more = takes_over(world, post, owner, starts_on)
            doubts += more
    fields = said(row, "order_number", "ends_on")
    own = Entry(Kind.HOLDING, key, fields, {"order_number": "", "ends_on": None})
    return Saying([*entries, own], doubts)


def takes_over(world: World, post: str, owner: str, starts_on: str) -> tuple[list[Entry], list[Problem]]:
    """What ends when a person takes a post: the holding of whoever has it. Raises Refused if it is later."""
    held = world.holder(post)
    if held is None or held[0][1] == owner:
        return [], []
    (_, other, _, since), _ = held
    name = world.things[Kind.EMPLOYEE][other,]["name"]
    if since >= starts_on:
        raise Refused(refuse("position", Wrong.POST_TAKEN, name=name, since=since, starts_on=starts_on))
    last = day_before(starts_on)
    ending = Entry(Kind.HOLDING, held[0], {"ends_on": last}, aside=True)
    return [ending], [warn("position", Wrong.POST_PASSES, name=name, ends_on=last)]


def day_before(day: str) -> str:
    """The day before, as ISO text."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def whose(row: Row, world: World) -> tuple[str, list[Problem]]:
    """The NIP of the known person a row is about, and doubts about it. Raises Refused."""
    owner, problems = world.person(row.get("nip"), row.get("name"))
    if not owner:
        raise Refused(*problems)
    return owner, problems


def found(answer: str | Problem) -> str:
    """A reference that was found. Raises Refused."""
    if isinstance(answer, Problem):
        raise Refused(answer)
    return answer


def said(row: Row, *names: str) -> dict[str, Any]:
    """Those of these fields that the row gives."""
    return {name: row.get(name) for name in names if row.get(name)}


def in_order(row: Row) -> None:
    """Refuse a span whose last day lies before its first."""
    starts_on, ends_on = row.get("starts_on"), row.get("ends_on")
    if ends_on and ends_on < starts_on:
        raise Refused(refuse("ends_on", Wrong.DATES_REVERSED, starts_on=starts_on, ends_on=ends_on))


def _span(starts_on: str, ends_on: str) -> timedelta:
    return date.fromisoformat(ends_on) - date.fromisoformat(starts_on)


def _below_itself(code: str, parent: str, world: World) -> bool:
    step: str | None = parent
    while step is not None:
        if step == code:
            return True
        state = world.get(Kind.UNIT, step)
        step = state["parent"] if state else None
    return False


RESOLVERS: dict[Kind, Callable[[Row, World], Saying]] = {
    Kind.FREE_DAY: free_day,
    Kind.UNIT: unit,
    Kind.POSITION: position,
    Kind.HOLDING: holding,
    Kind.RANK: rank,
    Kind.SCHOOLING: schooling,
    Kind.APPRAISAL: appraisal,
    Kind.DISCIPLINE: discipline,
    Kind.LEAVE: leave,
    Kind.DOCUMENT: document,
}
