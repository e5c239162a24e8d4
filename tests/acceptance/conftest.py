"""One whole Mufakat for the acceptance tests of a run: all parts, a movable clock, nothing in it yet."""

from collections.abc import Iterator

import pytest

from cli.instance import Instance


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """PostgreSQL, Prefect's server, worker, web, keeper and courier, all ready.

    Nobody empties its database between tests: each brings people and cycles of its own. What a test stops or
    kills it starts again.
    """
    home = tmp_path_factory.mktemp("mufakat") / "home"
    with Instance.started(home, demo=True, rehearsal=True, throwaway=True) as running:
        yield running
