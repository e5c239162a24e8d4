"""Tables of a web page that calls itself a spreadsheet: many personnel systems export their lists so."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from lxml import etree, html

from personnel.cells import Cell
from personnel.unpacking import MOST_CELLS, MOST_COLUMNS, Damaged, TooFarOut

_START = 4_000
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")
"""What names an encoding, which the text no longer has."""


def is_page(text: str) -> bool:
    """Whether a text is a web page with a table, and no list of cells."""
    start = text[:_START].lstrip("\ufeff \t\r\n").casefold()
    return start.startswith("<") and ("<table" in start or "<html" in start)


def read(name: str, text: str) -> list[tuple[str, list[list[Cell]]]]:
    """The tables of a page, each as a sheet; a cell that spans several stands in the first of them.

    Raises Damaged, TooFarOut.
    """
    try:
        page: Any = html.document_fromstring(
            _DECLARED.sub("", text), parser=html.HTMLParser(no_network=True, huge_tree=False)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as exc:
        raise Damaged(name=name) from exc
    tables = [table for table in page.iter("table") if next(table.iterdescendants("table"), None) is None]
    return [(f"Tabel {number}", _rows(name, table)) for number, table in zip(count(1), tables, strict=False)]


def _rows(name: str, table: Any) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    below: dict[int, int] = {}
    """By column, how many rows more a cell from above covers."""
    cells = 0
    for row in table.iter("tr"):
        laid: list[Cell] = []
        for text, wide, high in _cells(row):
            while below.get(len(laid), 0):
                below[len(laid)] -= 1
                laid.append("")
            for place in range(wide):
                if high > 1:
                    below[len(laid)] = high - 1
                laid.append(text if place == 0 else "")
        while below.get(len(laid), 0):
            below[len(laid)] -= 1
            laid.append("")
        found.append(laid)
        cells += len(laid)
        if len(laid) > MOST_COLUMNS or cells > MOST_CELLS:
            raise TooFarOut(name=name, rows=len(found), columns=len(laid))
    return found


def _cells(row: Any) -> Iterator[tuple[str, int, int]]:
    """The text of each cell of a row, and how many columns and rows it covers."""
    for cell in row:
        if cell.tag in ("td", "th"):
            text = " ".join(" ".join(cell.itertext()).split())
            yield text, _span(cell.get("colspan")), _span(cell.get("rowspan"))


def _span(said: str | None) -> int:
    return min(int(said), MOST_COLUMNS + 1) if said and said.strip().isdecimal() and int(said) else 1
