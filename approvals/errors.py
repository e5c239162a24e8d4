"""What the engine refuses, in the sentences that people see."""

from core.errors import Invalid


class BadChain(Invalid):
    """The chain can't be used. Line {line}, {field}: {why}. Nothing was published; correct it and retry."""
