"""Death at random: seeded, so that a rehearsal that broke a promise can be played again."""

import random
from dataclasses import dataclass, field

from cli.instance import Instance

VICTIMS = ("postgres", "prefect", "worker", "web", "keeper", "courier")


@dataclass(slots=True)
class Reaper:
    """Kills a service now and then, until it has killed as often as asked.

    `over` is the number of moments it is asked at, about; the kills spread over them.
    """

    instance: Instance
    kills: int
    rng: random.Random
    over: int
    done: list[str] = field(default_factory=list[str])
    moments: int = 0

    def pass_by(self) -> str | None:
        """Perhaps kill something; the name of what was killed. The supervisor starts it again."""
        self.moments += 1
        left = self.kills - len(self.done)
        moments_left = max(1, self.over - self.moments)
        if left <= 0 or self.rng.random() > left / moments_left:
            return None
        victim = self.rng.choice(VICTIMS)
        if self.instance.pid(victim) is None:
            return None
        self.instance.kill(victim, descendants=victim == "worker" and self.rng.random() < 0.5)
        self.done.append(victim)
        return victim
