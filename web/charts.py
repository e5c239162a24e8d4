"""Small pictures of numbers, drawn on the server: no script is needed, and the numbers stand beside them."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 1000, 10


def bar(parts: Sequence[tuple[str, int]], total: int) -> Markup:
    """A bar whose parts (class, count) are as long as their share of the total; the rest stays empty.

    A part that is not nothing is never too short to be seen.
    """
    drawn = [Markup('<rect class="bar-back" width="{}" height="{}"/>').format(WIDTH, HEIGHT)]
    left = 0.0
    for kind, count in parts:
        length = max(6.0, WIDTH * count / total) if count and total else 0.0
        length = min(length, WIDTH - left)
        if length > 0:
            drawn.append(
                Markup('<rect class="{}" x="{:.1f}" width="{:.1f}" height="{}"/>').format(
                    kind, left, length, HEIGHT
                )
            )
        left += length
    return Markup('<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        WIDTH, HEIGHT, Markup("").join(drawn)
    )
