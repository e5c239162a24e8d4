"""Who gets a task: a queue, a post's holder, or certain people; never somebody in conflict, never nobody.

Asked for many tasks at once, so that opening a cycle's cases costs the directory a handful of questions.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from approvals.candidacy import ByName, ByPost, ByRole, Candidate
from approvals.crowds import NOTHING, About, Crowds
from approvals.directory import Directory
from approvals.models import TaskState
from core.actor import Role
from core.directory import Capacity, Holder, Person, Post

LAST_RESORT = f"role:{Role.HR}"
"""Who is offered what nobody can be found for: HR sees it, and fills the post or decides."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that looks for somebody."""

    candidates: Candidate
    unit_id: UUID
    """The unit that `subject.unit` means."""
    acting: Collection[Capacity] = ()
    barred: Collection[UUID] = ()
    """Who may not get it."""
    familiar: UUID | None = None
    """Who had it before, and gets it again if still entitled."""
    rises: bool = False
    """It goes higher up: vacant posts on the way are passed by."""
    leaves: UUID | None = None
    """The post it leaves; if that is on the way, the search begins above it."""
    about: About = NOTHING
    """What conditions and history may ask of its case."""
    allocates: bool = False
    """Somebody is to be chosen among those who qualify: the answer names them."""
    chain: str = ""
    """With the stage and the subject's rank: what the scope of an order to act is held against."""
    stage: str = ""
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets it: a person (by which right), a queue, or certain people to choose among themselves.

    `unfilled` says that nobody was found.
    """

    queue: str | None = None
    candidates: tuple[UUID, ...] | None = None
    position_id: UUID | None = None
    assignee_id: UUID | None = None
    capacity: Capacity | None = None
    order_number: str | None = None
    unfilled: bool = False
    pool: tuple[UUID, ...] = ()
    """Among whom somebody is to be chosen: all who qualify and are not away."""
    how: Mapping[str, Any] | None = None
    """By which rule somebody was chosen, and what anybody needs to repeat the choice."""

    @property
    def state(self) -> TaskState:
        return TaskState.ALLOCATED if self.assignee_id else TaskState.OFFERED


def assign(wanted: Sequence[Wanted], directory: Directory, at: datetime) -> list[Assignment]:
    """Find somebody for each of these tasks, with the same few questions however many they are."""
    known = _Known.ask(wanted, directory, at)
    return [_assignment(one, known) for one in wanted]


def pick(
    post: Post,
    acting: Collection[Capacity],
    barred: Collection[UUID],
    familiar: UUID | None = None,
) -> Holder | Literal["vacant", "conflicted"]:
    """Who takes a post's task: its holder; if away, or there is none, whoever is permitted to act.

    Where the holder has a conflict of interest, nobody acts for them either.
    """
    own = next((h for h in post.holders if h.capacity is Capacity.DEFINITIVE), None)
    if own and own.person_id in barred:
        return "conflicted"
    deputies = [h for h in post.holders if h.capacity in acting and not h.absent]
    willing = [h for h in deputies if h.person_id not in barred]
    present = [own, *willing] if own and not own.absent else willing
    if present:
        return next((h for h in present if h.person_id == familiar), present[0])
    if own:
        return own
    return "conflicted" if deputies else "vacant"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the directory said about everything that a number of tasks may need."""

    members: Mapping[str, Sequence[Person]] = field(default_factory=dict[str, Sequence[Person]])
    chains: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict[UUID, Sequence[UUID]])
    codes: Mapping[str, UUID | None] = field(default_factory=dict[str, UUID | None])
    posts: Mapping[tuple[str, UUID], Post] = field(default_factory=dict[tuple[str, UUID], Post])
    active: Collection[UUID] = ()
    away: Collection[UUID] = ()
    """Of those whom work may be given without their asking, who is on leave."""
    crowds: Crowds = field(default_factory=Crowds)

    @classmethod
    def ask(cls, wanted: Sequence[Wanted], directory: Directory, at: datetime) -> "_Known":
        roles = {c.role for w in wanted if isinstance(c := w.candidates, ByRole) and not c.where}
        crowds = Crowds.ask((w.candidates for w in wanted if not _alone(w.candidates)), directory, at)
        members = {role: directory.with_role(role) for role in roles}
        by_post = [(w, w.candidates) for w in wanted if isinstance(w.candidates, ByPost)]
        named = {spec.unit for _, spec in by_post if spec.by_code}
        codes = {code: directory.unit_by_code(code) for code in named}
        units = {w.unit_id for w, _ in by_post} | {unit for unit in codes.values() if unit}
        known = cls(members, directory.units_above(units) if units else {}, codes)
        asked: defaultdict[str, set[UUID]] = defaultdict(set)
        for w, spec in by_post:
            asked[spec.holder_of].update(known.upwards(w.unit_id, spec))
        posts = {
            (key, unit): post
            for key, among in asked.items()
            for unit, post in directory.posts(key, among, at).items()
        }
        ids = {h.person_id for post in posts.values() for h in post.holders}
        ids |= {UUID(w.candidates.person) for w in wanted if isinstance(w.candidates, ByName)}
        active = {p.id for p in directory.people(ids).values() if p.active} if ids else set[UUID]()
        away = directory.away(_given_unasked(wanted, members, crowds), at) if _gives(wanted) else ()
        return cls(members, known.chains, codes, posts, active, away, crowds)

    def upwards(self, unit_id: UUID, spec: ByPost) -> Sequence[UUID]:
        """The units in which to look for a post, in this order."""
        if spec.by_code:
            start = self.codes.get(spec.unit)
            return self.chains.get(start, ()) if start else ()
        chain = self.chains.get(unit_id, ())
        if spec.unit == "top":
            return chain[-1:]
        # one that has no parent left is its own superior's unit: the conflict check looks further
        return chain[spec.levels_up :] or chain[-1:]

    def posts_upwards(self, unit_id: UUID, spec: ByPost) -> list[Post]:
        """The posts there, without holders who are no longer active."""
        found = [self.posts.get((spec.holder_of, unit)) for unit in self.upwards(unit_id, spec)]
        return [
            Post(p.position_id, p.unit_id, p.title, tuple(h for h in p.holders if h.person_id in self.active))
            for p in found
            if p
        ]


