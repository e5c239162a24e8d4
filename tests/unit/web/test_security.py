import pytest
from starlette.requests import Request

from web import cookies, pages, security


def request(**headers: str) -> Request:
    raw = [
        (k.replace("_", "-").encode(), v.encode()) for k, v in {"host": "127.0.0.1:8080", **headers}.items()
    ]
    return Request(
        {"type": "http", "scheme": "http", "server": ("127.0.0.1", 8080), "headers": raw, "path": "/"}
    )


def test_a_form_of_ours_passes():
    security.check_form(request(origin="http://127.0.0.1:8080"), "secret", security.form_token("secret"))


def test_a_token_looks_different_each_time_and_stays_good():
    first, second = security.form_token("secret"), security.form_token("secret")
    assert first != second
    for token in (first, second):
        security.check_form(request(), "secret", token)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:9"]
)
def test_a_form_from_another_origin_is_refused(origin: str):
    with pytest.raises(security.StaleForm):
        security.check_form(request(origin=origin), "secret", security.form_token("secret"))


def test_a_form_that_the_browser_calls_cross_site_is_refused():
    with pytest.raises(security.StaleForm):
        security.check_form(request(sec_fetch_site="cross-site"), "secret", security.form_token("secret"))


@pytest.mark.parametrize(
    "token",
    [None, "", "x", "AAAA", "ä", security.form_token("another browser's secret")],
    ids=["missing", "empty", "short", "wrong", "not-ascii", "foreign"],
)
def test_a_missing_broken_or_foreign_token_is_refused(token: str | None):
    with pytest.raises(security.StaleForm):
        security.check_form(request(), "secret", token)


def test_no_token_fits_a_browser_without_a_secret():
    with pytest.raises(security.StaleForm):
        security.check_form(request(), "", security.form_token(""))


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\nb", "javascript:x"],
)
def test_nobody_is_sent_away_to_another_site(address: str):
    assert pages.own_page(address) == "/"


def test_a_page_of_ours_is_kept():
    assert pages.own_page("/inbox?filter=overdue") == "/inbox?filter=overdue"


def test_a_sealed_value_that_was_changed_opens_to_nothing():
    sealed = cookies.sealed("flash", ["a"])
    assert cookies.opened("flash", sealed) == ["a"]
    assert cookies.opened("link", sealed) is None
    assert cookies.opened("flash", f"{sealed}x") is None
