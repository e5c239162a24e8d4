"""The form of a chain is made from the definition's own types, and what it sends comes back into the text."""

from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from starlette.datastructures import FormData

from approvals.candidacy import KINDS
from approvals.definition import ChainDefinition, Statutory
from approvals.reading import read
from approvals.stage import Escalation, Stage, Visibility
from approvals.voting import Rule
from core.settings import ROOT
from web.chain_editor.fields import Field, form_of
from web.chain_editor.filling import filled, moved
from web.chain_editor.words import LABELS, option

YAML_ONLY: set[str] = set()
"""Settings of a stage that can be said in YAML alone."""
SHIPPED = (ROOT / "flows" / "promotion" / "chain.yaml").read_text()


def value(text: str = SHIPPED) -> dict[str, Any]:
    return yaml.safe_load(text)


def sent(made: Field, **changes: str | list[str] | None) -> FormData:
    """What a browser sends of a form as it stands, with some fields filled in otherwise (None: unticked)."""
    fields: list[tuple[str, str]] = []
    for one in made.everything():
        fields += _sent(one)
    said = {name.replace("__", "."): new for name, new in changes.items()}
    kept = [(name, old) for name, old in fields if name not in said]
    for name, new in said.items():
        kept += [(name, each) for each in ([new] if isinstance(new, str) else new or [])]
    return FormData(kept)


def _sent(one: Field) -> list[tuple[str, str]]:
    match one.kind:
        case "duration":
            amount, unit = one.duration
            return [(f"{one.name}.amount", amount), (f"{one.name}.unit", unit or "working day")]
        case "checks":
            ticked = one.said if isinstance(one.said, list) else []
            return [(f"{one.name}.shown", "1"), *((one.name, each) for each in ticked)]
        case "titles":
            said = one.said if isinstance(one.said, dict) else {}
            return [(f"{one.name}.{language}", said.get(language, "")) for language in ("id", "en")]
        case "group" | "stages" | "items" | "choice" | "codes":
            return []
        case _:
            return [(one.name, one.text)]


