"""The stages of the whole test: checks of the text in parallel, then the tests."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

PROGRAMS = Path(sys.executable).parent

LANES: Sequence[Sequence[tuple[str, Sequence[str]]]] = (
    (("types", ("basedpyright",)),),
    (
        ("lint", ("ruff", "check")),
        ("format", ("ruff", "format", "--check")),
        ("import contracts", ("lint-imports",)),
        ("declared libraries", ("deptry", ".")),
        ("holes in libraries", ("python", "-m", "cli.audit")),
    ),
)
"""Two lanes for two cores: the types take as long as all the others."""

SUITES: Sequence[tuple[str, Sequence[str]]] = (
    ("tests of parts", ("-n", "2", "tests/unit", "tests/integration", "tests/patterns")),
    # One at a time: each starts whole instances, and measures or kills what others would disturb.
    ("tests of the whole", ("tests/cluster", "tests/acceptance", "tests/bench")),
    # Apart, for the browser's driver keeps an event loop running, in which no other test can start its own.
    ("tests of the pages", ("tests/browser",)),
)


@dataclass
class Result:
    """How a stage went; counts are of tests."""

    name: str
    well: bool
    seconds: float
    output: str = ""
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list[str])


def run_all() -> int:
    """Run every stage, tell of each, and return the exit code."""
    results: list[Result] = []
    with ThreadPoolExecutor(len(LANES)) as lanes:
        for lane in lanes.map(run_lane, LANES):
            results += lane
    for name, arguments in SUITES:
        results.append(run_suite(name, arguments))
    return summarise(results, strict="CI" in os.environ)


def run_lane(lane: Sequence[tuple[str, Sequence[str]]]) -> list[Result]:
    """Run checks one after the other; what a failing one said is shown at once."""
    return [run_check(name, command) for name, command in lane]


def run_check(name: str, command: Sequence[str]) -> Result:
    began = time.monotonic()
    program, *rest = command
    done = subprocess.run(
        [str(PROGRAMS / program), *rest],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    result = Result(name, done.returncode == 0, time.monotonic() - began, done.stdout)
    unreached = " - not reached: nothing was checked" if done.stdout.startswith("not reached") else ""
    print(f"{'ok    ' if result.well else 'FAILED'} {name} ({result.seconds:.0f} s){unreached}", flush=True)
    if not result.well:
        print(result.output, flush=True)
    return result


def run_suite(name: str, arguments: Sequence[str]) -> Result:
    """Run pytest with its own output, and read its counts from its report."""
    print(f"\n{name}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mufakat-report-") as folder:
        report = Path(folder) / "report.xml"
        existing = [a for a in arguments if not a.startswith("tests/") or any(Path(a).rglob("test_*.py"))]
        command = [sys.executable, "-m", "pytest", "-q", "--durations=5", f"--junitxml={report}", *existing]
        done = subprocess.run(command, check=False)
        result = Result(name, done.returncode == 0, time.monotonic() - began)
        if report.exists():
            read_report(result, report)
    return result


def read_report(result: Result, report: Path) -> None:
    """Count what pytest reported."""
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif (skipped := case.find("skipped")) is not None:
            result.skipped.append(f"{case.get('name')}: {skipped.get('message')}")
        else:
            result.passed += 1


def summarise(results: Sequence[Result], *, strict: bool) -> int:
    """Print every stage's outcome, then the counts of all tests. In CI a skipped test is a failure."""
    skipped = [line for result in results for line in result.skipped]
    print()
    for result in results:
        print(f"{'ok    ' if result.well else 'FAILED'} {result.seconds:6.0f} s  {result.name}")
    if skipped:
        print("\nSkipped" + (", which is a failure in CI:" if strict else ":"))
        print("\n".join(f"  {line}" for line in skipped))
    failed = sum(result.failed for result in results)
    # The last line is the one that runners read.
    print(f"\n{sum(r.passed for r in results)} passed, {failed} failed, {len(skipped)} skipped", flush=True)
    return 0 if all(result.well for result in results) and not (strict and skipped) else 1
