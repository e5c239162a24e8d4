"""A chain as a picture: everything that its text says of its way, for eyes and for screen readers."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from approvals.definition import parse
from web.chain_editor.picture import HEIGHT_LEFT, WIDTH, picture

CHAIN = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion <of rank>}
stages:
  - stage: unit-head
    title: {id: Kepala unit, en: Unit head}
    candidates: {holder_of: head, unit: subject.unit.parent.parent}
    due: 3 working days
    escalate: {after: 5 working days, to: {holder_of: head, unit: top}}
  - stage: committee
    when: subject.rank.order >= 12 && subject.education != "SMA"
    candidates: {committee: baperjakat}
    decide: {quorum: 3, of: present, majority: more-than-half, chair: casting-vote}
  - stage: consideration
    kind: external
  - stage: several
    candidates: [{role: hr-verifier}, {capability: assessor, where: person.rank > 9}, {decider_of: unit-head}]
    decide: all
    due: 2 working hours
    on_expiry: expire
  - stage: appointing-official
    candidates: {holder_of: ppk, unit: top}
    sign: decree
"""
SPACE = "{http://www.w3.org/2000/svg}"


def drawn(language: str = "en") -> ET.Element:
    svg = str(picture(parse(CHAIN), language)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(svg)


def words(svg: ET.Element) -> str:
    return " ".join(text.text or "" for text in svg.iter(f"{SPACE}text"))


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_stage_stands_in_the_picture_in_its_order(language: str):
    said = words(drawn(language))
    titles = [stage.title.said(language) for stage in parse(CHAIN).stages]
    assert sorted(titles, key=said.index) == titles


def test_who_is_asked_by_when_and_what_follows_is_written_in_it():
    said = words(drawn())
    for part in (
        "head of unit 2 units above",
        "within 3 working days",
        "after 5 working days up to:",
        "committee baperjakat",
        "A committee's meeting; at least 3;",
        "when due it stops",
        "an authority outside",
        "HR verifier",
        "signs: decree",
        "only if",
    ):
        assert part in said


def test_a_screen_reader_reads_it_as_a_list_of_stages():
    svg = drawn()
    assert svg.get("role") == "img"
    title, said = svg.find(f"{SPACE}title"), svg.find(f"{SPACE}desc")
    assert title is not None
    assert said is not None
    assert (svg.get("aria-labelledby") or "").split() == [title.get("id"), said.get("id")]
    assert re.findall(r"(\d)\. ", said.text or "") == ["1", "2", "3", "4", "5"]
    assert 'only if subject.rank.order >= 12 && subject.education != "SMA"' in (said.text or "")


def test_nothing_is_drawn_outside_its_frame_and_boxes_do_not_overlap():
    svg = drawn()
    width, height = (float(n) for n in (svg.get("viewBox") or "").split()[2:])
    assert width == WIDTH
    boxes = [r for r in svg.iter(f"{SPACE}rect") if "picture-box" in (r.get("class") or "")]
    spans = [(float(r.get("y") or 0), float(r.get("height") or 0)) for r in boxes]
    assert all(top + size <= below for (top, size), (below, _) in pairwise(spans))
    assert spans[-1][0] + spans[-1][1] <= height - HEIGHT_LEFT
    assert all(0 <= float(t.get("y") or 0) <= height for t in svg.iter(f"{SPACE}text"))


def test_a_stage_with_a_condition_can_be_passed_by_and_one_that_moves_up_says_so():
    svg = str(picture(parse(CHAIN), "en"))
    assert svg.count('class="picture-around"') == 1
    assert svg.count('class="picture-up"') == 1
    assert svg.count('class="picture-outside"') + svg.count("picture-outside") == 1
    assert svg.count('class="picture-panel"') == 2
    assert svg.count('class="picture-back"') == 5
