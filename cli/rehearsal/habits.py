"""What scripted people do with what they are asked: mostly approve, sometimes return, reject or sleep."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import FormElement


@dataclass(frozen=True, slots=True)
class Habits:
    """How likely each thing is; the rest is approved from the inbox."""

    returns: float = 0.08
    rejects: float = 0.05
    by_mail: float = 0.25
    """By the link in the mail and a code, without logging in."""
    sleepers: float = 0.2
    """Heads of units who never act: what waits for them must escalate."""


def verdict(form: FormElement, habits: Habits, rng: random.Random) -> Mapping[str, str | list[str]]:
    """How somebody fills in the form of a decision: reasons and checklist as the form offers them."""
    drawn = rng.random()
    for kind, likely in (("return", habits.returns), ("reject", habits.rejects)):
        if drawn < likely and (codes := _choices(form, f"{kind}_code")):
            return {
                "decision": kind,
                f"{kind}_code": rng.choice(codes),
                "comment": "Mohon diperbaiki." if kind == "return" else "Belum dapat disetujui.",
            }
        drawn -= likely
    boxes = [box.get("value", "") for box in form.iterfind(".//input[@name='checklist']")]
    return {"decision": "approve", "checklist": boxes, "comment": ""}


def _choices(form: FormElement, name: str) -> list[str]:
    options = form.iterfind(f".//select[@name='{name}']/option")
    return [value for option in options if (value := option.get("value"))]
