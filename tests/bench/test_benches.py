"""Each bench, tiny: it measures what it says, and every rate stands beside a floor."""

import json
import os
import subprocess
import sys

import pytest

from cli.bench import BENCHES
from cli.places import ROOT

FIGURES = {"rate", "floor_rate", "ratio", "p50_ms", "p95_ms", "peak_rss_mb"}
TINY = {
    "decide": 40,
    "decide-http": 24,
    "open": 60,
    "inbox": 400,
    "sweep": 200,
    "ledger": 400,
    "mail": 60,
    "import": 200,
}


@pytest.mark.parametrize("name", list(BENCHES))
def test_a_bench_prints_one_object_with_its_figures(name: str):
    found = json.loads(bench(name, "--cases", str(TINY[name]), "--clients", "2", "--json").stdout)
    assert found.keys() >= FIGURES
    assert all(found[figure] > 0 for figure in FIGURES)


def test_a_bench_that_is_not_there_is_named_with_those_that_are():
    said = bench("launder", check=False)
    assert said.returncode == 2
    assert "no bench launder" in said.stderr
    assert all(name in said.stderr for name in BENCHES)


def bench(name: str, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run it as people do, in an environment that names no office."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("MUFAKAT_") or k == "MUFAKAT_HOME"}
    command = [sys.executable, "-m", "cli", "bench", name, *arguments]
    return subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=check)
