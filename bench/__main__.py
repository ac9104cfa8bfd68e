"""`python -m bench [NAME...]`: measure, print the table, write bench/results.json.

A new measurement is a module beside this one with `async def measure(house) -> list[Row]`, and its name in
`MEASUREMENTS`. With names only those are run, and the file is left alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter

import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from bench.house import build
from bench.row import Row

MEASUREMENTS = ("start", "acknowledgement", "throughput", "sustained", "mail", "console", "time")
RESULTS = Path(__file__).parent / "results.json"


async def measure(names: list[str], console: Console) -> list[Row]:
    """Run the measurements one after the other."""
    rows: list[Row] = []
    async with build() as house:
        for name in names:
            began = perf_counter()
            rows += await import_module(f"bench.{name}").measure(house)
            console.print(f"{name}: {perf_counter() - began:.0f} s", style="dim")
    load = os.getloadavg()
    return [*rows, Row("load average (1 min) at the end, our own load included", load[0], "")]


def table(rows: list[Row]) -> Table:
    """Return what is printed."""
    shown = Table(title=f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for heading in ("name", "value", "unit", "goal", "holds"):
        shown.add_column(heading, justify="right" if heading == "value" else "left")
    for row in rows:
        holds = "" if row.holds is None else "[green]yes[/]" if row.holds else "[red]no[/]"
        shown.add_row(row.name, f"{row.value:.4g}", row.unit, row.goal or "", holds)
    return shown


def main() -> None:
    """Measure; Ctrl-C and SIGTERM end everything that was started."""
    console = Console()
    # What is measured in this process would say a line for each of 10,000 conversations.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    names = sys.argv[1:] or list(MEASUREMENTS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rows = runner.run(measure(names, console))
    except KeyboardInterrupt:
        console.print("stopped")
        sys.exit(130)
    console.print(table(rows))
    if not sys.argv[1:]:
        RESULTS.write_text(json.dumps([row.as_json() for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
