"""When a stage is decided, and how: the rules by which several people's decisions become one. Pure.

A panel has seats. Who recuses oneself leaves it, so that it counts one less; who abstains sits in it and
says neither yes nor no.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any, Literal, Self

from pydantic import model_validator

from approvals.models import DecisionKind
from approvals.strict import Slug, Strict, mapping

RuleName = Literal["any", "all", "first-reject", "sequence", "quorum", "majority", "committee"]
Majority = Literal["more-than-half", "two-thirds", "three-quarters", "unanimous"]
_SHARES: dict[Majority, Fraction] = {
    "more-than-half": Fraction(1, 2),
    "two-thirds": Fraction(2, 3),
    "three-quarters": Fraction(3, 4),
    "unanimous": Fraction(1),
}


class Rule(Strict):
    """How many decisions settle a stage.

    `any`: the first. `all`: everybody's, and a rejection waits for the others. `first-reject`: everybody
    approves, or the first rejection ends it. `sequence`: one after the other, likewise. `quorum`: so many
    approvals. `majority`: a share of the votes. `committee`: a meeting, with attendance, a chair and minutes.
    """

    rule: RuleName
    quorum: int | str | None = None
    """A number, or a share such as 60%: of approvals for `quorum`, of attendance for `committee`."""
    of: Literal["seats", "present", "cast"] = "seats"
    """What a majority is a share of: all seats, those who took part, or those who said yes or no."""
    majority: Majority = "more-than-half"
    chair: Literal["casting-vote"] | None = None
    """Whether the chair's own vote breaks a tie."""
    veto: tuple[Slug, ...] = ()
    """Parts whose rejection ends it, whatever the others say."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, said: Any) -> Any:
        if isinstance(said, str):
            return {"rule": said}
        keys = mapping(said)
        if not keys or "rule" in keys:
            return said
        if (
            {"chair", "veto"} & set(keys)
            or {"quorum", "of"} <= set(keys)
            or {"quorum", "majority"} <= set(keys)
        ):
            return {"of": "present", **keys, "rule": "committee"}
        return {**keys, "rule": "quorum" if "quorum" in keys else "majority"}

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.rule == "quorum" and self.quorum is None:
            raise ValueError("say how many approvals it takes: quorum: 3, or quorum: 60%")
        if self.quorum is not None:
            self._check_quorum(str(self.quorum))
        if self.rule not in ("quorum", "committee") and self.quorum is not None:
            raise ValueError(f"{self.rule} has no quorum")
        if self.rule != "committee" and (self.chair or self.veto):
            raise ValueError("chair and veto go with a committee")
        if self.rule not in ("majority", "committee") and (
            self.of != "seats" or self.majority != "more-than-half"
        ):
            raise ValueError("of and majority go with a majority or a committee")
        return self

    @staticmethod
    def _check_quorum(said: str) -> None:
        if not re.fullmatch(r"[1-9]\d{0,2}|([1-9]\d?|100)%", said):
            raise ValueError("a quorum is a number from 1, or a share from 1% to 100%")

    @property
    def is_panel(self) -> bool:
        """Whether one decision is not enough."""
        return self.rule != "any"

    def needed(self, seats: int) -> int:
        """The quorum as a number of these seats; 1 where none is asked."""
        said = str(self.quorum if self.quorum is not None else 1)
        return ceil(Fraction(int(said[:-1]), 100) * seats) if said.endswith("%") else int(said)


ANY = Rule(rule="any")


class Standing(StrEnum):
    """How a vote stands."""

    PENDING = "pending"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    SHORT = "short"
    """Too few are left to decide: members must be added."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What the holder of a seat said."""

    kind: DecisionKind
    part: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """The votes of a panel, counted."""

    seats: int
    """Without those who recused themselves."""
    approve: int
    reject: int
    returned: int
    abstain: int

    @classmethod
    def of(cls, votes: Sequence[Vote], waiting: int) -> "Count":
        """Count votes; `waiting` seats have not voted."""
        kinds = [vote.kind for vote in votes]
        approve, reject = kinds.count(DecisionKind.APPROVE), kinds.count(DecisionKind.REJECT)
        returned, abstain = kinds.count(DecisionKind.RETURN), kinds.count(DecisionKind.ABSTAIN)
        return cls(approve + reject + returned + abstain + waiting, approve, reject, returned, abstain)

    @property
    def against(self) -> int:
        return self.reject + self.returned

    @property
    def cast(self) -> int:
        return self.approve + self.against

    @property
    def present(self) -> int:
        return self.cast + self.abstain

    @property
    def waiting(self) -> int:
        return self.seats - self.present


