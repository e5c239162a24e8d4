"""How fast letters may go to one domain: so many at a time, so many a minute. The clock is passed in."""

from collections import Counter, defaultdict, deque

MINUTE = 60.0


class Pace:
    """What is on its way to each domain, and what went there in the last minute; one a courier."""

    def __init__(self, at_once: int = 0, per_minute: int = 0) -> None:
        """0 sets no limit."""
        self.at_once, self.per_minute = at_once, per_minute
        self._under_way: Counter[str] = Counter()
        self._began: defaultdict[str, deque[float]] = defaultdict(deque)

    def may(self, address: str, now: float) -> bool:
        """Whether another letter may go to an address's domain now."""
        domain = domain_of(address)
        if self.at_once and self._under_way[domain] >= self.at_once:
            return False
        return not self.per_minute or self._in_last_minute(domain, now) < self.per_minute

    def begin(self, address: str, now: float) -> None:
        """A letter goes on its way."""
        domain = domain_of(address)
        self._under_way[domain] += 1
        if self.per_minute:
            self._began[domain].append(now)

    def end(self, address: str) -> None:
        """It arrived, or did not."""
        self._under_way[domain_of(address)] -= 1

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way that somebody could wait for."""
        return not any(self._under_way.values())

    def pause(self, address: str, now: float) -> float:
        """Seconds until the minute of an address's domain has room again."""
        domain = domain_of(address)
        if not self.per_minute or self._in_last_minute(domain, now) < self.per_minute:
            return 0.0
        return self._began[domain][-self.per_minute] + MINUTE - now

    def _in_last_minute(self, domain: str, now: float) -> int:
        began = self._began[domain]
        while began and began[0] <= now - MINUTE:
            began.popleft()
        return len(began)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
