#!/usr/bin/env python3
"""The EVM programs of ../shared/fixtures/bench beside revm (pyrevm) and EVMC libraries: whole calls, in processor time, in the same run.

    make bench            or: Benchmarks/programs.py [--json] [--milliseconds N] [--program NAME]… [--evmc LIBRARY]…

All sides begin with a fresh world for each call and repeat it for N milliseconds, twice in turn; the least counts. Condor analyses
code at the first call of a process, which the column `first` shows, and revm when the account is put in; neither counts. An EVMC
library does it as it likes: evmone at every call. Gas and output must be the fixture's, whoever computes them. The last lines are
the geometric means of the ratios over programs that take the peer a millisecond or more, with the limits that they are measured
against.

--evmc takes any shared library that speaks EVMC 12, with options behind its path as other EVMC tools take them: to put both of
evmone's interpreters beside, --evmc libevmone.so --evmc libevmone.so,advanced. The factory is evmc_create_NAME, NAME being the
file's name without "lib" and from the first dot on, or plain evmc_create. Its host is ours, Benchmarks/EVMC: one contract,
storage, transient storage, logs and calls, without precompiled contracts and creations.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import time

from pyrevm import EVM, AccountInfo, BlockEnv, Env

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = ROOT / ".build" / "release" / "condor-bench"
FILE = ROOT.parent / "shared" / "fixtures" / "bench" / "programs.json"
TARGET, CALLER = "0x" + "cc" * 20, "0x" + "11" * 20
# Of the geometric means: revm, and an EVMC library, which is meant to be evmone baseline; of one program beside the latter.
REVM_LIMIT, EVMC_LIMIT, EVMC_WORST_LIMIT = 0.55, 1.0, 1.3


def condor(file, name, milliseconds, libraries):
    """Condor's result and each library's."""
    options = [word for library in libraries for word in ("--evmc", library)]
    out = subprocess.run([CONDOR, "programs", file, name, str(milliseconds), *options], stdout=subprocess.PIPE, text=True)
    if out.returncode:
        sys.exit(out.returncode)
    return [json.loads(line) for line in out.stdout.splitlines()]


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


def measure(program, arguments):
    """A row of the table."""
    rounds = []
    for _ in range(2):
        results = condor(arguments.file, program["name"], arguments.milliseconds, arguments.evmc)
        rounds.append((results, revm(program, arguments.milliseconds)))
    expected, engines = program["expect"], []
    for index, result in enumerate(rounds[0][0]):
        time = min(results[index]["nanoseconds"] for results, _ in rounds)
        agrees = result["gas"] == expected["executionGas"] and result["output"] == expected["output"]
        engines.append({"engine": result["engine"], "microseconds": time / 1e3, "agrees": agrees})
    engines.append({"engine": "revm", "microseconds": min(time for _, time in rounds) / 1e3, "agrees": True})
    ours = engines[0]["microseconds"]
    for peer in engines[1:]:
        peer["timeRatio"] = ours / peer["microseconds"]
    return {"program": program["name"], "gas": rounds[0][0][0]["gas"], "condorMicroseconds": ours,
            "firstMicroseconds": rounds[0][0][0]["firstNanoseconds"] / 1e3,
            "revmMicroseconds": engines[-1]["microseconds"], "timeRatio": engines[-1]["timeRatio"],
            "agrees": all(engine["agrees"] for engine in engines),
            "disagreeing": [engine["engine"] for engine in engines if not engine["agrees"]], "peers": engines[1:]}


def summary(rows):
    """For each peer the geometric mean over its long programs and the worst of them, with their limits."""
    peers = []
    for index, peer in enumerate(rows[0]["peers"]):
        long = {row["program"]: row["peers"][index]["timeRatio"] for row in rows
                if row["peers"][index]["microseconds"] >= 1000}
        if long:
            worst, is_revm = max(long, key=long.get), peer["engine"] == "revm"
            peers.append({"engine": peer["engine"], "programs": len(long), "limit": REVM_LIMIT if is_revm else EVMC_LIMIT,
                          "geometricMean": math.exp(sum(map(math.log, long.values())) / len(long)), "worst": worst,
                          "worstRatio": long[worst], "worstLimit": None if is_revm else EVMC_WORST_LIMIT})
    return peers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--milliseconds", type=int, default=200, help="how long each side repeats a program (default 200)")
    parser.add_argument("--program", action="append", help="only this one; may be given again")
    parser.add_argument("--file", type=pathlib.Path, default=FILE, help="other programs than ../shared/fixtures/bench/programs.json")
    parser.add_argument("--evmc", action="append", default=[], metavar="PATH[,OPTION[=VALUE]]…",
                        help="an EVMC library to put beside; may be given again")
    arguments = parser.parse_args()
    programs = json.loads(arguments.file.read_text())["programs"]
    if arguments.program:
        if unknown := set(arguments.program) - {program["name"] for program in programs}:
            parser.error(f"no program {', '.join(sorted(unknown))} in {arguments.file}")
        programs = [program for program in programs if program["name"] in arguments.program]
    rows = []
    for program in programs:
        row = measure(program, arguments)
        rows.append(row)
        if arguments.json:
            continue
        if len(rows) == 1:
            for number, peer in enumerate(row["peers"], 1):
                print(f"peer {number}: {peer['engine']}")
            heads = "".join(f"{f'peer {number} us':>12} {'ratio':>6}" for number in range(1, len(row["peers"]) + 1))
            print(f"{'program':40} {'gas':>12} {'first us':>11} {'Condor us':>11}{heads}")
        peers = "".join(f"{peer['microseconds']:12.1f} {peer['timeRatio']:6.2f}" for peer in row["peers"])
        wrong = "".join(f"  {engine} DISAGREES with the file" for engine in row["disagreeing"])
        print(f"{row['program']:40} {row['gas']:12,} {row['firstMicroseconds']:11.1f} {row['condorMicroseconds']:11.1f}{peers}{wrong}", flush=True)
    peers = summary(rows)
    if arguments.json:
        revm_mean = next((peer["geometricMean"] for peer in peers if peer["engine"] == "revm"), None)
        print(json.dumps({"programs": rows, "peers": peers, "geometricMean": revm_mean, "limit": REVM_LIMIT}))
    for peer in [] if arguments.json else peers:
        limit = f" (limit {peer['worstLimit']})" if peer["worstLimit"] else ""
        print(f"beside {peer['engine']}: geometric mean over {peer['programs']} programs of a millisecond or more "
              f"{peer['geometricMean']:.3f} (limit {peer['limit']}), worst {peer['worst']} {peer['worstRatio']:.2f}{limit}")
    return 0 if all(row["agrees"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