def _assignment(wanted: Wanted, known: _Known) -> Assignment:
    match wanted.candidates:
        case ByRole(role=role, where=None):
            able = [p.id for p in known.members[role] if p.active and p.id not in wanted.barred]
            if able:
                return _open_to(able, Assignment(queue=f"role:{role}"), wanted, known)
        case ByName(person=person):
            if UUID(person) in known.active and UUID(person) not in wanted.barred:
                return Assignment(assignee_id=UUID(person))
        case ByPost() as spec:
            return _at_post(wanted, known.posts_upwards(wanted.unit_id, spec))
        case crowd:
            found = known.crowds.of(crowd, wanted.about)
            if able := tuple(one.person_id for one in found if one.person_id not in wanted.barred):
                return _among(able, wanted, known)
    return Assignment(queue=LAST_RESORT, unfilled=True)


def _alone(candidate: Candidate) -> bool:
    """Whether it is a queue, a post or a name, so that nobody need be told apart."""
    return isinstance(candidate, ByPost | ByName) or (isinstance(candidate, ByRole) and not candidate.where)


def _gives(wanted: Sequence[Wanted]) -> bool:
    """Whether any of these may be given to one of several people, so that it matters who is away."""
    return any((w.allocates or w.familiar) and not isinstance(w.candidates, ByPost | ByName) for w in wanted)


def _given_unasked(
    wanted: Sequence[Wanted], members: Mapping[str, Sequence[Person]], crowds: Crowds
) -> set[UUID]:
    deciders = {id_ for w in wanted for ids in w.about.deciders.values() for id_ in ids}
    return {p.id for group in members.values() for p in group} | crowds.everybody | deciders


def _among(able: tuple[UUID, ...], wanted: Wanted, known: _Known) -> Assignment:
    """Offered to these people by name; when there is no choice it is given."""
    if len(able) == 1 and not wanted.allocates:
        return Assignment(assignee_id=able[0])
    return _open_to(able, Assignment(candidates=able), wanted, known)


def _open_to(able: Sequence[UUID], offer: Assignment, wanted: Wanted, known: _Known) -> Assignment:
    """An offer to several; given to whoever knows the case, or waiting for somebody to be chosen."""
    here = tuple(person for person in able if person not in known.away)
    if wanted.familiar in here:
        return replace(offer, assignee_id=wanted.familiar)
    return replace(offer, pool=here) if wanted.allocates else offer


def _at_post(wanted: Wanted, posts: Sequence[Post]) -> Assignment:
    left = next((n for n, post in enumerate(posts) if post.position_id == wanted.leaves), -1)
    for post in posts[left + 1 :]:
        holder = pick(_covering(post, wanted), wanted.acting, wanted.barred, wanted.familiar)
        if isinstance(holder, Holder):
            return Assignment(
                position_id=post.position_id,
                assignee_id=holder.person_id,
                capacity=holder.capacity,
                order_number=holder.order_number or None,
            )
        if holder == "vacant" and not wanted.rises:
            return Assignment(queue=LAST_RESORT, position_id=post.position_id, unfilled=True)
    first = posts[0].position_id if posts else None
    return Assignment(queue=LAST_RESORT, position_id=first, unfilled=True)


def _covering(post: Post, wanted: Wanted) -> Post:
    """The post without those who act for it by an order that does not reach as far as this task."""
    held = tuple(h for h in post.holders if h.scope.covers(wanted.chain, wanted.stage, wanted.rank))
    return post if len(held) == len(post.holders) else replace(post, holders=held)
