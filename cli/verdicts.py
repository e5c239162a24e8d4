"""What a check of the ledger or of a receipt tells people."""

from core.ledger.verifying import Report

SHOWN = 30
"""Findings that are listed; a ruin need not fill the screen."""


def of_ledger(report: Report, kept: int) -> list[str]:
    """What was found, line by line; `kept` checkpoints from outside it was held against."""
    lines = [f"WRONG  {finding}" for finding in report.findings[:SHOWN]]
    if report.flaws > SHOWN:
        lines.append(f"... and {report.flaws - SHOWN} more; --json shows up to a thousand")
    where = f" since checkpoint {report.since.number}" if report.since else ""
    lines.append(
        f"{report.events} events in {report.streams} streams{where}, {report.checkpoints} checkpoints"
    )
    if report.last is None:
        lines.append("No checkpoint was signed yet: a stream rewritten as a whole would not be seen.")
    else:
        lines.append(
            f"Checkpoint {report.last.number} of {report.last.at:%Y-%m-%d %H:%M} UTC covers {report.covered}"
            f" events (key {report.last.key_id}); what is younger could have been rewritten as a whole."
        )
    if not kept:
        lines.append("Not held against checkpoints kept outside: give --against with the auditors' mails.")
    lines.append(
        "The ledger is sound." if report.sound else f"The ledger was altered: {report.flaws} findings."
    )
    return lines


def of_receipt(*, trusted: bool | None, sound: bool) -> str:
    """What a receipt proves, and what not."""
    if trusted is False:
        return "NOT TRUSTED: it was signed by another key than those you named."
    if not sound:
        return "The receipt does not hold."
    if trusted:
        return "It holds, and was signed by the key that you trust."
    return (
        "It holds, and was signed by the key above. Whose key that is, it can't say: compare the fingerprint."
    )
