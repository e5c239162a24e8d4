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


class ExcludedBefore(Conflict):
    """Two people took {name} out of this cycle, so nobody puts them in again. Nothing was changed; they may be in the next cycle."""  # noqa: E501


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


class NoSuchDecree(NotFound):
    """There is no such decree."""


class DecreesAreHrs(NotAllowed):
    """Only the personnel office may propose that a decree is corrected or revoked. Nothing was changed."""


class OwnDecree(NotAllowed):
    """Nobody proposes this of their own decree; ask a colleague in the personnel office. Nothing was changed."""  # noqa: E501


class WhyReplaced(Invalid):
    """Say in at most a thousand letters why the decree is corrected or revoked: it will stand in the new one. Nothing was sent."""  # noqa: E501


class NothingCorrected(Invalid):
    """Nothing differs from the decree as it stands; write what should stand there instead. Nothing was sent."""  # noqa: E501


class BadCorrection(Invalid):
    """ "{said}" can't stand in a decree: a NIP has 18 digits, and a promotion takes effect on the 1st of a month. Nothing was sent; what you typed is kept."""  # noqa: E501


class ReplacedAlready(Conflict):
    """The decree {number} has been corrected or revoked by {by} already. Nothing was changed; look at that one."""  # noqa: E501


class NotAsProposed(Conflict):
    """What the case asks for is not what was proposed for this decree. Nothing was signed; reject it, and let it be proposed anew."""  # noqa: E501


class RevokedForGood(Conflict):
    """{number} revokes a promotion, and that can't be undone by a decree like this: whoever is to be promoted after all goes through a cycle. Nothing was changed."""  # noqa: E501


class ReplacementWaits(Conflict):
    """{reference} is about this decree and has not been decided. Wait for that, or have it cancelled first; nothing was sent."""  # noqa: E501
