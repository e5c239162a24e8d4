"""What the engine refuses, in the sentences that people see."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound

# chains


class BadChain(Invalid):
    """The chain can't be used. Line {line}, {field}: {why}. Nothing was published; correct it and retry."""


class NoSuchChain(NotFound):
    """No version of the chain {chain} is in force. Nothing was started; HR publishes one first."""


class NoSuchDraft(NotFound):
    """There is no draft of this chain any more: it was published or dropped. Nothing was saved."""


class DraftChanged(Conflict):
    """{by} saved this draft meanwhile, on {at}. Yours was not saved; it is kept below, beside theirs."""


class NothingChanged(Conflict):
    """The draft says what the newest version says already. Nothing was published."""


class InThePast(Invalid):
    """A chain can't take effect in the past. Nothing was published; choose today or a later day."""


class InForce(Conflict):
    """This version is in force, or has been; it can't be called off. Publish another instead."""


class NoStageApplies(Invalid):
    """No stage of the chain applies to {reference}, so nobody would decide it. Nothing was opened."""


# cases


class NoSuchCase(NotFound):
    """This case does not exist, or it is not yours to see."""


class CaseSettled(Conflict):
    """The case has ended ({state}); nothing more can be done with it and nothing was changed."""


class CaseUnderWay(Conflict):
    """The case {reference} is not over, and is decided by what it says. Nothing was erased; let it end or cancel it first."""  # noqa: E501


class CaseSealed(Conflict):
    """The process has gone on since, so this case is closed for good. What comes now is a new case."""


class CaseChanged(Conflict):
    """The case was changed while you read it. Nothing was decided; look at what is new, then decide."""


class NotPossibleNow(Conflict):
    """In its present state ({state}) the case does not allow this; nothing was changed."""


class NotRepairer(NotAllowed):
    """Only the person it was returned to may send it in again; nothing was changed."""


class NotOwner(NotAllowed):
    """Only the person it is about, or who raised it, may withdraw it; nothing was changed."""


class NotCorrectable(NotAllowed):
    """{key} comes from the office's records and can't be corrected here. Ask HR; nothing was sent."""


class HrOnly(NotAllowed):
    """Only HR may do this; nothing was changed."""


# cases that go on by another version of their chain


class NotYetInForce(Conflict):
    """Cases go over to the version that is in force; this one is not, or no longer. Nothing was changed."""


class StageGone(Invalid):
    """The new version has no stage {stage}. The case stays; choose where it goes on, or restart it."""


class NowhereToGo(Invalid):
    """By the new version no stage would be left to decide this case. It stays; restart it if need be."""


class SignatureMissing(Invalid):
    """The case would go on behind a stage that signs, without that signature. It stays; let it go on at that
    stage or before it."""


class MovedOn(Conflict):
    """The case has moved on since you looked. It was left as it is; look at where it stands now."""


# appeals


class NoAppealHere(NotAllowed):
    """This case can't be appealed: it was not rejected, is an appeal itself, or its chain knows none."""


class AppealTooLate(Conflict):
    """The time to appeal ended on {at}. Nothing was opened; ask HR what else you can do."""


class AppealedAlready(Conflict):
    """An appeal against this decision is open or was decided already; nothing more was opened."""


class GroundsNeeded(Invalid):
    """Say why the decision is wrong, in at least a few words. Nothing was opened; your text is kept."""


# tasks


class NoSuchTask(NotFound):
    """This task does not exist, or it is not yours to see."""


class AlreadyDecided(Conflict):
    """{by} decided this already, on {at}. Your decision was not recorded; nothing is left to do here."""


class TaskEnded(Conflict):
    """This task ended on {at} without a decision, because its case moved on. Nothing was recorded."""


class AlreadyClaimed(Conflict):
    """A colleague took this task before you; it is no longer open to others. Nothing was changed."""


class NotClaimable(NotAllowed):
    """This task was given to one person; it can't be taken or handed back. Nothing was changed."""


class HeldBack(NotAllowed):
    """This task is handed out when its turn comes; take the next one instead. Nothing was changed."""


class NothingHeldBack(NotFound):
    """Nothing is held back for you at the moment; nothing was changed."""


class HandsFull(Conflict):
    """You have {hold} of these in hand already. Decide or hand back one, then take the next."""


