"""Temporary folders do not pile up, however their makers end."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from cli.throwaway import OWNER, throwaway_folder


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"), throwaway_folder("x-") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        raise ValueError("broken")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_a_living_ones_stays(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    (tmp_path / "x-dead").mkdir()
    (tmp_path / "x-dead" / OWNER).write_text(str(dead.pid))
    with throwaway_folder("x-") as first, throwaway_folder("x-") as second:
        assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}
