#!/usr/bin/env python3
"""The venue's order book beside a bare one in arrays: the same order operations on both, in one process, interleaved.

    Benchmarks/book.py [--operations N] [--resting N] [--json]

60 % place, 35 % cancel, 5 % take about five resting orders each, over three books. The limit: an operation must read and write
what it changes, which is about nineteen slots (an order is two words, a level one, the account's list and the book one each, and
neighbours), each a look-up in a table that no cache holds. The bare book has no storage, accounts' lists, checks or events. Both must
come to the same fills: `agree`.
"""
import argparse
import json
import os
import pathlib
import subprocess

BENCH = os.environ.get("CONDOR_BENCH") or pathlib.Path(__file__).resolve().parent.parent / ".build/release/condor-bench"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=500_000, help="measured operations (default 500000)")
    parser.add_argument("--resting", type=int, default=100_000, help="orders that rest (default 100000)")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of the table")
    options = parser.parse_args()
    output = subprocess.run(
        [str(BENCH), "book", str(options.operations), str(options.resting)], capture_output=True, text=True,
        check=True).stdout
    rows = [json.loads(line) for line in output.splitlines()]
    for row in rows:
        row["ratio"] = row["nanoseconds"] / max(1, rows[0]["nanoseconds"])
        row["agree"] = row["digest"] == rows[0]["digest"]
    if options.json:
        print(json.dumps(rows))
    else:
        print(f"{'':34}{'ns':>7}{'operations/s':>14}{'slots':>8}{'ratio':>7}  fills")
        for row in rows:
            print(f"{row['name']:34}{row['nanoseconds']:7,}{row['operationsPerSecond']:14,}"
                  f"{row['slotAccesses100'] / 100:8.1f}{row['ratio']:7.1f}  {'agree' if row['agree'] else 'DIFFER'}")
    return 0 if all(row["agree"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
