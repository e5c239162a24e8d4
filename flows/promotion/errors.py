"""What promotion refuses, in the sentences that people see."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NotFirstOfMonth(Invalid):
    """A promotion takes effect on the 1st of a month; {day} is not one. Nothing was created."""


class UnknownUnit(Invalid):
    """There is no unit with the code {code}. Nothing was created."""


class NobodyThere(Invalid):
    """Nobody serves in the units that were chosen. Nothing was created."""


class CycleOverlaps(Conflict):
    """{reference} covers some of the same people and takes effect on the same day. End that cycle first, or
    choose other units. Nothing was created."""


class CandidatesAreHrs(NotAllowed):
    """Only the personnel office may add or exclude a candidate. Nothing was changed."""


class OwnCandidacy(NotAllowed):
    """Nobody adds or excludes themselves; ask a colleague in the personnel office. Nothing was changed."""


class WhyNeeded(Invalid):
    """Say why the candidate is added or excluded. Nothing was changed."""


class CycleClosed(Conflict):
    """The approvals of this cycle are over; candidates can't be added or excluded any more."""


class CycleUnderWay(Conflict):
    """The cycle {reference} is not over, and works with its candidates' names and facts until then. Nothing was erased; end or cancel it first."""  # noqa: E501


class NoSuchCandidate(NotFound):
    """This person is not in the cycle."""


class NoSuchPerson(NotFound):
    """There is no employee with the number {nip}. Nothing was changed."""


class NotEligible(Conflict):
    """{name} can't be added: {why}. Nothing was changed."""


class CandidateAlready(Conflict):
    """{name} is in the cycle already. Nothing was changed."""


class NotCandidate(Conflict):
    """{name} has no open case in this cycle. Nothing was changed."""


class BadConsiderationFile(Invalid):
    """This file can't be read as the agency's answer: {why}. Nothing was recorded."""


class UnknownNip(Invalid):
    """Nobody with the NIP {nip} is in this cycle."""


class UnknownAnswer(Invalid):
    """{said} is not an answer; write MS, TMS or BTS."""


class LetterMissing(Invalid):
    """The number or the date of the consideration is missing."""


class BadDate(Invalid):
    """{said} is not a date; write it as 31-12-2026."""
