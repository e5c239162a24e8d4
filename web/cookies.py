"""Our cookies: their names, and how they are set so that only we read them."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from core.settings import settings
from web.security import https

LANGUAGE = "mufakat_language"
THEME = "mufakat_theme"
THEMES = ("light", "dark")
FLASH = "mufakat_flash"
LINK = "mufakat_link"
YEAR = 365 * 24 * 3600


def session_name() -> str:
    """The name of the login's cookie; with the prefix a browser takes it from this very host only."""
    return "__Host-mufakat" if https() else "mufakat"


def form_name() -> str:
    """The name of the cookie that proves an anonymous form to be ours."""
    return "__Host-mufakat_form" if https() else "mufakat_form"


def put(response: Response, name: str, value: str, max_age: int | None = None, path: str = "/") -> None:
    """Set a cookie that no script reads and no other site sends along."""
    response.set_cookie(
        name, value, max_age=max_age, path=path, secure=https(), httponly=True, samesite="lax"
    )


def drop(response: Response, name: str, path: str = "/") -> None:
    response.delete_cookie(name, path=path, secure=https(), httponly=True, samesite="lax")


def sealed(salt: str, value: Any) -> str:
    """A value that the browser carries and cannot change."""
    return _serializer(salt).dumps(value)


def opened(salt: str, text: str) -> Any:
    """The value that was sealed; None when it was changed or is not ours."""
    try:
        return _serializer(salt).loads(text)
    except BadData:
        return None


def _serializer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret.get_secret_value(), salt=f"cookie:{salt}")
