"""What a rehearsal found, for people and for scripts."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.rehearsal.invariants import Finding


@dataclass(frozen=True, slots=True)
class Report:
    """Counts, timings and the promises that were checked."""

    employees: int
    seed: int
    ended: str
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    latencies: Sequence[float]
    killed: Sequence[str]
    memory: Mapping[str, int]
    findings: Sequence[Finding]

    @property
    def held(self) -> bool:
        return self.ended == "completed" and all(f.held for f in self.findings)

    def plain(self) -> dict[str, Any]:
        """As JSON can say it: seconds, milliseconds, megabytes."""
        return {
            "held": self.held,
            "ended": self.ended,
            "employees": self.employees,
            "seed": self.seed,
            "counts": dict(sorted(self.counts.items())),
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "decide_ms": self._decide_ms(),
            "killed": list(self.killed),
            "memory_mb": {name: round(value / 1e6) for name, value in self.memory.items()},
            "promises": [
                {"promise": f.promise, "looked_at": f.looked_at, "broken": list(f.broken)}
                for f in self.findings
            ],
        }

    def show(self, console: Console) -> None:
        """As a person reads it."""
        said = self.plain()
        table = Table(title=f"Rehearsal: {self.employees} employees, seed {self.seed}: {self.ended}")
        table.add_column("what")
        table.add_column("figure", justify="right")
        for group in ("counts", "seconds", "decide_ms", "memory_mb"):
            for name, value in said[group].items():
                table.add_row(f"{name} ({group})" if group != "counts" else name, str(value))
        table.add_row("killed", str(len(self.killed)))
        console.print(table)
        for finding in self.findings:
            mark = "[green]held  [/]" if finding.held else "[red]BROKEN[/]"
            console.print(f"{mark} {finding.promise} ({finding.looked_at} looked at)")
            for line in finding.broken[:10]:
                console.print(f"        {line}", style="red")

    def _decide_ms(self) -> dict[str, float]:
        if len(self.latencies) < 2:
            return {}
        cuts = statistics.quantiles(self.latencies, n=20)
        return {"p50": round(cuts[9] * 1e3, 1), "p95": round(cuts[18] * 1e3, 1)}
