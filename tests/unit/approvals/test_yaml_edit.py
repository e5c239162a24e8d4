"""A form's changes reach the text and leave the rest of it alone."""

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from approvals.yaml_edit import rewritten

TEXT = """\
# who approves a promotion
chain: promotion   # its key
title: {id: Kenaikan pangkat, en: Promotion}
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: nearest}
    due: 3 working days      # as the law says

  # the verifiers
  - stage: verification
    candidates: {role: hr-verifier}
    checklist:
      sk-cpns: {id: SK CPNS, en: Decree}
"""


def changed(text: str, **edits: Any) -> tuple[Any, str]:
    wanted = copy.deepcopy(yaml.safe_load(text))
    edits["by"](wanted)
    return wanted, rewritten(text, wanted)


def test_nothing_to_change_changes_nothing():
    assert rewritten(TEXT, yaml.safe_load(TEXT)) == TEXT


def test_a_changed_value_changes_its_place_alone():
    _, text = changed(TEXT, by=lambda v: v["stages"][0].update(due="5 working days"))
    assert text == TEXT.replace("3 working days", "5 working days")


def test_a_value_inside_braces_changes_there():
    _, text = changed(TEXT, by=lambda v: v["stages"][0]["candidates"].update(unit="top"))
    assert text == TEXT.replace("unit: nearest", "unit: top")


def test_a_new_setting_stands_behind_the_one_before_it():
    def by(value: Any) -> None:
        stage = value["stages"][0]
        due = stage.pop("due")
        stage.update(acting=["plh"], due=due)

    _, text = changed(TEXT, by=by)
    assert "unit: nearest}\n    acting: [plh]\n    due: 3" in text
    assert "# as the law says" in text


def test_a_setting_that_goes_takes_its_line_along_and_no_other():
    _, text = changed(TEXT, by=lambda v: v["stages"][0].pop("due"))
    assert text == TEXT.replace("    due: 3 working days      # as the law says\n", "")


def test_stages_change_places_with_their_comments():
    _, text = changed(TEXT, by=lambda v: v["stages"].reverse())
    assert text.index("# the verifiers") < text.index("stage: verification") < text.index("stage: unit-head")
    assert "# as the law says" in text


def test_a_stage_that_goes_leaves_the_others_as_they_are():
    _, text = changed(TEXT, by=lambda v: v["stages"].pop(1))
    assert text == TEXT[: TEXT.index("\n  # the verifiers")]


def test_a_new_stage_is_written_over_several_lines():
    new = {"stage": "official", "candidates": {"holder_of": "ppk", "unit": "top"}, "sign": "decree"}
    wanted, text = changed(TEXT, by=lambda v: v["stages"].append(new))
    assert text.startswith(TEXT)
    assert text.removeprefix(TEXT) == (
        "\n  - stage: official\n    candidates: {holder_of: ppk, unit: top}\n    sign: decree\n"
    )
    assert yaml.safe_load(text) == wanted


def test_a_text_without_a_last_line_break_can_be_added_to():
    wanted, text = changed("chain: a\ntitle: b", by=lambda v: v.update(more=[1, 2]))
    assert text == "chain: a\ntitle: b\nmore: [1, 2]\n"
    assert yaml.safe_load(text) == wanted


@pytest.mark.parametrize("text", ["{a: 1, b: 2}", "- 1\n- 2\n", "", "a:\nb: 2\n"])
def test_whatever_the_text_is_it_means_what_was_wanted(text: str):
    for wanted in ({"a": 1}, {"b": 2, "c": [1]}, [1], [3, 1, 2], {"a": {"x": None}, "b": ""}):
        assert yaml.safe_load(rewritten(text, wanted)) == wanted


@pytest.mark.parametrize("break_", ["\x85", "\u2028", "a\u2029b"])
def test_a_rare_line_break_survives(break_: str):
    for wanted in ({"stage": break_}, {"title": [break_, {"due": break_}]}):
        assert yaml.safe_load(rewritten("stage: old # why\n", wanted)) == wanted


plain = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
keys = st.sampled_from(["stage", "due", "acting", "title", "when"])
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)


@given(old=st.dictionaries(keys, values, min_size=1), new=st.dictionaries(keys, values, min_size=1))
def test_any_change_arrives(old: dict[str, Any], new: dict[str, Any]):
    source = yaml.safe_dump(old, sort_keys=False, allow_unicode=True)
    assert yaml.safe_load(rewritten(source, new)) == new
