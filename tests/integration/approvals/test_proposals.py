"""What one person alone could misuse waits for a second, who is another and has no interest in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals import cases, chains, confirming, corrections, migrating, proposals, steering, takeovers
from approvals.crossing import Way
from approvals.errors import (
    CaseChanged,
    CommentNeeded,
    CorrectedIt,
    HrOnly,
    NotYetInForce,
    OwnCase,
    RelatedToSubject,
)
from approvals.migrating import Change, Seen
from approvals.models import Case, ChainVersion
from approvals.models_proposals import Proposal, ProposalKind
from approvals.obstacles import (
    AboutYourself,
    AnsweredAlready,
    AskedToDecide,
    Conflicted,
    NoSuchProposal,
    NotConfirmed,
    NotNewest,
    NotYourProposal,
    OwnProposal,
    ProposedAlready,
    VersionWaits,
)
from core import clock
from core.actor import Actor, Role
from core.errors import NotAllowed
from core.events import facts_of, history
from core.ids import new_id
from tests.integration.approvals.desk import CHAIN, FLOW, Desk
from tests.integration.approvals.office import named
from tests.integration.approvals.second import ADMIN, agreed

MINE = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion}
stages:
  - stage: only
    candidates: {role: hr}
"""
LONGER = CHAIN.replace("due: 3 working days", "due: 5 working days")
AUDITOR = Actor(named("Audit"), "Audit", frozenset({str(Role.AUDITOR)}))


def published(desk: Desk, text: str = MINE, who: str = "Hana", reason: str = "simpler") -> ChainVersion:
    return chains.publish(desk.session, desk.who(who), text, reason=reason)


def waiting(desk: Desk) -> Proposal:
    (found,) = proposals.proposals(desk.session, ADMIN)
    return found


def in_force(desk: Desk) -> ChainVersion:
    return chains.current(desk.session, "promotion", clock.now(desk.session))


def correct(desk: Desk, case: Case, data: Any, who: str = "Hana", seen: int = 0) -> Proposal | None:
    return corrections.correct_data(
        desk.session, desk.who(who), case.id, data, seen_version=seen or case.version, reason="as decreed"
    )


# versions


def test_nobody_makes_the_rules_alone(desk: Desk):
    case = desk.open()
    version = published(desk)
    assert in_force(desk).id == desk.version.id
    with pytest.raises(NotYetInForce):
        agreed(desk.session, desk.who("Hana"), Change(version, Way("restart")))
    with pytest.raises(NotConfirmed):
        cases.open_cases(
            desk.session, desk.who("Hana"), new_id(), version, [desk.draft("Citra")], directory=desk.office
        )
    with pytest.raises(OwnProposal):
        chains.confirm_version(desk.session, desk.who("Hana"), waiting(desk).id)
    assert case.chain_version_id == desk.version.id


def test_a_version_takes_effect_when_another_confirms_it_and_both_are_told_of(desk: Desk, clock: Any):
    version = published(desk)
    asked = version.effective_from
    clock.move(days=1)
    chains.confirm_version(desk.session, ADMIN, waiting(desk).id)
    assert in_force(desk).id == version.id
    assert version.effective_from > asked
    names = [row.name for row in history(desk.session, version.id)]
    assert names == ["chain.proposed", "proposal.made", "proposal.confirmed", "chain.published"]
    assert facts_of(history(desk.session, version.id)[2])["by"] == str(named("Hana"))


def test_a_planned_version_waits_for_its_day_after_it_is_confirmed(desk: Desk):
    day = clock.now(desk.session) + timedelta(days=10)
    version = chains.publish(desk.session, desk.who("Hana"), LONGER, day)
    chains.confirm_version(desk.session, ADMIN, waiting(desk).id)
    assert version.effective_from == day
    assert in_force(desk).id == desk.version.id


@pytest.mark.parametrize("name", ["Budi", "Vera", "Kasi"])
def test_only_hr_and_administrators_confirm(desk: Desk, name: str):
    published(desk)
    with pytest.raises(HrOnly):
        chains.confirm_version(desk.session, desk.who(name), waiting(desk).id)
    with pytest.raises(HrOnly):
        chains.confirm_version(desk.session, FLOW, waiting(desk).id)
    with pytest.raises(HrOnly):
        confirming.turn_down(desk.session, AUDITOR, waiting(desk).id, reason="no")


def test_a_version_that_is_turned_down_never_takes_effect_and_another_may_follow(desk: Desk):
    version = published(desk)
    with pytest.raises(VersionWaits):
        published(desk, LONGER)
    with pytest.raises(CommentNeeded):
        confirming.turn_down(desk.session, ADMIN, waiting(desk).id, reason=" ")
    turned = confirming.turn_down(desk.session, ADMIN, waiting(desk).id, reason="one stage is too few")
    assert version.called_off_at is not None
    with pytest.raises(AnsweredAlready):
        chains.confirm_version(desk.session, ADMIN, turned.id)
    again = published(desk)
    assert (again.number, again.confirmed_at) == (version.number + 1, None)


