"""A library's stylesheet, cut down to what our pages can use: most of it would travel for nothing.

Done as a process starts, from the words of our templates and code: a class that some page comes to use is
there without anybody thinking of it. The library's file stays whole beside us, as it was published.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from core.settings import ROOT

SOURCES = ("templates/**/*.html", "**/*.py", "static/*.js", "static/vendor/htmx/*.js")
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
WHOLE = ("@font-face", "@keyframes", "@page", "@property")
GROUPING = ("@media", "@supports", "@layer", "@container")


@lru_cache
def spoken() -> frozenset[str]:
    """Every word of our pages and of what makes them: the classes that are used are among them."""
    words: set[str] = set()
    for pattern in SOURCES:
        for path in (ROOT / "web").glob(pattern):
            words.update(re.findall(r"[A-Za-z][\w-]*", path.read_text()))
    return frozenset(words)


def cut(css: str) -> str:
    """The rules of which some selector could fit, each with these selectors alone."""
    notices = re.findall(r"/\*!.*?\*/", css, flags=re.DOTALL)
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join([*notices, *_kept(bare)])


def _kept(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        if body is None or head.startswith(WHOLE):
            yield head if body is None else f"{head}{{{body}}}"
        elif head.startswith(GROUPING):
            if inner := cut(body):
                yield f"{head}{{{inner}}}"
        elif fitting := [one for one in _selectors(head) if _could_fit(one)]:
            yield f"{','.join(fitting)}{{{body}}}"


def _blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """What stands before each brace, and between it and its partner; statements without any, as they are."""
    at = 0
    while at < len(css):
        brace, end = css.find("{", at), css.find(";", at)
        if brace < 0:
            return
        if 0 <= end < brace:
            yield css[at : end + 1], None
            at = end + 1
            continue
        close = _partner(css, brace)
        yield css[at:brace].strip(), css[brace + 1 : close]
        at = close + 1


def _partner(css: str, brace: int) -> int:
    """Where the block that begins at a brace ends; braces in strings do not count."""
    depth = 0
    for found in re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{}]").finditer(css, brace):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    raise ValueError("a block of the stylesheet does not end")


def _selectors(head: str) -> list[str]:
    """Selectors by the commas between them; those in brackets separate nothing."""
    found, depth = [""], 0
    for sign in head:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def _could_fit(selector: str) -> bool:
    """Whether all classes that it demands are words of ours; what it excludes or offers is not demanded."""
    demanded = selector
    while (without := re.sub(r":[\w-]+\([^()]*\)", "", demanded)) != demanded:
        demanded = without
    return all(name in spoken() for name in CLASS.findall(demanded))
