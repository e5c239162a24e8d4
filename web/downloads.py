"""Files that people take away: named plainly, and harmless when a spreadsheet opens them."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from starlette.responses import Response

from approvals import documents
from approvals.file_models import CaseDocument
from core.settings import settings

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Any) -> Any:
    """A cell's value that no spreadsheet takes for a formula: such a text gets an apostrophe before it.

    Numbers, dates and plain signs stay as they are (OWASP, CSV injection).
    """
    if isinstance(value, datetime):
        return value.astimezone(settings().zone).replace(tzinfo=None)
    if not isinstance(value, str) or not value.startswith(_FORMULA) or re.fullmatch(r"[-+]?[\d.,]*", value):
        return value
    return f"'{value}"


def table(name: str, kind: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as `xlsx` or `csv`, to be saved under this name."""
    content = _xlsx(headers, rows) if kind == "xlsx" else csv_of(headers, rows)
    return attachment(f"{name}.{kind}", content, XLSX if kind == "xlsx" else CSV)


def attachment(name: str, content: bytes, media_type: str) -> Response:
    """A file to be saved, never shown in the page's own place."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def document(made: CaseDocument) -> Response:
    """A document of a case, checked against its hash, that no browser runs or frames.

    Raises FileMissing, FileDamaged.
    """
    answer = attachment(made.file_name, documents.content(made), made.media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def csv_of(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as spreadsheets in Indonesia read it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([harmless(value) for value in row] for row in rows)
    # the mark lets Excel read it as UTF-8; the semicolon is what it expects in Indonesia
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, harmless(value)) for value in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A text stays a text, however it looks (a NIP is no number, and no formula)."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.data_type = "s"
    return cell
