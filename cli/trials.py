"""A trial of a copy: put back in a database of its own that is thrown away, and its log verified there."""

import time
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from approvals.agreement import disagreements
from cli import copies
from cli.postgres import Cluster
from cli.schema import alembic_config
from core.ledger import verifying
from core.ledger.verifying import Report

NAME = "trial"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a copy turned out to hold."""

    report: Report
    seconds: float
    sha256: str

    @property
    def well(self) -> bool:
        return self.report.sound

    def facts(self) -> dict[str, object]:
        """As it is noted, and for a machine."""
        return {
            "sha256": self.sha256,
            "events": self.report.events,
            "flaws": self.report.flaws,
            "seconds": round(self.seconds, 1),
        }


def trial(file: Path) -> Trial:
    """Put a copy back where nobody works, bring its tables up to date, and verify its log.

    The database of the office is neither needed nor touched. Raises NotRestored.
    """
    began = time.monotonic()
    with Cluster.temporary() as cluster:
        cluster.ensure_database(NAME, cluster.password)
        url = cluster.url(NAME)
        copies.unpack_into(file, url)
        ours = url.replace("postgresql:", "postgresql+psycopg:", 1)
        command.upgrade(alembic_config(ours), "head")
        engine = create_engine(ours)
        try:
            with Session(engine) as session:
                report = verifying.verify(session, domains=[disagreements])
        finally:
            engine.dispose()
    return Trial(report, time.monotonic() - began, copies.fingerprint(file))