def standing(rule: Rule, votes: Sequence[Vote], waiting: int, *, closed: bool = False) -> Standing:
    """How a stage stands after these votes, with so many seats that have not voted.

    `closed` says that the chair has ended the meeting: who has not voted was not there.
    """
    count = Count.of(votes, waiting)
    if rule.rule == "committee":
        return _committee(rule, votes, count, closed=closed)
    return Standing.RETURN if count.returned else _counted(rule, count)


def _counted(rule: Rule, count: Count) -> Standing:
    everybody = count.seats - count.abstain
    match rule.rule:
        case "any":
            return _settled(count, enough=1, rejections=1)
        case "majority":
            return _majority(rule, count)
        case "quorum":
            needed = rule.needed(count.seats)
            return _settled(count, enough=needed, rejections=count.seats - needed + 1)
        case "all" if count.waiting:
            return Standing.PENDING
        case _:
            return _settled(count, enough=everybody, rejections=1)


def _settled(count: Count, *, enough: int, rejections: int) -> Standing:
    """By approvals that are enough, or by what makes enough impossible."""
    if count.approve and count.approve >= enough:
        return Standing.APPROVE
    if count.reject and count.reject + count.abstain >= rejections:
        return Standing.REJECT
    if count.approve + count.waiting < max(enough, 1):
        return Standing.REJECT if count.reject else Standing.SHORT
    return Standing.PENDING


def _majority(rule: Rule, count: Count) -> Standing:
    """As soon as no vote that is left could change it."""
    left = count.waiting
    if not count.seats:
        return Standing.SHORT
    worst = Count(count.seats, count.approve, count.reject + left, count.returned, count.abstain)
    best = Count(count.seats, count.approve + left, count.reject, count.returned, count.abstain)
    if _carries(rule, worst):
        return Standing.APPROVE
    return Standing.PENDING if _carries(rule, best) else Standing.REJECT


def _carries(rule: Rule, count: Count) -> bool:
    whole = {"seats": count.seats, "present": count.present, "cast": count.cast}[rule.of]
    share = _SHARES[rule.majority]
    if rule.majority == "more-than-half":
        return count.approve > share * whole
    return count.approve > 0 and count.approve >= share * whole


def _committee(rule: Rule, votes: Sequence[Vote], count: Count, *, closed: bool) -> Standing:
    if any(v.kind is DecisionKind.REJECT and v.part in rule.veto for v in votes):
        return Standing.REJECT
    if any(v.kind is DecisionKind.RETURN and v.part == "chair" for v in votes):
        return Standing.RETURN
    needed = max(rule.needed(count.seats), 1)
    if count.seats >= needed and count.waiting and not closed:
        return Standing.PENDING
    if count.present < needed or not count.cast:
        return Standing.SHORT
    if _carries(rule, count) or _cast_by_chair(rule, votes, count) is DecisionKind.APPROVE:
        return Standing.APPROVE
    return Standing.RETURN if count.returned > count.reject else Standing.REJECT


def _cast_by_chair(rule: Rule, votes: Sequence[Vote], count: Count) -> DecisionKind | None:
    """What the chair said, where that breaks a tie."""
    if not rule.chair or count.approve != count.against or rule.majority != "more-than-half":
        return None
    return next((vote.kind for vote in votes if vote.part == "chair"), None)
