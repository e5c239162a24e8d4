from datetime import UTC, datetime, timedelta

import pytest

from personnel import totp
from personnel.sealing import seal, unseal

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's own examples, 12345678901234567890 in base32."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(SECRET, code, at) == seconds // 30
    assert totp.step_of(SECRET, f"{code[:3]} {code[3:]}", at) == seconds // 30


def test_a_phone_may_be_half_a_minute_off_and_no_more():
    at = datetime.fromtimestamp(1234567890, UTC)
    for late in (-30, 0, 30):
        assert totp.step_of(SECRET, "005924", at + timedelta(seconds=late)) == 1234567890 // 30
    for late in (-90, 90):
        assert totp.step_of(SECRET, "005924", at + timedelta(seconds=late)) is None


@pytest.mark.parametrize("said", ["", "00592", "0059244", "abcdef", "٠٠٥٩٢٤", "005925"])
def test_anything_else_is_no_code(said: str):
    assert totp.step_of(SECRET, said, datetime.fromtimestamp(1234567890, UTC)) is None


def test_the_picture_is_one_that_needs_nothing_from_elsewhere():
    svg = totp.picture(SECRET, "ratna", "Mufakat").decode()
    assert svg.startswith("<svg")
    assert "script" not in svg and "href" not in svg and " style=" not in svg
    assert totp.address(SECRET, "ratna", "Mufakat").startswith("otpauth://totp/Mufakat:ratna?secret=")


def test_a_sealed_secret_is_not_seen_and_opens_again():
    assert SECRET not in seal(SECRET)
    assert seal(SECRET) != seal(SECRET)
    assert unseal(seal(SECRET)) == SECRET
    assert unseal("gAAAAAmade-under-another-secret") is None
