"""`./mufakat foresight`, on a database with a cycle that is over."""

import json

import pytest
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

import wiring
from cli.main import app
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


@pytest.fixture
def office(committed: sessionmaker[Session]) -> sessionmaker[Session]:
    """An office whose one cycle was decided within a moment."""
    wiring.wire()
    with committed.begin() as session:
        agency = Agency.founded(session)
        agency.candidate(agency.units[0], "Calon")
        run = cycles.screened(agency)
        for case in cycles.cases(session, run.process_id):
            cycles.approve(agency, case)
    return committed


@pytest.mark.usefixtures("office")
def test_past_cycles_are_tried_and_their_coverage_told():
    done = CliRunner().invoke(app, ["foresight", "--json"])
    said = json.loads(done.stdout)
    assert (done.exit_code, said["cycles"], said["coverage80"]) == (0, 1, 0)
    (trial,) = said["trials"]
    assert (trial["cases"], trial["measured_stages"], trial["within80"]) == (1, 0, False)
    plain = CliRunner().invoke(app, ["foresight", "--runs", "20"]).stdout
    assert "80% intervals held 0%, 95% intervals 0% of 1." in plain


@pytest.mark.usefixtures("office")
def test_a_chain_without_past_cycles_has_nothing_to_try():
    assert "No cycle of transfer is over yet." in CliRunner().invoke(app, ["foresight", "transfer"]).stdout
