"""A library's stylesheet as it travels: what could fit a page of ours, whole, and nothing else."""

import pytest

from web import assets, cutting


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (".btn{a:b}", ".btn{a:b}"),
        (".never-said{a:b}", ""),
        (".btn,.never-said,a:hover{a:b}", ".btn,a:hover{a:b}"),
        (".btn:not(.never-said){a:b}", ".btn:not(.never-said){a:b}"),
        (".never-said:is(.btn,a:not(.icon)) .icon,p{a:b}", "p{a:b}"),
        ("@media (min-width:1px){.btn{a:b}.never-said{a:b}}", "@media (min-width:1px){.btn{a:b}}"),
        ("@media print{.never-said{a:b}}", ""),
        ("@keyframes x{from{a:b}to{a:c}}p{a:b}", "@keyframes x{from{a:b}to{a:c}}p{a:b}"),
        ('/*! who */p::after{content:"}"}/* why */', '/*! who */p::after{content:"}"}'),
        ('[data-x="a,b"] .btn{a:b}', '[data-x="a,b"] .btn{a:b}'),
    ],
)
def test_a_rule_stays_as_far_as_it_could_fit(rule: str, left: str):
    assert cutting.cut(rule) == left


def test_what_travels_is_whole_and_a_fraction():
    ours = assets.assets()["vendor/tabler/tabler.min.css"]
    css = ours.content.decode()
    assert css.count("{") == css.count("}")
    assert css.count("(") == css.count(")")
    assert ours.compressed
    assert len(ours.compressed) < 25_000
    assert "Licensed under MIT" in css
