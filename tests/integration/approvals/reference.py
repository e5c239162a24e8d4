"""The engine once more, as a child would write it: dicts and lists, no database, one chain. Tests compare."""

from dataclasses import dataclass, field

from approvals import errors, obstacles

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
ASKED = {"verification": "hr-verifier", "committee": "committee"}
STAGES = ["unit-head", "verification", "consideration", "committee", "appointing-official"]
CHAIN = """
chain: reference
title: {id: Acuan, en: Reference}
correctable: [documents]
stages:
  - stage: unit-head
    candidates: {holder_of: head, unit: subject.unit}
    acting: [delegate]
    due: 3 working days
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
  - stage: verification
    candidates: {role: hr-verifier}
    checklist: [diploma]
    after_return: restart
    skippable: true
  - {stage: consideration, kind: external}
  - {stage: committee, when: subject.rank >= 12, candidates: {role: committee}, separate_from: [unit-head]}
  - {stage: appointing-official, candidates: {holder_of: ppk, unit: top}, sign: decree}
"""


@dataclass
class Hands:
    """Who has the open task: a person, or a queue or some names, of whom somebody may have claimed it."""

    queue: str | None = None
    person: str | None = None
    post: str | None = None
    claimed: bool = False
    names: list[str] | None = None
    aside: bool = False
    """Whoever has it put it aside."""
    for_a_day: bool = False
    begun: bool = False
    """Whoever has it began to work on it."""
    draft: str = ""
    """What was written on it so far, and not decided yet."""

    @property
    def offered(self) -> bool:
        return self.queue is not None or self.names is not None

    def offers_to(self, who: str) -> bool:
        return who in (self.names if self.names is not None else ROLES[self.queue or ""])

    def pass_to(self, who: str, *, whole: bool = False) -> None:
        """To somebody else: begun and written on only if it goes whole."""
        self.person, self.claimed, self.aside = who, self.offered, False
        self.begun, self.draft = (self.begun, self.draft) if whole else (False, "")

    def give_back(self) -> None:
        self.person, self.claimed, self.aside, self.begun, self.draft = None, False, False, False, ""


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
    decided: list[tuple[str, str, str]] = field(default_factory=list)
    """Stage, person and kind of each decision."""
    deputised: list[tuple[str, str]] = field(default_factory=list)
    """Stage of each decision that a deputy took, and whose it would have been."""
    letters: set[tuple[str, str]] = field(default_factory=set)
    entered: set[str] = field(default_factory=set)
    """Who recorded a letter: they decide by it no more."""
    orders: set[tuple[str, str]] = field(default_factory=set)
    """Who delegated to whom; all cases share it."""
    ahead: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """By stage: who decided it ahead, how, and which version they saw."""
    before: str = ""
    """While suspended: the state before."""
    for_a_day: bool = False

    # who may

    @property
    def owners(self) -> dict[str | None, type[errors.ConflictOfInterest]]:
        return {self.requester: errors.OwnRequest, self.subject: errors.OwnCase}

    @property
    def parties(self) -> dict[str | None, type[errors.ConflictOfInterest]]:
        """Who has no say at any stage: whose case it is, and who stepped aside."""
        aside = {who: errors.SteppedAside for _, who, kind in self.decided if kind == "recuse"}
        return {**aside, **self.owners}

    def barred(self, stage: str) -> dict[str, type[errors.ConflictOfInterest]]:
        found: dict[str, type[errors.ConflictOfInterest]] = {}
        for where, who, _ in self.decided:
            if where != stage and (stage != "committee" or where == "unit-head"):
                found[who] = errors.DecidedBefore
        for where, whose in self.deputised:
            if where != stage and (stage != "committee" or where == "unit-head"):
                found.setdefault(whose, errors.DecidedForYou)
        found |= dict.fromkeys(self.entered, errors.CorrectedIt)
        return found | {who: why for who, why in self.parties.items() if who}

    def obstacle(self, who: str) -> type[Exception] | None:
        """Why somebody may not decide the open task now; None when they may."""
        if self.state != "open" or self.hands is None:
            return errors.NotPossibleNow
        return obstacles.TaskSuspended if self.hands.aside else self.refusal(who)

    def refusal(self, who: str) -> type[Exception] | None:
        """Why the open task is not for somebody to decide; None when it is."""
        if why := self.barred(self.stage or "").get(who):
            return why
        at_post, offered = self.refusal_at_post(who), self.refusal_of_offer(who)
        return offered if at_post is errors.NotYours else at_post

    def refusal_at_post(self, who: str) -> type[Exception] | None:
        assert self.stage and self.hands
        if self.hands.post is None:
            return errors.NotYours
        holder = self.holder(self.hands.post)
        if who == holder:
            return None
        if self.stage == "unit-head" and (holder, who) in self.orders and self.refusal_of_offer(who):
            return errors.ActsForConflicted if holder in self.barred(self.stage) else None
        return errors.NotYours

    def refusal_of_offer(self, who: str) -> type[Exception] | None:
        assert self.stage and self.hands
        hands = self.hands
        if not hands.offered:
            return errors.NotYours if hands.post or hands.person != who else None
        if self.stage == "appointing-official" and hands.queue == "hr":
            return errors.PostVacant
        if hands.names is not None and hands.person == who:
            return None
        if not hands.offers_to(who):
            return errors.NotYours
        return None if hands.person in (None, who) else errors.AlreadyClaimed

    def unfit(self, who: str) -> type[Exception] | None:
        """Why the open task can't be handed to somebody."""
        assert self.stage and self.hands
        if self.hands.person == who:
            return obstacles.HasItAlready
        if who in self.barred(self.stage):
            return obstacles.Conflicted
        return None if self.refusal(who) in (None, errors.AlreadyClaimed) else obstacles.Unfit

    def lists_for(self, who: str) -> bool:
        """Whether the open task waits in somebody's inbox; HR sees what waits for a post to be filled."""
        assert self.hands
        if self.state == "suspended" and self.hands.person is None:
            return who not in self.barred(self.stage or "") and self.refusal_at_post(who) is None
        why = self.refusal(who)
        return why is None or (why is errors.PostVacant and who == "Hana")

    def too_early(self, who: str, stage: str) -> type[Exception] | None:
        """Why somebody may not decide a later stage ahead."""
        if stage not in ("verification", "committee") or stage not in self.following():
            return obstacles.NotToDecideAhead
        if stage in self.ahead:
            return obstacles.AheadAlready
        if why := self.barred(stage).get(who):
            return why
        there = self.hands_at(stage)
        return None if there.queue not in (None, "hr") and there.offers_to(who) else errors.NotYours

    def holder(self, post: str) -> str:
        return "Walikota" if post == "ppk" else self.heads[post]

    # who gets it

    def enter(self, stage: str) -> None:
        self.state, self.stage, self.returned_to = "open", stage, None
        self.hands = None if stage == "consideration" else self.hands_at(stage)
        who, kind, version = self.ahead.pop(stage, ("", "", 0))
        if version == self.version and self.refusal(who) is None:
            self.decide(who, kind)

    def hands_at(self, stage: str) -> Hands:
        barred = self.barred(stage)
        match stage:
            case "unit-head":
                units = UPWARDS[UPWARDS.index(UNITS[self.subject]) :]
                return self.climb(units) or Hands("hr", post=units[0])
            case "appointing-official":
                taken = "Walikota" in barred
                return Hands("hr", post="ppk") if taken else Hands(person="Walikota", post="ppk")
            case _:
                able = ROLES[ASKED[stage]] - set(barred)
                again = next((w for s, w, _ in reversed(self.decided) if s == stage), None)
                return Hands(ASKED[stage] if able else "hr", person=again if again in able else None)

    def climb(self, units: list[str], *but: str | None) -> Hands | None:
        """The first head upwards who may decide and is none of these."""
        out = {*self.barred("unit-head"), *but}
        found = next((u for u in units if self.heads[u] not in out), None)
        return Hands(person=self.heads[found], post=found) if found else None

    # what happens

    def open(self) -> None:
        self.enter("unit-head")

    def following(self) -> list[str]:
        return STAGES[STAGES.index(self.stage or "") + 1 :]

    def advance(self) -> None:
        for stage in self.following():
            if stage != "committee" or self.rank >= 12:
                self.enter(stage)
                return
        self.settle("approved")

    def decide(self, who: str, kind: str) -> None:
        if kind != "recuse" and self.hands and self.hands.post and self.refusal_at_post(who) is None:
            holder = self.holder(self.hands.post)
            self.deputised += [(self.stage or "", holder)] if holder != who else []
        self.decided.append((self.stage or "", who, kind))
        self.follow(kind)

    def follow(self, kind: str) -> None:
        if kind == "approve":
            self.advance()
        elif kind == "recuse":
            self.hands = self.hands_at(self.stage or "")
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

    def above(self) -> Hands | None:
        """Who gets the open task when it moves up."""
        hands = self.hands
        if self.stage != "unit-head" or hands is None or hands.post is None:
            return None
        return self.climb(UPWARDS[UPWARDS.index(hands.post) + 1 :], hands.person)

    def time_passes(self) -> None:
        """What was suspended for a day goes on; a unit head who let it lie loses it."""
        if self.state == "suspended":
            if self.for_a_day:
                self.resume()
        elif self.hands:
            self.hands.aside = self.hands.aside and not self.hands.for_a_day
            self.hands = self.above() or self.hands

    def suspend(self, *, for_a_day: bool) -> None:
        self.before, self.state, self.for_a_day = self.state, "suspended", for_a_day

    def resume(self) -> None:
        self.state = self.before

    def ways_back(self) -> list[str]:
        decided = {stage for stage, _, kind in self.decided if kind != "recuse"}
        return [s for s in STAGES[: STAGES.index(self.stage or "")] if s in decided]

    def send_back(self, to: str) -> None:
        self.round += 1
        self.enter(to)

    def rehome(self, unit: str) -> None:
        """A unit has a new head: what nobody claimed follows the post."""
        hands = self.hands
        if self.state != "open" or self.stage != "unit-head" or hands is None:
            return
        if hands.post == unit and not hands.claimed:
            new = self.climb(UPWARDS[UPWARDS.index(unit) :]) or Hands("hr", post=unit)
            same = (new.queue, new.person, new.post) == (hands.queue, hands.person, hands.post)
            self.hands = hands if same else new

    # who else decides

    def open_to(self) -> list[str]:
        """Who may take the open task, which has no post."""
        assert self.stage and self.hands
        hands = self.hands
        if hands.names is not None:
            return hands.names
        if hands.queue is None:
            return [hands.person] if hands.person else []
        here = hands.queue == ASKED[self.stage]
        return sorted(ROLES[hands.queue] - set(self.barred(self.stage))) if here else []

    def add(self, who: str) -> None:
        assert self.hands
        hands, able = self.hands, self.open_to()
        hands.queue, hands.names = None, [*able, who]
        if not able:
            hands.names = None
            hands.pass_to(who)
        elif hands.person and not (hands.claimed or hands.aside or hands.begun):
            hands.person = None
