"""Tiny real children: each is Python source, run without site-packages."""

from __future__ import annotations

import sys
from pathlib import Path


def python(source: str, *arguments: str | int | Path) -> list[str]:
    """Return the command that runs the source with these arguments."""
    return [sys.executable, "-I", "-S", "-c", source, *map(str, arguments)]


# Writes when it started, then ends with the code in argv[2].
DIES = """
import sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{time.monotonic()}\\n")
sys.exit(int(sys.argv[2]))
"""

# Notes its end in argv[2] with its name argv[1]. SIGTERM ends it with code 0.
POLITE = """
import signal, sys
def end(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("runs", flush=True)
while True:
    signal.pause()
"""

# Has a child of its own in its process group; both ignore every polite signal. argv[1] gets both pids.
STUBBORN = """
import os, signal, sys
for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(each, signal.SIG_IGN)
child = os.fork()
if child:
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(f"{os.getpid()} {child}")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    signal.pause()
"""

# Leaves a child behind and ends itself. argv[1] gets the child's pid.
LEAVES_A_CHILD = """
import os, signal, sys
child = os.fork()
if not child:
    while True:
        signal.pause()
with open(sys.argv[1], "a") as file:
    file.write(f"{child}\\n")
sys.exit(0)
"""
