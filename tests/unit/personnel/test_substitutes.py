from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.ids import new_id
from personnel.substitutes import Deputy, Place, Span, proposed, uncovered

DAY = date(2026, 12, 1)
HERE, ABOVE, ELSEWHERE = new_id(), new_id(), new_id()
PLACE = Place(new_id(), HERE, ABOVE)
GAP = (DAY, DAY + timedelta(days=4))


def deputy(name: str, unit: object = HERE, **said: object) -> Deputy:
    usual = Deputy(new_id(), "1", name, "post", HERE, leads=False, echelon=100, rank=9)
    return replace(usual, unit_id=unit, **said)


days = st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))
spans = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


def in_(day: date, span: Span) -> bool:
    return span[0] <= day <= span[1]


@given(spans, st.lists(spans, max_size=6))
def test_the_first_days_without_cover_are_found(whole: Span, covered: list[Span]):
    found = uncovered(*whole, covered)
    every = [whole[0] + timedelta(days=n) for n in range((whole[1] - whole[0]).days + 1)]
    open_ = [day for day in every if not any(in_(day, span) for span in covered)]
    if found is None:
        assert open_ == []
    else:
        assert found[0] == open_[0]
        assert [day for day in open_ if in_(day, found)] == [
            found[0] + timedelta(days=n) for n in range((found[1] - found[0]).days + 1)
        ]
        assert found[1] == whole[1] or found[1] + timedelta(days=1) not in open_


def test_the_highest_of_the_unit_comes_before_the_head_above():
    low, high, above = deputy("low"), deputy("high", echelon=6), deputy("above", ABOVE, leads=True, echelon=2)
    assert proposed(PLACE, GAP, [above, low, high]) is high
    assert proposed(PLACE, GAP, [above]) is above


def test_of_one_echelon_the_higher_rank_is_proposed():
    low, high = deputy("low", rank=9), deputy("high", rank=12)
    assert proposed(PLACE, GAP, [low, high]) is high


def test_neither_the_absent_nor_the_holder_nor_strangers_are_proposed():
    away = deputy("away", away=((GAP[1], GAP[1]),))
    holder = deputy("holder", person_id=PLACE.holder_id)
    other, staff_above = deputy("other", ELSEWHERE, leads=True), deputy("above", ABOVE)
    assert proposed(PLACE, GAP, [away, holder, other, staff_above]) is None
