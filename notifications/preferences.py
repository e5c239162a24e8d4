"""How people want the mails that are not mandatory: kept, and changed by themselves or by one click."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import Invalid, NotAllowed
from core.settings import settings
from notifications.histories import WISHES, happened, stream_of
from notifications.models import MailPreference
from notifications.timing import Quiet, Wishes
from notifications.topics import TOPICS, Rhythm


class BadWish(Invalid):
    """This can't be chosen for your mail; nothing was changed. Choose from what the page offers."""


class MustBeTold(Invalid):
    """These mails can't be switched off: they are about work that waits for you. Nothing was changed."""


def usual() -> Wishes:
    """What holds for whoever never chose."""
    return Wishes(quiet=Quiet(settings().mail.quiet))


def of_people(session: Session, people: Collection[UUID]) -> dict[UUID, Wishes]:
    """The wishes of those who said any; who is missing has the usual ones."""
    found = session.scalars(select(MailPreference).where(MailPreference.person_id.in_(people)))
    return {row.person_id: _read(row) for row in found}


def of(session: Session, person_id: UUID) -> Wishes:
    """One person's wishes."""
    return of_people(session, [person_id]).get(person_id) or usual()


def choose(session: Session, actor: Actor, wishes: Wishes) -> None:
    """Keep how somebody wants their own mail. Raises NotAllowed, MustBeTold, BadWish."""
    if actor.person_id is None:
        raise NotAllowed
    for topic, rhythm in wishes.rhythms.items():
        if topic not in TOPICS:
            raise BadWish
        if rhythm not in TOPICS[topic].rhythms:
            raise MustBeTold if rhythm is Rhythm.OFF else BadWish
    if wishes.digest_day not in range(7):
        raise BadWish
    _keep(session, actor, actor.person_id, wishes)


def switch_off(session: Session, actor: Actor, person_id: UUID, topic: str) -> None:
    """Send somebody no more mails of a topic; again is harmless. Raises MustBeTold."""
    if topic not in TOPICS or not TOPICS[topic].can_be_off:
        raise MustBeTold
    wishes = of(session, person_id)
    if wishes.rhythm(topic) is not Rhythm.OFF:
        _keep(session, actor, person_id, replace(wishes, rhythms={**wishes.rhythms, topic: Rhythm.OFF}))


def _keep(session: Session, actor: Actor, person_id: UUID, wishes: Wishes) -> None:
    said = {
        "rhythms": {topic: str(rhythm) for topic, rhythm in wishes.rhythms.items()},
        "digest_at": _hour(wishes.digest_at),
        "digest_day": wishes.digest_day,
        "quiet": str(wishes.quiet),
        "quiet_from": _hour(wishes.quiet_from),
        "quiet_until": _hour(wishes.quiet_until),
    }
    row = insert(MailPreference).values(person_id=person_id, changed_at=clock.now(session), **said)
    changed = {name: row.excluded[name] for name in (*said, "changed_at")}
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=changed))
    facts = {"person": person_id, **said}
    happened(session, actor, "mail_wishes.chosen", stream_of(WISHES, person_id), facts=facts)


def _read(row: MailPreference) -> Wishes:
    rhythms: Mapping[str, Rhythm] = {
        topic: Rhythm(said) for topic, said in row.rhythms.items() if topic in TOPICS
    }
    return Wishes(
        rhythms,
        time.fromisoformat(row.digest_at),
        row.digest_day,
        Quiet(row.quiet),
        time.fromisoformat(row.quiet_from),
        time.fromisoformat(row.quiet_until),
    )


def _hour(at: time) -> str:
    return at.strftime("%H:%M")
