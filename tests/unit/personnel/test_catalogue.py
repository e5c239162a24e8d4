import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

import personnel
from core.errors import MufakatError
from core.language import translations
from personnel.problems import Wrong

for module in pkgutil.iter_modules(personnel.__path__):
    import_module(f"personnel.{module.name}")


def sentences(error: type[MufakatError] = MufakatError) -> Iterator[str]:
    for kind in error.__subclasses__():
        if kind.__module__.startswith("personnel."):
            yield kind.sentence()
        yield from sentences(kind)


@pytest.mark.parametrize("message", sorted({*sentences(), *map(str, Wrong)}))
def test_every_sentence_is_said_in_indonesian_with_the_same_facts(message: str) -> None:
    said = translations("id").gettext(message)
    assert said != message
    assert sorted(re.findall(r"\{\w+\}", said)) == sorted(re.findall(r"\{\w+\}", message))
