"""Who acts, and by which way they came in."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an account may be. Approvers are not a role: they hold positions."""

    EMPLOYEE = "employee"
    HR = "hr"
    HR_VERIFIER = "hr-verifier"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMIN = "admin"


SERVICE = "service"
"""What a named system has in place of a role; no account can be given it. It only reads."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) that calls a verb.

    `person_id` is the employee's id; None for the system. `via` names the way in: web, mail, flow, cli.
    """

    person_id: UUID | None
    name: str
    roles: frozenset[str] = field(default_factory=frozenset[str])
    via: str = "web"

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        return self.person_id is None and self.via in ("flow", "keeper", "courier", "cli")


def system(via: str) -> Actor:
    """The system itself, acting through a flow, the keeper, the courier or the command line."""
    return Actor(None, "Mufakat", frozenset(), via)
