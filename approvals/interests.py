"""Who may not decide a case, and why: its subject, its requester, who is tied to the subject, who decided
another of its stages, who corrected its facts, who stepped aside, and of an appeal who decided the first
time. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from approvals.errors import (
    ConflictOfInterest,
    CorrectedIt,
    DecidedBefore,
    DecidedFirst,
    DecidedForYou,
    OwnCase,
    OwnRequest,
    RelatedToSubject,
    SteppedAside,
    TieUnanswered,
)
from approvals.stage import Stage
from core.directory import Relation


@dataclass(frozen=True, slots=True)
class Decided:
    """Somebody decided at a stage of the case, in whatever round; or stepped aside there."""

    stage: str
    by: UUID
    recused: bool = False
    acting_for: UUID | None = None
    """In whose name: they have had their say by it, too."""


@dataclass(frozen=True, slots=True)
class Interests:
    """Whose case it is, and who decided on it so far."""

    subject_id: UUID
    requester_id: UUID | None
    decided: tuple[Decided, ...] = ()
    tied: tuple[UUID, ...] = ()
    """Who lives with the subject, is family, or wants the same post, by what was declared."""
    judged: tuple[UUID, ...] = ()
    """Of an appeal: who decided the case that it is against."""
    corrected: tuple[UUID, ...] = ()
    """Who of the office corrected its facts: they don't decide by what they entered."""
    doubted: tuple[UUID, ...] = ()
    """Who is said by others to be tied to the subject, and has not answered yet."""

    @property
    def owners(self) -> dict[UUID | None, type[ConflictOfInterest]]:
        """Whose own business it is."""
        return {self.requester_id: OwnRequest, self.subject_id: OwnCase}

    @property
    def parties(self) -> dict[UUID, type[ConflictOfInterest]]:
        """Who has no say at any stage, whatever they decided, and the error that says why."""
        barred: dict[UUID, type[ConflictOfInterest]] = {d.by: SteppedAside for d in self.decided if d.recused}
        barred |= dict.fromkeys(self.judged, DecidedFirst)
        barred |= dict.fromkeys(self.tied, RelatedToSubject)
        return barred | {person: why for person, why in self.owners.items() if person is not None}

    def conflict_of(self, person_id: UUID | None) -> type[ConflictOfInterest] | None:
        """What keeps somebody from steering the case, too: who may not decide does not choose who does."""
        if person_id is None:
            return None
        return self.parties.get(person_id) or (TieUnanswered if person_id in self.doubted else None)

    def barred_from(self, stage: Stage) -> Mapping[UUID, type[ConflictOfInterest]]:
        """Who may not decide at a stage, and the error that says why.

        Nobody decides twice on one case, unless the stage names the stages it must be separate from:
        then those alone count. Deciding the same stage again, after a repair, is not deciding twice.
        """
        apart = stage.separate_from
        barred: dict[UUID, type[ConflictOfInterest]] = {
            d.by: DecidedBefore
            for d in self.decided
            if d.stage != stage.name and (apart is None or d.stage in apart)
        }
        barred |= {
            d.acting_for: DecidedForYou
            for d in self.decided
            if d.acting_for
            and not d.recused
            and d.stage != stage.name
            and (apart is None or d.stage in apart)
            and d.acting_for not in barred
        }
        return barred | dict.fromkeys(self.corrected, CorrectedIt) | self.parties

    def must_have_answered(self, person_id: UUID | None) -> None:
        """Whoever is said to be tied to the subject says first whether it is so. They are not barred by what
        others say: that would let a subject choose the judges. Raises TieUnanswered."""
        if person_id in self.doubted:
            raise TieUnanswered

    def and_decided(self, more: Iterable[Decided]) -> "Interests":
        return replace(self, decided=(*self.decided, *more))


def tied_to(subject_id: UUID, relations: Iterable[Relation]) -> tuple[UUID, ...]:
    """Whom these relations keep from deciding on a subject: everybody at their other end who does not have to
    answer yet."""
    return _others(subject_id, (r for r in relations if not r.open))


def doubted_by(subject_id: UUID, relations: Iterable[Relation]) -> tuple[UUID, ...]:
    """Who is only said to be tied to a subject, and must answer that before deciding on them."""
    relations = tuple(relations)
    tied = set(tied_to(subject_id, relations))
    return tuple(p for p in _others(subject_id, (r for r in relations if r.open)) if p not in tied)


def _others(subject_id: UUID, relations: Iterable[Relation]) -> tuple[UUID, ...]:
    others = {r.other_id if r.person_id == subject_id else r.person_id for r in relations}
    return tuple(sorted(others - {subject_id}))
