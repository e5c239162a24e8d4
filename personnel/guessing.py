"""What a column says, judged by what stands in it: where its header is none that we know. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from personnel import cells, columns, dates, nip
from personnel.cells import Cell, Doubtful, Unreadable, squeezed, text
from personnel.columns import Layout

SAMPLE = 300
"""So many rows are looked at."""
MOST, NEARLY_ALL = 0.6, 0.85
"""Which share of a column's cells must be of a kind for the column to be."""
FEWEST = 2

_NAME = re.compile(r"[^\W\d_][\w.,' \-]*[ ][\w.,' \-]+")
Judge = Callable[[str], bool]


def guess(
    layout: Layout,
    rows: Sequence[Sequence[Cell]],
    free: Collection[int],
    taken: Mapping[int, str],
    units: Collection[str] = (),
) -> dict[int, str]:
    """Fields for columns that have none yet, by their cells; each field of the layout at most once.

    `units` are the names and codes of known units, squeezed. Birth and appointment are known by the NIP.
    """
    wanted = [c.name for c in layout.columns if c.name not in taken.values()]
    sample = {index: _said(rows, index) for index in free}
    found: dict[int, str] = {}
    for name, judge, share in _judges(units):
        if name not in wanted:
            continue
        fitting = [i for i in sorted(free) if i not in found and _share(sample[i], judge) >= share]
        if fitting:
            found[fitting[0]] = name
    return found | _by_nip(rows, [i for i in free if i not in found], {**taken, **found}, wanted)


def _judges(units: Collection[str]) -> Iterable[tuple[str, Judge, float]]:
    yield "nip", _is_nip, NEARLY_ALL
    yield "email", lambda said: "@" in said and _reads(cells.mail, said), NEARLY_ALL
    yield "rank", lambda said: _reads(cells.rank, said), NEARLY_ALL
    yield "gender", lambda said: not said.isdigit() and _reads(columns.choice("gender"), said), NEARLY_ALL
    yield "status", lambda said: _reads(columns.choice("status"), said), NEARLY_ALL
    # a bare number may as well be that of the row
    yield "unit", lambda said: not said.isdecimal() and squeezed(said) in units, MOST
    yield "education", lambda said: _reads(columns.level_of_education, said), NEARLY_ALL
    yield "name", lambda said: bool(_NAME.fullmatch(said)), NEARLY_ALL


def _by_nip(
    rows: Sequence[Sequence[Cell]], free: Iterable[int], taken: Mapping[int, str], wanted: Collection[str]
) -> dict[int, str]:
    """The dates that agree with what the NIPs beside them say."""
    key = next((index for index, name in taken.items() if name == "nip"), None)
    found: dict[int, str] = {}
    if key is None:
        return found
    for name, read in (("born_on", dates.birth), ("appointed_on", dates.day)):
        for index in free if name in wanted else ():
            pairs = [
                (_nip(row[key]), _day(read, row[index]))
                for row in rows[:SAMPLE]
                if len(row) > max(key, index)
            ]
            told = [(n, d) for n, d in pairs if n and d]
            agree = sum(_agrees(name, n, d) for n, d in told)
            if index not in found and len(told) >= FEWEST and agree >= NEARLY_ALL * len(told):
                found[index] = name
                break
    return found


def _agrees(name: str, digits: str, day: str) -> bool:
    plain = day.replace("-", "")
    return digits[:8] == plain if name == "born_on" else digits[8:14] == plain[:6]


def _said(rows: Sequence[Sequence[Cell]], index: int) -> list[str]:
    found: list[str] = []
    for row in rows[:SAMPLE]:
        cell = row[index] if index < len(row) else None
        try:
            said = _digits(cell) or text(cell)
        except Unreadable:
            continue
        if said:
            found.append(said)
    return found


def _share(said: Sequence[str], judge: Judge) -> float:
    return sum(map(judge, said)) / len(said) if len(said) >= FEWEST else 0.0


def _digits(cell: Cell) -> str:
    """A NIP that is a number keeps its 18 digits here, to be known as one."""
    return str(int(cell)) if isinstance(cell, float) and 1e17 <= cell < 1e18 else ""


def _nip(cell: Cell) -> str:
    try:
        return nip.read(cell).removeprefix(nip.LOST)
    except Unreadable:
        return ""


def _is_nip(said: str) -> bool:
    digits = _nip(said)
    return bool(re.fullmatch(r"[0-9]{18}", digits)) and nip.said_by(digits).born_on is not None


def _day(read: Callable[[Cell], str], cell: Cell) -> str:
    try:
        return read(cell)
    except Doubtful as doubt:
        return doubt.value
    except Unreadable:
        return ""


def _reads(read: Callable[[Cell], str], said: str) -> bool:
    try:
        return bool(read(said))
    except Unreadable:
        return False
