#!/usr/bin/env python3
"""What a development node holds in memory, and how fast it seals blocks; each figure from a process of its own.

    make bench            or: Benchmarks/memory.py [--json] [--accounts N] [--blocks N] [--transfers N]

Accounts: bytes of heap for each account of a state in memory; the limit is what its rows in the store have in bytes of keys and values.
Blocks: a chain of empty blocks, and one of blocks with a transfer each, in memory and in a data folder: heap for each block, the resident
set at the start, in the middle and at the end, the time of a block and what of it is processor time. Beside a chain in memory stands what its archive and rows must hold.
A node with a data folder must not hold its chain: its resident set may grow by a fourth of what a block takes on disk, while caches fill.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = ROOT / ".build" / "release" / "condor-bench"
# A thousand empty blocks: seconds in memory, and in a data folder when they are made durable together.
GOALS = {"memory": 0.5, "data folder": 2.0}


def measure(*arguments):
    out = subprocess.run([CONDOR, "memory", *map(str, arguments)], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stderr)
    return json.loads(out.stdout)


def chain(kind, count):
    """In memory and in a data folder."""
    rows = [measure(kind, count)]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(measure(kind, count, folder))
        rows[-1]["diskBytesPerBlock"] = sum(
            file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file()) // count
    return [row | {"kind": kind} for row in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--accounts", type=int, default=1_000_000, help="accounts of the state (default 1000000)")
    parser.add_argument("--blocks", type=int, default=100_000, help="empty blocks (default 100000)")
    parser.add_argument("--transfers", type=int, default=20_000, help="blocks with a transfer (default 20000)")
    arguments = parser.parse_args()
    account = measure("accounts", arguments.accounts)
    account["ratio"] = account["heapBytes"] / account["storeBytes"]
    if not arguments.json:
        print(f"account: {account['heapBytes']} bytes of heap, {account['storeBytes']} of them keys and values "
              f"(ratio {account['ratio']:.2f}), over {account['count']:,} accounts; root {account['result'][:18]}…\n")
        print(f"{'chain':12}{'blocks of':>12}{'blocks':>9}{'us/block':>10}{'cpu us':>8}{'heap B/block':>13}{'disk B/block':>13}"
              f"{'MB start':>10}{'MB half':>9}{'MB end':>8}{'s/1000':>8}{'goal':>6}")
    rows, good = [], True
    for kind, count in (("blocks", arguments.blocks), ("transfers", arguments.transfers)):
        for row in chain(kind, count):
            row["secondsPerThousand"] = row["nanosecondsPerBlock"] / 1e6
            row["goal"] = GOALS[row["name"]] if kind == "blocks" else None
            # A short chain says nothing: what is resident then is the program.
            if row["name"] == "data folder" and count >= 50_000:
                good &= row["residentBytesPerBlock"] * 4 <= row["diskBytesPerBlock"]
            rows.append(row)
            if not arguments.json:
                print(f"{row['name']:12}{'nothing' if kind == 'blocks' else 'a transfer':>12}{row['blocks']:9,}"
                      f"{row['nanosecondsPerBlock'] / 1e3:10.1f}{row['processorNanosecondsPerBlock'] / 1e3:8.1f}{row['heapBytesPerBlock']:13,}{row.get('diskBytesPerBlock', 0):13,}"
                      f"{row['residentAtStart'] / 1e6:10.1f}{row['residentAtHalf'] / 1e6:9.1f}{row['residentAtEnd'] / 1e6:8.1f}"
                      f"{row['secondsPerThousand']:8.2f}{row['goal'] or '':>6}", flush=True)
    if arguments.json:
        print(json.dumps({"account": account, "rows": rows, "loadAverage": os.getloadavg()[0]}))
    else:
        print(f"load average {os.getloadavg()[0]:.1f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
