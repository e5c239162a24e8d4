"""Which version of a case a program saw: told by ETag, said back by If-Match."""

import re
from typing import Annotated

from fastapi import Header, Response

from web.api.problems import VersionNeeded

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=40,
        description="The version of the case that was seen: the ETag of the case and of its tasks.",
        examples=['"3"'],
    ),
]


def tag(response: Response, version: int) -> None:
    """Say which version of its case an answer shows."""
    response.headers["ETag"] = f'"{version}"'


def seen(if_match: str) -> int:
    """The version that If-Match says. Raises VersionNeeded."""
    said = re.fullmatch(r'\s*"(\d{1,9})"\s*', if_match, re.ASCII)
    if said is None:
        raise VersionNeeded
    return int(said[1])
