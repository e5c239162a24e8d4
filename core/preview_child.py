"""Draws one page of what it reads, as a WebP; run apart by core.preview, and imported by nobody."""

import io
import resource
import sys

import pypdfium2
from PIL import Image, ImageOps

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15
MOST_PIXELS = 80_000_000
"""A scan of A3 at 600 dpi has 70 million; what is larger unpacks to more than it is worth."""
TALLEST = 8_000


def main() -> None:
    media_type, page, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    bound()
    content = sys.stdin.buffer.read()
    picture, pages = pdf(content, page, width) if media_type == "application/pdf" else image(content, page)
    picture.thumbnail((width, TALLEST))
    drawn = io.BytesIO()
    picture.convert("RGB").save(drawn, "WEBP", quality=72, method=2)
    sys.stdout.buffer.write(f"{picture.width} {picture.height} {pages}\n".encode() + drawn.getvalue())


def bound() -> None:
    """Give up what a drawing needs not: memory without end, time without end, files, children."""
    Image.preinit()  # what is needed is loaded before the doors close
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # the library refuses at twice of it
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def pdf(content: bytes, page: int, width: int) -> tuple[Image.Image, int]:
    """A page of a PDF, without what its forms would show, and how many pages there are."""
    document = pypdfium2.PdfDocument(content)
    sheet = document[page - 1]
    wide, tall = sheet.get_size()
    scale = min(width / wide, TALLEST / tall)
    drawn: Image.Image = sheet.render(scale=scale, may_draw_forms=False).to_pil()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return drawn, len(document)  # pyright: ignore[reportUnknownVariableType]


def image(content: bytes, page: int) -> tuple[Image.Image, int]:
    """A picture the right way up; it is its own only page."""
    if page != 1:
        raise IndexError(page)
    return ImageOps.exif_transpose(Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))), 1


if __name__ == "__main__":
    main()
