"""What can go wrong with a process, in the sentences that people see."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NoSuchProcess(NotFound):
    """There is no such process."""


class NoSuchKind(Invalid):
    """There is no kind of process called {kind}. Nothing was created."""


class BadParams(Invalid):
    """{field}: {why}. Nothing was created; correct it and try again."""


class OnlyHr(NotAllowed):
    """Only the personnel office may launch a process. Nothing was created."""


class OnlyOperators(NotAllowed):
    """You may not {intent} a process; ask an operator. Nothing was changed."""


class ReasonNeeded(Invalid):
    """Say why: the reason is kept with what you ask for. Nothing was changed."""


class StartedAnew(Conflict):
    """The flow was started anew after this page was made; nothing more was done. Look again how it goes."""


class NotNow(Conflict):
    """The process is {state}; it can't be asked to {intent} now. Nothing was changed."""


class TakesTwo(Conflict):
    """This cycle has begun, so one person alone does not cancel it. Nothing was changed; propose it, and
    somebody else of HR or an administrator confirms it."""


class OnlyHrExtends(NotAllowed):
    """Only the personnel office gives more time. Nothing was changed."""


class NotMoreTime(Conflict):
    """The process is {state}, so there is nothing to give more time to. Nothing was changed."""


class TooFarAhead(Invalid):
    """That day is more than a year ahead. Nothing was changed; choose an earlier one."""
