"""The engine once more, as a child would write it: dicts and lists, no database, one chain. Tests compare."""

from dataclasses import dataclass, field

from approvals import errors

HEADS = {"seksi": "Kasi", "bidang": "Kabid", "badan": "Kaban", "kota": "Sekda"}
UPWARDS = ["seksi", "bidang", "badan", "kota"]
UNITS = {"Budi": "seksi", "Citra": "seksi", "Baru": "seksi", "Kasi": "seksi", "Kabid": "bidang"}
UNITS |= {"Kaban": "badan", "Vera": "badan", "Viktor": "badan", "Hana": "badan", "Komang": "kota"}
ROLES = {
    "hr": {"Hana"},
    "hr-verifier": {"Vera", "Viktor", "Komang"},
    "committee": {"Komang", "Kaban"},
}
PEOPLE = [*UNITS, "Sekda", "Walikota"]
STAGES = ["unit-head", "verification", "consideration", "committee", "appointing-official"]
CHAIN = """
chain: reference
title: {id: Acuan, en: Reference}
correctable: [documents]
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    due: 3 working days
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
  - {stage: verification, candidates: {role: hr-verifier}, checklist: [diploma], after_return: restart}
  - {stage: consideration, kind: external}
  - {stage: committee, when: subject.rank >= 12, candidates: {role: committee}, separate_from: [unit-head]}
  - {stage: appointing-official, candidates: {holder_of: ppk, unit: top}, sign: decree}
"""


@dataclass
class Hands:
    """Who has the open task: a person, or a queue out of which somebody may have claimed it."""

    queue: str | None = None
    person: str | None = None
    post: str | None = None
    claimed: bool = False


@dataclass
class Reference:
    """One case."""

    subject: str
    requester: str | None
    rank: int
    heads: dict[str, str]
    """Who heads which unit now; all cases share it."""
    state: str = "open"
    stage: str | None = None
    round: int = 1
    version: int = 1
    returned_to: str | None = None
    hands: Hands | None = None
    decided: list[tuple[str, str]] = field(default_factory=list)
    letters: set[tuple[str, str]] = field(default_factory=set)

    # who may

    def barred(self, stage: str) -> dict[str, type[errors.ConflictOfInterest]]:
        found: dict[str, type[errors.ConflictOfInterest]] = {}
        for where, who in self.decided:
            if where != stage and (stage != "committee" or where == "unit-head"):
                found[who] = errors.DecidedBefore
        if self.requester:
            found[self.requester] = errors.OwnRequest
        return found | {self.subject: errors.OwnCase}

    def refusal(self, who: str) -> type[Exception] | None:
        """Why somebody may not decide the open task; None when they may."""
        stage, hands = self.stage, self.hands
        assert stage and hands
        if why := self.barred(stage).get(who):
            return why
        if hands.post and who == self.holder(hands.post):
            return None
        if hands.queue is None:
            return errors.NotYours
        if stage == "appointing-official" and hands.queue == "hr":
            return errors.PostVacant
        if who not in ROLES[hands.queue]:
            return errors.NotYours
        return None if hands.person in (None, who) else errors.AlreadyClaimed

    def holder(self, post: str) -> str:
        return "Walikota" if post == "ppk" else self.heads[post]

    # who gets it

    def enter(self, stage: str) -> None:
        self.state, self.stage, self.returned_to = "open", stage, None
        barred = self.barred(stage)
        match stage:
            case "unit-head":
                units = UPWARDS[UPWARDS.index(UNITS[self.subject]) :]
                self.hands = self.climb(units) or Hands("hr", post=units[0])
            case "consideration":
                self.hands = None
            case "appointing-official":
                taken = "Walikota" in barred
                self.hands = Hands("hr", post="ppk") if taken else Hands(person="Walikota", post="ppk")
            case _:
                role = "hr-verifier" if stage == "verification" else stage
                able = ROLES[role] - set(barred)
                again = next((w for s, w in reversed(self.decided) if s == stage), None)
                self.hands = Hands(role if able else "hr", person=again if again in able else None)

    def climb(self, units: list[str], *but: str | None) -> Hands | None:
        """The first head upwards who may decide and is none of these."""
        out = {*self.barred("unit-head"), *but}
        found = next((u for u in units if self.heads[u] not in out), None)
        return Hands(person=self.heads[found], post=found) if found else None

    # what happens

    def open(self) -> None:
        self.enter("unit-head")

    def advance(self) -> None:
        for stage in STAGES[STAGES.index(self.stage or "") + 1 :]:
            if stage != "committee" or self.rank >= 12:
                self.enter(stage)
                return
        self.settle("approved")

    def decide(self, who: str, kind: str) -> None:
        self.decided.append((self.stage or "", who))
        self.follow(kind)

    def follow(self, kind: str) -> None:
        if kind == "approve":
            self.advance()
        elif kind == "reject":
            self.settle("rejected")
        else:
            self.state, self.hands = "returned", None
            self.returned_to = self.requester or self.subject

    def resubmit(self, *, corrects: bool) -> None:
        self.round, self.version = self.round + 1, self.version + corrects
        self.enter("unit-head" if self.stage == "verification" else self.stage or "")

    def settle(self, state: str) -> None:
        self.state, self.stage, self.hands, self.returned_to = state, None, None, None

    def escalate(self) -> None:
        """A unit head let it lie: the next one up gets it, if there is anybody."""
        hands = self.hands
        if self.stage == "unit-head" and hands and hands.post:
            above = UPWARDS[UPWARDS.index(hands.post) + 1 :]
            self.hands = self.climb(above, hands.person) or hands

    def rehome(self, unit: str) -> None:
        """A unit has a new head: what nobody claimed follows the post."""
        hands = self.hands
        if self.stage == "unit-head" and hands and hands.post == unit and not hands.claimed:
            units = UPWARDS[UPWARDS.index(unit) :]
            self.hands = self.climb(units) or Hands("hr", post=unit)
