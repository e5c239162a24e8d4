from collections.abc import Iterator

import pytest

from core import events


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens to events."""
    monkeypatch.setattr(events, "_subscribers", [])
    monkeypatch.setattr(events, "_heralds", [])
    yield
