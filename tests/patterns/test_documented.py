"""docs/patterns.md names all 43 patterns, and for each a test that is there."""

import re
from importlib import import_module

from core.settings import ROOT

ROW = re.compile(
    r"^\| (\d+) \| ([^|]+) \| .* \| `(tests/patterns/test_\w+\.py)::(test_\w+)` \|$", re.MULTILINE
)
DOCUMENT = (ROOT / "docs" / "patterns.md").read_text()


def test_every_pattern_is_documented_once_in_its_order():
    assert [int(number) for number, *_ in ROW.findall(DOCUMENT)] == [*range(1, 44)]


def test_every_test_that_is_named_is_there_and_bears_the_patterns_number():
    for number, _, path, name in ROW.findall(DOCUMENT):
        module = import_module(path.removesuffix(".py").replace("/", "."))
        assert callable(getattr(module, name, None)), f"{path}::{name}"
        assert name.startswith(f"test_{int(number):02}_"), name


def test_no_test_of_a_pattern_is_left_out_of_the_document():
    written = {name for *_, name in ROW.findall(DOCUMENT)}
    folder = ROOT / "tests" / "patterns"
    kept = {
        name
        for path in folder.glob("test_*.py")
        for name in re.findall(r"^def (test_\d\d_\w+)", path.read_text(), re.MULTILINE)
    }
    assert kept == written
