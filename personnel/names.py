"""Names of people with their academic and other titles, put together and taken apart."""

import re

from personnel.cells import squeezed

_FRONT = re.compile(
    r"((?:(?:Prof|Dr|DR|dr|drg|drh|Ir|IR|Drs|DRS|Dra|DRA|Hj|HJ|H|KH|apt|Apt|Ns|Ners)\. ?)+)(?=\S)"
)
_SPACES = re.compile(r"\s+")


def full_name(front_title: str, name: str, back_title: str) -> str:
    """A name as it is written on a letter: `Dr. Rosmawati Siregar, M.Si.`"""
    before = f"{front_title} {name}" if front_title else name
    return f"{before}, {back_title}" if back_title else before


def split_name(said: str) -> tuple[str, str, str]:
    """Take `Dr. Ir. Budi Santoso, M.Si` apart into front titles, name and back titles."""
    text = _SPACES.sub(" ", said).strip(" ,")
    name, _, back = text.partition(",")
    front = ""
    if titles := _FRONT.match(name):
        front, name = titles[1].strip(), name[titles.end() :]
    return front, name.strip(), back.strip(" ,")


def same_name(one: str, other: str) -> bool:
    """Whether two writings mean one person's name: titles, capitals, dots and spaces aside."""
    return squeezed(split_name(one)[1]) == squeezed(split_name(other)[1])
