"""Processes that an earlier run, or a dead child, left behind; found by a mark in their environment."""

import os
import time

import psutil


def leftovers(variable: str, value: str) -> list[psutil.Process]:
    """The processes, but this one, that were started with the mark. Those of other users are not seen."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            if process.environ().get(variable) == value:
                found.append(process)
        except psutil.Error:
            continue
    return found


def end_leftovers(variable: str, value: str, patience: float = 0.5) -> int:
    """End them, politely and then by force, until none is left; tells how many there were."""
    ended = 0
    while found := leftovers(variable, value):
        ended += len(found)
        for process in found:
            _signal(process, kill=False)
        _, stubborn = psutil.wait_procs(found, timeout=patience)
        for process in stubborn:
            _signal(process, kill=True)
        psutil.wait_procs(stubborn, timeout=patience)
        # A zombie has no environment, so this comes to an end; the pause spares the machine until it does.
        time.sleep(0.01)
    return ended


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return
