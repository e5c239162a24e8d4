"""What a stage's settings say, in the words of people."""

from approvals.candidacy import (
    ByCapability,
    ByCommittee,
    ByCondition,
    ByHistory,
    ByName,
    ByPost,
    ByRole,
    Candidate,
)
from approvals.stage import Stage
from core.language import translate
from core.worktime import Duration
from web.chain_editor.words import option
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


CROWDS = {
    ByRole: N_("whoever has the role {name}"),
    ByCapability: N_("whoever has the ability {name}"),
    ByCommittee: N_("committee {name}"),
    ByHistory: N_("who decided {name}"),
    ByCondition: N_("everybody of whom holds: {name}"),
    ByName: N_("a certain person"),
}


def people(candidate: Candidate, language: str) -> str:
    """Who is asked: a post and where it is, a role, a committee, and so on."""
    if isinstance(candidate, ByPost):
        return post(candidate, language)
    name = next(iter(candidate.model_dump().values()))
    said = translate(language, CROWDS[type(candidate)], name=_word(str(name), language))
    where = candidate.where if isinstance(candidate, ByRole | ByCapability) else None
    return f"{said} ({where})" if where else said


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


def rule(stage: Stage, language: str) -> str:
    """How a stage is decided; empty where one decision is enough."""
    by = stage.decide
    if not by.is_panel:
        return ""
    said = [option("rule", by.rule, language)]
    if by.quorum is not None:
        said.append(translate(language, N_("at least {quorum}"), quorum=by.quorum))
    if by.rule in ("majority", "committee"):
        facts = {"share": option("majority", by.majority, language), "of": option("of", by.of, language)}
        said.append(translate(language, N_("{share} of {of}"), **facts))
    if by.chair:
        said.append(option("chair", by.chair, language))
    if by.veto:
        said.append(translate(language, N_("veto: {parts}"), parts=", ".join(by.veto)))
    return "; ".join(each if n == 0 else each[:1].lower() + each[1:] for n, each in enumerate(said))


def _word(code: str, language: str) -> str:
    return translate(language, WORDS_OF[code]) if code in WORDS_OF else code
