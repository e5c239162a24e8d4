"""What is refused about a case's documents and remarks, in the sentences that people see."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NoSuchDocument(NotFound):
    """This document does not exist, or it is not yours to see."""


class NotYourFile(NotAllowed):
    """Only who repairs the case, who decides it now, or HR adds to its file; its owner before the first decision. Nothing was changed."""  # noqa: E501


class NotYourDocument(NotAllowed):
    """Somebody else added this document; only they, or HR, replace or remove it. Nothing was changed."""


class DocumentGone(Conflict):
    """This document was replaced or removed while you looked at it. Nothing was changed; see what is new."""


class DocumentErased(NotFound):
    """What this document said was erased by order of the law. That there was one is kept in the history."""


class DocumentTooLarge(Invalid):
    """The file {name} is larger than {limit} MB; nothing was kept. Make it smaller, or send its parts."""


class UnknownMedia(Invalid):
    """The file {name} is no PDF, JPEG, PNG, XLSX or DOCX (without macros); nothing was kept. Save it as PDF and send it again."""  # noqa: E501


class TitleNeeded(Invalid):
    """Say in at most {limit} letters what this document is; nothing was kept."""


class FileFull(Conflict):
    """A case's file holds at most {limit} documents; nothing was kept. Remove what is not needed first."""


class NoSuchRemark(NotFound):
    """This remark does not exist, or it is not yours to see."""


class NotYourRemark(NotAllowed):
    """Only who wrote a remark changes or withdraws it; nothing was changed."""


class NotYoursToRemark(NotAllowed):
    """You may read this case, but you have no part in it, so you can't remark on it. Nothing was kept."""


class BadRemark(Invalid):
    """A remark has at least one letter and at most {limit}; nothing was kept."""


class RemarkChanged(Conflict):
    """This remark was changed or withdrawn meanwhile; nothing was changed. Look at it again."""
