"""The port to Prefect's server, when there is none; with one, the acceptance tests use it."""

from uuid import uuid4

import pytest

from cli.ports import free_port
from core.settings import settings
from flows.process.keeping import Patience
from flows.process.prefect_api import Prefect, PrefectDown


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings().prefect, "api_url", f"http://127.0.0.1:{free_port()}/api")


def test_a_server_that_is_away_is_down_and_nothing_else() -> None:
    with Prefect.connected() as prefect:
        for ask in (
            lambda: prefect.runs([uuid4()]),
            lambda: prefect.create("a/b", "key", "name", {}, []),
            lambda: prefect.resume(uuid4()),
            lambda: prefect.end(uuid4(), "because"),
            lambda: prefect.end_others("tag", uuid4(), "because"),
            prefect.workers_seen_at,
        ):
            with pytest.raises(PrefectDown):
                ask()


def test_asking_about_no_run_asks_nobody() -> None:
    with Prefect.connected() as prefect:
        assert prefect.runs([]) == {}


def test_patience_grows_up_to_a_bound_and_is_forgotten_once_it_is_back() -> None:
    patience = Patience("prefect")
    assert patience.well
    waits = [patience.lost(PrefectDown("refused")) for _ in range(8)]
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == waits[-1] == 15
    assert patience.resting()
    patience.found()
    assert patience.well
    assert not patience.resting()
