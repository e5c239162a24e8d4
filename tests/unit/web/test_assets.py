import hashlib
import re

import pytest

from core.settings import ROOT
from web import assets


def test_an_address_changes_with_its_content():
    address = assets.asset("mufakat.js")
    content = assets.by_address()[address.removeprefix("/static/")].content
    assert hashlib.sha256(content).hexdigest()[:12] in address


def test_the_stylesheet_names_its_font_by_its_lasting_address():
    styles = assets.assets()["mufakat.css"].content.decode()
    font = assets.asset("vendor/inter/inter.woff2")
    assert f'url("{font}")' in styles


def test_licences_and_drawings_are_not_served():
    assert not [
        name for name in assets.assets() if "LICENSE" in name or "icons" in name or name.endswith(".md")
    ]


def test_a_page_can_not_link_to_a_file_that_is_not_there():
    with pytest.raises(KeyError):
        assets.asset("missing.css")


def test_every_drawing_is_used_and_every_used_one_is_there():
    sources = [*(ROOT / "web" / "templates").rglob("*.html"), *(ROOT / "web").glob("*.py")]
    text = "\n".join(path.read_text() for path in sources)
    drawings = {path.stem for path in assets.ICONS.glob("*.svg")}
    assert {name for name in drawings if f'"{name}"' not in text} == set()
    assert set(re.findall(r'icon\("([\w-]+)"\)', text)) <= drawings


def test_what_others_made_is_what_the_list_says():
    listed = re.findall(
        r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (assets.STATIC / "vendor" / "README.md").read_text(), re.M
    )
    assert len(listed) == 3
    for name, digest in listed:
        assert hashlib.sha256((assets.STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_an_icon_is_hidden_from_readers_unless_it_says_something():
    assert 'aria-hidden="true"' in assets.icon("check")
    assert 'aria-label="&lt;done&gt;"' in assets.icon("check", "<done>")


def test_every_colour_has_a_name_so_that_it_is_known_by_night_too():
    styles = (assets.STATIC / "mufakat.css").read_text()
    _, _, below = styles.partition("/* whoever chose for themselves */")
    colours = re.findall(r"[:\s](#(?:[0-9a-f]{6}|[0-9a-f]{3}))\b(?=[^{}]*\})", below)
    assert set(colours) <= {"#fff"}, "use or add a variable of :root"