def test_an_author_takes_back_what_nobody_confirmed_by_calling_it_off(desk: Desk):
    version = published(desk)
    with pytest.raises(NotYourProposal):
        proposals.take_back(desk.session, ADMIN, waiting(desk).id)
    chains.call_off(desk.session, desk.who("Hana"), version.id, reason="a mistake")
    assert proposals.proposals(desk.session, ADMIN) == []
    (told,) = proposals.proposals(desk.session, ADMIN, waiting=False)
    assert told.state == "taken-back"


def test_what_the_system_publishes_needs_nobody_and_overtakes_what_waits(desk: Desk):
    published(desk)
    newer = chains.publish(desk.session, FLOW, LONGER)
    assert in_force(desk).id == newer.id
    with pytest.raises(NotNewest):
        chains.confirm_version(desk.session, ADMIN, waiting(desk).id)
    assert chains.publish(desk.session, FLOW, LONGER).id == newer.id


def test_a_version_that_was_called_off_may_be_published_again(desk: Desk):
    version = published(desk)
    chains.call_off(desk.session, ADMIN, version.id, reason="not yet")
    assert published(desk).id != version.id


# taking cases over


def test_nobody_takes_cases_over_alone(desk: Desk):
    case = desk.at("verification")
    change = Change(chains.publish(desk.session, FLOW, MINE), Way("restart"))
    hana, now = desk.who("Hana"), clock.now(desk.session)
    made = takeovers.propose(desk.session, hana, change, looked_at=now, cases=1, reason="simpler")
    with pytest.raises(NotConfirmed):
        migrating.migrate(desk.session, hana, made, [Seen.of(case)], directory=desk.office)
    with pytest.raises(OwnProposal):
        takeovers.confirm(desk.session, hana, made.id)
    with pytest.raises(ProposedAlready):
        takeovers.propose(desk.session, hana, change, looked_at=now, cases=1, reason="simpler")
    takeovers.confirm(desk.session, ADMIN, made.id)
    answers = migrating.migrate(desk.session, hana, made, [Seen.of(case)], directory=desk.office)
    assert answers == {case.id: None}
    assert desk.facts(case, "case.migrated")[0]["proposal"] == str(made.id)


def test_a_case_stays_where_whoever_confirmed_has_an_interest_in_it(desk: Desk):
    case = desk.at("verification")
    desk.office.employ("Citra", "seksi", "hr")
    own = desk.at("verification", "Citra")
    change = Change(chains.publish(desk.session, FLOW, LONGER), Way("move"))
    hana, now = desk.who("Hana"), clock.now(desk.session)
    made = takeovers.propose(desk.session, hana, change, looked_at=now, cases=2, reason="simpler")
    takeovers.confirm(desk.session, desk.who("Citra"), made.id)
    seen = [Seen.of(case), Seen.of(own)]
    answers = migrating.migrate(desk.session, hana, made, seen, directory=desk.office)
    assert [type(answers[one.id]) for one in (case, own)] == [type(None), Conflicted]


def test_a_take_over_that_was_confirmed_ends_with_its_version(desk: Desk):
    case = desk.at("verification")
    hana = desk.who("Hana")
    made = agreed(desk.session, hana, Change(chains.publish(desk.session, FLOW, LONGER), Way("move")))
    chains.publish(desk.session, FLOW, MINE)
    with pytest.raises(NotYetInForce):
        migrating.migrate(desk.session, hana, made, [Seen.of(case)], directory=desk.office)


# corrections


WIDER = CHAIN.replace("{role: hr-verifier}", "{role: hr-verifier, where: 'person.rank > documents.size()'}")
AUTOMATIC = CHAIN.replace(
    "  - stage: verification\n",
    "  - stage: verification\n    kind: automatic\n    pass_when: documents.size() > 3\n",
)


@pytest.mark.parametrize(
    ("chain", "data", "stages"),
    [
        (CHAIN.replace("acting: [plh, plt]", "acting: []"), {"subject": {"rank": 12}}, ["committee"]),
        (AUTOMATIC, {"documents": ["a", "b", "c", "d"]}, ["verification"]),
        (WIDER, {"documents": ["a", "b"]}, ["verification"]),
        (CHAIN, {"subject": {"rank": 8}}, ["unit-head"]),  # an order to act may end at a rank
    ],
)
def test_a_correction_that_turns_the_cases_way_waits_for_another(
    desk: Desk, chain: str, data: Any, stages: list[str]
):
    desk = Desk(desk.session, desk.office, chain)
    case = desk.open()
    before = dict(case.data)
    made = correct(desk, case, data)
    assert made is not None
    assert (made.body["stages"], case.data, case.version) == (stages, before, 1)
    with pytest.raises(OwnProposal):
        corrections.confirm(desk.session, desk.who("Hana"), made.id)
    corrections.confirm(desk.session, ADMIN, made.id)
    assert case.data == {**before, **data}
    assert case.version == 2
    assert desk.facts(case, "case.corrected")[0]["by"] == str(named("Hana"))


