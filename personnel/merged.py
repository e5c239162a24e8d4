"""Merged cells of a workbook: a value that spans several rows is said by each of them."""

from typing import Any

from python_calamine import CalamineSheet

from personnel.cells import Cell


def laid_out(sheet: CalamineSheet) -> list[list[Cell]]:
    """A sheet's cells from its first row and column on; what is merged downwards stands in every row.

    What is merged across stays in its first cell: titles are, and groups of headers.
    """
    cells: Any = sheet.to_python(skip_empty_area=False)
    rows: list[list[Cell]] = cells
    spans: Any = sheet.merged_cell_ranges or []
    for (top, left), (bottom, right) in spans:
        if left == right:
            for row in range(top + 1, min(bottom + 1, len(rows))):
                if left < len(rows[row]):
                    rows[row][left] = rows[top][left]
    return rows
