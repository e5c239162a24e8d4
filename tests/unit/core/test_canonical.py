"""The one text of a value, which is hashed: by the letter what JSON with sorted keys says."""

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.events import canonical


class Kind(StrEnum):
    APPROVE = "approve"


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8"))
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.dates() | st.uuids() | st.sampled_from(Kind)
KEYS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    PLAIN | MOMENTS, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(KEYS, inner)
)


@given(st.dictionaries(KEYS, VALUES))
def test_it_is_json_with_sorted_keys_and_no_spaces(value: dict):
    assert canonical(value) == json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=said
    )


def test_ids_moments_and_codes_are_texts():
    value = {
        "at": datetime(2026, 11, 24, 9, tzinfo=UTC),
        "id": UUID(int=1),
        "on": date(2026, 11, 24),
        Kind.APPROVE: Kind.APPROVE,
    }
    assert canonical(value) == (
        '{"approve":"approve","at":"2026-11-24T09:00:00+00:00",'
        '"id":"00000000-0000-0000-0000-000000000001","on":"2026-11-24"}'
    )


def said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
