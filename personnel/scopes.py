"""The scope of an order to act, checked when it is given and kept as plain data."""

import re
from collections.abc import Mapping
from typing import Any

from core.directory import EVERYTHING, Scope
from core.errors import Invalid
from personnel import ranks

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadScope(Invalid):
    """The order's scope can't be used: {said}. Name chains and stages as the office's chains do, and a rank
    from I/a to IV/e; nothing was changed."""


def checked(scope: Scope) -> Scope:
    """The scope, if chains and stages are names and the rank is one. Raises BadScope."""
    for name in (*scope.chains, *scope.stages):
        if not _SLUG.fullmatch(name):
            raise BadScope(said=name)
    if scope.up_to_rank is not None and not 1 <= scope.up_to_rank <= len(ranks.NAMES):
        raise BadScope(said=scope.up_to_rank)
    return scope


def stored(scope: Scope) -> dict[str, Any]:
    """A scope as the records keep it; without what does not limit it."""
    said = {"chains": [*scope.chains], "stages": [*scope.stages], "up_to_rank": scope.up_to_rank}
    return {name: value for name, value in said.items() if value}


def scope_of(kept: Mapping[str, Any] | None) -> Scope:
    """The scope that a record keeps."""
    if not kept:
        return EVERYTHING
    return Scope(tuple(kept.get("chains", ())), tuple(kept.get("stages", ())), kept.get("up_to_rank"))
