"""Ends what a killed supervisor left behind. A program of its own, run by `guard.Guard`.

It reads lines on standard input, "+<process group> <signal>" when a child starts and "-<process
group>" when it has ended. When that pipe closes, however the supervisor ended, each group that is
left gets its signal, and SIGKILL after `PATIENCE` seconds.

PR_SET_PDEATHSIG would do that for children only: not for grandchildren, not across a change of
user, and it follows the thread that forked instead of the process.
"""

import os
import signal
import sys
import time

PATIENCE = 5.0


def main() -> None:
    """Wait for the supervisor's end, then end its children."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # Ctrl-C and a closed terminal are the supervisor's matter
    groups: dict[int, int] = {}
    for line in sys.stdin:
        if line.startswith("+"):
            group, how = line[1:].split()
            groups[int(group)] = int(how)
        else:
            groups.pop(int(line[1:]), None)
    end(groups)


def end(groups: dict[int, int]) -> None:
    """Send each group its signal, wait until they are gone, kill those that stay."""
    for group, how in groups.items():
        alive(group, how)
    deadline = time.monotonic() + PATIENCE
    left = list(groups)
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if alive(group)]
    for group in left:
        alive(group, signal.SIGKILL)


def alive(group: int, how: int = 0) -> bool:
    """Send a signal to a process group (0: only ask); tell whether it is still there."""
    try:
        os.killpg(group, how)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
