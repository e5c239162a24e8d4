"""Whether a history of concurrent deeds could have happened one after another (Herlihy and Wing, 1990).

The search is Wing and Gong's with Lowe's memory of configurations: take any deed whose turn it can be, since
no other had ended before it began; see whether a plain sequential model could have answered so; go on.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a client did: when it began and ended (any one clock), what it asked and what it was told.

    `answer` is None where the client died, or the database did, before it was told: then it may have happened
    at any moment since, or never.
    """

    who: str
    what: str
    about: tuple[Any, ...]
    began: int
    ended: int | None
    answer: str | None


def is_linearizable(
    deeds: Sequence[Deed], start: State, answers: Callable[[State, Deed], dict[str, State]]
) -> bool:
    """Whether some order of the deeds, true to what was over before what began, explains every answer.

    `answers` is the sequential model: what a deed may be told in a state, and the state that follows each.
    """
    known = sum(1 << n for n, deed in enumerate(deeds) if deed.answer is not None)
    # those that were told something are tried first: what is unknown explains only what nothing else does
    order = sorted(range(len(deeds)), key=lambda n: (deeds[n].answer is not None, -deeds[n].began))
    seen: set[tuple[int, State]] = set()
    stack = [(0, start)]
    while stack:
        done, state = stack.pop()
        if done & known == known:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        left = [n for n in order if not done >> n & 1]
        first_end = min((e for n in left if (e := deeds[n].ended) is not None), default=None)
        for n in left:
            deed = deeds[n]
            if first_end is not None and deed.began > first_end:
                continue
            possible = answers(state, deed)
            if deed.answer is None:
                told = [after for after in possible.values() if after != state]
            else:
                told = [possible[deed.answer]] if deed.answer in possible else []
            stack += [(done | 1 << n, after) for after in told]
    return False
