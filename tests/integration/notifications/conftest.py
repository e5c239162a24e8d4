import pytest

from core import events


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[events.Recorded]:
    """What was recorded, as subscribers hear of it."""
    got: list[events.Recorded] = []
    monkeypatch.setattr(events, "_subscribers", [lambda _session, recorded: got.extend(recorded)])
    monkeypatch.setattr(events, "_heralds", [])
    return got
