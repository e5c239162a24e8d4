"""The sample agency's committee: formed by HR's own verb once the people are there."""

from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor
from personnel import committees
from personnel.committees import Decree, Part
from personnel.days import office_day
from personnel.directory import PersonnelDirectory
from personnel.models_committees import Committee
from personnel.queries import unit_tree

KEY = "baperjakat"
TITLES = ("Tim Penilai Kinerja PNS (Baperjakat)", "Performance Assessment Committee")
SECRETARYS_UNIT = "12.71.01"
MEMBERS = 3


def form(session: Session, actor: Actor) -> Committee | None:
    """Form the committee that advises on promotions: the city's secretary in the chair, the head of the
    personnel office its secretary, and heads of other units. None when too few units have a head."""
    at = clock.now(session)
    top, *others = unit_tree(session, at)
    heads = PersonnelDirectory(session).posts("head", [top.id, *(u.id for u in others)], at)
    people = {id_: post.holders[0].person_id for id_, post in heads.items() if post.holders}
    office = next((u.id for u in others if u.code == SECRETARYS_UNIT), None)
    if top.id not in people or office is None or office not in people:
        return None
    seats: dict[UUID, Part] = {people[top.id]: "chair", people[office]: "secretary"}
    more = [person for u in others if (person := people.get(u.id)) and person not in seats]
    day = office_day(at).replace(month=1, day=1)
    decree = Decree(
        key=KEY,
        title_id=TITLES[0],
        title_en=TITLES[1],
        order_number=f"800.1.3/12.K/{day.year}",
        starts_on=day,
    )
    members: dict[UUID, Part] = dict.fromkeys(more[:MEMBERS], "member")
    return committees.form(session, actor, decree, seats | members)
