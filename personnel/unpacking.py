"""Looks into an XLSX before it is read: a small file can hold a bomb that fills the memory."""

import re
import zipfile
import zlib
from io import BytesIO

from core.errors import Invalid

LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 2_000
MOST_CELLS = 8_000_000
"""Of one sheet, empty ones between the first and the last included: the reader lays all of them out."""
MOST_COLUMNS = 400

_AT = re.compile(rb"""\br\s*=\s*["']\s*\$?([A-Za-z]{0,3})\$?([0-9]{1,9})""")
_STORED, _DEFLATED, _ENCRYPTED = 0, 8, 1


class NotReadable(Invalid):
    """The file {name} can't be read as a spreadsheet. Nothing was kept; save it as XLSX or CSV and send it
    again."""


class Damaged(NotReadable):
    """The file {name} is damaged and can't be read. Nothing was kept; save it anew as XLSX and send it
    again."""


class Protected(NotReadable):
    """The file {name} is protected by a password. Nothing was kept; save it as XLSX without a password and
    send it again."""


class TooMuchInside(Invalid):
    """The file {name} is small, but unpacks to more than {limit} MB. Nothing was kept; delete pictures and
    sheets that are not needed and send it again."""


class TooFarOut(Invalid):
    """A sheet of the file {name} reaches to row {rows} and column {columns}, mostly empty. Nothing was
    kept; delete the unused rows and columns and send it again."""


def inspect(name: str, content: bytes) -> None:
    """Let an XLSX pass whose parts, unpacked, are within bounds.

    Raises NotReadable, Damaged, Protected, TooMuchInside, TooFarOut. Sizes are measured and not believed:
    a zip's own figures can lie.
    """
    try:
        parts = zipfile.ZipFile(BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise Damaged(name=name) from exc
    if len(parts) > MOST_PARTS:
        raise NotReadable(name=name)
    if all(part.filename != "xl/workbook.xml" for part in parts):
        raise NotReadable(name=name)
    left = LARGEST_UNPACKED
    for part in parts:
        unpacked = _unpacked(name, content, part, left)
        left -= len(unpacked)
        _check_extent(name, part.filename, unpacked)


def _unpacked(name: str, content: bytes, part: zipfile.ZipInfo, most: int) -> bytes:
    if part.flag_bits & _ENCRYPTED:
        raise Protected(name=name)
    start = part.header_offset
    lengths = content[start + 26 : start + 30]
    start += 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    packed = content[start : start + part.compress_size]
    if part.compress_type == _STORED:
        found = packed
    elif part.compress_type == _DEFLATED:
        try:
            found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1)
        except zlib.error as exc:
            raise Damaged(name=name) from exc
    else:
        raise NotReadable(name=name)
    if len(found) > most:
        raise TooMuchInside(name=name, limit=LARGEST_UNPACKED // 1024 // 1024)
    return found


def _check_extent(name: str, part: str, xml: bytes) -> None:
    """A cell in the far corner makes the reader lay out every cell before it."""
    if not part.endswith(".xml"):
        return
    if b"\x00" in xml[:200] or b"<!DOCTYPE" in xml[:2000]:
        raise NotReadable(name=name)
    rows = columns = 0
    for letters, digits in _AT.findall(xml):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise TooFarOut(name=name, rows=rows, columns=columns)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
