"""Chains on their shelf: versions in force, planned and past; drafts begin here."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from approvals import chains, drafting
from approvals.strict import Slug
from approvals.yaml_edit import rewritten
from core.errors import MufakatError
from web import pages
from web.chain_editor import shelf
from web.chain_editor.difference import difference
from web.chain_editor.filling import moved
from web.chain_editor.picture import picture
from web.deps import DbSession, HrActor, OverseerActor, People, Visitor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/chains")


class Begun(BaseModel):
    """A new chain's key and title, or the number of the version to begin from."""

    chain: Slug
    title_id: str
    title_en: str


SKELETON = """\
chain: new
title: {id: Rantai baru, en: New chain}
stages: []
"""


@router.get("")
def shelves(request: Request, session: DbSession, people: People, actor: OverseerActor) -> Response:
    """All chains with the version that is in force."""
    return pages.show(request, "chains/list.html", chains=shelf.shelf(session, people))


@router.post("")
def begin_new(
    request: Request, session: DbSession, people: People, actor: HrActor, begun: Annotated[Begun, Form()]
) -> Response:
    """Begin the draft of a chain that is not there yet."""
    if not chains.versions(session, begun.chain):
        drafting.begin(session, actor, begun.chain, _skeleton(begun))
    return pages.go(f"/hr/chains/{begun.chain}/draft")


@router.get("/{chain}")
def look(request: Request, session: DbSession, people: People, actor: OverseerActor, chain: str) -> Response:
    """A chain's versions, newest first."""
    return pages.show(request, "chains/chain.html", chain=shelf.chain(session, people, chain), problem="")


@router.get("/{chain}/versions/{number}")
def look_at_version(
    request: Request,
    session: DbSession,
    people: People,
    actor: OverseerActor,
    visit: Visitor,
    chain: str,
    number: int,
) -> Response:
    """A version: its picture, its text, and what it changed."""
    found = shelf.chain(session, people, chain)
    shown = found.numbered(number)
    before = next((v for v in found.versions if v.version.number == number - 1), None)
    return pages.show(
        request,
        "chains/version.html",
        chain=found,
        shown=shown,
        picture=picture(shown.definition, visit.language),
        changes=difference(before.version.source, shown.version.source) if before else [],
        before=before,
        older=sum(v.open_cases for v in found.versions if v.version.number != number),
    )


@router.post("/{chain}/versions/{number}/call-off")
def call_off(
    request: Request,
    session: DbSession,
    people: People,
    actor: HrActor,
    chain: str,
    number: int,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Take back a version that is planned."""
    found = shelf.chain(session, people, chain)
    try:
        with session.begin_nested():
            chains.call_off(session, actor, found.numbered(number).version.id, reason=reason)
    except MufakatError as error:
        said = pages.said(request, error)
        return pages.show(request, "chains/chain.html", status_of(error), chain=found, problem=said)
    return pages.go(
        f"/hr/chains/{chain}", N_("The version is called off; it will not take effect."), kind="plain"
    )


@router.post("/{chain}/draft/begin")
def begin(
    session: DbSession, people: People, actor: HrActor, chain: str, number: Annotated[int, Form()]
) -> Response:
    """Begin a draft from a version; one that is there already is gone on with."""
    version = shelf.chain(session, people, chain).numbered(number).version
    drafting.begin(session, actor, chain, version.source, based_on=version)
    return pages.go(f"/hr/chains/{chain}/draft")


def _skeleton(begun: Begun) -> str:
    title = {"id": begun.title_id.strip() or begun.chain, "en": begun.title_en.strip() or begun.chain}
    return rewritten(SKELETON, {"chain": begun.chain, "title": title, "stages": moved([], "add:0")})
