from sqlalchemy import select

from core.database import transaction
from core.ids import new_id
from personnel.models import Employee, Unit
from personnel.models_accounts import RecordView
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Office


def test_hr_walks_from_the_tree_to_a_unit_to_a_record_and_that_is_noted(office: Office, browse: Browse):
    with transaction() as session:
        head = session.get_one(Employee, office.people.head)
        unit = session.get_one(Unit, head.unit_id)
    hr = browse("hr")
    tree = hr.get("/hr/directory").text
    assert f"/hr/directory/units/{unit.id}" in tree and unit.name in tree
    page = hr.get(f"/hr/directory/units/{unit.id}").text
    assert f"Kepala {unit.name}" in page and head.name in page
    person = office.people.staff[0]
    record = hr.get(f"/hr/directory/people/{person}").text
    assert "Ahmad Fauzi Nasution" in record and "SK CPNS" in record
    with transaction() as session:
        views = session.scalars(select(RecordView).where(RecordView.what == "record")).all()
        assert [(v.person_id, v.viewer_id, v.times) for v in views] == [(person, office.people.hr, 1)]
    for path in ("units", "people"):
        assert hr.get(f"/hr/directory/{path}/{new_id()}").status_code == 404
        assert browse("head").get(f"/hr/directory/{path}/{unit.id}").status_code == 403
