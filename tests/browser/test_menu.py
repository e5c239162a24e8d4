"""The menu at the top: whoever has every role sees each of its links whole on a desk's screen."""

import pytest
from sqlalchemy import select

from core.actor import Role
from core.database import transaction
from personnel.models import Account
from tests.browser.conftest import Visiting
from tests.integration.web.office import Office

CUT = "(menu) => menu.scrollWidth - menu.clientWidth"


@pytest.mark.parametrize("size", ["desktop"])
@pytest.mark.parametrize("roles", [{Role.HR}, {Role.HR, Role.OPERATOR, Role.AUDITOR, Role.ADMIN}])
def test_every_link_of_the_menu_is_seen_whole_on_a_desk(
    office: Office, visit: Visiting, size: str, roles: set[Role]
):
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "staff8")).one()
        account.roles = sorted(map(str, roles))
    page = visit("staff8").page
    for width in (1280, 1400, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/my")
        page.evaluate("document.fonts.ready")
        assert page.locator(".top-nav").evaluate(CUT) == 0, width
