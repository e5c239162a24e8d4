"""The doctor as a child: what it found by then counts, and it holds nobody up."""

import sys
import threading

import pytest

from web.doctoring import LookingAlready, look

ONE = '{"subject": "Disk", "state": "ok", "found": "by 198503152010011004", "advice": ""}'
HANGS = f"echo '{ONE}'; sleep 600"
FAILS = f"echo '{ONE}'; exit 3"
WELL = f"print('a word beside'); print({ONE!r})"


def said(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.mark.parametrize("code", [HANGS, FAILS])
def test_a_look_that_hangs_or_breaks_off_shows_what_it_found_before(code: str):
    first, last = look(3.0, ("/bin/sh", "-c", code))
    assert first == {"subject": "Disk", "state": "ok", "found": "by •••", "advice": ""}
    assert (last["subject"], last["state"]) == ("Doctor", "broken")
    assert "what comes after Disk did not answer" in last["found"]


def test_one_looks_at_a_time():
    begun, refused = threading.Event(), list[Exception]()

    def second() -> None:
        try:
            look(5.0, said(WELL))
        except LookingAlready as error:
            refused.append(error)
        begun.set()

    waiting = f"import sys; sys.stdin.close(); {WELL}"
    thread = threading.Thread(target=second)
    from web import doctoring

    with doctoring._one:
        thread.start()
        begun.wait(10)
    thread.join()
    assert len(refused) == 1
    assert [one["subject"] for one in look(20.0, said(waiting))] == ["Disk"]
