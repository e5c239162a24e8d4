"""Become a command that ends when its parent ends.

Run as a script, never imported: `python -I -S tether.py PARENT SIGNAL UID GID COMMAND...`. It is a program of
its own because the kernel forgets the signal when the user changes, so both must be done after the fork and
in this order, and code between fork and exec is unsafe in a parent that has threads.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, death_signal: int, uid: int, gid: int, command: list[str]) -> None:
    prctl = None
    if sys.platform == "linux":
        import ctypes  # loaded before the user changes: the new one may not be able to read Python's folder

        prctl = ctypes.CDLL(None).prctl
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl:
        prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        # The parent died before the kernel was asked to tell: nobody would ever end this child.
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
