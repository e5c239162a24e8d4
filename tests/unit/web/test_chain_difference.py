"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from web.chain_editor.difference import difference


def test_the_same_text_has_no_difference():
    assert difference("a\nb\n", "a\nb\n") == []


def test_a_changed_line_shows_the_words_that_changed():
    gone, new = difference("due: 3 working days", "due: 5 working days")
    assert [(p.text, p.changed) for p in gone.parts] == [
        ("due: ", False),
        ("3", True),
        (" working days", False),
    ]
    assert [p.text for p in new.parts if p.changed] == ["5"]


def test_far_apart_changes_leave_out_what_lies_between():
    old = [str(n) for n in range(40)]
    new = ["first", *old[1:39], "last"]
    kinds = [line.kind for line in difference("\n".join(old), "\n".join(new))]
    assert kinds.count("gap") == 1
    assert kinds.count("same") == 6


lines = st.lists(st.sampled_from(["a: 1", "b: 2", "  c: x y", ""]), max_size=8)


@given(old=lines, new=lines)
def test_a_difference_tells_both_texts(old: list[str], new: list[str]):
    found = difference("\n".join(old), "\n".join(new))
    told = {line.new: "".join(p.text for p in line.parts) for line in found if line.new}
    assert all(new[number - 1] == text for number, text in told.items())
    assert all(
        "\n".join(old).splitlines()[line.old - 1] == "".join(p.text for p in line.parts)
        for line in found
        if line.old
    )
    assert bool(found) == ("\n".join(old).splitlines() != "\n".join(new).splitlines())
