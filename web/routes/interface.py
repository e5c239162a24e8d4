"""How programs use the interface: a page made of its own description, served by us alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from web import pages
from web.api.app import ABOUT, PREFIX, create_api, described
from web.deps import Visitor

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that goes into the address or a header."""

    name: str
    place: str
    needed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what it means; for refusals the codes of their problems."""

    status: str
    about: str
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    method: str
    path: str
    about: str
    permit: str
    parameters: Sequence[Parameter]
    example: str
    answers: Sequence[Answer]

    @property
    def anchor(self) -> str:
        return f"{self.method}-{self.path}".lower().replace("/", "-").replace("{", "").replace("}", "")


@dataclass(frozen=True, slots=True)
class Noun:
    """The operations about one thing."""

    name: str
    about: str
    operations: Sequence[Operation]


@router.get(PREFIX + "/docs")
def how_programs_use_it(request: Request, visit: Visitor) -> Response:
    """The description of the interface, for people; the one for programs is openapi.json."""
    return pages.show(request, "interface/docs.html", about=_paragraphs(), nouns=nouns(), prefix=PREFIX)


@lru_cache
def nouns() -> Sequence[Noun]:
    """What the description says, in the order of its tags; read once, for it does not change."""
    said = described(create_api())
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in said["tags"]}
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]].append(_operation(said, method.upper(), path, one))
    return [Noun(tag["name"], tag["description"], found[tag["name"]]) for tag in said["tags"]]


def _operation(said: Mapping[str, Any], method: str, path: str, one: Mapping[str, Any]) -> Operation:
    schemes: Sequence[Mapping[str, Sequence[str]]] = one.get("security", ())
    return Operation(
        method=method,
        path=path,
        about=one["description"],
        permit=", ".join(permit for scheme in schemes for permits in scheme.values() for permit in permits),
        parameters=[
            Parameter(p["name"], p["in"], p.get("required", False), p.get("description", ""))
            for p in one.get("parameters", ())
        ],
        example=_example(said, one),
        answers=[
            Answer(status, answer["description"], _codes(answer))
            for status, answer in sorted(one["responses"].items())
        ],
    )


def _example(said: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """What a body looks like; of a form with a file only its kind."""
    content: Mapping[str, Any] = one.get("requestBody", {}).get("content", {})
    for kind, body in content.items():
        name = str(body["schema"].get("$ref", "")).rpartition("/")[2]
        examples = said["components"]["schemas"].get(name, {}).get("examples")
        return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else kind
    return ""


def _codes(answer: Mapping[str, Any]) -> Sequence[str]:
    return [code for content in answer.get("content", {}).values() for code in content.get("examples", ())]


def _paragraphs() -> Sequence[tuple[str, str]]:
    """The opening words, each with its catchword."""
    parts = [" ".join(part.split()) for part in ABOUT.strip().split("\n\n")]
    split = [part.removeprefix("**").partition(".** " if ".** " in part else "** ") for part in parts]
    return [(head if rest else "", _plain(rest or head)) for head, _, rest in split]


def _plain(text: str) -> str:
    return text.replace("`", "").replace("*", "")
