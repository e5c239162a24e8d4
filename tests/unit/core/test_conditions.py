import pytest

from core.conditions import BadCondition, condition


def test_a_condition_reads_nested_facts():
    assert condition("subject.rank.order >= 12").holds({"subject": {"rank": {"order": 13}}})


@pytest.mark.parametrize(
    "source", ["subject.rank.order", "missing > 1", "subject.nope > 1", "subject.rank > 'a'"]
)
def test_what_cannot_be_answered_with_yes_or_no_names_the_condition(source: str):
    with pytest.raises(BadCondition, match=source.partition(" ")[0]):
        condition(source).holds({"subject": {"rank": {"order": 13}}})


def test_what_cannot_be_compiled_is_refused_with_the_reason():
    with pytest.raises(BadCondition, match="Syntax error"):
        condition("a >")


def test_an_endless_condition_is_refused_before_it_is_compiled():
    with pytest.raises(BadCondition, match="longer than"):
        condition("a + " * 2000 + "a > 1")
