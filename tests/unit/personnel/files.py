"""Spreadsheets for tests: as people make them, and as attackers do."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook


def xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()) -> bytes:
    """A workbook of these rows; `merged` ranges are merged in every sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        for span in merged:
            page.merge_cells(span)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The archive with one part replaced or added."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, part)
    return made.getvalue()


def lying(content: bytes, name: str) -> bytes:
    """The archive, saying in its directory that a part unpacks to ten bytes."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        size = parts.getinfo(name).file_size.to_bytes(4, "little")
    directory = content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))
    return content[:directory] + content[directory:].replace(size, (10).to_bytes(4, "little"), 1)
