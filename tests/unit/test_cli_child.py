"""How a child ends, and when it starts again."""

from itertools import accumulate, repeat

from cli.child import FIRST_DELAY, LONGEST_DELAY, STEADY, ending, next_delay


def test_a_child_that_keeps_dying_waits_ever_longer_up_to_a_limit() -> None:
    delays = list(accumulate(repeat(0.1, 10), next_delay, initial=0.0))[1:]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert delays[0] == FIRST_DELAY
    assert delays[-1] == LONGEST_DELAY


def test_a_child_that_ran_steadily_starts_again_at_once() -> None:
    assert next_delay(LONGEST_DELAY, STEADY) == FIRST_DELAY


def test_an_ending_names_the_signal_or_the_code() -> None:
    assert ending(-9) == "ended by SIGKILL"
    assert ending(3) == "ended with exit code 3"
