"""Files that people send: known by their content, held in memory, never kept where the web serves from."""

import re
import zipfile
from io import BytesIO
from pathlib import PurePath

from starlette.datastructures import UploadFile

from approvals.documents import LARGEST as LARGEST_DOCUMENT
from approvals.documents import Incoming
from core.errors import Invalid

LARGEST = 15 * 1024 * 1024
LARGEST_UNPACKED = 300 * 1024 * 1024
SHEETS = (".xlsx", ".xlsm", ".xls", ".csv")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class NoFile(Invalid):
    """No file was chosen; nothing was changed. Choose a file and send it again."""


class FileTooLarge(Invalid):
    """The file {name} is larger than {limit} MB; nothing was kept. Split it and send the parts."""


class NotASheet(Invalid):
    """The file {name} is not a spreadsheet that can be read here (XLSX, XLS or CSV); nothing was kept. Save it as XLSX and send it again."""  # noqa: E501


def sheet(file: UploadFile | None) -> tuple[str, bytes]:
    """The name and content of an uploaded spreadsheet. Raises NoFile, FileTooLarge, NotASheet.

    The content decides, not what the browser calls it: an XLSX is a zip with a workbook inside that unpacks
    to a bounded size, an XLS is what it says it is, a CSV is text.
    """
    if file is None or not file.filename:
        raise NoFile
    name = clean_name(file.filename)
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise FileTooLarge(name=name, limit=LARGEST // 1024 // 1024)
    suffix = PurePath(name).suffix.lower()
    if not content or suffix not in SHEETS or not _is_sheet(suffix, content):
        raise NotASheet(name=name)
    return name, content


def document(file: UploadFile | None) -> Incoming:
    """An uploaded document with its cleaned name; what it is, is asked of its content. Raises NoFile."""
    if file is None or not file.filename:
        raise NoFile
    # one byte more than is taken in, so that the verb sees that it is too large
    return Incoming(clean_name(file.filename), file.file.read(LARGEST_DOCUMENT + 1))


def clean_name(name: str) -> str:
    """A file's bare name, short and without anything a screen or a disk could stumble over."""
    bare = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in bare if c.isprintable() and c not in '<>:"|?*').strip()[-120:] or "file"


def _is_sheet(suffix: str, content: bytes) -> bool:
    """What is called XLS may be any of them: programs name their lists so."""
    is_old = content.startswith(_OLD_EXCEL)
    if suffix == ".csv":
        return _is_text(content)
    if suffix == ".xls":
        return is_old or _is_text(content) or _is_xlsx(content)
    return is_old or _is_xlsx(content)


def _is_xlsx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            return "xl/workbook.xml" in parts.namelist() and unpacked <= LARGEST_UNPACKED
    except zipfile.BadZipFile:
        return False


def _is_text(content: bytes) -> bool:
    return b"\x00" not in content and not content.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"))
