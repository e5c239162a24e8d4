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


def nested(depth: int) -> str:
    said = "true"
    for n in range(depth):
        said = f"[1, 1].all(v{n}, {said})"
    return said


def test_loops_in_loops_in_loops_are_refused_before_they_run():
    assert condition(nested(2)).holds({})
    with pytest.raises(BadCondition, match="loops"):
        condition(nested(3))


@pytest.mark.parametrize(
    "source",
    ["a.all(b, b.exists (c, c.d. map(e, e) == c))", "a.filter(b, b.map(c, ')' == c.exists_one(d, true)))"],
)
def test_a_loop_is_seen_whatever_stands_around_it(source: str):
    with pytest.raises(BadCondition, match="loops"):
        condition(source)


def test_what_only_looks_like_a_loop_is_none():
    assert condition("'.all(.all(.all(' == text && (x.exists(y, y == 1) || x.all(y, y == 2))").holds(
        {"text": ".all(.all(.all(", "x": [1]}
    )


@pytest.mark.parametrize("source", ["1 / zero == 1", "9223372036854775807 + one > 0"])
def test_arithmetic_that_has_no_answer_names_the_condition(source: str):
    with pytest.raises(BadCondition):
        condition(source).holds({"zero": 0, "one": 1})
