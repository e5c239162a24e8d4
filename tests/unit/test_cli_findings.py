from pathlib import Path

import pytest

from cli import findings
from core.settings import OidcSettings, settings


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A secret in a file of its own."""
    file = tmp_path / "secret"
    file.write_text("of no use\n")
    monkeypatch.setattr(settings(), "oidc", OidcSettings(client_secret_file=file))
    return file


def test_a_secret_that_others_can_read_is_found(kept: Path):
    kept.chmod(0o640)
    found = findings.secrets()
    assert (found.state, str(kept) in found.found) == ("broken", True)
    kept.chmod(0o600)
    assert findings.secrets().state == "ok"


@pytest.mark.parametrize(
    ("said", "rehearsal", "state"), [(None, False, "ok"), (False, False, "warning"), (None, True, "ok")]
)
def test_an_office_without_second_factors_is_warned(
    monkeypatch: pytest.MonkeyPatch, said: bool | None, rehearsal: bool, state: str
):
    monkeypatch.setattr(settings(), "rehearsal", rehearsal)
    monkeypatch.setattr(settings().login, "second_factor", said)
    assert findings.logins().state == state
