"""The script ./mufakat, with a uv that only makes what the script looks for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

FAKE_UV = f"""#!/bin/sh
echo "$*" >> "$UV_CALLS"
[ "$1" = --version ] && exit 0
[ -n "$UV_FAILS" ] && {{ echo "no such library" >&2; exit 1; }}
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
ln -sf {sys.executable} "$UV_PROJECT_ENVIRONMENT/bin/python"
"""
CLI = "import os, sys; print(os.getcwd(), *sys.argv[1:])"


class Clone:
    """A folder with the script, a lock, and a command line that tells how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        (folder / "cli").mkdir(parents=True)
        # a package, so that it comes before the real one that PYTHONPATH may also name
        (folder / "cli" / "__init__.py").touch()
        (folder / "cli" / "__main__.py").write_text(CLI)
        (folder / "uv.lock").write_text("version = 1\n")
        shutil.copy(ROOT / "mufakat", folder)
        (folder / "path").mkdir()
        (folder / "path" / "uv").write_text(FAKE_UV)
        (folder / "path" / "uv").chmod(0o755)

    def start(self, *arguments: str, cwd: Path | None = None, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["/bin/sh", str(self.folder / "mufakat"), *arguments],
            cwd=cwd or self.folder,
            env={
                "PATH": f"{self.folder / 'path'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": os.environ.get("HOME", "/"),
                "UV_CALLS": str(self.calls),
                "UV_FAILS": "",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, cwd=cwd, **environment)
        out, err = process.communicate()
        return process.returncode, out.strip(), err

    @property
    def synced(self) -> int:
        return self.calls.read_text().count("sync --locked") if self.calls.exists() else 0


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "a clone")


def test_it_makes_the_environment_once_and_passes_everything_on(clone: Clone) -> None:
    code, out, err = clone.run("db", "check", "--json", "a b")
    assert (code, out) == (0, f"{clone.folder} db check --json a b"), err
    assert clone.run()[2] == ""
    assert clone.synced == 1


def test_it_works_from_any_folder_and_through_a_link(clone: Clone, tmp_path: Path) -> None:
    assert clone.run("x", cwd=tmp_path)[:2] == (0, f"{tmp_path} x")
    (tmp_path / "link").symlink_to(clone.folder / "mufakat")
    done = subprocess.run([tmp_path / "link", "y"], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "/ y"


def test_a_changed_lock_is_installed_anew(clone: Clone) -> None:
    clone.run()
    (clone.folder / "uv.lock").write_text("version = 2\n")
    clone.run()
    assert clone.synced == 2


def test_a_broken_environment_is_made_anew(clone: Clone) -> None:
    clone.run()
    python = clone.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    code, _, err = clone.run()
    assert code == 0
    assert "making it anew" in err


def test_several_at_once_make_it_once(clone: Clone) -> None:
    processes = [clone.start(str(number)) for number in range(4)]
    assert [process.communicate()[0].split()[-1] for process in processes] == ["0", "1", "2", "3"]
    assert clone.synced == 1
    assert not list(clone.folder.glob(".venv-lock*"))


def test_a_lock_of_a_dead_command_is_taken_over(clone: Clone) -> None:
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    (clone.folder / ".venv-lock").mkdir()
    (clone.folder / ".venv-lock" / "pid").write_text(f"{dead.pid}\n")
    assert clone.run()[0] == 0


def test_a_failed_install_says_why_and_is_tried_again(clone: Clone) -> None:
    code, _, err = clone.run(UV_FAILS="yes")
    assert code == 3
    assert "no such library" in err
    assert clone.run()[0] == 0


def test_without_a_home_to_write_to_the_cache_stays_with_the_clone(clone: Clone) -> None:
    uv = clone.folder / "path" / "uv"
    uv.write_text(FAKE_UV + 'echo "cache $UV_CACHE_DIR" >> "$UV_CALLS"\n')
    assert clone.run(HOME="/nowhere")[0] == 0
    assert f"cache {clone.folder}/.venv-cache" in clone.calls.read_text()
