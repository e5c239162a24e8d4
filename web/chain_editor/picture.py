"""A chain as a picture: its stages from top to bottom, what is passed by, what comes back, what moves up."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from approvals.definition import ChainDefinition
from approvals.stage import Stage
from core.language import translate
from web.chain_editor import saying
from web.words import N_

WIDTH, LEFT, RIGHT = 380, 52, 338
LINE, PAD, GAP = 18, 12, 30
LETTERS = 36
"""How many letters go into a line of a box; measured for the widest of ours."""
MOST_LINES = 3
HEIGHT_LEFT = 34
"""What is left below the last stage for where the way ends."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line in a box."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Box:
    """A stage as it is drawn."""

    stage: Stage
    top: int
    lines: tuple[Text, ...]
    condition: tuple[str, ...] = ()

    @property
    def body(self) -> int:
        """Where its frame begins, below its condition."""
        return self.top + (len(self.condition) * LINE + PAD + GAP // 2 if self.condition else 0)

    @property
    def bottom(self) -> int:
        return self.body + len(self.lines) * LINE + 2 * PAD - 4

    @property
    def middle(self) -> int:
        return (self.body + self.bottom) // 2


def picture(definition: ChainDefinition, language: str) -> Markup:
    """The picture, as SVG that a screen reader reads out as a list of stages."""
    boxes = list(_boxes(definition, language))
    height = boxes[-1].bottom + GAP + HEIGHT_LEFT
    title = translate(language, N_("The stages of {chain}"), chain=definition.title.said(language))
    said = " ".join(_told(n, box.stage, language) for n, box in enumerate(boxes, 1))
    drawn = Markup("").join(
        [
            _terminal(2, translate(language, N_("Proposal"))),
            *(_arrow(above, below) for above, below in _flow(boxes)),
            *(part for n, box in enumerate(boxes, 1) for part in _drawn(n, box)),
            *_returns(boxes),
            _terminal(height - HEIGHT_LEFT, translate(language, N_("Approved"))),
        ]
    )
    return Markup(
        '<svg class="chain-picture" viewBox="0 0 {} {}" role="img"'
        ' aria-labelledby="picture-title picture-desc">'
        '<title id="picture-title">{}</title><desc id="picture-desc">{}</desc>{}{}</svg>'
    ).format(WIDTH, height, title, said, _MARKER, drawn)


_MARKER = Markup(
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto-start-reverse"><path class="picture-head" d="M0 0 8 4 0 8z"/></marker></defs>'
)


def _boxes(definition: ChainDefinition, language: str) -> Iterator[Box]:
    top = 34 + GAP
    for stage in definition.stages:
        condition = _wrapped(translate(language, N_("only if {condition}"), condition=stage.when), 34)
        box = Box(stage, top, tuple(_lines(stage, language)), condition if stage.when else ())
        yield box
        top = box.bottom + GAP


def _lines(stage: Stage, language: str) -> Iterator[Text]:
    for line in _wrapped(stage.title.said(language), 33):
        yield Text(line, "name")
    said: list[tuple[str, str]] = []
    if stage.is_external:
        said.append((translate(language, N_("an authority outside answers by letter")), "plain"))
    if stage.pass_when:
        said.append(
            (
                translate(language, N_("passes by itself if {condition}, else:"), condition=stage.pass_when),
                "plain",
            )
        )
    said += [(saying.people(candidate, language), "plain") for candidate in stage.wanted]
    if needs := saying.rule(stage, language):
        said.append((needs, "panel"))
    if stage.due:
        within = saying.duration(stage.due, language)
        said.append((translate(language, N_("within {duration}"), duration=within), "plain"))
    if stage.escalate:
        facts = {
            "duration": saying.duration(stage.escalate.after, language),
            "to": saying.people(stage.escalate.to, language),
        }
        said.append((translate(language, N_("after {duration} up to: {to}"), **facts), "up"))
    elif stage.on_expiry == "escalate":
        said.append((translate(language, N_("when due up to the post above")), "up"))
    if stage.on_expiry == "expire":
        said.append((translate(language, N_("when due it stops until somebody ratifies")), "plain"))
    if stage.sign:
        said.append((translate(language, N_("signs: {document}"), document=stage.sign), "plain"))
    for text, kind in said:
        for n, line in enumerate(_wrapped(text, LETTERS - (2 if kind != "plain" else 0))):
            yield Text(line, kind if n == 0 else "more" if kind != "plain" else "plain")


def _drawn(number: int, box: Box) -> Iterator[Markup]:
    if box.condition:
        yield _condition(box)
    kind = "outside" if box.stage.is_external else "people"
    frame = Markup(
        '<rect class="picture-box picture-{}" x="{}" y="{}" width="{}" height="{}" rx="10"/>'
        '<circle class="picture-dot" cx="{}" cy="{}" r="12"/>'
        '<text class="picture-number" x="{}" y="{}" text-anchor="middle">{}</text>'
    )
    dot = box.body + 2
    yield frame.format(
        kind, LEFT, box.body, RIGHT - LEFT, box.bottom - box.body, LEFT, dot + 16, LEFT, dot + 20, number
    )
    if any(line.kind == "panel" for line in box.lines):
        yield Markup('<rect class="picture-panel" x="{}" y="{}" width="{}" height="{}" rx="8"/>').format(
            LEFT + 4, box.body + 4, RIGHT - LEFT - 8, box.bottom - box.body - 8
        )
    for n, line in enumerate(box.lines):
        x, y = LEFT + 22, box.body + PAD + LINE * n + 11
        if line.kind == "up":
            yield Markup('<path class="picture-up" d="M{} {}v-9m-4 4 4-4 4 4"/>').format(x + 4, y)
        shift = 14 if line.kind in ("up", "more") else 0
        yield Markup('<text class="picture-{}" x="{}" y="{}">{}</text>').format(
            "name" if line.kind == "name" else "text", x + shift, y, line.text
        )


def _condition(box: Box) -> Markup:
    """A flat diamond with the condition, and the way around the stage."""
    top, height = box.top, len(box.condition) * LINE + PAD
    middle = top + height // 2
    left, right = LEFT + 14, RIGHT - 14
    outline = f"M{left} {middle} {left + 12} {top}H{right - 12}L{right} {middle} {right - 12} {top + height}"
    text = Markup("").join(
        Markup('<text class="picture-if" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            (LEFT + RIGHT) // 2, top + 6 + LINE * n + 12, line
        )
        for n, line in enumerate(box.condition)
    )
    around = f"M{right} {middle}H{WIDTH - 14}V{box.bottom + 12}H{(LEFT + RIGHT) // 2 + 4}"
    return Markup(
        '<path class="picture-diamond" d="{}H{}z"/>{}<path class="picture-around" d="{}"'
        ' marker-end="url(#arrow)"/><path class="picture-flow" d="M{} {}V{}" marker-end="url(#arrow)"/>'
    ).format(outline, left + 12, text, around, (LEFT + RIGHT) // 2, top + height, box.body - 1)


def _returns(boxes: list[Box]) -> Iterator[Markup]:
    """The way back for repair: from each stage's side up to the proposal."""
    first = f"M{LEFT - 2} {boxes[-1].bottom - 14}H18V18H{LEFT + 84}"
    yield Markup('<path class="picture-back" d="{}" marker-end="url(#arrow)"/>').format(first)
    for box in boxes[:-1]:
        yield Markup('<path class="picture-back" d="M{} {}H18"/>').format(LEFT - 2, box.bottom - 14)


def _flow(boxes: list[Box]) -> Iterator[tuple[int, int]]:
    ends = [34, *(box.bottom for box in boxes)]
    starts = [*(box.top for box in boxes), boxes[-1].bottom + GAP]
    yield from zip(ends, starts, strict=True)


def _arrow(above: int, below: int) -> Markup:
    return Markup('<path class="picture-flow" d="M{} {}V{}" marker-end="url(#arrow)"/>').format(
        (LEFT + RIGHT) // 2, above, below - 1
    )


def _terminal(top: int, text: str) -> Markup:
    middle = (LEFT + RIGHT) // 2
    return Markup(
        '<rect class="picture-end" x="{}" y="{}" width="116" height="30" rx="15"/>'
        '<text class="picture-name" x="{}" y="{}" text-anchor="middle">{}</text>'
    ).format(middle - 58, top, middle, top + 20, text)


def _told(number: int, stage: Stage, language: str) -> str:
    """A stage as a sentence."""
    lines = [stage.title.said(language)]
    if stage.when:
        lines.append(translate(language, N_("only if {condition}"), condition=stage.when))
    lines += [line.text for line in _lines(stage, language) if line.kind != "name"]
    return f"{number}. {', '.join(lines)}."


def _wrapped(text: str, letters: int) -> tuple[str, ...]:
    lines = wrap(text, letters) or [""]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][: letters - 1] + "…"]
    return tuple(lines)
