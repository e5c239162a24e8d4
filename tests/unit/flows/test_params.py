"""What HR says to open a cycle."""

from datetime import date

import pytest

from flows.process.errors import BadParams
from flows.promotion.errors import NotFirstOfMonth
from flows.promotion.service import KIND


def test_a_cycle_is_named_after_its_month() -> None:
    params = KIND.read({"effective_on": "2026-12-01"})
    assert KIND.reference(params) == "KP-2026-12"


def test_a_promotion_takes_effect_on_the_first_of_a_month() -> None:
    with pytest.raises(NotFirstOfMonth, match="02-12-2026"):
        KIND.read({"effective_on": "2026-12-02"})


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "effective_on"),
        ({"effective_on": "soon"}, "effective_on"),
        ({"effective_on": "2026-12-01", "kind": "anumerta"}, "kind"),
        ({"effective_on": "2026-12-01", "unit": ["a"]}, "unit"),
    ],
)
def test_what_can_not_be_read_is_refused_by_its_field(said: dict[str, object], field: str) -> None:
    with pytest.raises(BadParams, match=f"^{field}: "):
        KIND.read(said)


def test_units_are_trimmed_and_said_once() -> None:
    params = KIND.read({"effective_on": date(2026, 12, 1), "unit_codes": [" a ", "b", "a", ""]})
    assert params.model_dump()["unit_codes"] == ("a", "b")
