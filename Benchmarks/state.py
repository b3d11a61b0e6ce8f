#!/usr/bin/env python3
"""The state below the virtual machine: reads warm and cold, checkpoints, and the root of what a block changed.

    make bench            or: Benchmarks/state.py [--json] [--rounds N] [--accounts N] [--slots N] [--folder DIR]

A database of N accounts is made once in DIR (default: a temporary folder); a block changes N slots, ten an account. Reads and checkpoints
are in processor time, the least of a run; roots are wall time on all cores, the median of a run, with what hashing alone takes of
it on one core. The medians are over N runs. The root in the database and the root in memory must be the same. Limit: 60 ms for
10,000 slots over 1,000 accounts in a state of a million.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

CONDOR = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor-bench"
ROOT_LIMIT_MILLISECONDS = 60


def run(folder, arguments):
    out = subprocess.run([CONDOR, "state", folder, str(arguments.accounts), str(arguments.slots), str(arguments.milliseconds)],
                         capture_output=True, text=True, check=True)
    return {row["name"]: row for row in map(json.loads, out.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    parser.add_argument("--rounds", type=int, default=3, help="runs (default 3)")
    parser.add_argument("--milliseconds", type=int, default=100, help="how long a run repeats each operation (default 100)")
    parser.add_argument("--accounts", type=int, default=1_000_000, help="accounts of the state (default 1000000)")
    parser.add_argument("--slots", type=int, default=10_000, help="slots that the block changes (default 10000)")
    parser.add_argument("--folder", help="where the database is made, or was made for the same numbers")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = [run(arguments.folder or scratch, arguments) for _ in range(arguments.rounds)]
    agree = len({one[name]["result"] for one in runs for name in ("root, database", "root, memory")}) == 1
    rows = []
    for name, first in runs[0].items():
        def median(key, name=name):
            return statistics.median(one[name][key] for one in runs)
        row = {"subject": name, "result": first["result"]}
        if "picoseconds" in first:
            row["nanoseconds"] = median("picoseconds") / 1000
        else:
            row |= {"milliseconds": median("nanoseconds") / 1e6, "limitMilliseconds": ROOT_LIMIT_MILLISECONDS,
                    "processorMilliseconds": median("processorNanoseconds") / 1e6}
            if "hashes" in first:
                row |= {"firstMilliseconds": median("firstNanoseconds") / 1e6, "hashes": first["hashes"],
                        "hashingMilliseconds": median("hashingNanoseconds") / 1e6,
                        "hashingShare": statistics.median(
                            one[name]["hashingNanoseconds"] / one[name]["processorNanoseconds"] for one in runs)}
        rows.append(row)
    if arguments.json:
        print(json.dumps(rows))
        return 0 if agree else 1
    for row in rows:
        if "nanoseconds" in row:
            print(f"{row['subject']:42} {row['nanoseconds']:12,.1f} ns  {row['result'][:18]}")
            continue
        hashing = (f"; first time {row['firstMilliseconds']:.1f} ms; {row['hashes']:,} hashes take {row['hashingMilliseconds']:.1f} ms, "
                   f"{row['hashingShare']:.0%} of the processor time") if "hashes" in row else ""
        print(f"{row['subject']:42} {row['milliseconds']:12,.1f} ms  {row['result'][:18]} (processor {row['processorMilliseconds']:.1f} ms"
              f"{hashing}; limit {ROOT_LIMIT_MILLISECONDS} ms for 10,000 slots)")
    if not agree:
        print("DISAGREE: the roots of the database and of the memory state differ")
    return 0 if agree else 1


if __name__ == "__main__":
    raise SystemExit(main())
