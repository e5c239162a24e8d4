"""Files by content: known by what they are, kept whole, found damaged, swept when nothing claims them."""

import os
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import filestore
from core.media import DOCX, JPEG, PDF, PNG, XLSX, recognise
from core.settings import settings

NOW = timedelta(seconds=-60)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MUFAKAT_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "files"
    monkeypatch.undo()
    settings.cache_clear()


def office_file(*names: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return content.getvalue()


def stored(folder: Path) -> list[Path]:
    return [p for p in folder.glob("??/*") if p.is_file()]


def test_the_same_content_is_kept_once_under_its_hash(folder: Path):
    digest = filestore.put(b"one")
    assert digest == filestore.put(b"one") == sha256(b"one").hexdigest()
    assert filestore.read(digest) == b"one"
    assert len(stored(folder)) == 1
    assert {oct(p.stat().st_mode & 0o777) for p in stored(folder)} == {"0o600"}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_was_altered_or_lost_is_never_handed_out(folder: Path):
    digest = filestore.put(b"one")
    stored(folder)[0].write_bytes(b"two")
    with pytest.raises(filestore.FileDamaged):
        filestore.read(digest)
    stored(folder)[0].unlink()
    assert not filestore.holds(digest)
    with pytest.raises(filestore.FileMissing):
        filestore.read(digest)


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_a_name_that_is_no_hash_finds_nothing(wrong: str):
    with pytest.raises(filestore.FileMissing):
        filestore.read(wrong)


def test_only_what_is_old_and_unclaimed_is_put_aside_and_found_again(folder: Path):
    kept, left = filestore.put(b"kept"), filestore.put(b"left")
    assert filestore.sweep(lambda _: []) == 0, "both are young"
    assert filestore.sweep(lambda _: [kept], older=NOW) == 1
    assert [p.parent.name + p.name for p in stored(folder)] == [kept]
    assert filestore.read(left) == b"left", "a database may be put back that knows it"


def test_what_lay_aside_for_a_month_is_gone(folder: Path):
    left = filestore.put(b"left")
    filestore.sweep(lambda _: [], older=NOW)
    old = time.time() - timedelta(days=31).total_seconds()
    os.utime(folder / ".unclaimed" / left, (old, old))
    filestore.sweep(lambda _: [], older=NOW)
    assert not filestore.holds(left)


def test_a_half_written_file_is_swept_and_harms_nothing(folder: Path):
    filestore.put(b"one")
    scratch = stored(folder)[0].with_name(".new-broken")
    scratch.write_bytes(b"on")
    assert filestore.read(sha256(b"one").hexdigest()) == b"one"


def test_a_file_is_what_its_content_says():
    pdf = b"%PDF-1.7\n...\n%%EOF\n"
    png = b"\x89PNG\r\n\x1a\n...\x00\x00\x00\x00IEND\xaeB`\x82"
    assert recognise(pdf) is PDF
    assert recognise(png) is PNG
    assert recognise(b"\xff\xd8\xff\xe0...\xff\xd9") is JPEG
    assert recognise(office_file("xl/workbook.xml")) is XLSX
    assert recognise(office_file("word/document.xml")) is DOCX


def test_macros_programs_pages_and_broken_files_are_not_taken_in():
    assert recognise(office_file("xl/workbook.xml", "xl/vbaProject.bin")) is None
    assert recognise(office_file("word/document.xml")[:-30]) is None
    for content in (b"", b"MZ...", b"<html><script>", b"GIF89a", b"%PDF-1.7 cut off", office_file("a.txt")):
        assert recognise(content) is None


@given(st.binary(max_size=200))
def test_nothing_that_is_sent_makes_it_fail(content: bytes):
    for start in (b"", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff"):
        recognise(start + content)