def stage_keys(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def test_every_setting_of_a_stage_is_in_the_form_or_named_as_one_for_yaml_alone():
    stage = next(f for f in form_of(value()).everything() if f.name == "stages.0")
    shown = {child.key for child in stage.children if child.kind != "yaml"}
    assert shown | YAML_ONLY == stage_keys(Stage)
    assert not shown & YAML_ONLY


def test_every_setting_has_words_of_its_own():
    models = (ChainDefinition, Stage, Statutory, Visibility, Escalation, Rule, *KINDS.values())
    unsaid = {key for model in models for key in stage_keys(model)} - LABELS.keys() - {"stages"}
    assert unsaid == set()


def test_every_choice_has_words_of_its_own():
    made = form_of(value())
    for one in made.everything():
        key = "is" if one.kind == "choice" else one.key
        unsaid = [o for o in one.options if option(key, o, "en") == o]
        assert not unsaid, (one.name, unsaid)


def test_every_setting_of_a_chain_is_in_the_form():
    assert {child.key for child in form_of(value()).children} == stage_keys(ChainDefinition)


def test_a_form_sent_as_it_stands_changes_nothing():
    made = form_of(value())
    assert filled(made, sent(made)) == value()


@pytest.mark.parametrize(
    ("changes", "path", "found"),
    [
        ({"stages__0__due__amount": "5"}, ("due",), "5 working days"),
        ({"stages__0__due__amount": ""}, ("due",), None),
        ({"stages__0__due__amount": "soon"}, ("due",), "soon working day"),
        ({"stages__0__when": "subject.rank >= 12"}, ("when",), "subject.rank >= 12"),
        ({"stages__0__acting": ["plt"]}, ("acting",), ["plt"]),
        ({"stages__0__acting": None}, ("acting",), None),
        ({"stages__0__candidates__0__unit": "top"}, ("candidates", "unit"), "top"),
        ({"stages__0__remind": "when due\n\n"}, ("remind",), ["when due"]),
        ({"stages__0__title__en": "Boss"}, ("title", "en"), "Boss"),
        ({"stages__0__escalate__to__holder_of": "ppk"}, ("escalate", "to", "holder_of"), "ppk"),
        ({"stages__0__after_return": "restart"}, ("after_return",), "restart"),
        ({"stages__0__separate_from__none": "1"}, ("separate_from",), []),
    ],
)
def test_a_changed_field_changes_its_setting_alone(
    changes: dict[str, Any], path: tuple[str, ...], found: Any
):
    made = form_of(value())
    told = filled(made, sent(made, **changes))
    here: Any = told["stages"][0]
    for key in path:
        here = here.get(key)
    assert here == found
    told["stages"][0] = value()["stages"][0]
    assert told == value()


@pytest.mark.parametrize("said", ["all", {"quorum": 3}, {"quorum": "60%"}, {"rule": "any"}])
def test_a_rule_in_few_words_is_shown_spelled_out_and_stays_as_it_was_written(said: Any):
    told = value()
    told["stages"][1]["decide"] = said
    made = form_of(told)
    rule = next(f for f in made.everything() if f.name == "stages.1.decide.rule")
    assert rule.said in ("all", "quorum", "any")
    assert filled(made, sent(made)) == told


def test_a_rule_that_changes_is_written_out():
    told = value()
    told["stages"][1]["decide"] = {"quorum": 3}
    made = form_of(told)
    changed = filled(made, sent(made, **{"stages.1.decide.quorum": "60%"}))
    assert changed["stages"][1]["decide"] == {"rule": "quorum", "quorum": "60%"}
    changed = filled(made, sent(made, **{"stages.1.decide.quorum": "4"}))
    assert changed["stages"][1]["decide"] == {"rule": "quorum", "quorum": 4}


def test_another_candidate_makes_a_list_of_one():
    made = form_of(value())
    told = filled(made, sent(made, **{"stages.1.candidates.1.is": "committee"}))
    assert told["stages"][1]["candidates"] == [{"role": "hr-verifier"}, {"committee": ""}]
    made = form_of(told)
    assert filled(made, sent(made, **{"stages.1.candidates.1.is": ""}))["stages"][1]["candidates"] == [
        {"role": "hr-verifier"}
    ]


def test_a_list_that_was_said_to_be_empty_stays_so():
    made = form_of(value())
    assert filled(made, sent(made))["stages"][3]["acting"] == []


def test_another_kind_of_candidates_asks_for_its_own_fields():
    made = form_of(value())
    told = filled(made, sent(made, **{"stages.1.candidates.0.is": "holder_of"}))
    assert told["stages"][1]["candidates"] == {"holder_of": ""}
    again = next(f for f in form_of(told).everything() if f.name == "stages.1.candidates.0")
    assert [child.key for child in again.children] == ["holder_of", "unit"]


def test_codes_are_added_renamed_and_left_out_row_by_row():
    made = form_of(value())
    name = "stages.1.checklist"
    rows = {f"{name}.0.code": "diploma", f"{name}.0.id": "Ijazah", f"{name}.0.en": "Diploma"}
    rows |= {f"{name}.1.code": "", f"{name}.1.id": "", f"{name}.1.en": ""}
    rows |= {f"{name}.2.code": "skp", f"{name}.2.id": "", f"{name}.2.en": ""}
    told = filled(made, sent(made, **rows))
    assert told["stages"][1]["checklist"] == {
        "diploma": {"id": "Ijazah", "en": "Diploma"},
        "skp": {"id": "Skp", "en": "Skp"},
    }


def test_settings_that_the_form_does_not_know_are_kept():
    odd = value()
    odd["stages"][0]["unheard"] = {"of": 1}
    made = form_of(odd)
    assert filled(made, sent(made)) == odd


def test_what_has_not_the_form_of_its_setting_is_shown_as_it_is():
    odd = value()
    odd["stages"][0] |= {"due": [1, 2], "candidates": "somebody", "acting": {"plh": True}, "checklist": "all"}
    made = form_of(odd)
    kinds = {f.name: f.kind for f in made.everything()}
    places = ("due", "candidates.0", "acting", "checklist")
    assert {kinds[f"stages.0.{place}"] for place in places} == {"yaml"}
    assert filled(made, sent(made)) == odd


@pytest.mark.parametrize(
    ("act", "names"),
    [
        ("up:1", "bacd"),
        ("down:0", "bacd"),
        ("up:0", "abcd"),
        ("down:3", "abcd"),
        ("remove:2", "abd"),
        ("remove:9", "abcd"),
        ("sideways:1", "abcd"),
        ("up:x", "abcd"),
    ],
)
def test_stages_move_by_their_buttons(act: str, names: str):
    stages = [{"stage": name} for name in "abcd"]
    assert [stage["stage"] for stage in moved(stages, act)] == [*names]


def test_a_new_stage_is_one_that_can_be_published():
    told = value()
    told["stages"] = moved(moved(told["stages"], "add:0"), "add:0")
    assert [s["stage"] for s in told["stages"]][1:3] == ["new-stage-2", "new-stage-1"]
    assert not read(yaml.safe_dump(told)).problems


def test_every_problem_has_its_line_and_its_place():
    text = SHIPPED.replace("due: 3 working days", "due: soon").replace("{role: hr-verifier}", "{role: HR!}")
    found = {p.field: (p.path, text.splitlines()[p.line - 1].strip()) for p in read(text).problems}
    assert found == {
        "stages[unit-head].due": (("stages", 0, "due"), "due: soon"),
        "stages[verification].candidates.role": (
            ("stages", 1, "candidates", "role"),
            "candidates: {role: HR!}",
        ),
    }


def test_a_text_that_is_no_yaml_has_one_problem_and_no_value():
    found = read("chain: [")
    assert (found.value, found.definition, len(found.problems)) == (None, None, 1)
