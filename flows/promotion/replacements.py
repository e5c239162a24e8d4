"""Decrees corrected or revoked: proposed by HR as a case, and issued when the appointing official signs it.

A decree is never edited. Another one with a number of its own takes its place, in the transaction of the
signature: number, PDF, the person's record, the event and the notice, or nothing of all that.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases
from approvals.cases import CaseDraft
from approvals.directory import Directory
from approvals.models import Case
from core import clock
from core.actor import Actor, Role, system
from core.events import Event, Recorded, record
from core.ids import new_id
from core.settings import ROOT, settings
from flows.process import standing_cases
from flows.promotion.decree import new_code, number
from flows.promotion.decrees import Signature, next_serial, signatures
from flows.promotion.errors import (
    BadCorrection,
    DecreesAreHrs,
    NoSuchDecree,
    NotAsProposed,
    NothingCorrected,
    OwnDecree,
    ReplacedAlready,
    ReplacementWaits,
    RevokedForGood,
    WhyReplaced,
)
from flows.promotion.models import Candidate, Decree, DecreeKind
from flows.promotion.replacing import FIELDS, ReplacingText, pdf
from personnel import ranks, ranks_held
from personnel.directory import office_day
from personnel.models import Employee

CHAIN = "decree-replacement"
CHAIN_FILE = ROOT / "flows" / "promotion" / "replacing.yaml"
STANDING = UUID("00630064-0030-4000-8000-000000000001")
"""Instead of a process: these cases belong to none, each begins and ends by itself. No flow runs for them."""
LONGEST = 1_000
MANY_LETTERS = 200
NIP_DIGITS = 18


def propose(  # noqa: PLR0917 - what and why
    session: Session,
    actor: Actor,
    decree_id: UUID,
    kind: DecreeKind,
    reason: str,
    wanted: Mapping[str, str] | None = None,
    *,
    directory: Directory,
) -> UUID:
    """Ask for a decree to be corrected in what is `wanted` by field, or revoked; returns the case.

    Another of HR checks it, then the appointing official signs. Raises DecreesAreHrs, OwnDecree, WhyReplaced,
    NoSuchDecree, ReplacedAlready, RevokedForGood, ReplacementWaits, BadCorrection, NothingCorrected,
    RankMovedOn.
    """
    if not actor.has(Role.HR):
        raise DecreesAreHrs
    decree = locked(session, decree_id)
    if actor.person_id == decree.employee_id:
        raise OwnDecree
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST:
        raise WhyReplaced
    must_be_in_force(session, decree)
    if case := waiting(session, decree.id):
        raise ReplacementWaits(reference=case.reference)
    changes = corrected(decree, wanted or {}) if kind is DecreeKind.CORRECTION else {}
    ranks_held.must_be_present(session, decree.employee_id, decree.rank_to, decree.number)
    draft = _draft(session, actor, decree, kind, reason, changes)
    version = standing_cases.version(session, CHAIN, CHAIN_FILE)
    (case_id,) = cases.begin_cases(session, actor, STANDING, version, [draft], directory=directory)
    return case_id


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Issue the decree in the transaction of the signature that allows it."""
    for event in recorded:
        if event.name == "case.approved" and event.facts.get("process") == STANDING:
            issue(session, system("flow"), session.get_one(Case, event.facts["case"]))


def issue(session: Session, actor: Actor, case: Case) -> Decree:
    """Number the decree that takes another's place, draw it and put the person's record right.

    Raises NoSuchDecree, ReplacedAlready, RevokedForGood, NotAsProposed, BadCorrection, NothingCorrected,
    RankMovedOn: then nothing is signed.
    """
    replaced = locked(session, UUID(case.natural_key.partition(":")[0]))
    must_be_in_force(session, replaced)
    _must_be_as_proposed(case, replaced)
    decree = _made(session, case, replaced, signatures(session, [case.id])[case.id])
    _enter(session, actor, decree, replaced)
    session.add(decree)
    session.flush()
    record(session, actor, [_told(decree, replaced)])
    return decree


def waiting(session: Session, decree_id: UUID) -> Case | None:
    """The case by which a decree is about to be corrected or revoked, if there is one."""
    of_decree = (Case.process_id == STANDING, Case.natural_key.startswith(f"{decree_id}:"))
    return session.scalar(select(Case).where(*of_decree, Case.settled_at.is_(None)))


def locked(session: Session, decree_id: UUID) -> Decree:
    """Lock a decree, so that one alone takes its place. Raises NoSuchDecree."""
    decree = session.get(Decree, decree_id, with_for_update=True)
    if decree is None:
        raise NoSuchDecree
    return decree


def must_be_in_force(session: Session, decree: Decree) -> None:
    """Raises ReplacedAlready, RevokedForGood."""
    if after := session.scalar(select(Decree.number).where(Decree.replaces_id == decree.id)):
        raise ReplacedAlready(number=decree.number, by=after)
    if decree.kind == DecreeKind.REVOCATION:
        raise RevokedForGood(number=decree.number)


