"""Whom a stage asks, as its chain says it: by role, post, name, committee, ability, condition or history."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from approvals.strict import Cel, Slug, Strict, mapping


class ByRole(Strict):
    """Whoever has the role, and of whom the condition over `person` and the case's data holds."""

    role: Slug
    where: Cel | None = None


def _unit(said: str) -> str:
    code = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
    if not re.fullmatch(r"subject\.unit(\.parent)*" if said.startswith("subject.") else code, said):
        raise ValueError("say subject.unit, subject.unit.parent, top, nearest or a unit's code")
    return said


class ByPost(Strict):
    """The holder of a post, found from the subject's unit."""

    holder_of: Slug
    unit: Annotated[str, AfterValidator(_unit)] = "nearest"
    """`subject.unit`, `subject.unit.parent` (any number of parents), `top`, a unit's code, or `nearest`: the
    first unit that has such a post, from the subject's own upwards."""

    @property
    def levels_up(self) -> int:
        """How many levels above the subject's unit the search begins."""
        return self.unit.count(".parent") if self.unit.startswith("subject.unit") else 0

    @property
    def by_code(self) -> bool:
        """Whether a certain unit is named by its code."""
        return self.unit not in ("nearest", "top") and not self.unit.startswith("subject.unit")


class ByName(Strict):
    """One person, by id; for chains that are made for an occasion."""

    person: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class ByCommittee(Strict):
    """The members of a committee, as a decree formed it."""

    committee: Slug


class ByCapability(Strict):
    """Whoever has proof of an ability, such as an assessor's certificate."""

    capability: Slug
    where: Cel | None = None


class ByCondition(Strict):
    """Everybody of whom a condition over `person` and the case's data holds."""

    people: Cel


class ByHistory(Strict):
    """Whoever decided an earlier stage of the case."""

    decider_of: Slug


Candidate = ByRole | ByPost | ByName | ByCommittee | ByCapability | ByCondition | ByHistory
KINDS: dict[str, type[Candidate]] = {
    "role": ByRole,
    "holder_of": ByPost,
    "person": ByName,
    "committee": ByCommittee,
    "capability": ByCapability,
    "people": ByCondition,
    "decider_of": ByHistory,
}
"""The kinds of candidates, by the key that tells them apart."""

TAGS = frozenset(kind.__name__ for kind in KINDS.values()) | {"one", "many"}
"""What validation puts into the path of an error, and no chain's text has."""

Part = Literal["chair", "secretary", "member"]


def _which(said: Any) -> str:
    if isinstance(said, Candidate):
        return type(said).__name__
    keys = set(mapping(said))
    return next((kind.__name__ for key, kind in KINDS.items() if key in keys), "unknown")


One = Annotated[
    Annotated[ByRole, Tag("ByRole")]
    | Annotated[ByPost, Tag("ByPost")]
    | Annotated[ByName, Tag("ByName")]
    | Annotated[ByCommittee, Tag("ByCommittee")]
    | Annotated[ByCapability, Tag("ByCapability")]
    | Annotated[ByCondition, Tag("ByCondition")]
    | Annotated[ByHistory, Tag("ByHistory")],
    Discriminator(
        _which,
        custom_error_type="candidates",
        custom_error_message="say {role: ...}, {holder_of: ..., unit: ...}, {person: ...}, {committee: ...}, "
        "{capability: ...}, {people: ...}, {decider_of: ...}, or a list of these",
    ),
]
Many = Annotated[tuple[One, ...], Field(min_length=2, max_length=30)]
Candidates = Annotated[
    Annotated[One, Tag("one")] | Annotated[Many, Tag("many")],
    Discriminator(lambda said: "many" if isinstance(said, list | tuple) else "one"),
]


def label(candidate: Candidate) -> str:
    """What a panel calls the seat of a candidate: its post's, role's or committee's name."""
    match candidate:
        case ByPost(holder_of=name) | ByRole(role=name) | ByCapability(capability=name):
            return name
        case ByHistory(decider_of=name) | ByCommittee(committee=name):
            return name
        case ByName() | ByCondition():
            return ""
