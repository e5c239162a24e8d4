"""A second person in the office of the pages' tests, who confirms what HR proposes."""

import re

from sqlalchemy import update

from core.actor import Role
from core.database import transaction
from personnel.models import Account
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser

LOGIN = "other_head"


def administrator(browse: Browse) -> Browser:
    """The other head, who looks after the machines too."""
    with transaction() as session:
        session.execute(update(Account).where(Account.login == LOGIN).values(roles=[Role.ADMIN]))
    return browse(LOGIN)


def waiting(browser: Browser) -> list[str]:
    """The addresses at which what waits is answered."""
    page = browser.get("/hr/proposals").text
    return re.findall(r'action="(/hr/proposals/[^"]+)/(?:confirm|take-back)"', page)


def confirmed(browser: Browser) -> str:
    """Confirm the one thing that waits; where the page leads then."""
    (address,) = waiting(browser)
    return browser.fill(f"{address}/confirm", "/hr/proposals").headers["location"]
