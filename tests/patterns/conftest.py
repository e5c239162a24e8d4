"""The patterns are shown in the office of the engine's own tests."""

from tests.integration.approvals.conftest import desk, wired

__all__ = ["desk", "wired"]
