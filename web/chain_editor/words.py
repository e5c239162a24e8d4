"""What the settings of a chain are called on the form, with a hint where the name is not enough."""

from dataclasses import dataclass

from core.language import translate
from web.words import N_, WORDS_OF


@dataclass(frozen=True, slots=True)
class Label:
    """A setting's name, and a hint."""

    name: str
    hint: str = ""


LABELS = {
    # the chain
    "chain": Label(N_("Key"), N_("Small letters, digits and hyphens; it never changes.")),
    "title": Label(N_("Title")),
    "subject": Label(N_("What it is about")),
    "correctable": Label(
        N_("What the repairer may correct"), N_("Keys of the case's data, one a line. HR may correct all.")
    ),
    "statutory": Label(N_("The law's own deadline")),
    "within": Label(N_("Within")),
    "reference": Label(N_("By which rule")),
    "pauses_suspended": Label(N_("Stands still while suspended"), N_("Only where the law itself says so.")),
    "appeal": Label(N_("Appeal against a rejection")),
    "pauses": Label(N_("Stands still during repair")),
    "reasons": Label(N_("Reasons to choose from"), N_("None here: the usual ones.")),
    "reject": Label(N_("For rejecting")),
    "return": Label(N_("For sending back")),
    "withdraw": Label(N_("For withdrawing")),
    # a stage
    "stage": Label(N_("Key of the stage"), N_("Small letters, digits and hyphens.")),
    "kind": Label(N_("Who decides")),
    "when": Label(
        N_("Only if"),
        N_("A condition in CEL over the case's data, such as subject.rank.order >= 12. Empty: always."),
    ),
    "pass_when": Label(
        N_("Passed without asking if"),
        N_("A condition in CEL over the case's data, for a stage that a rule may pass. It never rejects."),
    ),
    "candidates": Label(N_("Who is asked")),
    "allocate": Label(N_("How it is handed out")),
    "binding": Label(N_("Whoever is chosen has it"), N_("No: they are asked, and may decline.")),
    "distribute": Label(N_("When it is handed out")),
    "hold": Label(N_("Tasks in one person's hands"), N_("Goes with handing out late.")),
    "start": Label(N_("Work begins")),
    "see": Label(N_("Who else sees it")),
    "unallocated": Label(N_("Before somebody has it")),
    "allocated": Label(N_("When somebody has it")),
    "decide": Label(N_("How it is decided")),
    "rule": Label(N_("Rule")),
    "quorum": Label(N_("How many"), N_("A number, or a share such as 60%.")),
    "of": Label(N_("Share of")),
    "majority": Label(N_("Majority")),
    "chair": Label(N_("When votes are equal")),
    "veto": Label(N_("Who may veto"), N_("Parts of the panel, one a line.")),
    "due": Label(N_("Deadline")),
    "remind": Label(
        N_("Reminders"),
        N_("One a line: 1 working day before, when due, every 2 working days after."),
    ),
    "escalate": Label(N_("Goes up when nobody decides")),
    "after": Label(N_("After")),
    "to": Label(N_("To")),
    "on_expiry": Label(N_("When the deadline has passed"), N_("The clock never approves.")),
    "skippable": Label(N_("HR may pass it over")),
    "acting": Label(N_("Who may act for the holder")),
    "return_to": Label(N_("Who repairs what is sent back")),
    "after_return": Label(N_("After the repair it goes")),
    "checklist": Label(N_("Checklist"), N_("What must be ticked to approve.")),
    "separate_from": Label(
        N_("Others than those who decided"),
        N_("Stages before this one, one a line. Empty: all of them. Subject and requester never decide."),
    ),
    "sign": Label(N_("Signs"), N_("What an approval here signs, such as decree.")),
    # candidates
    "role": Label(N_("Role")),
    "where": Label(N_("Of whom holds"), N_("A condition in CEL over person and the case's data.")),
    "holder_of": Label(N_("Post"), N_("The key by which units call it, such as head.")),
    "unit": Label(
        N_("Of which unit"), N_("nearest, subject.unit, subject.unit.parent, top, or a unit's code.")
    ),
    "person": Label(N_("Person"), N_("By the id in the records.")),
    "committee": Label(N_("Committee")),
    "capability": Label(N_("Ability")),
    "people": Label(N_("Everybody of whom holds")),
    "decider_of": Label(N_("Who decided the stage")),
    "every": Label(N_("How often")),
}