class NotAsked(NotAllowed):
    """You were not asked for this task, or you have taken it; it can't be declined. Nothing was changed."""


class PanelShort(Conflict):
    """The panel has {present} of the {needed} members it needs. Nothing was recorded; HR adds members."""


class NoSuchMinutes(NotFound):
    """There are no minutes of this panel, or they are not yours to read."""


class NotChair(NotAllowed):
    """Only the chair, or the secretary, ends the meeting; nothing was changed."""


class NotYours(NotAllowed):
    """This task is not yours to decide; it waits for somebody else. Nothing was recorded."""


class PostVacant(NotAllowed):
    """Only the holder of the post may sign, and nobody holds it. Record its holder; the task then follows."""


# conflicts of interest


class ConflictOfInterest(NotAllowed):
    """You may not decide this because of a conflict of interest; nothing was recorded."""


class OwnCase(ConflictOfInterest):
    """This case is about you, so somebody else decides it; nothing was recorded."""


class OwnRequest(ConflictOfInterest):
    """You raised this case, so somebody else decides it; nothing was recorded."""


class RelatedToSubject(ConflictOfInterest):
    """You share a household or family with the person this is about, or want the same post, so somebody else
    decides; nothing was recorded."""


class DecidedBefore(ConflictOfInterest):
    """You decided an earlier stage of this case; this one needs other eyes. Nothing was recorded."""


class DecidedForYou(ConflictOfInterest):
    """An earlier stage of this case was decided in your name; this one needs other eyes. Nothing was
    recorded."""


class DecidedFirst(ConflictOfInterest):
    """You decided the case that this appeal is against, so others decide the appeal; nothing was recorded."""


class CorrectedIt(ConflictOfInterest):
    """You entered facts of this case, so somebody else decides by them; nothing was recorded."""


class EmptiedIt(ConflictOfInterest):
    """You recorded why nobody holds the post that decides this, so somebody else decides in its place;
    nothing was recorded."""


class TieUnanswered(ConflictOfInterest):
    """Somebody declared a tie between you and the person this is about. Nothing was recorded; say first,
    under Relations, whether it is so."""


class SteppedAside(ConflictOfInterest):
    """You stepped aside from this case, so others decide it; nothing was recorded."""


class VotedAlready(ConflictOfInterest):
    """You have decided at this stage already; its other seat needs another person. Nothing was recorded."""


class ActsForConflicted(ConflictOfInterest):
    """You act for a person who may not decide this case, so neither may you; nothing was recorded."""


# what a decision needs


class UnknownDecision(Invalid):
    """{kind} is not a decision that can be taken here; nothing was recorded."""


class ReasonNeeded(Invalid):
    """Choose one of the reasons. Nothing was recorded; your text is kept."""


class CommentNeeded(Invalid):
    """Say in a few words why. Nothing was recorded; what you chose is kept."""


class ChecklistIncomplete(Invalid):
    """Not everything on the checklist is ticked: {missing}. Nothing was recorded; your ticks are kept."""


class RequestReused(Conflict):
    """This form was already used for another task. Nothing was recorded; open the task again and decide."""


# authorities outside


class NotWaitingOutside(Conflict):
    """The case is not waiting for an answer from outside; nothing was recorded."""


class AlreadyAnswered(Conflict):
    """An answer is recorded already: letter {number}. Nothing was changed."""


class BadLetter(Invalid):
    """The answer needs its outcome (MS, TMS or BTS) and the letter's number and date. Nothing was kept."""


# delegation


class NoSuchDelegation(NotFound):
    """There is no such delegation, or it is not yours to see."""


class NotYourDelegation(NotAllowed):
    """Only the person whose tasks they are, or HR, may delegate them or end it; nothing was changed."""


class DelegatesToOneself(Invalid):
    """Nobody delegates to themselves. Choose a colleague; nothing was changed."""


class NoSuchDelegate(Invalid):
    """Delegation is between two people who serve here. Choose somebody else; nothing was changed."""


class BadDelegation(Invalid):
    """A delegation needs the number of its order, a reason, and an end that lies ahead. Nothing was
    changed."""


class DelegationEnded(Conflict):
    """This delegation ended on {at}; nothing was changed."""
