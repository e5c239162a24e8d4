"""What a stage's settings say, in the words of people."""

from typing import Any

from pydantic import BaseModel

from approvals.candidacy import ByPost, ByRole
from approvals.stage import Stage
from approvals.yaml_edit import inline
from core.language import translate
from core.worktime import Duration
from web.words import N_, WORDS_OF

UNITS = {
    "working day": N_("{n} working days"),
    "working hour": N_("{n} working hours"),
    "day": N_("{n} days"),
    "hour": N_("{n} hours"),
}
POSTS = {"head": N_("head of unit"), "ppk": N_("appointing official (PPK)")}
PLACES = {
    "nearest": N_("of the nearest unit"),
    "subject.unit": N_("of the employee's unit"),
    "subject.unit.parent": N_("one unit above the employee's"),
    "top": N_("of the whole office"),
}


def duration(said: Duration, language: str) -> str:
    """`3 hari kerja` for 3 working days."""
    if language == "en":
        return str(said)
    return translate(language, UNITS[said.unit], n=said.amount)


def people(candidates: Any, language: str) -> str:
    """Who is asked: a role, a post and where it is; of other kinds what the text says."""
    match candidates:
        case ByRole(role=role):
            return translate(language, N_("whoever has the role {role}"), role=_word(role, language))
        case ByPost():
            return post(candidates, language)
        case BaseModel():
            return inline(candidates.model_dump(mode="json", by_alias=True, exclude_defaults=True)).strip(
                "{}"
            )
        case list() | tuple():
            return "; ".join(people(each, language) for each in candidates)  # pyright: ignore[reportUnknownVariableType]
        case _:
            return ""


def post(said: ByPost, language: str) -> str:
    """A post and where it is."""
    holder = translate(language, POSTS[said.holder_of]) if said.holder_of in POSTS else said.holder_of
    if said.unit in PLACES:
        where = translate(language, PLACES[said.unit])
    elif said.levels_up:
        where = translate(language, N_("{n} units above the employee's"), n=said.levels_up)
    else:
        where = translate(language, N_("of unit {code}"), code=said.unit)
    return f"{holder} {where}"


def rule(stage: Stage) -> str:
    """How many decisions a stage needs, as the text says it; empty where one is enough."""
    said = stage.model_dump(mode="json", by_alias=True, exclude_defaults=True).get("decide")
    return inline(said).strip("{}") if said else ""


def _word(code: str, language: str) -> str:
    return translate(language, WORDS_OF[code]) if code in WORDS_OF else code