OPTIONS = {
    "kind.people": N_("People of the office"),
    "kind.external": N_("An authority outside"),
    "kind.automatic": N_("A rule; people where it does not hold"),
    "subject.employee": N_("An employee"),
    "is.role": N_("Everybody with a role"),
    "is.holder_of": N_("The holder of a post"),
    "is.person": N_("One certain person"),
    "is.committee": N_("A committee"),
    "is.capability": N_("Everybody with an ability"),
    "is.people": N_("Everybody of whom a condition holds"),
    "is.decider_of": N_("Whoever decided an earlier stage"),
    "allocate.offer": N_("Offered to all; the first takes it"),
    "allocate.direct": N_("Given to the first by name"),
    "allocate.random": N_("By lot"),
    "allocate.round-robin": N_("In turn"),
    "allocate.shortest-queue": N_("To who has least in hand"),
    "allocate.retain-familiar": N_("To who had the subject before"),
    "allocate.most-experienced": N_("To who decided most here"),
    "distribute.on-enablement": N_("When the case comes here"),
    "distribute.early": N_("Announced before"),
    "distribute.late": N_("Held back for free hands"),
    "start.by-hand": N_("When its holder says so"),
    "start.on-allocation": N_("As soon as somebody has it"),
    "unallocated.candidates": N_("Those who may take it"),
    "unallocated.office": N_("Everybody who decides in the chain"),
    "allocated.assignee": N_("Only who has it"),
    "allocated.candidates": N_("Those who could have it"),
    "allocated.office": N_("Everybody who decides in the chain"),
    "rule.any": N_("One decision is enough"),
    "rule.all": N_("Everybody must approve; all are heard"),
    "rule.first-reject": N_("Everybody must approve; the first no ends it"),
    "rule.sequence": N_("One after the other"),
    "rule.quorum": N_("So many approvals"),
    "rule.majority": N_("A majority"),
    "rule.committee": N_("A committee's meeting"),
    "of.seats": N_("all seats"),
    "of.present": N_("those present"),
    "of.cast": N_("yes and no alone"),
    "majority.more-than-half": N_("More than half"),
    "majority.two-thirds": N_("Two thirds"),
    "majority.three-quarters": N_("Three quarters"),
    "majority.unanimous": N_("Unanimous"),
    "chair.casting-vote": N_("The chair's vote decides"),
    "on_expiry.escalate": N_("It goes to the post above"),
    "on_expiry.expire": N_("The case stops until somebody ratifies it"),
    "acting.plh": N_("Plh. (daily acting)"),
    "acting.plt": N_("Plt. (acting for a vacant post)"),
    "acting.delegate": N_("Somebody with a delegation"),
    "return_to.requester": N_("Who raised it"),
    "return_to.subject": N_("Whom it is about"),
    "after_return.same": N_("Back to the stage that sent it back"),
    "after_return.restart": N_("To the first stage"),
    "true": N_("Yes"),
    "false": N_("No"),
    "working day": N_("working days"),
    "working hour": N_("working hours"),
    "day": N_("calendar days"),
    "hour": N_("hours"),
}

MAIN = ("stage", "title", "kind", "when", "candidates", "decide", "due", "acting")
"""Settings of a stage that are always in sight; the others open on demand."""


def label(key: str, language: str, kind: str = "") -> str:
    """A setting's name; of one that has none yet its key as words."""
    known = LABELS.get(f"{kind}:{key}") or LABELS.get(key)
    return translate(language, known.name) if known else key.replace("_", " ").capitalize()


def hint(key: str, language: str, kind: str = "") -> str:
    """A setting's hint; empty when it needs none."""
    known = LABELS.get(f"{kind}:{key}") or LABELS.get(key)
    return translate(language, known.hint) if known and known.hint else ""


def option(key: str, code: str, language: str) -> str:
    """What a choice is called; a code that has no words yet as it is."""
    word = OPTIONS.get(f"{key}.{code}") or OPTIONS.get(code) or WORDS_OF.get(code)
    return translate(language, word) if word else code
