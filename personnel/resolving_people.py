"""What a row about a person says: the person, and the post that is theirs."""

from typing import Any

from core.actor import Role
from personnel import education, nip
from personnel.cells import squeezed
from personnel.columns import Kind
from personnel.nip import LOST
from personnel.problems import Level, Problem, Wrong, refuse, warn
from personnel.reading import Row
from personnel.resolving import Entry, Refused, Saying, day_before, found, said, takes_over, whose
from personnel.world import State, World

PRIVILEGED = frozenset({str(Role.ADMIN), str(Role.OPERATOR), str(Role.AUDITOR)})
"""Roles that HR can't hand out by a file."""

_PLAIN = ("name", "front_title", "back_title", "gender", "born_on", "status", "email", "phone", "language",
          "rank", "rank_since", "education", "appointed_on", "left_on", "left_for")  # fmt: skip


def employee(row: Row, world: World, today: str, may_grant: bool) -> Saying:
    """The person and, where the row names a post, the holding. Raises Refused."""
    saying = Saying()
    digits = _digits(row, world, saying)
    known = world.get(Kind.EMPLOYEE, digits)
    status = row.get("status") or (known["status"] if known else "PNS")
    faults = nip.check(digits, status=status, born_on=row.get("born_on"), gender=row.get("gender"))
    if any(fault.level is Level.REFUSE for fault in faults):
        raise Refused(*faults)
    if known is None and not row.get("status"):
        saying.doubts.append(warn("status", Wrong.STATUS_ASSUMED))
    saying.doubts += faults
    fields = said(row, *_PLAIN) | {"unit": found(world.unit(row.get("unit")))}
    if known and fields["name"].isupper() and squeezed(fields["name"]) == squeezed(known["name"]):
        fields["name"] = known["name"]  # a list in capitals says no other name
    if known is None:
        saying.doubts += _alike(row, digits, world)
    _keep_what_is_newer(fields, digits, known, world, saying)
    _wishes(fields, row, digits, world, saying, may_grant=may_grant)
    defaults = _defaults(digits, status) if known is None else {}
    if known is None and not (defaults | fields)["gender"]:
        raise Refused(refuse("gender", Wrong.MISSING))
    if known is None and not (defaults | fields)["born_on"]:
        raise Refused(refuse("born_on", Wrong.MISSING))
    gone = _leaves(row, fields, digits, world, saying, today=today)
    saying.entries.append(Entry(Kind.EMPLOYEE, (digits,), fields, defaults))
    if row.get("position") and not gone:
        _post(row, digits, fields["unit"], world, saying, today=today)
    return saying


def _alike(row: Row, digits: str, world: World) -> list[Problem]:
    """A doubt where somebody of this name and birthday has another NIP on record."""
    born_on = row.get("born_on") or nip.said_by(digits).born_on
    others = world.namesakes(row.get("name"), str(born_on)) if born_on else []
    return [
        warn("nip", Wrong.SAME_PERSON, name=state["name"], nip=other, born_on=str(born_on))
        for other, state in others[:1]
    ]


def leaving(row: Row, world: World, today: str) -> Saying:
    """That a person is no longer here from a day on. Raises Refused."""
    saying = Saying()
    owner, saying.doubts = whose(row, world)
    fields = said(row, "left_on", "left_for")
    _leaves(row, fields, owner, world, saying, today=today)
    saying.entries.insert(0, Entry(Kind.EMPLOYEE, (owner,), fields))
    return saying


def _leaves(row: Row, fields: State, digits: str, world: World, saying: Saying, *, today: str) -> bool:
    """Whether the person is gone by today; then nobody's posts are theirs any more.

    Who leaves on a day to come holds posts until then.
    """
    known = world.get(Kind.EMPLOYEE, digits)
    left_on = fields.get("left_on") or (known["left_on"] if known else None)
    # a list of everybody gives the day of retirement; who died or moved is gone already, as the list says
    over = fields.get("left_for", "retired") != "retired" and row.kind is Kind.EMPLOYEE
    if fields.get("left_for") and (not left_on or (left_on > today and (over or not fields.get("left_on")))):
        left_on = fields["left_on"] = today
        saying.doubts.append(warn("left_on", Wrong.LEFT_TODAY, day=today))
    if not left_on or left_on > today:
        return False
    for key, _ in world.held_from(digits, left_on):
        last = max(key[3], day_before(left_on))
        title = world.things[Kind.POSITION][key[0],]["title"]
        saying.entries.append(Entry(Kind.HOLDING, key, {"ends_on": last}, aside=True))
        saying.doubts.append(warn("left_on", Wrong.POST_LEFT, title=title, ends_on=last))
    return True


