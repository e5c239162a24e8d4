"""How far long work has come, on standard error, where a person looks at it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int, int], None]
"""Called with what is done and what there is."""


@contextmanager
def bar(title: str) -> Generator[Advance]:
    """A bar that is gone when the work is done. Without a first call it only shows that time goes by."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield advance
