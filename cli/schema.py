"""All tables of ours, and the migrations that make them."""

from importlib import import_module

from alembic.config import Config
from sqlalchemy import MetaData

from core.database import Base
from core.settings import ROOT

ROOMS = ("core", "approvals", "personnel", "notifications", "flows", "web")


def metadata() -> MetaData:
    """Every table that a room declares: in core anywhere, elsewhere in its modules called models."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if room == "core" or "models" in path.stem or path.parent.name == "models":
                import_module(
                    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                )
    return Base.metadata


def alembic_config(url: str = "") -> Config:
    """Alembic's configuration; with a URL, for that database instead of the settings'."""
    config = Config(ROOT / "alembic.ini")
    if url:
        config.attributes["url"] = url
    return config


def has_revisions() -> bool:
    """Whether any revision is written yet."""
    return any((ROOT / "migrations" / "versions").glob("*.py"))
