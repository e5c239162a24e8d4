"""A whole cycle with scripted people while parts of the office are killed."""

import json
import subprocess
import sys

from core.settings import ROOT


def test_a_cycle_survives_three_seeded_kills() -> None:
    command = [
        "-m",
        "cli",
        "rehearse",
        "promotion",
        "--employees",
        "40",
        "--kills",
        "3",
        "--seed",
        "5",
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["held"]
    assert len(said["killed"]) == 3
    assert said["counts"]["decrees"] == said["counts"]["cases approved"] > 0
    assert said["counts"]["slept over"] > 0
