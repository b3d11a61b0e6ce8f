#!/usr/bin/env python3
"""Every figure that has a limit, in one table: runs the benchmarks of all subjects and puts what they measured beside it.

    make bench            or: Benchmarks/run.py [--json] [--quick] [--evmc LIBRARY] [--subject NAME]…

A subject's own program (Benchmarks/NAME.py --help) says how it measures and shows everything else it knows. --quick takes seconds
for each, for a look; its figures are rough. --json prints rows of subject, case, value, unit, limit, whether the limit is the most
or the least, whether it is kept, and a hash of the result where there is one. The exit code is 1 when a result disagrees with a
peer's, whatever the figures are: they move with what else the machine does.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def most(case, value, unit, limit, result=""):
    """A figure that is to be at most `limit`; None for one that only informs."""
    return {"case": case, "value": value, "unit": unit, "limit": limit, "bound": "most", "kept": limit is None or value <= limit,
            "result": result}


def least(case, value, unit, limit, result=""):
    return most(case, value, unit, limit, result) | {"bound": "least", "kept": value >= limit}


def programs(found):
    yield most("geometric mean of times to revm", found["geometricMean"] or 0, "", found["limit"], "")
    for library in found.get("libraries", []):
        yield most(f"geometric mean to {library['name']}", library["geometricMean"] or 0, "", library["limit"])
        yield most(f"worst to {library['name']}", library["worst"], "", library["worstLimit"])


def opcodes(found):
    worst = max(found["opcodes"], key=lambda row: row["nanosecondsPerGas"])
    yield most(f"dearest per gas: {worst['opcode']} {worst['operands']}", worst["nanosecondsPerGas"], "ns", None, worst["result"])
    for engine in {peer["engine"] for row in found["opcodes"] for peer in row["peers"]}:
        ratio, name = max((peer["ratio"], f"{row['opcode']} {row['operands']}") for row in found["opcodes"]
                          for peer in row["peers"] if peer["engine"] == engine)
        yield most(f"slowest to {engine}: {name}", ratio, "", None if engine == "revm" else found["limit"])


def blocks(found):
    for row in found["blocks"]:
        limits = found["limits"].get(row["kind"], {})
        if limits:
            yield least(f"{row['kind']}: rate to revm", row["rateRatio"], "", limits["rate"], row["root"])
            yield least(f"{row['kind']}: rate with the root", row["rootShare"], "", limits["root"])
        else:
            yield most(f"{row['kind']}: gas", row["condorMgasPerSecond"], "Mgas/s", None, row["root"])


def keccak(found):
    for row in found:
        yield most(f"{row['bytes']:,} bytes: time to plain C", row["timeToPlainC"], "", row["limitToPlainC"], row["result"])
        if row["bytes"] == 136:
            yield least("136 bytes: batch to one by one", row["batchThroughput"], "", row["limitOfBatch"])


def state(found):
    for row in found:
        if "milliseconds" in row:
            yield most(row["subject"], row["milliseconds"], "ms", row["limitMilliseconds"], row["result"])
        else:
            yield most(row["subject"], row["nanoseconds"], "ns", None, row["result"])


def precompiles(found):
    worst = max(found, key=lambda row: row["perGasToEcrecover"])
    yield most(f"dearest per gas to ecrecover: {worst['contract']}", worst["perGasToEcrecover"], "", None)


def quant(found):
    for row in found:
        if row.get("limit"):
            yield most(row["name"], row["nanoseconds"], "ns", row["limit"])


def rpc(found):
    for row in found["rows"]:
        if row["goal"]:
            yield least(f"{row['method']}, {row['connections']} connections", row["rate"], "/s", row["goal"]["rate"])
            yield most(f"{row['method']}, {row['connections']} connections: p99", row["p99"], "us", row["goal"]["p99"])
    yield most("requests lost or different", sum(row["errors"] for row in found["rows"]), "", 0)


def memory(found):
    yield most("account", found["account"]["heapBytes"], "bytes", None, found["account"]["result"])
    for row in found["rows"]:
        if row["goal"]:
            yield most(f"1,000 empty blocks, {row['name']}", row["secondsPerThousand"], "s", row["goal"])


def book(found):
    for row in found[1:]:
        yield least(row["name"], row["operationsPerSecond"], "/s", 200_000)


def venue(found):
    for row in found:
        yield most(row["what"], row["microseconds"], "us", row["limit"], row["result"])


SUBJECTS = {
    "programs": (programs, ["--milliseconds", "30"]), "opcodes": (opcodes, ["--milliseconds", "3", "--rounds", "2"]),
    "blocks": (blocks, ["--rounds", "1", "--milliseconds", "50"]), "precompiles": (precompiles, ["--milliseconds", "5"]),
    "keccak": (keccak, ["--rounds", "1", "--milliseconds", "20"]), "state": (state, ["--rounds", "1", "--accounts", "100000"]),
    "quant": (quant, ["--milliseconds", "20"]), "rpc": (rpc, ["--seconds", "2"]),
    "book": (book, ["--operations", "50000"]), "venue": (venue, ["--accounts", "10000", "--milliseconds", "100"]),
    "memory": (memory, ["--accounts", "100000", "--blocks", "5000", "--transfers", "1000"]),
}


def shown(value):
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    parser.add_argument("--quick", action="store_true", help="rough figures, in a few minutes")
    parser.add_argument("--evmc", metavar="PATH", help="an EVMC library to put beside the interpreter")
    parser.add_argument("--subject", action="append", choices=list(SUBJECTS), help="only this one; may be given again")
    arguments = parser.parse_args()
    rows, agree = [], True
    if not arguments.json:
        print(f"load average {os.getloadavg()[0]:.1f}\n{'subject':12} {'case':52} {'measured':>14} {'limit':>14}   result")
    for name in arguments.subject or SUBJECTS:
        adapter, quick = SUBJECTS[name]
        command = [sys.executable, HERE / f"{name}.py", "--json", *(quick if arguments.quick else [])]
        if arguments.evmc and name in ("programs", "opcodes"):
            command += ["--evmc", arguments.evmc]
        if sys.stderr.isatty():
            print(f"measuring {name}…", file=sys.stderr, flush=True)
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        agree &= run.returncode == 0
        found = json.loads(run.stdout) if run.stdout.strip() else {"skipped": f"exit code {run.returncode}"}
        if "skipped" in found:
            print(f"{name:12} skipped: {found['skipped']}", file=sys.stderr)
            continue
        for row in adapter(found):
            rows.append({"subject": name} | row)
            if not arguments.json:
                limit = "" if row["limit"] is None else ("<= " if row["bound"] == "most" else ">= ") + shown(row["limit"])
                print(f"{name:12} {row['case']:52} {shown(row['value']) + ' ' + row['unit']:>14} {limit:>14} {'' if row['kept'] else '*'} "
                      f"{row['result'][:18]}", flush=True)
    if arguments.json:
        print(json.dumps(rows))
    else:
        print(f"{sum(row['limit'] is not None for row in rows)} figures have a limit, {sum(not row['kept'] for row in rows)} are beyond it (*)")
    return 0 if agree else 1


if __name__ == "__main__":
    raise SystemExit(main())
