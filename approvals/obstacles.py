"""What stands in the way of handing on, pausing and steering work, in the sentences that people see."""

from approvals.errors import ConflictOfInterest
from core.errors import Conflict, Invalid, NotAllowed, NotFound

# who may


class NotWithYou(NotAllowed):
    """Only the person who has this task may do this; nothing was changed."""


class NotSuperior(NotAllowed):
    """Only HR, or the superior of whoever has this task, may reassign it; nothing was changed."""


class OverseersOnly(NotAllowed):
    """Only HR or an operator may do this; nothing was changed."""


class ChairOnly(NotAllowed):
    """Only HR, or the chair of this panel, may do this; nothing was changed."""


# whom work is handed to


class Unfit(NotAllowed):
    """{name} may not decide this task, so it can't be handed to them. Nothing was changed; choose another."""


class Conflicted(ConflictOfInterest):
    """{name} may not decide this case because of a conflict of interest. Nothing was changed; choose
    another."""


class HasItAlready(Conflict):
    """{name} has this task already; nothing was changed."""


class NobodyAbove(Conflict):
    """Nobody above could decide this task, so it stays where it is. HR may reassign it instead."""


class NothingChosen(Invalid):
    """Say whose tasks, of which stage, or of which process. Nothing was changed."""


# reminding


class RemindedAlready(Conflict):
    """They were reminded less than four hours ago, or have nothing to decide any more. Nothing was sent."""


# pausing


class TaskSuspended(Conflict):
    """This task is suspended. Nothing was recorded; resume it first."""


class NotSuspended(Conflict):
    """This is not suspended, so there is nothing to resume; nothing was changed."""


class NotAhead(Invalid):
    """The day to go on must lie ahead. Nothing was changed; your text is kept."""


# correcting


class AskedToDecide(Conflict):
    """You are asked to decide this case, and whoever decides does not enter the facts. Nothing was changed;
    hand the task to somebody else first, or let a colleague correct it."""


class FactsFixed(Conflict):
    """What this case asks for is carried out as it was sent, so its facts stay. Nothing was changed; if
    something is wrong, let it be returned or rejected, and propose it anew."""


# steering


class NotSkippable(NotAllowed):
    """The chain does not allow this stage to be passed over; nothing was changed."""


class NoWayBack(Conflict):
    """The case can't go back to that stage: it must be an earlier one that people decided, and nothing may
    have been signed since. Nothing was changed."""


# deciding ahead


class NotToDecideAhead(Conflict):
    """This stage can't be decided ahead: only a later one can, which one person decides without a signature.
    Nothing was recorded."""


class AheadAlready(Conflict):
    """{by} decided this stage ahead already. Nothing was recorded; that decision must be taken back first."""


class NoSuchAhead(NotFound):
    """There is no decision ahead of yours at this stage; it was used or dropped. Nothing was changed."""


# panels


class NotAddable(Conflict):
    """Nobody can be added or removed here: the chain says who decides. Nothing was changed."""


class AddsThemselves(NotAllowed):
    """You can't give yourself a say in a case; somebody else may add you. Nothing was changed."""


class SeatedAlready(Conflict):
    """{name} has a part in this stage already; nothing was changed."""


class SitsThere(NotAllowed):
    """Whoever has a part in this stage doesn't choose who else has one. Nothing was changed; leave it to a
    colleague."""


class LastApprover(Conflict):
    """Without this approver nobody would be left to decide. Nothing was changed; add another first."""


# asking colleagues


class AsksOwner(NotAllowed):
    """{name} is whom this case is about, or raised it. Nothing was sent; return the case to ask them."""


class AsksThemselves(Invalid):
    """You can't ask yourself; nothing was sent. Choose a colleague."""


class AskedAlready(Conflict):
    """{name} has been asked about this task and has not answered yet; nothing was sent."""


class Gone(NotAllowed):
    """{name} no longer works here; nothing was changed. Choose somebody else."""


class NoSuchQuestion(NotFound):
    """This question does not exist, or it was not put to you."""


class QuestionEnded(Conflict):
    """This question was answered, or its task has ended meanwhile. Your answer was not recorded."""


# a second pair of eyes


class NoSuchProposal(NotFound):
    """This proposal does not exist, or it is not yours to see."""


class ProposedAlready(Conflict):
    """{by} proposed something of this kind already, and it waits to be confirmed. Nothing was kept; that must
    be answered or taken back first."""


class OwnProposal(NotAllowed):
    """You proposed this, so somebody else confirms it or turns it down; nothing was changed."""


class AboutYourself(NotAllowed):
    """This is about yourself, so other administrators confirm it or turn it down; nothing was changed."""


class NotYourProposal(NotAllowed):
    """Only whoever proposed this takes it back; nothing was changed."""


class AnsweredAlready(Conflict):
    """{by} answered this proposal already, on {at}; nothing was changed."""


class NotNewest(Conflict):
    """A newer version of this chain was published meanwhile. Nothing was confirmed; turn this one down."""


class VersionWaits(Conflict):
    """Version {number} of this chain waits to be confirmed. Nothing was published; that must be answered or
    taken back first."""


class NotConfirmed(NotAllowed):
    """Nobody but its author has looked at this yet; it takes effect when somebody else confirms it. Nothing
    was changed."""
