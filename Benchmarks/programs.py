#!/usr/bin/env python3
"""The EVM programs of ../shared/fixtures/bench beside revm (pyrevm): whole calls, in processor time, in the same run.

    make bench            or: Benchmarks/programs.py [--json] [--milliseconds N] [--program NAME]…

Both sides begin with a fresh world for each call and repeat it for N milliseconds, twice in turn; the least counts. Neither counts the
analysis of code: revm does it when the account is put in, Condor at the first call of a process, which the column `first` shows. Gas and output must be the fixture's. The last line is the geometric mean of the ratios over
programs that take revm a millisecond or more, with the limit that it is measured against.
"""
import argparse
import json
import math
import pathlib
import subprocess
import time

from pyrevm import EVM, AccountInfo, BlockEnv, Env

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = ROOT / ".build" / "release" / "condor-bench"
FILE = ROOT.parent / "shared" / "fixtures" / "bench" / "programs.json"
TARGET, CALLER = "0x" + "cc" * 20, "0x" + "11" * 20
LIMIT = 0.55


def condor(name, milliseconds):
    out = subprocess.run([CONDOR, "programs", FILE, name, str(milliseconds)], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def revm(program, milliseconds):
    """The least nanoseconds of a call."""
    code, data = bytes.fromhex(program["code"][2:]), bytes.fromhex(program["input"][2:])
    best, calls, start = math.inf, 0, time.thread_time()
    while calls < 3 or time.thread_time() - start < milliseconds / 1000:
        evm = EVM(gas_limit=2**62, env=Env(block=BlockEnv(gas_limit=2**62)))
        evm.insert_account_info(TARGET, AccountInfo(code=code))
        for slot, value in program["storage"].items():
            evm.insert_account_storage(TARGET, int(slot, 16), int(value, 16))
        before = time.thread_time()
        try:
            evm.message_call(caller=CALLER, to=TARGET, calldata=data, gas=program["gasLimit"])
        except RuntimeError:
            if program["expect"]["status"] == "success":
                raise
        best, calls = min(best, time.thread_time() - before), calls + 1
    return best * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--milliseconds", type=int, default=200, help="how long each side repeats a program (default 200)")
    parser.add_argument("--program", action="append", help="only this one; may be given again")
    arguments = parser.parse_args()
    rows, good = [], True
    for program in json.loads(FILE.read_text())["programs"]:
        if arguments.program and program["name"] not in arguments.program:
            continue
        pairs = [(condor(program["name"], arguments.milliseconds), revm(program, arguments.milliseconds)) for _ in range(2)]
        result, expected = pairs[0][0], program["expect"]
        agrees = result["gas"] == expected["executionGas"] and result["output"] == expected["output"]
        good &= agrees
        ours, theirs = min(pair[0]["nanoseconds"] for pair in pairs), min(pair[1] for pair in pairs)
        rows.append({"program": program["name"], "gas": result["gas"], "condorMicroseconds": ours / 1e3, "firstMicroseconds": result["firstNanoseconds"] / 1e3,
                     "revmMicroseconds": theirs / 1e3, "timeRatio": ours / theirs, "agrees": agrees})
        if not arguments.json:
            if len(rows) == 1:
                print(f"{'program':40} {'gas':>12} {'first us':>11} {'Condor us':>11} {'revm us':>11} {'ratio':>6}")
            print(f"{program['name']:40} {result['gas']:12,} {result['firstNanoseconds'] / 1e3:11.1f} {ours / 1e3:11.1f} {theirs / 1e3:11.1f} {ours / theirs:6.2f}"
                  f"{'' if agrees else '  DISAGREES with the fixture'}", flush=True)
    long = [row["timeRatio"] for row in rows if row["revmMicroseconds"] >= 1000]
    mean = math.exp(sum(map(math.log, long)) / len(long)) if long else None
    if arguments.json:
        print(json.dumps({"programs": rows, "geometricMean": mean, "limit": LIMIT}))
    elif mean:
        print(f"geometric mean over {len(long)} programs of a millisecond or more: {mean:.3f} (limit {LIMIT})")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
