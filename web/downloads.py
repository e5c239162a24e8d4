"""Files that people take away, named plainly."""

import re
from urllib.parse import quote

from starlette.responses import Response

from approvals import documents
from approvals.file_models import CaseDocument

PDF = "application/pdf"


def attachment(name: str, content: bytes, media_type: str) -> Response:
    """A file to be saved, never shown in the page's own place."""
    return Response(content, media_type=media_type, headers=named(name))


def named(name: str) -> dict[str, str]:
    """The header by which a browser saves what comes under a name."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}


def document(made: CaseDocument) -> Response:
    """A document of a case, checked against its hash, that no browser runs or frames.

    Raises FileMissing, FileDamaged.
    """
    answer = attachment(made.file_name, documents.content(made), made.media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
