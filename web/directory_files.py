"""The directory's lists as tables to take away: people and posts."""

from collections.abc import Sequence

from core.language import translate
from personnel.establishment import PostLine
from personnel.queries import EmployeeRow
from web.sheets import Row
from web.words import N_, WORDS_OF

PEOPLE = (
    N_("NIP"),
    N_("Name"),
    N_("Status"),
    N_("Rank"),
    N_("Unit"),
    N_("Post"),
    N_("Away today"),
)
POSTS = (
    N_("Code"),
    N_("Post"),
    N_("Unit"),
    N_("Holder"),
    N_("Since"),
    N_("Vacant since"),
    N_("Acts for it"),
)


def people(found: Sequence[EmployeeRow], language: str) -> list[Row]:
    """In the order of PEOPLE."""
    yes = translate(language, N_("yes"))
    return [
        (
            one.nip,
            one.name,
            translate(language, WORDS_OF.get(one.status, one.status)),
            one.rank or "",
            one.unit_name,
            one.title,
            yes if one.absent else "",
        )
        for one in found
    ]


def posts(found: Sequence[PostLine], language: str) -> list[Row]:
    """In the order of POSTS; vacant ones first."""
    return [
        (
            post.code,
            post.title,
            post.unit_name,
            post.holder.name if post.holder else "",
            post.holder.starts_on if post.holder else None,
            post.vacant_since if post.vacant else None,
            "; ".join(
                f"{one.name} ({translate(language, WORDS_OF.get(one.capacity, one.capacity))})"
                for one in post.acting
            ),
        )
        for post in found
    ]
