"""What people look at instead of a stranger's file: a fresh picture, drawn apart, or nothing."""

from io import BytesIO
from pathlib import Path

import pytest
import typst
from PIL import Image

from core import filestore, preview
from core.media import JPEG, PDF, PNG
from core.settings import settings


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings(), "home", tmp_path)
    preview.draw.cache_clear()


def stored(content: bytes) -> str:
    return filestore.put(content)


def picture_of(size: tuple[int, int], kind: str, **said: object) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "white").save(made, kind, **said)
    return made.getvalue()


def test_a_page_of_a_pdf_is_drawn_as_wide_as_wanted(tmp_path: Path):
    text = tmp_path / "letter.typ"
    text.write_text('#set page(paper: "a4")\nSatu\n#pagebreak()\nDua')
    drawn = preview.draw(stored(typst.compile(str(text))), PDF.media_type, 2, 800)
    assert (drawn.width, drawn.pages) == (800, 2)
    assert Image.open(BytesIO(drawn.picture)).format == "WEBP"


def test_a_photograph_is_turned_upright_and_loses_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "di rumah"  # turned by a quarter; a description
    drawn = preview.draw(stored(picture_of((1600, 900), "JPEG", exif=exif)), JPEG.media_type, 1, 800)
    shown = Image.open(BytesIO(drawn.picture))
    assert shown.height > shown.width
    assert not shown.getexif()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\nnothing of the kind\n%%EOF", PDF.media_type),
        (b"\xff\xd8\xff\xd9", JPEG.media_type),
        (b"PK\x03\x04", "application/zip"),
    ],
)
def test_what_is_damaged_or_of_another_kind_is_not_shown(content: bytes, media_type: str):
    with pytest.raises(preview.CannotShow):
        preview.draw(stored(content), media_type)


def test_a_page_that_is_not_there_is_not_shown():
    with pytest.raises(preview.CannotShow):
        preview.draw(stored(picture_of((10, 10), "PNG")), PNG.media_type, 2)


def test_a_picture_that_would_fill_the_memory_is_not_shown():
    made = BytesIO()
    Image.new("1", (10_000, 10_000)).save(made, "PNG")
    with pytest.raises(preview.CannotShow):
        preview.draw(stored(made.getvalue()), PNG.media_type)
