"""A few hundred requests of all sorts, with everybody's tokens; tests/bench/fuzz_api.py sends thousands."""

from tests.bench.fuzz_api import fuzz, ids_of, tokens_of_all
from tests.integration.web.office import Office

REQUESTS = 252


def test_whatever_a_program_sends_is_answered_as_described_and_never_by_an_error_of_ours(
    office: Office, address: str
):
    found = fuzz(address, tokens_of_all(), ids_of(office), REQUESTS)
    assert found.faults == []
    assert found.sent >= REQUESTS
    assert {200, 401, 403, 404, 422} <= set(found.statuses)