def test_a_correction_that_turns_nothing_is_made_at_once(desk: Desk):
    case = desk.open()
    assert correct(desk, case, {"subject": {"rank": 9, "name": "Budi S."}, "note": "x"}) is None
    assert case.version == 2


def test_a_correction_is_not_confirmed_of_facts_that_changed_since(desk: Desk):
    case = desk.open()
    made = correct(desk, case, {"subject": {"rank": 12}})
    assert made is not None
    correct(desk, case, {"note": "x"})
    with pytest.raises(CaseChanged):
        corrections.confirm(desk.session, ADMIN, made.id)
    with pytest.raises(ProposedAlready):
        correct(desk, case, {"subject": {"rank": 13}})
    proposals.take_back(desk.session, desk.who("Hana"), made.id)
    assert correct(desk, case, {"subject": {"rank": 13}}) is not None


@pytest.mark.parametrize("data", [{"note": "x"}, {"subject": {"rank": 12}}])
def test_whoever_corrects_a_case_does_not_decide_it(desk: Desk, data: Any):
    desk.office.employ("Vera", "badan", "hr-verifier", "hr")
    case = desk.at("verification")
    correct(desk, case, data, who="Vera")
    with pytest.raises(CorrectedIt):
        desk.decide("Vera", case)
    assert named("Vera") in desk.task(case).barred
    desk.decide("Viktor", case)


def test_whoever_is_asked_to_decide_does_not_correct(desk: Desk):
    desk.office.employ("Kasi", "seksi", "hr")
    case = desk.open()
    with pytest.raises(AskedToDecide):
        correct(desk, case, {"note": "x"}, who="Kasi")
    assert case.version == 1


def test_nobody_confirms_what_is_about_themselves_or_their_kin(desk: Desk):
    desk.office.employ("Citra", "seksi", "hr")
    desk.office.employ("Dewi", "seksi", "admin")
    desk.office.relate("Dewi", "Citra", "family")
    case = desk.open("Citra")
    made = correct(desk, case, {"subject": {"rank": 12}})
    assert made is not None
    for name, refusal in (("Citra", OwnCase), ("Dewi", RelatedToSubject)):
        with pytest.raises(refusal):
            corrections.confirm(desk.session, desk.who(name), made.id)
        with pytest.raises(refusal):
            confirming.turn_down(desk.session, desk.who(name), made.id, reason="no")


def test_what_is_about_a_person_is_seen_and_answered_by_other_administrators(desk: Desk):
    author = Actor(named("Adi"), "Adi", frozenset({str(Role.ADMIN)}))
    made = proposals.propose(
        desk.session, author, ProposalKind.ERASURE, {}, person_id=named("Dewi"), reason="a court's order"
    )
    operator = Actor(named("Operator"), "Operator", frozenset({str(Role.OPERATOR)}))
    for one in (desk.who("Hana"), operator, AUDITOR):
        assert proposals.proposals(desk.session, one) == []
        assert proposals.proposals(desk.session, one, waiting=False) == []
    assert proposals.proposals(desk.session, ADMIN) == [made]
    themselves = Actor(named("Dewi"), "Dewi", frozenset({str(Role.ADMIN)}))
    for one, refusal in ((desk.who("Hana"), NotAllowed), (themselves, AboutYourself)):
        with pytest.raises(refusal):
            confirming.turn_down(desk.session, one, made.id, reason="no")
    assert confirming.turn_down(desk.session, ADMIN, made.id, reason="no").state == "turned-down"


# all of them


def _version(desk: Desk) -> object:
    return published(desk)


def _takes_over(desk: Desk) -> object:
    change = Change(chains.publish(desk.session, FLOW, LONGER), Way("move"))
    now = clock.now(desk.session)
    return takeovers.propose(desk.session, desk.who("Hana"), change, looked_at=now, cases=1, reason="new")


def _corrects(desk: Desk) -> object:
    return correct(desk, desk.open(), {"subject": {"rank": 12}})


def _cancels(desk: Desk) -> object:
    return steering.cancel(desk.session, desk.who("Hana"), desk.open().id, reason="opened twice")


@pytest.mark.parametrize("proposes", [_version, _takes_over, _corrects, _cancels])
def test_each_kind_is_confirmed_by_one_way_and_once(desk: Desk, proposes: Callable[[Desk], object]):
    proposes(desk)
    proposal = waiting(desk)
    confirmed = confirming.confirm(desk.session, ADMIN, proposal.id, directory=desk.office)
    assert (confirmed.state, confirmed.answered_by_name) == ("confirmed", "Admin")
    with pytest.raises(Exception, match=r"already|ended"):
        confirming.confirm(desk.session, ADMIN, proposal.id, directory=desk.office)
    with pytest.raises(NoSuchProposal):
        confirming.confirm(desk.session, ADMIN, new_id(), directory=desk.office)


def test_what_waits_is_seen_by_hr_and_its_overseers_alone(desk: Desk):
    published(desk)
    assert len(proposals.proposals(desk.session, AUDITOR)) == 1
    with pytest.raises(HrOnly):
        proposals.proposals(desk.session, desk.who("Kasi"))
