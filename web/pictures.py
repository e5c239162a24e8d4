"""Pictures of figures over time, drawn on the server. Without text: words and numbers stand beside them.

Each is as wide as its place and of a fixed height (lines keep their width however it is stretched); each says
in its label what it shows, and the page has the same figures as a table.
"""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 1000.0, 240.0
Points = Sequence[tuple[float, float]]
"""Places across and up, both from 0 to 1."""


def fan(low: Sequence[float], middle: Sequence[float], high: Sequence[float], label: str) -> Markup:
    """A line that begins at nothing, in the band within which it may lie; shares from 0 to 1."""
    outline = [*_steps(high), *reversed(_steps(low))]
    band = Markup('<polygon class="pic-band" points="{}"/>').format(_points(outline))
    return _picture([*_grid(4), band, _line(_steps(middle), "pic-line")], label)


def lines(series: Sequence[tuple[str, Sequence[float]]], label: str) -> Markup:
    """Several lines (class, values) over the same weeks, as high as the highest value."""
    most = max((value for _, values in series for value in values), default=0) or 1
    drawn = [_line(_spread(values, most), kind) for kind, values in series]
    return _picture([*_grid(4), *drawn], label)


def columns(
    values: Sequence[float], tops: Sequence[float], most: float, label: str, places: int = 0
) -> Markup:
    """A column for each value, with a mark at how high it may be; room for as many `places` at least."""
    wide = WIDTH / max(len(values), places, 1)
    drawn: list[Markup] = []
    for n, (value, top) in enumerate(zip(values, tops, strict=True)):
        tall = HEIGHT * min(value / most, 1) if most else 0
        mark = HEIGHT * min(top / most, 1) if most else 0
        drawn.append(
            Markup('<rect class="pic-column" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                n * wide + wide * 0.12, HEIGHT - tall, wide * 0.76, tall
            )
        )
        if top > value:
            drawn.append(
                Markup('<path class="pic-mark" d="M{:.1f} {:.1f}h{:.1f}"/>').format(
                    n * wide + wide * 0.12, HEIGHT - mark, wide * 0.76
                )
            )
    return _picture(drawn, label)


def spread(p50: float, p80: float, p95: float, due: float | None, most: float) -> Markup:
    """How long something takes: half by the dark part, most by the middle one, nearly all by the light one;
    a stroke where it is due."""
    drawn = [Markup('<rect class="bar-back" width="{}" height="10"/>').format(WIDTH)]
    for kind, value in (("pic-p95", p95), ("pic-p80", p80), ("pic-p50", p50)):
        length = max(3.0, WIDTH * min(value / most, 1)) if most and value else 0
        drawn.append(Markup('<rect class="{}" width="{:.1f}" height="10"/>').format(kind, length))
    if due is not None and most and due <= most:
        drawn.append(Markup('<path class="pic-due" d="M{:.1f} 0v10"/>').format(WIDTH * due / most))
    return Markup('<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        Markup("").join(drawn)
    )


def _picture(parts: Sequence[Markup], label: str) -> Markup:
    return Markup(
        '<svg class="pic" viewBox="0 0 {:.0f} {:.0f}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "{}</svg>"
    ).format(WIDTH, HEIGHT, label, Markup("").join(parts))


def _grid(rows: int) -> list[Markup]:
    return [
        Markup('<path class="pic-grid" d="M0 {:.1f}h{:.0f}"/>').format(HEIGHT * n / rows, WIDTH)
        for n in range(rows + 1)
    ]


def _steps(values: Sequence[float]) -> list[tuple[float, float]]:
    """Values at the ends of their weeks, from nothing on."""
    return [(0.0, 0.0), *(((n + 1) / len(values), value) for n, value in enumerate(values))]


def _spread(values: Sequence[float], most: float) -> list[tuple[float, float]]:
    last = max(len(values) - 1, 1)
    return [(n / last, value / most) for n, value in enumerate(values)]


def _line(points: Points, kind: str) -> Markup:
    return Markup('<polyline class="pic-stroke {}" points="{}"/>').format(kind, _points(points))


def _points(points: Points) -> str:
    return " ".join(f"{x * WIDTH:.1f},{HEIGHT - y * HEIGHT:.1f}" for x, y in points)
