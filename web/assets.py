"""Files that pages need, served by us alone: under addresses that change with their content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from core.errors import NotFound
from core.settings import ROOT
from web import cutting

STATIC = ROOT / "web" / "static"
ICONS = STATIC / "vendor" / "icons"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
FOREVER = "public, max-age=31536000, immutable"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, in memory, with its compressed twin where that is smaller."""

    address: str
    content: bytes
    compressed: bytes | None
    media_type: str


@lru_cache
def assets() -> dict[str, Asset]:
    """Every servable file by its name below web/static, such as `app.css`."""
    return {
        path.relative_to(STATIC).as_posix(): _read(path)
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in TYPES and ICONS not in path.parents
    }


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    name = path.relative_to(STATIC)
    if path.suffix == ".css" and "vendor" not in name.parts:
        content = re.sub(rb'url\("([^":]+)"\)', _readdressed, content)
    elif path.suffix == ".css":
        content = cutting.cut(content.decode()).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    compressed = gzip.compress(content, 9, mtime=0)
    return Asset(
        name.with_name(f"{path.stem}.{digest}{path.suffix}").as_posix(),
        content,
        compressed if len(compressed) < len(content) * 0.95 else None,
        TYPES[path.suffix],
    )


def _readdressed(link: re.Match[bytes]) -> bytes:
    """A stylesheet of ours names files below web/static; the browser gets their lasting addresses."""
    return b'url("/static/%s")' % _read(STATIC / link[1].decode()).address.encode()


@lru_cache
def by_address() -> dict[str, Asset]:
    return {asset.address: asset for asset in assets().values()}


def asset(name: str) -> str:
    """The address of a file. Raises KeyError when there is none, so that a page never links to nothing."""
    return f"/static/{assets()[name].address}"


@lru_cache
def icon(name: str, label: str = "") -> Markup:
    """An icon to stand in the text: hidden from screen readers unless it is given a label."""
    drawing = (ICONS / f"{name}.svg").read_text()
    inner = Markup(drawing[drawing.index(">", drawing.index("<svg")) + 1 :].strip())  # noqa: S704 - our own file
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="icon" {} width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{}'
    ).format(said, inner)


@router.get("/static/{address:path}", include_in_schema=False)
def serve(address: str, request: Request) -> Response:
    """A file, to be kept for ever by whoever asked: its address names its content."""
    found = by_address().get(address)
    if found is None:
        raise NotFound
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
