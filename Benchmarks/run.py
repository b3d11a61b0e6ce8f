#!/usr/bin/env python3
"""Condor's interpreters beside revm (pyrevm) on the same code, in the same run.

    make bench            or: Benchmarks/run.py [--json] [--rounds N] [--gas N]

Each program is a loop that runs until the gas is nearly used, 10^8 if not said otherwise. Prints the median of paired runs in Mgas/s, the ratio
of the times, and a hash of the result. Compare only within one run: these machines are noisy.
"""
import argparse
import hashlib
import json
import pathlib
import statistics
import subprocess
import time

from pyrevm import EVM, AccountInfo

CONDOR = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor"
# What each loop repeats; the word on top of the stack goes from round to round.
BODIES = {
    "add": "6003018060020101" * 8,
    "mul": "6003026005028002600702600101" * 4,
    "div": "19806107ff900401600101" * 8,
    "memory": "805f52" + "5f51805f5250" * 8,
    "keccak": "5f5260205f20",
    "swap": "60019050" * 12,
}


def loop(body):
    """Code that repeats `body` until fewer than 1,000 gas are left, then returns the word on top of the stack."""
    return "6001" + "5b" + body + "6103e85a11600257" + "5f5260205ff3"


def condor(code, gas, *options):
    out = subprocess.run(
        [CONDOR, "run", "--json", "--fork", "Cancun", "--gas", str(gas), "--code", code, *options],
        capture_output=True, text=True)
    result = json.loads(out.stdout)
    return result["nanoseconds"] / 1e9, result["gasUsed"], bytes.fromhex(result["output"][2:])


def revm(code, gas):
    target, caller = "0x" + "00" * 18 + "2000", "0x" + "00" * 18 + "1000"
    evm = EVM(gas_limit=gas * 2)
    evm.insert_account_info(target, AccountInfo(code=bytes.fromhex(code)))
    start = time.perf_counter()
    output = evm.message_call(caller=caller, to=target, gas=gas + 21000)
    elapsed = time.perf_counter() - start
    return elapsed, evm.result.gas_used - 21000, bytes(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=5, help="paired runs of each program (default 5)")
    parser.add_argument("--gas", type=int, default=100_000_000, help="gas of each program (default 100000000)")
    arguments = parser.parse_args()
    gas = arguments.gas
    rows = []
    for name, body in BODIES.items():
        code = loop(body)
        pairs = [(condor(code, gas), condor(code, gas, "--interpreter", "reference"), revm(code, gas))
                 for _ in range(arguments.rounds)]
        result = pairs[0][0][1:]
        times = [statistics.median(run[index][0] for run in pairs) for index in range(3)]
        rows.append({
            "program": name, "gas": result[0], "condorMgas": result[0] / times[0] / 1e6,
            "referenceMgas": result[0] / times[1] / 1e6, "revmMgas": result[0] / times[2] / 1e6,
            "timeRatio": statistics.median(run[0][0] / run[2][0] for run in pairs),
            "agree": all(run[1:] == result for three in pairs for run in three),
            "result": hashlib.sha256(result[1]).hexdigest()[:16]})
    if arguments.json:
        print(json.dumps(rows))
    else:
        print(f"{'program':10} {'gas':>12} {'Condor':>9} {'reference':>10} {'revm':>9} {'time/revm':>10}  result (Mgas/s)")
        for row in rows:
            print(f"{row['program']:10} {row['gas']:12,} {row['condorMgas']:9.0f} {row['referenceMgas']:10.0f} "
                  f"{row['revmMgas']:9.0f} {row['timeRatio']:10.2f}  {row['result']}"
                  f"{'' if row['agree'] else '  DISAGREE'}")
    return 0 if all(row["agree"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
