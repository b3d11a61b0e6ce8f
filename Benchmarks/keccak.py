#!/usr/bin/env python3
"""Keccak-256 beside the plain C permutation at -O3 and OpenSSL's SHA3-256, one message at a time and in batches.

    make bench            or: Benchmarks/keccak.py [--json] [--rounds N] [--milliseconds N]

SHA3-256 is the same permutation with other padding. All contenders take turns in one process for N milliseconds of processor time,
and the least counts; the medians are over N such rounds. Limits: one by one at most 1.05 of the plain C, the batch at least 2.5 times
the throughput of one by one.
"""
import argparse
import json
import pathlib
import statistics
import subprocess

CONDOR = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "condor-bench"
SIZES = (32, 136, 1024, 1 << 20)
SINGLE_LIMIT, BATCH_LIMIT = 1.05, 2.5


def run(size, milliseconds):
    out = subprocess.run([CONDOR, "keccak", str(size), str(milliseconds)], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each size is measured (default 5)")
    parser.add_argument("--milliseconds", type=int, default=200, help="how long a round repeats a size (default 200)")
    arguments = parser.parse_args()
    rows, agree = [], True
    for size in SIZES:
        rounds = [run(size, arguments.milliseconds) for _ in range(arguments.rounds)]
        agree &= len({one["result"] for one in rounds}) == 1

        def median(value):
            return statistics.median(value(one) for one in rounds)
        kernels = [name for name in rounds[0] if name.startswith("batch ") and name != "batch single"]
        rows.append({
            "bytes": size, "nanoseconds": median(lambda one: one["single"]) / 1000,
            "nanosecondsPerByte": median(lambda one: one["single"]) / 1000 / size,
            "timeToPlainC": median(lambda one: one["single"] / one["reference"]), "limitToPlainC": SINGLE_LIMIT,
            "timeToOpenSSL": median(lambda one: one["single"] / one["openssl"]),
            "batchThroughput": median(lambda one: one["single"] / one["batch"]), "limitOfBatch": BATCH_LIMIT,
            "throughputOfKernels": {name[6:]: median(lambda one, name=name: one["single"] / one[name]) for name in kernels},
            "result": rounds[0]["result"]})
    if arguments.json:
        print(json.dumps(rows))
    else:
        print(f"{'bytes':>8} {'ns':>12} {'ns/byte':>8} {'to plain C':>11} {'to OpenSSL':>11} {'batch':>7}  kernels, result "
              f"(limits: {SINGLE_LIMIT} of plain C, batch {BATCH_LIMIT})")
        for row in rows:
            kernels = ", ".join(f"{name} {value:.2f}x" for name, value in row["throughputOfKernels"].items())
            print(f"{row['bytes']:8,} {row['nanoseconds']:12,.0f} {row['nanosecondsPerByte']:8.2f} {row['timeToPlainC']:11.2f} "
                  f"{row['timeToOpenSSL']:11.2f} {row['batchThroughput']:6.2f}x  {kernels}; {row['result']}")
    return 0 if agree else 1


if __name__ == "__main__":
    raise SystemExit(main())
