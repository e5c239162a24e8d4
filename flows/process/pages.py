"""What a flow run shows in Prefect's pages: the way to our page of the process, and its figures."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from prefect.artifacts import create_link_artifact, create_table_artifact

from core.settings import settings


def link_to_process(process_id: UUID) -> None:
    """A link from the run to the process' own page."""
    create_link_artifact(f"{settings().public_url}/processes/{process_id}", link_text="Mufakat")


def show_figures(what: str, figures: Mapping[str, Any]) -> None:
    """A table of figures; what is not a number is left out."""
    rows = [{"figure": name, "number": n} for name, n in sorted(figures.items()) if isinstance(n, int)]
    create_table_artifact(rows, description=what)
