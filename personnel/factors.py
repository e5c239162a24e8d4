"""The second factor: an app's code beside the password, and codes on paper for when the phone is gone."""

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.errors import Conflict, NotAllowed, NotFound
from core.events import Event
from core.onetime import LETTERS, plain
from core.settings import settings
from personnel import attempts, history, locking, logins, totp
from personnel.access import keep_accounts
from personnel.models import Account
from personnel.models_accounts import RecoveryCode, SecondFactor
from personnel.sealing import seal, unseal

FAR_REACHING = frozenset({Role.HR, Role.OPERATOR, Role.ADMIN})
"""The roles whose logins open the most."""
PAPERS = 10


class WrongFactor(NotAllowed):
    """This code is wrong, or it was used already. Wait for the app's next code, or use a recovery code."""


class FactorThere(Conflict):
    """This account has a second factor already; nothing was changed."""


class FactorNeeded(NotAllowed):
    """Your roles need a second factor, so it can't be switched off; nothing was changed."""


class NoFactor(Conflict):
    """This account has no second factor; nothing was changed."""


def required(roles: Collection[str]) -> bool:
    """Whether somebody with these roles gets in by a second factor only, as this installation is set."""
    return settings().second_factor_required and not FAR_REACHING.isdisjoint(roles)


def enrolled(session: Session, account_id: UUID) -> SecondFactor | None:
    """The second factor of an account that counts; None without one."""
    factor = session.get(SecondFactor, account_id)
    return factor if factor is not None and factor.confirmed_at is not None else None


def begin(session: Session, account_id: UUID) -> None:
    """Make a secret for an app to learn; one that was begun before and not confirmed is worth nothing any
    more, whoever saw it. Raises FactorThere."""
    factor = session.get(SecondFactor, account_id, with_for_update=True, populate_existing=True)
    sealed, at = seal(totp.new_secret()), clock.now(session)
    if factor is None:
        session.add(SecondFactor(account_id=account_id, sealed=sealed, made_at=at, last_step=0))
    elif factor.confirmed_at is not None:
        raise FactorThere
    else:
        factor.sealed, factor.made_at = sealed, at
    session.flush()


def waiting(session: Session, account_id: UUID) -> str | None:
    """The secret of an enrolment that was begun; None when none was."""
    factor = session.get(SecondFactor, account_id)
    return unseal(factor.sealed) if factor is not None and factor.confirmed_at is None else None


def confirm(session: Session, account: Account, actor: Actor, said: str, address: str) -> Sequence[str]:
    """Let the factor count, once the app's first code is right; returns the ten recovery codes, shown once.

    Raises WrongFactor, TooManyTries, FactorThere, NoFactor.
    """
    attempts.count(_door(account.id), address, clock.now(session))
    factor = session.get(SecondFactor, account.id, with_for_update=True, populate_existing=True)
    if factor is None:
        raise NoFactor
    if factor.confirmed_at is not None:
        raise FactorThere
    step = _step(factor, said)
    if step is None:
        raise WrongFactor
    attempts.clear(_door(account.id), address)
    factor.confirmed_at, factor.last_step = clock.now(session), step
    papers = _new_papers(session, account.id)
    _tell(session, actor, account, "second_factor_set")
    return papers


def prove(session: Session, account_id: UUID, said: str, address: str) -> None:
    """Accept the app's code of now, each once, or an unused recovery code.

    Raises WrongFactor, TooManyTries.
    """
    attempts.count(_door(account_id), address, clock.now(session))
    factor = session.get(SecondFactor, account_id, with_for_update=True, populate_existing=True)
    if factor is None or factor.confirmed_at is None:
        raise WrongFactor
    step = _step(factor, said)
    if step is not None and step > factor.last_step:
        factor.last_step = step
    elif step is not None or not _use_paper(session, account_id, said):
        raise WrongFactor
    attempts.clear(_door(account_id), address)
    session.flush()


def prove_again(session: Session, account_id: UUID, said: str, address: str) -> None:
    """Ask once more before a dangerous deed: whoever has a second factor must show it now, others pass.

    Raises WrongFactor, TooManyTries.
    """
    if enrolled(session, account_id) is not None:
        prove(session, account_id, said, address)


def renew_papers(session: Session, account: Account, actor: Actor, said: str, address: str) -> Sequence[str]:
    """Ten new recovery codes in place of the old. Raises WrongFactor, TooManyTries."""
    prove(session, account.id, said, address)
    papers = _new_papers(session, account.id)
    _tell(session, actor, account, "recovery_codes_renewed")
    return papers


def papers_left(session: Session, account_id: UUID) -> int:
    """How many recovery codes are unused."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalars(left).one()


def give_up(session: Session, account: Account, actor: Actor, said: str, address: str) -> None:
    """Switch one's own second factor off, where the roles allow it. Raises FactorNeeded, WrongFactor."""
    if required(account.roles):
        raise FactorNeeded
    prove(session, account.id, said, address)
    _forget(session, account.id)
    _tell(session, actor, account, "second_factor_ended")


def reset(session: Session, actor: Actor, account_id: UUID, reason: str) -> None:
    """Forget somebody's second factor, whose phone and papers are gone; their sessions end, and they enrol
    anew at the next login. Another administrator's deed, with a reason.

    Raises AccountsAreAdmins, OwnAccount, ReasonWanted, NoFactor, NotFound.
    """
    keep_accounts(actor)
    account = locking.held(session, actor, account_id, reason)
    if session.get(SecondFactor, account_id) is None:
        raise NoFactor
    _forget(session, account_id)
    logins.close_all(session, account_id)
    _tell(session, actor, account, "second_factor_reset", reason.strip())


def account_of(session: Session, account_id: UUID) -> Account:
    """An account by its id. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def _step(factor: SecondFactor, said: str) -> int | None:
    """The time step of a code; none fits once the installation's secret is another: it is reset then.

    Real time on purpose: a phone knows nothing of a rehearsal's clock.
    """
    secret = unseal(factor.sealed)
    return totp.step_of(secret, said, datetime.now(UTC)) if secret else None


def _door(account_id: UUID) -> str:
    return f"second factor {account_id}"


def _new_papers(session: Session, account_id: UUID) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    papers = [_paper() for _ in range(PAPERS)]
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_hash(account_id, paper), used_at=None)
        for paper in papers
    )
    session.flush()
    return papers


def _paper() -> str:
    """Ten letters in two groups (about 49 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2))


def _use_paper(session: Session, account_id: UUID, said: str) -> bool:
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _hash(account_id, said),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now(session))
        .returning(RecoveryCode.code_hash)
    )
    return session.scalar(used) is not None


def _hash(account_id: UUID, said: str) -> str:
    key = f"mufakat.recovery:{settings().secret.get_secret_value()}".encode()
    return hmac.digest(key, f"{account_id}:{plain(said)}".encode(), "sha256").hex()


def _forget(session: Session, account_id: UUID) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))


def _tell(session: Session, actor: Actor, account: Account, happened: str, reason: str = "") -> None:
    personal = {"reason": reason} if reason else None
    said = Event(f"account.{happened}", account.employee_id, "person", {"account": account.id}, personal)
    history.record(session, actor, [said])
