"""The words for states and kinds, marked for translation."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


WORDS_OF = {
    # cases
    "draft": N_("Draft"),
    "open": N_("In progress"),
    "returned": N_("Returned"),
    "suspended": N_("Suspended"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "withdrawn": N_("Withdrawn"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Expired"),
    # tasks
    "offered": N_("Not yet taken"),
    "allocated": N_("Waiting for a decision"),
    "started": N_("Being worked on"),
    "decided": N_("Decided"),
    "skipped": N_("Skipped"),
    # decisions
    "approve": N_("Approved"),
    "reject": N_("Rejected"),
    "return": N_("Returned"),
    "abstain": N_("Abstained"),
    "recuse": N_("Recused"),
    # processes
    "scheduled": N_("Scheduled"),
    "running": N_("Running"),
    "waiting": N_("Waiting for people"),
    "paused": N_("Paused"),
    "completed": N_("Completed"),
    "failed": N_("Failed"),
    # screening
    "meets": N_("Meets the rules"),
    "fails": N_("Does not meet the rules"),
    "incomplete": N_("File incomplete"),
    # what an import does
    "create": N_("New"),
    "change": N_("Changed"),
    "same": N_("Unchanged"),
    "refuse": N_("Refused"),
    "warn": N_("Warning"),
    "previewed": N_("Preview"),
    "applied": N_("Applied"),
    "dropped": N_("Dropped"),
    "mapping": N_("Columns to be chosen"),
    "undone": N_("Undone"),
    "partly": N_("Partly undone"),
    "kept": N_("Stayed"),
    # endpoints of webhooks
    "disabled": N_("Switched off after failures"),
    # proposals
    "correction": N_("a correction of facts"),
    "removal": N_("a member less in the panel"),
    "cancellation": N_("to end the case without a decision"),
    "exclusion": N_("to take the candidate out of the cycle"),
    "process-cancellation": N_("to cancel the whole cycle"),
    # messages
    "queued": N_("Queued"),
    "leased": N_("Being sent"),
    "sent": N_("Sent"),
    "dead": N_("Not delivered"),
    "deferred": N_("Kept for its reader's hours"),
    "bundled": N_("Sent together with others"),
    "moot": N_("Not sent"),
    "mail-kept": N_("Shown here alone"),
    # what comes back about mail
    "hard": N_("Address takes no mail"),
    "soft": N_("Not taken for now"),
    "delay": N_("Still tried"),
    "complaint": N_("Called unwanted"),
    "excluded": N_("Taken out by HR"),
    # intents
    "launch": N_("Launch"),
    "restart": N_("Restart"),
    "resume": N_("Resume"),
    "pause": N_("Pause"),
    "cancel": N_("Cancel"),
    "pending": N_("Asked for"),
    "done": N_("Done"),
    "refused": N_("Refused"),
    # by which right
    "definitive": N_("Holder of the post"),
    "plh": N_("Plh. (daily acting)"),
    "plt": N_("Plt. (acting for a vacant post)"),
    "delegate": N_("By delegation"),
    # parts in a committee
    "chair": N_("Chair"),
    "secretary": N_("Secretary"),
    "member": N_("Member"),
    # what ties people
    "household": N_("One household"),
    "family": N_("Family"),
    "competitor": N_("Wants the same post"),
    # ways in
    "web": N_("On the web"),
    "mail": N_("By email link"),
    "flow": N_("By the process itself"),
    "keeper": N_("By the process itself"),
    "cli": N_("On the command line"),
    "api": N_("By a program with a token"),
    # roles
    "employee": N_("Employee"),
    "hr": N_("HR"),
    "hr-verifier": N_("HR verifier"),
    "operator": N_("Operator"),
    "auditor": N_("Auditor"),
    "admin": N_("Administrator"),
    # accounts
    "active": N_("Active"),
    "locked": N_("Locked"),
    "closed": N_("Closed"),
    # free days
    "holiday": N_("National holiday"),
    "joint-leave": N_("Joint leave"),
    "local": N_("Local holiday"),
    # leave
    "annual": N_("Annual leave"),
    "long": N_("Long leave"),
    "sick": N_("Sick leave"),
    "maternity": N_("Maternity leave"),
    "important": N_("Leave for an important reason"),
    "unpaid": N_("Unpaid leave"),
    "other": N_("Other"),
    # disciplinary measures
    "light": N_("Light"),
    "moderate": N_("Moderate"),
    "severe": N_("Severe"),
}

DOCUMENTS = {
    "skp-2-years": N_("performance appraisals of the last two years"),
    "transcript": N_("transcript"),
    "post-decree": N_("decree of appointment to the post"),
    "inauguration-statement": N_("statement of inauguration"),
    "credit-points": N_("record of credit points"),
}
"""Documents in a person's file that the rules of promotion do not name."""

FIELDS = {
    "name": N_("Name"),
    "front_title": N_("Title before the name"),
    "back_title": N_("Title after the name"),
    "born_on": N_("Born on"),
    "email": N_("Email"),
    "phone": N_("Phone"),
    # of a decree
    "nip": N_("NIP"),
    "effective_on": N_("Effective from"),
    "consideration_number": N_("Number of the technical consideration"),
}
"""Fields of a person's record, by column."""

ERASED = {
    "case": N_("Cases: title, name, facts"),
    "version": N_("Versions of cases"),
    "document": N_("Documents with their bytes"),
    "remark": N_("Remarks"),
    "decision": N_("Reasons of decisions"),
    "decision-ahead": N_("Reasons of decisions ahead"),
    "answer": N_("Notes on answers from outside"),
    "question": N_("Questions of colleagues"),
    "advice": N_("Advice of colleagues"),
    "draft": N_("Drafts"),
    "proposal": N_("Proposals to a second person"),
    "word-on-proposal": N_("Answers to proposals"),
    "delegation": N_("Delegations"),
    "candidate": N_("What screening found"),
    "message": N_("Mails"),
    "webhook_delivery": N_("Messages to other systems"),
}
"""What an erasure takes content from, by its code."""
LOOKED = {
    "account": N_("Account"),
    "candidate": N_("Record in a cycle"),
    "case": N_("Case"),
    "decree": N_("Decree"),
    "events": N_("What happened, in the log"),
    "export": N_("In a list taken out as a file"),
    "program": N_("Read by a program, with their token"),
    "record": N_("Personal record"),
    "story": N_("A case's full story"),
}
"""What somebody looked at, by its code."""
