from uuid import UUID

from core import onetime
from core.onetime import LETTERS, code_of, fits, plain

ID, OTHER = UUID(int=1), UUID(int=2)


def test_a_code_is_twelve_letters_that_do_not_look_alike():
    groups = code_of("activation", ID).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(LETTERS)
    assert not set(LETTERS) & set("01OIL")


def test_a_code_fits_its_id_and_purpose_alone():
    code = code_of("activation", ID)
    assert fits(code, "activation", ID)
    assert not fits(code, "activation", OTHER)
    assert not fits(code, "reset", ID)
    assert not fits("", "activation", ID)


def test_how_a_code_is_spaced_and_in_which_case_does_not_matter():
    code = code_of("reset", ID)
    assert fits(f"  {plain(code).lower()} ", "reset", ID)
    assert fits(code.replace("-", " "), "reset", ID)


def test_another_installation_has_other_codes(monkeypatch):
    ours = code_of("reset", ID)
    other = onetime.settings().model_copy(update={"secret": type(onetime.settings().secret)("other")})
    monkeypatch.setattr(onetime, "settings", lambda: other)
    assert code_of("reset", ID) != ours