def _digits(row: Row, world: World, saying: Saying) -> str:
    """The NIP; a damaged one is that of somebody known, or lost."""
    if not row.get("nip").startswith(LOST):
        return row.get("nip")
    digits, problems = world.person(row.get("nip"), row.get("name"))
    if not digits:
        raise Refused(*problems)
    saying.doubts += problems
    return digits


def _keep_what_is_newer(
    fields: State, digits: str, known: State | None, world: World, saying: Saying
) -> None:
    """An older file takes back no rank that a later decree gave, and no education that is on record."""
    held = [(state["since"], key[1]) for key, state in world.of_person(Kind.RANK, digits)]
    latest, its_rank = max(held, default=("", ""))
    since = fields.get("rank_since") or (known["rank_since"] if known else None) or ""
    older = since < latest or (since == latest and fields.get("rank", its_rank) != its_rank)
    if older and not fields.keys().isdisjoint({"rank", "rank_since"}):
        saying.doubts.append(warn("rank", Wrong.RANK_NEWER, rank=its_rank, since=latest))
        fields.pop("rank", None)
        fields.pop("rank_since", None)
    schooling = [key[1] for key, _ in world.of_person(Kind.SCHOOLING, digits)]
    highest = max(schooling, key=education.order, default="")
    if "education" in fields and education.order(highest) > education.order(fields["education"]):
        saying.doubts.append(warn("education", Wrong.EDUCATION_HIGHER, level=highest))
        del fields["education"]


def _wishes(fields: State, row: Row, digits: str, world: World, saying: Saying, *, may_grant: bool) -> None:
    """The login and roles of an account that is still to be made."""
    known = world.get(Kind.EMPLOYEE, digits)
    login, roles = row.get("login").casefold(), [role for role in row.get("roles").split(",") if role]
    if not may_grant:
        saying.doubts += [
            warn("roles", Wrong.ROLE_LEFT_OUT, role=role) for role in roles if role in PRIVILEGED
        ]
        roles = [role for role in roles if role not in PRIVILEGED]
    wishes: dict[str, Any] = {}
    if login:
        wishes["wanted_login"] = login
    if roles:
        wishes["wanted_roles"] = roles
    if digits in world.with_account:
        if known and any(known.get(name) != value for name, value in wishes.items()):
            saying.doubts.append(warn("login", Wrong.HAS_ACCOUNT))
        return
    if login and world.logins.get(login, digits) != digits:
        raise Refused(refuse("login", Wrong.LOGIN_TAKEN, login=login))
    fields |= wishes


def _defaults(digits: str, status: str) -> State:
    numbered = nip.said_by(digits)
    return {
        "front_title": "",
        "back_title": "",
        "gender": numbered.gender,
        "born_on": numbered.born_on.isoformat() if numbered.born_on else None,
        "status": status,
        "email": "",
        "phone": "",
        "language": "id",
        "rank": None,
        "rank_since": None,
        "education": None,
        "appointed_on": numbered.appointed_on.isoformat() if numbered.appointed_on else None,
        "left_on": None,
        "left_for": None,
        "wanted_login": None,
        "wanted_roles": [],
    }


def _post(row: Row, digits: str, home: str, world: World, saying: Saying, *, today: str) -> None:
    """The post in the row: the person moves there, and leaves the posts held before."""
    said_post = row.get("position")
    answer = world.post(said_post, home)
    if isinstance(answer, Problem):
        saying.doubts.append(warn("position", Wrong.POST_LEFT_OUT, said=said_post))
        return
    since = row.get("position_since")
    held = world.holder(answer)
    if held is not None and held[0][1] == digits:
        if since and since != held[0][3]:
            saying.doubts.append(warn("position_since", Wrong.POST_SINCE, since=held[0][3]))
        return
    if not since:
        since = today
        saying.doubts.append(warn("position_since", Wrong.DAY_ASSUMED, day=today))
    try:
        ending, doubts = takes_over(world, answer, digits, since)
    except Refused as taken:
        saying.doubts += [warn(p.field, p.wrong, **p.facts) for p in taken.problems]
        return
    for key, _ in world.posts_of(digits):
        last = max(key[3], day_before(since))
        title = world.things[Kind.POSITION][key[0],]["title"]
        saying.entries.append(Entry(Kind.HOLDING, key, {"ends_on": last}, aside=True))
        saying.doubts.append(warn("position", Wrong.POST_LEFT, title=title, ends_on=last))
    saying.doubts += doubts
    own = Entry(
        Kind.HOLDING,
        (answer, digits, "definitive", since),
        {},
        {"order_number": "", "ends_on": None},
        shown=("position", world.things[Kind.POSITION][answer,]["title"]),
    )
    saying.entries += [*ending, own]
