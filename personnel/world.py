"""What the records hold while a file is planned, kept up to date row by row: rows build on each other.

A thing is known by its kind and its natural key (a unit's code, a NIP, a NIP and a year). Its state is plain
values: dates as ISO text, other things by their natural keys.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from personnel.cells import NUMBER, squeezed
from personnel.columns import Kind
from personnel.likeness import nearest
from personnel.names import full_name, same_name
from personnel.nip import LOST, TRUSTED, may_be
from personnel.problems import Problem, Wrong, refuse, warn

Key = tuple[str, ...]
State = dict[str, Any]


@dataclass
class World:
    """Every thing that a file's rows may speak of, and the ways to find one by what offices write."""

    default_calendar: str = ""
    calendars: dict[str, Any] = field(default_factory=dict[str, Any])
    """Ids by name."""
    with_account: set[str] = field(default_factory=set[str])
    """NIPs."""
    logins: dict[str, str] = field(default_factory=dict[str, str])
    """Whose NIP a login belongs to, or is wanted by."""
    meant: Mapping[str, str] = field(default_factory=dict[str, str])
    """Codes of units by what the office's files call them, squeezed."""
    things: dict[Kind, dict[Key, State]] = field(
        default_factory=lambda: {kind: dict[Key, State]() for kind in Kind}
    )
    refused: dict[tuple[Kind, Key], tuple[str, int]] = field(
        default_factory=dict[tuple[Kind, Key], tuple[str, int]]
    )
    """Sheet and row number of rows that were refused, by the thing they would have made."""
    _unit_names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _post_titles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _keyed: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _nips: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _of_person: dict[tuple[Kind, str], list[Key]] = field(default_factory=lambda: defaultdict(list))
    _names: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    _near: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _numbers: dict[tuple[Kind, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """Codes of units and posts by the number that a spreadsheet makes of them."""
    _holdings: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))

    def put(self, kind: Kind, key: Key, state: State) -> None:
        """Keep a thing's state, new or changed."""
        known = self.things[kind].get(key)
        if known is None:
            self._index(kind, key)
        if kind is Kind.UNIT and (known is None or known["name"] != state["name"]):
            self._unit_names[squeezed(state["name"])].append(key[0])
        if kind is Kind.POSITION and (known is None or known["title"] != state["title"]):
            self._post_titles[squeezed(state["title"])].append(key[0])
        if kind is Kind.POSITION and state["key"]:
            self._keyed[state["unit"], state["key"]] = key[0]
        if kind is Kind.EMPLOYEE and known is None:
            self._names[squeezed(state["name"]), str(state["born_on"])].append(key[0])
        if kind is Kind.EMPLOYEE and state.get("wanted_login"):
            self.logins[state["wanted_login"]] = key[0]
        self.things[kind][key] = state

    def get(self, kind: Kind, *key: str) -> State | None:
        return self.things[kind].get(key)

    def of_person(self, kind: Kind, nip: str) -> list[tuple[Key, State]]:
        """A person's rows of a history."""
        return [(key, self.things[kind][key]) for key in self._of_person[kind, nip]]

    def holder(self, position: str) -> tuple[Key, State] | None:
        """The open definitive holding of a post."""
        held = ((key, self.things[Kind.HOLDING][key]) for key in self._holdings[position])
        return next(((k, s) for k, s in held if k[2] == "definitive" and not s["ends_on"]), None)

    def posts_of(self, nip: str) -> list[tuple[Key, State]]:
        """A person's open definitive holdings."""
        held = ((key, self.things[Kind.HOLDING][key]) for key in self._of_person[Kind.HOLDING, nip])
        return [(key, state) for key, state in held if key[2] == "definitive" and not state["ends_on"]]

    def held_from(self, nip: str, day: str) -> list[tuple[Key, State]]:
        """A person's holdings, acting ones too, that last to this day or longer."""
        return [
            (key, state)
            for key, state in self.of_person(Kind.HOLDING, nip)
            if not state["ends_on"] or state["ends_on"] >= day
        ]

    def unit(self, said: str) -> str | Problem:
        """The code of a unit by its code or name."""
        if said.startswith(NUMBER):
            alike = self._numbers.get((Kind.UNIT, _number(said)), [])
            if len(alike) > 1:
                return refuse("unit", Wrong.CODES_ALIKE, said=said[1:], codes=", ".join(alike))
            said = alike[0] if alike else said.removeprefix(NUMBER)
        if (said,) in self.things[Kind.UNIT]:
            return said
        codes = {c for c in self._unit_names[squeezed(said)] if self._still_called(c, said)}
        if len(codes) == 1:
            return codes.pop()
        if codes:
            return refuse("unit", Wrong.SEVERAL_UNITS, said=said)
        meant = self.meant.get(squeezed(said), "")
        if (meant,) in self.things[Kind.UNIT]:
            return meant
        return self._missing(Kind.UNIT, said, self._unknown_unit(said))

    def _unknown_unit(self, said: str) -> Problem:
        if said not in self._near:
            names = [state["name"] for state in self.things[Kind.UNIT].values()]
            self._near[said] = nearest(said, names)
        if near := self._near[said]:
            return refuse("unit", Wrong.UNIT_NEAR, said=said, near=", ".join(f"“{name}”" for name in near))
        return refuse("unit", Wrong.UNKNOWN_UNIT, said=said)

    def post(self, said: str, unit: str) -> str | Problem:
        """The code of a post by its code, or by its title within a unit or where there is only one."""
        posts = self.things[Kind.POSITION]
        if said.startswith(NUMBER):
            alike = self._numbers.get((Kind.POSITION, _number(said)), [])
            if len(alike) > 1:
                return refuse("position", Wrong.CODES_ALIKE, said=said[1:], codes=", ".join(alike))
            said = alike[0] if alike else said.removeprefix(NUMBER)
        if (said,) in posts:
            return said
        codes = {
            c for c in self._post_titles[squeezed(said)] if squeezed(posts[c,]["title"]) == squeezed(said)
        }
        within = {code for code in codes if posts[code,]["unit"] == unit}
        fitting = within if unit else codes
        if len(fitting) == 1:
            return fitting.pop()
        if fitting:
            return refuse("position", Wrong.SEVERAL_POSTS, said=said)
        return self._missing(Kind.POSITION, said, refuse("position", Wrong.UNKNOWN_POST, said=said))

    def keyed(self, unit: str, key: str) -> str:
        """The code of a unit's post of this key; empty without one."""
        code = self._keyed.get((unit, key), "")
        state = self.things[Kind.POSITION].get((code,))
        return code if state and (state["unit"], state["key"]) == (unit, key) else ""

    def person(self, said: str, name: str) -> tuple[str, list[Problem]]:
        """The NIP of a known person by what a row says; empty with the reason, or with doubts about it."""
        if not said.startswith(LOST):
            known = self.get(Kind.EMPLOYEE, said)
            if known is None:
                return "", [self._missing(Kind.EMPLOYEE, said, refuse("nip", Wrong.UNKNOWN_PERSON, nip=said))]
            if name and not same_name(name, known["name"]):
                shown = full_name(known["front_title"], known["name"], known["back_title"])
                return said, [warn("name", Wrong.OTHER_NAME, name=shown, said=name)]
            return said, []
        return self._guessed(said, name)

    def namesakes(self, name: str, born_on: str) -> list[tuple[str, State]]:
        """Those of this name, however written, who were born on this day: their NIPs and states."""
        people = self.things[Kind.EMPLOYEE]
        found = ((nip, people[nip,]) for nip in self._names.get((squeezed(name), born_on), ()))
        return [(nip, state) for nip, state in found if squeezed(state["name"]) == squeezed(name)]

    def alike(self, said: str) -> list[str]:
        """The NIPs of known people that a row may mean."""
        if not said.startswith(LOST):
            return [said] if (said,) in self.things[Kind.EMPLOYEE] else []
        lost = said.removeprefix(LOST)
        first = int(lost[:TRUSTED]) if lost.isdecimal() else 0
        near = (nip for n in (first - 1, first, first + 1) for nip in self._nips.get(str(n), ()))
        return [nip for nip in near if may_be(lost, nip)]

    def _guessed(self, said: str, name: str) -> tuple[str, list[Problem]]:
        people = self.things[Kind.EMPLOYEE]
        alike = self.alike(said)
        if name:
            alike = [nip for nip in alike if same_name(name, people[nip,]["name"])]
        if len(alike) == 1:
            return alike[0], [warn("nip", Wrong.NIP_GUESSED, nip=alike[0])]
        return "", [refuse("nip", Wrong.NIP_SEVERAL if alike else Wrong.NIP_LOST)]

    def _missing(self, kind: Kind, said: str, otherwise: Problem) -> Problem:
        if where := self.refused.get((kind, (said,))):
            return refuse(otherwise.field, Wrong.REFUSED_ELSEWHERE, sheet=where[0], row=where[1])
        return otherwise

    def _still_called(self, code: str, said: str) -> bool:
        return squeezed(self.things[Kind.UNIT][code,]["name"]) == squeezed(said)

    def _index(self, kind: Kind, key: Key) -> None:
        if kind in (Kind.UNIT, Kind.POSITION) and (number := _number(key[0])):
            self._numbers[kind, number].append(key[0])
        if kind is Kind.EMPLOYEE:
            self._nips[key[0][:TRUSTED]].append(key[0])
        elif kind is Kind.HOLDING:
            self._holdings[key[0]].append(key)
            self._of_person[kind, key[1]].append(key)
        elif kind not in (Kind.FREE_DAY, Kind.UNIT, Kind.POSITION):
            self._of_person[kind, key[0]].append(key)


def _number(code: str) -> str:
    """What remains of a code that becomes a number; empty for one that can't."""
    plain = code.removeprefix(NUMBER)
    return str(float(plain)) if re.fullmatch(r"[0-9]{1,15}([.][0-9]{1,10})?", plain) else ""
