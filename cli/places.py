"""Folders that a command line needs before it reads any settings."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The data folder: MUFAKAT_HOME, else var beside the code."""
    return Path(os.environ.get("MUFAKAT_HOME") or ROOT / "var")
