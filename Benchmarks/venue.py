#!/usr/bin/env python3
"""Margins of the venue beside their limits: one account of 128 assets, and the sweep of all accounts after new marks.

    Benchmarks/venue.py [--accounts N] [--assets N] [--milliseconds N] [--json]

Processor time of one thread. What bounds a check with a filled table are 35 multiply-adds of 64 by 128 bits an asset, about
1.8 ns each: 8 us for 128 assets. The sweep evaluates every account in full, at marks that it sees for the first time.
"""
import argparse
import json
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor-bench"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--assets", type=int, default=20)
    parser.add_argument("--milliseconds", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    command = [BENCH, "venue-margin", str(options.accounts), str(options.assets), str(options.milliseconds)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    account, sweep = (json.loads(line) for line in output.splitlines())
    rows = [
        {"what": "check from scratch", "microseconds": account["scratch"] / 1000, "limit": 2000, "result": account["margin"]},
        {"what": "check, table filled", "microseconds": account["tableFilled"] / 1000, "limit": 30, "result": account["margin"]},
        {"what": "check, sums kept", "microseconds": account["sumsKept"] / 1000, "limit": 30, "result": account["margin"]},
        {"what": f"sweep, {options.accounts} accounts of {options.assets}", "microseconds": sweep["nanoseconds"] / 1000,
         "limit": 500_000 * options.accounts * options.assets / 2_000_000, "result": sweep["margins"]},
    ]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'margins':36} {'us':>12} {'limit us':>12}  result")
    for row in rows:
        print(f"{row['what']:36} {row['microseconds']:12.1f} {row['limit']:12.0f}  {row['result']}")


if __name__ == "__main__":
    sys.exit(main())
