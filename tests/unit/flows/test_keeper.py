"""The keeper's table, line by line: wished against seen."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.process.keeper import ENDED, TABLE, WISHES, Action, Life, Seen, Standing, Wish, next_action
from flows.process.models import ProcessState

GONE = {Seen.LOST, Seen.COMPLETED, Seen.FAILED, Seen.CRASHED}

ROWS: list[tuple[Standing, Action]] = [
    # nothing was launched
    *[(Standing(Wish.NONE, seen), Action.NOTHING) for seen in Seen],
    # it shall run, and no run is there
    (Standing(Wish.GO, Seen.ABSENT), Action.CREATE),
    (Standing(Wish.GO, Seen.ABSENT, due=False), Action.NOTHING),
    (Standing(Wish.GO, Seen.ABSENT, rested=False), Action.NOTHING),
    # it shall run, and a worker will take it
    (Standing(Wish.GO, Seen.SCHEDULED), Action.NOTHING),
    # it shall run, and is suspended
    (Standing(Wish.GO, Seen.SUSPENDED, held_at_gate=True), Action.NOTHING),
    (Standing(Wish.GO, Seen.SUSPENDED), Action.RESUME),
    # it shall run, and does, or seems to
    *[(Standing(Wish.GO, seen, life=Life.ALIVE), Action.NOTHING) for seen in (Seen.PENDING, Seen.RUNNING)],
    *[(Standing(Wish.GO, seen, life=Life.UNKNOWN), Action.GRANT) for seen in (Seen.PENDING, Seen.RUNNING)],
    *[(Standing(Wish.GO, seen, life=Life.LAPSED), Action.REPLACE) for seen in (Seen.PENDING, Seen.RUNNING)],
    # it shall run, and died
    *[(Standing(Wish.GO, seen), Action.REPLACE) for seen in GONE],
    *[(Standing(Wish.GO, seen, hopeless=True), Action.SHOW_FAILED) for seen in GONE],
    (Standing(Wish.GO, Seen.FAILED, told=True), Action.SHOW_FAILED),
    (Standing(Wish.GO, Seen.CRASHED, told=True), Action.REPLACE),
    # somebody else stopped it
    (Standing(Wish.GO, Seen.CANCELLED), Action.SHOW_CANCELLED),
    (Standing(Wish.GO, Seen.CANCELLING, life=Life.ALIVE), Action.NOTHING),
    (Standing(Wish.GO, Seen.CANCELLING, life=Life.UNKNOWN), Action.GRANT),
    (Standing(Wish.GO, Seen.CANCELLING, life=Life.LAPSED), Action.END),
    # paused or failed: whatever the run does, it is left alone
    *[(Standing(Wish.HOLD, seen, life=life), Action.NOTHING) for seen, life in product(Seen, Life)],
    # told to its end: the run ends by itself, or is ended
    *[(Standing(Wish.FINISH, seen), Action.END) for seen in (Seen.SCHEDULED, Seen.SUSPENDED)],
    *[
        (Standing(Wish.FINISH, seen, life=life), action)
        for seen in (Seen.PENDING, Seen.RUNNING, Seen.CANCELLING)
        for life, action in (
            (Life.ALIVE, Action.NOTHING),
            (Life.UNKNOWN, Action.GRANT),
            (Life.LAPSED, Action.END),
        )
    ],
    *[(Standing(Wish.FINISH, seen), Action.NOTHING) for seen in (*ENDED, Seen.ABSENT)],
    # cancelled: whatever still runs stops
    *[
        (Standing(Wish.STOP, seen, life=life), Action.END)
        for seen, life in product((Seen.SCHEDULED, Seen.SUSPENDED, Seen.PENDING, Seen.RUNNING), Life)
    ],
    (Standing(Wish.STOP, Seen.CANCELLING, life=Life.ALIVE), Action.NOTHING),
    (Standing(Wish.STOP, Seen.CANCELLING, life=Life.UNKNOWN), Action.GRANT),
    (Standing(Wish.STOP, Seen.CANCELLING, life=Life.LAPSED), Action.END),
    *[(Standing(Wish.STOP, seen), Action.NOTHING) for seen in (*ENDED, Seen.ABSENT)],
]


@pytest.mark.parametrize(("standing", "action"), ROWS)
def test_the_next_action_is_what_the_table_says(standing: Standing, action: Action) -> None:
    assert next_action(standing) is action


def test_every_pair_of_wish_and_seen_is_spoken_of() -> None:
    assert {(s.wish, s.seen) for s, _ in ROWS} == set(product(Wish, Seen))


def test_every_line_of_the_table_is_reached_by_some_standing() -> None:
    reached = set()
    for standing, _ in ROWS:
        for place, row in enumerate(TABLE):
            if row.wish is standing.wish and standing.seen in row.seen and row.when(standing):
                reached.add(place)
                break
    assert reached == set(range(len(TABLE)))


def test_every_state_of_a_process_has_a_wish() -> None:
    assert set(WISHES) == set(ProcessState)


standings = st.builds(
    Standing,
    wish=st.sampled_from(Wish),
    seen=st.sampled_from(Seen),
    due=st.booleans(),
    life=st.sampled_from(Life),
    held_at_gate=st.booleans(),
    rested=st.booleans(),
    hopeless=st.booleans(),
    told=st.booleans(),
)


@given(standings)
def test_a_run_is_only_woken_or_started_where_the_office_wants_it_to_go(standing: Standing) -> None:
    if next_action(standing) in (Action.CREATE, Action.RESUME, Action.REPLACE):
        assert standing.wish is Wish.GO


@given(standings)
def test_a_run_at_a_closed_gate_is_never_woken(standing: Standing) -> None:
    if standing.held_at_gate:
        assert next_action(standing) is not Action.RESUME


@given(standings)
def test_a_run_that_shows_itself_is_never_replaced(standing: Standing) -> None:
    if standing.life is Life.ALIVE and standing.seen not in ENDED:
        assert next_action(standing) is not Action.REPLACE


@given(standings)
def test_a_cancelled_or_finished_run_is_never_ended_again(standing: Standing) -> None:
    if standing.seen in ENDED:
        assert next_action(standing) is not Action.END
