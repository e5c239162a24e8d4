"""A second pair of eyes: an administrator who confirms what HR proposes."""

from sqlalchemy.orm import Session

from approvals import confirming, takeovers
from approvals.migrating import Change
from approvals.models_proposals import Proposal
from core import clock
from core.actor import Actor, Role
from tests.integration.approvals.office import named

ADMIN = Actor(named("Admin"), "Admin", frozenset({str(Role.EMPLOYEE), str(Role.ADMIN)}), "web")


def agreed(session: Session, actor: Actor, change: Change, reason: str = "the law changed") -> Proposal:
    """A take-over that one proposed and the administrator confirmed."""
    waiting = takeovers.of_version(session, change.to.id)
    if waiting is not None and waiting.answered_at is None:
        confirming.turn_down(session, ADMIN, waiting.id, reason="another one comes")
    looked_at = clock.now(session)
    made = takeovers.propose(session, actor, change, looked_at=looked_at, cases=1, reason=reason)
    return takeovers.confirm(session, ADMIN, made.id)
