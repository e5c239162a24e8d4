"""Who may not decide a case, and why: its subject, its requester, who is tied to the subject, who decided
another of its stages, who stepped aside, and of an appeal who decided the first time. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from approvals.errors import (
    ConflictOfInterest,
    DecidedBefore,
    DecidedFirst,
    DecidedForYou,
    OwnCase,
    OwnRequest,
    RelatedToSubject,
    SteppedAside,
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
        return self.parties.get(person_id) if person_id else None

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
        return barred | self.parties

    def and_decided(self, more: Iterable[Decided]) -> "Interests":
        return replace(self, decided=(*self.decided, *more))


def tied_to(subject_id: UUID, relations: Iterable[Relation]) -> tuple[UUID, ...]:
    """Whom these relations keep from deciding on a subject: everybody at their other end."""
    others = {r.other_id if r.person_id == subject_id else r.person_id for r in relations}
    return tuple(sorted(others - {subject_id}))
