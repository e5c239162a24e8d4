"""What a file is, by its content: its name and what a browser calls it prove nothing. Pure."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

LARGEST_UNPACKED = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of file that is taken in."""

    media_type: str
    suffix: str


PDF = Media("application/pdf", ".pdf")
JPEG = Media("image/jpeg", ".jpg")
PNG = Media("image/png", ".png")
XLSX = Media("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
DOCX = Media("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
MEDIA_TYPES = tuple(kind.media_type for kind in (PDF, JPEG, PNG, XLSX, DOCX))


def recognise(content: bytes) -> Media | None:
    """The kind of a content; None for what is not taken in, such as an office file with macros."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]:
        return PNG
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def _office(content: bytes) -> Media | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            names = parts.namelist()
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        return None
    if unpacked > LARGEST_UNPACKED or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return XLSX if "xl/workbook.xml" in names else DOCX if "word/document.xml" in names else None
