#!/usr/bin/env python3
"""Nanoseconds, and nanoseconds per gas, of each opcode of arithmetic, comparison and bits, beside revm (pyrevm) and EVMC libraries.

    make bench            or: Benchmarks/opcodes.py [--json] [--milliseconds N] [--opcode NAME]… [--evmc LIBRARY]…

A turn of a loop puts the operands of 60 operations on the stack by DUP, then performs the operation and a POP 60 times; a turn of
the empty loop, which has POPs instead, is subtracted. For the POPs that the empty loop has more, half of what a DUP and a POP
take together is added again: so the figure is the operation with its dispatch. Five sets of operands take turns. Processor time,
the least of several runs. Results must be the same everywhere.

What takes part of a nanosecond depends on where memory happens to lie, which is settled when a process starts: so Condor
and the libraries are measured in several processes (--rounds), revm between them in this one, and the least counts on all sides.

--evmc takes any shared library that speaks EVMC 12, with options behind its path, see Benchmarks/programs.py --help. The limit is
1.1 times its time. Differences below a nanosecond are not resolved by the subtraction: there the whole turns are compared, DUP and
POP with them, which `turn` shows. A star marks what is above the limit; the last lines name the worst.
"""
import argparse
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import time

from pyrevm import EVM, AccountInfo, BlockEnv, Env

CONDOR = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor-bench"
TARGET, CALLER = "0x" + "cc" * 20, "0x" + "11" * 20
LIMIT = 1.1
RESOLUTION = 1.0
# How many operands, where it is not two.
INPUTS = {"ISZERO": 1, "NOT": 1, "CLZ": 1, "ADDMOD": 3, "MULMOD": 3}
# What this revm does not know yet.
NEWER = {"CLZ"}


def loops(arguments):
    """Each loop with what every engine made of it, the least of all rounds."""
    rounds = [list(one_round(arguments)) for _ in range(arguments.rounds)]
    for groups in zip(*rounds):
        yield [min(engine, key=lambda loop: loop["nanoseconds"]) for engine in zip(*groups)]


def one_round(arguments):
    """Each loop with what every engine made of it in one process."""
    options = [word for library in arguments.evmc for word in ("--evmc", library)]
    command = [CONDOR, "opcodes", str(arguments.milliseconds), *(arguments.opcode or []), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    group = []
    for line in process.stdout:
        row = json.loads(line)
        if row["engine"] == "Condor" and group:
            yield with_revm(group, arguments.milliseconds)
            group = []
        group.append(row)
    if process.wait():
        sys.exit(process.returncode)
    yield with_revm(group, arguments.milliseconds)


def with_revm(group, milliseconds):
    return group if group[0]["name"] in NEWER else [*group, revm(group[0], milliseconds)]


def revm(loop, milliseconds):
    """What `condor-bench opcodes` says of an engine, of revm."""
    best, calls, start = math.inf, 0, time.thread_time()
    code = bytes.fromhex(loop["code"][2:])
    while calls < 3 or time.thread_time() - start < milliseconds / 1000:
        evm = EVM(gas_limit=2**62, env=Env(block=BlockEnv(gas_limit=2**62)))
        evm.insert_account_info(TARGET, AccountInfo(code=code))
        before = time.thread_time()
        output = evm.message_call(caller=CALLER, to=TARGET, gas=2**40)
        best, calls = min(best, time.thread_time() - before), calls + 1
    return loop | {"engine": "revm", "nanoseconds": best * 1e9, "output": "0x" + bytes(output).hex()}


def turn(loop):
    return loop["nanoseconds"] / loop["turns"]


def measure(arguments):
    empty, rows = {}, []
    for group in loops(arguments):
        if group[0]["name"] == "empty":
            for loop in group:
                empty[loop["engine"], int(loop["operands"])] = turn(loop)
            continue
        first, row = group[0], {}
        inputs = INPUTS.get(first["name"], 2)
        for loop in group:
            engine = loop["engine"]
            pop = (empty[engine, 2] - empty[engine, 1]) / 2
            # A short run under load may come out below nothing.
            row[engine] = max(0.01, (turn(loop) - empty[engine, inputs] + (inputs - 1) * pop) / loop["unrolled"])
        ours, turns = row.pop("Condor"), {loop["engine"]: turn(group[0]) / turn(loop) for loop in group}
        rows.append({
            "opcode": first["name"], "operands": first["operands"], "gas": first["gas"], "nanoseconds": ours,
            "nanosecondsPerGas": ours / first["gas"], "agrees": len({loop["output"] for loop in group}) == 1,
            "result": hashlib.sha256(bytes.fromhex(first["output"][2:])).hexdigest()[:8],
            "peers": [{"engine": engine, "nanoseconds": peer, "timeRatio": ours / peer, "turnRatio": turns[engine],
                       "ratio": resolved(ours, peer, turns[engine])}
                      for engine, peer in row.items()]})
        yield rows[-1]


def resolved(ours, peer, turns):
    """What the limit is held to: the operation alone where the subtraction resolves it, the turns with DUP and POP elsewhere."""
    return ours / peer if abs(ours - peer) >= RESOLUTION else turns


def is_above(peer):
    return peer["engine"] != "revm" and peer["ratio"] > LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--milliseconds", type=int, default=30, help="how long each side repeats a loop (default 30)")
    parser.add_argument("--rounds", type=int, default=5, help="how many processes measure everything (default 5)")
    parser.add_argument("--opcode", action="append", help="only this one; may be given again")
    parser.add_argument("--evmc", action="append", default=[], metavar="PATH[,OPTION[=VALUE]]…",
                        help="an EVMC library to put beside; may be given again")
    arguments = parser.parse_args()
    rows = []
    for row in measure(arguments):
        rows.append(row)
        if arguments.json:
            continue
        if len(rows) == 1:
            heads = "".join(f"{'peer ns':>10} {'ratio':>6} {'turn':>5}" for _ in row["peers"])
            for number, peer in enumerate(row["peers"], 1):
                print(f"peer {number}: {peer['engine']}")
            print(f"{'opcode':10} {'operands':16} {'gas':>5} {'ns':>9} {'ns/gas':>7}{heads}  result")
        peers = "".join(f"{peer['nanoseconds']:10.2f} {peer['timeRatio']:6.2f} {peer['turnRatio']:5.2f}" for peer in row["peers"])
        print(f"{row['opcode']:10} {row['operands']:16} {row['gas']:5} {row['nanoseconds']:9.2f} {row['nanosecondsPerGas']:7.2f}{peers}"
              f"  {row['result']}{' *' if any(is_above(peer) for peer in row['peers']) else ''}{'' if row['agrees'] else '  DISAGREE'}", flush=True)
    if arguments.json:
        print(json.dumps({"opcodes": rows, "limit": LIMIT}))
    else:
        worst = max(rows, key=lambda row: row["nanosecondsPerGas"])
        print(f"worst per gas: {worst['opcode']} {worst['operands']}, {worst['nanosecondsPerGas']:.2f} ns")
        for peer in arguments.evmc and {peer["engine"] for row in rows for peer in row["peers"]} - {"revm"}:
            pairs = [(row, of) for row in rows for of in row["peers"] if of["engine"] == peer]
            above = [pair for pair in pairs if is_above(pair[1])]
            row, of = max(above or pairs, key=lambda pair: pair[1]["ratio"])
            print(f"beside {peer}: {len(above)} of {len(pairs)} rows above {LIMIT} times its time; worst "
                  f"{row['opcode']} {row['operands']}, {of['ratio']:.2f}")
    return 0 if all(row["agrees"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
