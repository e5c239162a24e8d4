"""Which post leads a unit, where the file has no column that says so: no office's export has one."""

import re
from collections import defaultdict
from collections.abc import Sequence

from personnel.cells import squeezed
from personnel.columns import Kind
from personnel.problems import Problem, Wrong, warn
from personnel.reading import Row
from personnel.world import World

_LEADS = ("kepala", "camat", "lurah", "direktur", "inspektur", "sekretarisdaerah", "sekretarisdprd", "ketua")
_ECHELON = re.compile(r"(IV|III|II|I|V)\s*[./]?\s*([ab])?", re.IGNORECASE)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_LOWEST = 100


def guess_heads(rows: Sequence[Row], world: World) -> None:
    """Give the key `head` to the highest post with a leader's title in each unit that has no head yet.

    Only where one post stands out; the row says so with a warning.
    """
    led = {state["unit"] for state in world.things[Kind.POSITION].values() if state["key"] == "head"}
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        unit = world.unit(row.get("unit"))
        if not isinstance(unit, Problem):
            by_unit[unit].append(row)
    for unit, posts in by_unit.items():
        if unit in led or any(row.get("key") == "head" for row in posts):
            continue
        leading = [
            row for row in posts if squeezed(row.get("title")).startswith(_LEADS) and not row.get("key")
        ]
        ranked = sorted(leading, key=_height)
        if ranked and (len(ranked) == 1 or _height(ranked[0]) < _height(ranked[1])):
            ranked[0].guesses["key"] = "head"
            ranked[0].problems.append(warn("title", Wrong.HEAD_GUESSED))


def height(echelon: str) -> int:
    """The height of a post by its echelon, the highest first; posts without one come last."""
    match = _ECHELON.match(echelon)
    if not match:
        return _LOWEST
    return _ROMAN[match[1].lower()] * 2 + ((match[2] or "a").lower() == "b")


def _height(row: Row) -> int:
    return height(row.get("echelon"))