def corrected(decree: Decree, wanted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What differs from the decree as it stands, by field. Raises BadCorrection, NothingCorrected."""
    changes: dict[str, dict[str, str]] = {}
    for name in FIELDS:
        said, stands = " ".join(wanted.get(name, "").split()), _stands(decree, name)
        if said and said != stands:
            changes[name] = {"from": stands, "to": _checked(name, said)}
    if not changes:
        raise NothingCorrected
    return changes


def _must_be_as_proposed(case: Case, decree: Decree) -> None:
    """The last look before it is signed: its key says which decree it was opened for, whatever its facts say
    by now. Raises NotAsProposed, BadCorrection, NothingCorrected."""
    kind, changes = case.data["kind"], case.data["corrections"]
    wanted = {name: str(change["to"]) for name, change in changes.items()}
    as_proposed = corrected(decree, wanted) if kind == DecreeKind.CORRECTION else {}
    mine = case.data["decree"] == str(decree.id) and case.subject_id == decree.employee_id
    if not mine or kind not in {DecreeKind.CORRECTION, DecreeKind.REVOCATION} or changes != as_proposed:
        raise NotAsProposed


def _stands(decree: Decree, name: str) -> str:
    value: object = getattr(decree, name)
    return value.isoformat() if isinstance(value, date) else str(value)


def _checked(name: str, said: str) -> str:
    """A corrected value as it is stored. Raises BadCorrection."""
    if len(said) > MANY_LETTERS:
        raise BadCorrection(said=said[:40])
    if name == "nip":
        said = said.replace(" ", "")
        if len(said) != NIP_DIGITS or not said.isdigit():
            raise BadCorrection(said=said)
    if name == "effective_on":
        try:
            on = date.fromisoformat(said)
        except ValueError as exc:
            raise BadCorrection(said=said) from exc
        if on.day != 1 or not 2000 <= on.year < 2200:  # slips of the pen
            raise BadCorrection(said=said)
    return said


def _draft(  # noqa: PLR0917 - all that a case says
    session: Session,
    actor: Actor,
    decree: Decree,
    kind: DecreeKind,
    reason: str,
    changes: Mapping[str, Mapping[str, str]],
) -> CaseDraft:
    now = clock.now(session)
    nth = standing_cases.next_number(session, STANDING)
    what = "Pencabutan" if kind is DecreeKind.REVOCATION else "Perbaikan"
    employee = session.get_one(Employee, decree.employee_id)
    return CaseDraft(
        natural_key=f"{decree.id}:{new_id()}",
        reference=f"PSK-{now:%Y-%m}/{nth:04d}",
        title=f"{what} SK {decree.number}: {decree.name}",
        subject_id=decree.employee_id,
        subject_name=decree.name,
        unit_id=employee.unit_id,
        requester_id=actor.person_id,
        data={
            "nip": decree.nip,
            "subject": {"rank": ranks.order(decree.rank_to)},
            "decree": str(decree.id),
            "decree_number": decree.number,
            "decree_code": decree.code,
            "kind": str(kind),
            "rank_back": [decree.rank_to, decree.rank_from] if kind is DecreeKind.REVOCATION else [],
            "corrections": {name: dict(change) for name, change in changes.items()},
            "reason": reason,
        },
        is_fixed=True,
    )


def _made(session: Session, case: Case, replaced: Decree, signed: Signature) -> Decree:
    now = clock.now(session)
    year = office_day(now).year
    kind, changes = DecreeKind(case.data["kind"]), dict(case.data["corrections"])
    after: dict[str, Any] = {name: _stands(replaced, name) for name in FIELDS}
    after |= {name: change["to"] for name, change in changes.items()}
    after["effective_on"] = date.fromisoformat(after["effective_on"])
    serial, code = next_serial(session, year), new_code()
    revokes = kind is DecreeKind.REVOCATION
    drawn = pdf(
        ReplacingText(
            kind=kind,
            office=settings().office.name,
            city=settings().office.city,
            number=number(serial, year),
            code=code,
            url=f"{settings().public_url}/verify/{code}",
            replaces=replaced.number,
            replaces_signed_at=replaced.signed_at,
            reason=case.data["reason"],
            name=after["name"],
            nip=after["nip"],
            rank=replaced.rank_from if revokes else replaced.rank_to,
            effective_on=after["effective_on"],
            changes=changes,
            signed_by=signed.name,
            signed_as=signed.post,
            signed_at=signed.at,
            zone=settings().zone,
        )
    )
    return Decree(
        id=new_id(),
        process_id=replaced.process_id,
        case_id=case.id,
        employee_id=replaced.employee_id,
        year=year,
        serial=serial,
        number=number(serial, year),
        code=code,
        rank_from=replaced.rank_from,
        rank_to=replaced.rank_to,
        signed_by=signed.by,
        signed_by_name=signed.name,
        signed_as=signed.post,
        signed_at=signed.at,
        issued_at=now,
        pdf=drawn,
        pdf_sha256=sha256(drawn).hexdigest(),
        kind=kind,
        replaces_id=replaced.id,
        reason=case.data["reason"],
        changes=changes,
        **after,
    )


def _enter(session: Session, actor: Actor, decree: Decree, replaced: Decree) -> None:
    """Put the person's record right."""
    who, rank = decree.employee_id, replaced.rank_to
    if decree.kind == DecreeKind.REVOCATION:
        screened = session.get(Candidate, (replaced.process_id, who))
        said = screened.facts.get("rank_since") if screened else None
        since = date.fromisoformat(said) if said else None
        ranks_held.take_back(
            session, actor, who, rank, replaced.number, replaced.rank_from, since, decree.number
        )
    else:
        ranks_held.correct(session, actor, who, rank, replaced.number, decree.effective_on, decree.number)


def _told(decree: Decree, replaced: Decree) -> Event:
    facts = {
        "process": decree.process_id,
        "case": decree.case_id,
        "decree": decree.id,
        "number": decree.number,
        "kind": str(decree.kind),
        "replaces": replaced.id,
        "replaces_number": replaced.number,
        "employee": decree.employee_id,
        "rank": replaced.rank_from if decree.kind == DecreeKind.REVOCATION else replaced.rank_to,
        "effective_on": decree.effective_on,
        "code": decree.code,
        "sha256": decree.pdf_sha256,
    }
    personal = {"name": decree.name, "reason": decree.reason, "changes": decree.changes}
    return Event("decree.replaced", decree.process_id, "process", facts, personal)
