"""Pictures that say what they show, and are as high as their figures."""

import re

from web import pictures


def heights(picture: str) -> list[float]:
    return [float(h) for h in re.findall(r'height="([\d.]+)"/>', picture)]


def test_columns_are_as_high_as_their_share_of_the_most():
    drawn = pictures.columns([10, 5, 0], [10, 8, 0], 10, "decisions")
    assert heights(drawn) == [240, 120, 0]
    assert drawn.count("pic-mark") == 1


def test_a_fan_begins_at_nothing_and_ends_where_its_figures_do():
    drawn = pictures.fan([0.2, 0.9], [0.5, 1.0], [0.7, 1.0], "share")
    line = re.findall(r'polyline class="[^"]*" points="([^"]*)"', drawn)
    assert line == ["0.0,240.0 500.0,120.0 1000.0,0.0"]


def test_a_picture_says_what_it_shows_and_no_text_of_people_breaks_out():
    drawn = pictures.lines([("pic-in", [1.0, 2.0])], '"><script>')
    assert 'role="img"' in drawn
    assert "<script>" not in drawn


def test_a_due_date_within_the_picture_is_marked():
    assert "pic-due" in pictures.spread(1, 2, 3, 2.5, 3)
    assert "pic-due" not in pictures.spread(1, 2, 3, None, 3)
    assert "pic-due" not in pictures.spread(1, 2, 3, 9, 3)


def test_nothing_is_drawn_where_nothing_is():
    assert "pic-column" not in pictures.columns([], [], 0, "")
    assert heights(pictures.columns([0.0], [0.0], 0, "")) == [0]
