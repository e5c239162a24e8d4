"""Parts of their inbox that people keep under a name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from web.inbox_view import View
from web.models_views import SavedView

LONGEST_NAME = 40
MOST = 12


class NameNeeded(Invalid):
    """Give the view a name of at most {limit} letters; nothing was saved."""


class TooManyViews(Conflict):
    """You have {limit} saved views already; nothing was saved. Delete one that you no longer use."""


class NoSuchView(NotFound):
    """This saved view is gone already. Nothing was changed."""


def saved(session: Session, actor: Actor) -> Sequence[SavedView]:
    """Somebody's own, in the order in which they were made."""
    found = select(SavedView).where(SavedView.person_id == actor.person_id)
    return session.scalars(found.order_by(SavedView.made_at, SavedView.id)).all()


def save(session: Session, actor: Actor, name: str, view: View, *, first: bool = False) -> None:
    """Keep a part of one's inbox; under a name that one has already it takes the other's place.

    Raises NameNeeded, TooManyViews.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NameNeeded(limit=LONGEST_NAME)
    assert actor.person_id is not None
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"views {actor.person_id}", 0))))
    known = {one.name for one in saved(session, actor)}
    if name not in known and len(known) >= MOST:
        raise TooManyViews(limit=MOST)
    row = {"id": new_id(), "person_id": actor.person_id, "name": name, "query": view.query()}
    made = insert(SavedView).values(**row, opens_first=False, made_at=clock.now(session))
    session.execute(
        made.on_conflict_do_update(
            index_elements=[SavedView.person_id, SavedView.name], set_={"query": made.excluded.query}
        )
    )
    if first:
        wanted = (SavedView.person_id == actor.person_id, SavedView.name == name)
        open_first(session, actor, session.scalars(select(SavedView.id).where(*wanted)).one())


def open_first(session: Session, actor: Actor, view_id: UUID | None) -> None:
    """Let one of one's own be what the inbox opens with; None: the whole inbox again. Raises NoSuchView."""
    if view_id is not None:
        _own(session, actor, view_id)
    mine = update(SavedView).where(SavedView.person_id == actor.person_id)
    session.execute(mine.where(SavedView.opens_first).values(opens_first=False))
    if view_id is not None:
        session.execute(mine.where(SavedView.id == view_id).values(opens_first=True))


def drop(session: Session, actor: Actor, view_id: UUID) -> None:
    """Forget one of one's own. Raises NoSuchView."""
    _own(session, actor, view_id)
    session.execute(delete(SavedView).where(SavedView.id == view_id))


def _own(session: Session, actor: Actor, view_id: UUID) -> SavedView:
    found = session.get(SavedView, view_id)
    if found is None or found.person_id != actor.person_id:
        raise NoSuchView
    return found
