"""Mails inside our pages: in a frame that lets them do nothing but open their links."""

import re

from starlette.responses import HTMLResponse

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
"""A mail brings its own styles; it gets no script, no image from elsewhere, and no place in our origin."""


def of_mail(html: str) -> HTMLResponse:
    """A mail's HTML, to be framed."""
    # links in the mail open in the whole window, as they would from a mail program
    framed = re.sub(r"(<head[^>]*>)", r'\1<base target="_top">', html, count=1)
    return HTMLResponse(framed, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})
