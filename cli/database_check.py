"""Whether the database is what the code expects."""

from dataclasses import asdict, dataclass
from typing import cast

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from cli.schema import metadata
from core.machine import newest_revision
from core.settings import settings

OLDEST = 15


@dataclass(frozen=True)
class Examination:
    """What was found; `differences` are between the tables of the code and of the database."""

    version: str
    new_enough: bool
    revision: str | None
    newest: str | None
    differences: list[str]

    @property
    def at_head(self) -> bool:
        return self.revision == self.newest

    @property
    def is_well(self) -> bool:
        return self.new_enough and self.at_head and not self.differences

    def facts(self) -> dict[str, object]:
        return {**asdict(self), "at_head": self.at_head, "ok": self.is_well}

    def lines(self) -> list[str]:
        """The findings, each with what to do about it."""
        lines = [f"PostgreSQL {self.version}" + ("" if self.new_enough else f": too old, {OLDEST} is needed")]
        if self.at_head:
            lines.append(f"Tables at the newest revision, {self.revision}")
        else:
            lines.append(
                f"Tables at revision {self.revision}, not at {self.newest}: run ./mufakat db upgrade"
            )
        if self.differences:
            lines.append("The code's tables differ from the database's; a revision is missing:")
            lines += [f"  {difference}" for difference in self.differences]
        return lines


def described(difference: object) -> str:
    """One of alembic's differences, such as `add_column case.reference`, in one line."""
    if isinstance(difference, list):
        return "; ".join(described(part) for part in cast("list[object]", difference))
    if not isinstance(difference, tuple):
        return str(difference)
    kind, *parts = cast("tuple[object, ...]", difference)
    names = [str(getattr(part, "name", part)) for part in parts if part is not None]
    return " ".join([str(kind), *names])


def examine() -> Examination:
    """Look at the database of the settings."""
    engine = create_engine(settings().database.url.get_secret_value())
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            revision = context.get_current_revision()
            newest = newest_revision()
            differences: list[str] = []
            if revision == newest:
                differences = [described(found) for found in compare_metadata(context, metadata())]
            version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
            return Examination(version, int(version.split(".")[0]) >= OLDEST, revision, newest, differences)
    finally:
        engine.dispose()
