from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.retry import FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS, pause_after


def test_pauses_double_until_the_longest():
    pauses = [pause_after(attempts, 0.5) for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses[:4] == [FIRST_PAUSE * factor for factor in (1, 2, 4, 8)]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_message_is_tried_for_more_than_a_day_before_it_is_given_up():
    pauses = [pause_after(attempts, 0.5) for attempts in range(1, MOST_ATTEMPTS)]
    assert sum(filter(None, pauses), timedelta()) > timedelta(days=1)
    assert pause_after(MOST_ATTEMPTS, 0.5) is None


@given(attempts=st.integers(0, 1000), jitter=st.floats(0, 1))
def test_a_pause_is_within_half_of_its_length(attempts: int, jitter: float):
    pause, middle = pause_after(attempts, jitter), pause_after(attempts, 0.5)
    if pause is not None and middle is not None:
        assert middle * 0.5 <= pause <= middle * 1.5 <= LONGEST_PAUSE * 1.5
    else:
        assert pause is middle is None
