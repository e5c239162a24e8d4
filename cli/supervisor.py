"""Keeps child processes running: in the order of their needs, again when they die, none left behind.

Why ours and not a library's: docs/decisions/0002-own-supervisor.md.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from cli.child import Child, ChildFailed, ChildSlow, ending, next_delay, tethered
from cli.leftovers import end_leftovers
from core.errors import MufakatError

LAST_LINES = 20
OURSELVES = "supervisor"
"""The name under which the supervisor tells of its own doings."""

Tell = Callable[[str, str], None]
"""Called with a child's name and a line of its output."""


class NoSuchChild(MufakatError):
    """Nothing called {name} runs here; there are: {names}."""


@dataclass
class _Kept:
    child: Child
    first_ready: "asyncio.Future[None]"
    """Settled at the first readiness, or with the error that prevented it."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    keeping: "asyncio.Task[None] | None" = None
    reading: "asyncio.Task[None] | None" = None
    stopping: bool = False
    tries: int = 0
    delay: float = 0.0
    """How long its last restart was put off."""
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    lines: deque[str] = field(default_factory=lambda: deque[str](maxlen=LAST_LINES))


class Supervisor:
    """Runs children in one event loop. `mark` is an environment variable that every descendant inherits."""

    def __init__(self, children: Iterable[Child], tell: Tell, mark: tuple[str, str]) -> None:
        loop = asyncio.get_running_loop()
        self._kept = {child.name: _Kept(child, loop.create_future()) for child in children}
        self._tell = tell
        self._mark = mark
        self._stopping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start all and return when all are ready. When one can't start, all are stopped, and its
        error is raised."""
        for kept in self._kept.values():
            self._begin(kept)
        try:
            await asyncio.gather(*(kept.first_ready for kept in self._kept.values()))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop all, each after those that stand on it, and end whatever of theirs still runs."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop_all())
        await asyncio.shield(self._stopping)

    async def _stop_all(self) -> None:
        gone = {name: asyncio.Event() for name in self._kept}

        async def stop_in_turn(kept: _Kept) -> None:
            name = kept.child.name
            above = [other for other, k in self._kept.items() if name in k.child.after]
            await asyncio.gather(*(gone[other].wait() for other in above))
            await self._end(kept)
            gone[name].set()

        await asyncio.gather(*(stop_in_turn(kept) for kept in self._kept.values()))
        await asyncio.to_thread(end_leftovers, *self._mark)

    async def stop_child(self, name: str) -> None:
        """Stop one child and leave it stopped."""
        await self._end(self._named(name))

    async def start_child(self, name: str) -> None:
        """Start a stopped child and wait until it is ready."""
        kept = self._named(name)
        if kept.keeping is None:
            kept.first_ready = asyncio.get_running_loop().create_future()
            self._begin(kept)
        await self.wait_ready(name)

    async def wait_ready(self, *names: str) -> None:
        """Wait until the children, or all, are ready now."""
        for name in names or tuple(self._kept):
            kept = self._named(name)
            await kept.first_ready
            await kept.ready.wait()

    def send(self, name: str, number: signal.Signals) -> int | None:
        """Send a signal to a child's process group; tells the process id, None when it isn't running.

        After SIGKILL the child does not count as ready until it is again.
        """
        kept = self._named(name)
        process = kept.process
        if process is None or process.returncode is not None:
            return None
        if number == signal.SIGKILL:
            kept.ready.clear()
            kept.delay = 0.0  # killed on purpose: no sign that it can't run
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        return process.pid

    def names(self) -> tuple[str, ...]:
        """The children, in the order they were given."""
        return tuple(self._kept)

    def pid(self, name: str) -> int | None:
        """The process of a child that runs now."""
        process = self._named(name).process
        return process.pid if process and process.returncode is None else None

    def _named(self, name: str) -> _Kept:
        try:
            return self._kept[name]
        except KeyError:
            raise NoSuchChild(name=name, names=", ".join(self._kept)) from None

    def _begin(self, kept: _Kept) -> None:
        kept.stopping = False
        kept.tries = 0
        kept.keeping = asyncio.create_task(self._keep(kept))
        # Retrieved here, so that an error which `start` raised once is not reported a second time.
        kept.first_ready.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _keep(self, kept: _Kept) -> None:
        """Start a child, again and again, until it is to stop."""
        child = kept.child
        try:
            await asyncio.gather(*(asyncio.shield(self._kept[name].first_ready) for name in child.after))
        except MufakatError as error:
            kept.first_ready.set_exception(error)
            return
        loop = asyncio.get_running_loop()
        while not kept.stopping:
            began = loop.time()
            try:
                code = await self._run(kept)
            except Exception as error:
                if kept.first_ready.done():
                    raise
                kept.first_ready.set_exception(error)
                return
            if kept.stopping or (child.once and code == 0):
                return
            kept.delay = next_delay(kept.delay, loop.time() - began)
            self._tell(OURSELVES, f"{child.name} {ending(code)}; starts again in {kept.delay:g} s")
            await asyncio.sleep(kept.delay)

    async def _run(self, kept: _Kept) -> int:
        """Run a child from start to end. Raises its error when it was never ready."""
        child = kept.child
        async with kept.starting:
            if kept.stopping:
                return 0
            process = kept.process = await self._spawn(kept)
        began, ended = asyncio.get_running_loop().time(), asyncio.create_task(process.wait())
        if await self._became_ready(kept, process.pid, ended):
            kept.ready.set()
            took = asyncio.get_running_loop().time() - began
            self._tell(OURSELVES, f"{child.name} {'done' if child.once else 'ready'} after {took:.1f} s")
            if not kept.first_ready.done():
                kept.first_ready.set_result(None)
        code = await ended
        if not child.once:
            kept.ready.clear()
        kept.tries += 1
        if not kept.first_ready.done() and not kept.stopping and kept.tries >= child.tries:
            await self._drained(kept)
            named = child.failure(list(kept.lines)) if child.failure else None
            error = named or ChildFailed(**self._facts(kept), ending=ending(code))
            error.add_note("\n".join(kept.lines))  # a throwaway's log goes with it
            raise error
        return code

    async def _became_ready(self, kept: _Kept, pid: int, ended: "asyncio.Task[int]") -> bool:
        """Ask until the child is ready; False when it ended before.

        A slow one is ended, or raises ChildSlow when it was never ready."""
        child = kept.child
        try:
            async with asyncio.timeout(child.ready_within):
                if child.once:
                    return await asyncio.shield(ended) == 0
                while not ended.done():
                    if await child.ready(pid):
                        return True
                    await asyncio.wait({ended}, timeout=0.1)
        except TimeoutError:
            if not kept.first_ready.done():
                raise ChildSlow(**self._facts(kept), seconds=child.ready_within) from None
            self._tell(OURSELVES, f"{child.name} not ready after {child.ready_within:.0f} s; is ended")
            self.send(child.name, signal.SIGKILL)
        return False

    async def _spawn(self, kept: _Kept) -> asyncio.subprocess.Process:
        child = kept.child
        kept.lines.clear()
        # A pipe of ours, not asyncio's: a grandchild that keeps it open must not make its parent look alive.
        readable, writable = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *tethered(child.command, child.stopping[0][0], child.account),
                cwd=child.folder,
                env={**child.environment, self._mark[0]: self._mark[1]},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writable,
                stderr=writable,
                start_new_session=True,
            )
        except BaseException:
            os.close(readable)
            raise
        finally:
            os.close(writable)
        kept.reading = asyncio.create_task(self._read(kept, readable))
        return process

    async def _read(self, kept: _Kept, readable: int) -> None:
        """Hand a child's output on, line by line."""
        name, rest = kept.child.name, b""
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(readable, "rb", buffering=0)
        )
        try:
            while chunk := await stream.read(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._line(kept, name, line)
            if rest:
                self._line(kept, name, rest)
        finally:
            transport.close()

    def _line(self, kept: _Kept, name: str, raw: bytes) -> None:
        line = raw.decode(errors="replace").rstrip()
        if line:
            kept.lines.append(line)
            self._tell(name, line)

    async def _drained(self, kept: _Kept) -> None:
        """Let the last words of an ended child arrive; not for long, as a grandchild may keep the
        pipe open."""
        if kept.reading:
            await asyncio.wait({kept.reading}, timeout=0.5)

    async def _end(self, kept: _Kept) -> None:
        """Stop a child: politely, then by force."""
        kept.stopping = True
        async with kept.starting:
            process = kept.process
        if process and process.returncode is None:
            ended = asyncio.create_task(process.wait())
            for number, patience in kept.child.stopping:
                self.send(kept.child.name, number)
                if (await asyncio.wait({ended}, timeout=patience))[0]:
                    break
        for task in (kept.keeping, kept.reading):
            if task:
                if task is kept.reading:
                    await self._drained(kept)
                task.cancel()
                await asyncio.wait({task})
        kept.keeping = kept.reading = None
        kept.ready.clear()
        if not kept.first_ready.done():
            kept.first_ready.cancel()

    def _facts(self, kept: _Kept) -> dict[str, object]:
        said = kept.lines[-1] if kept.lines else "it said nothing"
        return {"name": kept.child.name, "reason": said, "log": kept.child.log}
