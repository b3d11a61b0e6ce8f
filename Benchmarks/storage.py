#!/usr/bin/env python3
"""What the storage does, on a venue-like chain in a folder: import, disk, memory, proofs of the past, pruning, mining, replay.

    make bench-storage    or: Benchmarks/storage.py [--json] [--blocks N --accounts N --slots N] [--folder DIR] [--part NAME]…

import   condor-bench makes a chain of N blocks that change N accounts and write N slots in 64 markets, every 16 blocks synced.
proofs   eth_getProof of a node just started, over HTTP, at random retained blocks, the files out of the page cache before each;
         every proof is checked with py-trie under the state root in the block's header.
pruning  A block every so many milliseconds, alone and while another thread prunes; then disk use beside a folder that never had
         more than the retained blocks.
mining   1,000 empty blocks with one call, in memory and on disk, where they are synced together.
replay   A node that makes full blocks as fast as it can and an importer that executes each again, in one process.

Limits are those of the project; `make test` runs all of it with tiny numbers.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time

import rlp
from eth_utils import keccak
from trie import HexaryTrie

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build" / "release"
MARKETS = 64


def bench(*arguments):
    # What it says of its progress goes to this program's standard error.
    done = subprocess.run([BUILD / "condor-bench", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    return {row.pop("name"): row for row in map(json.loads, done.stdout.splitlines())}


class Node:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [BUILD / "condor", "node", "--quiet", "--port", "0", *map(str, options)], stdout=subprocess.PIPE, text=True)
        port = next(found[1] for line in self.process.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)", line)))
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)

    def call(self, method, *parameters):
        """The result, and the seconds from the question to the last byte of the answer."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        start = time.perf_counter()
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse().read()
        return json.loads(answer)["result"], time.perf_counter() - start

    def processor_seconds(self):
        """What the node has used of processors so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


def drop_from_cache(folder):
    """Takes a folder's files out of the page cache."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            try:
                descriptor = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                continue
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def address(number):
    return "0x" + number.to_bytes(20, "big").hex()


def proven(root, key, proof):
    """The value of a key under a root, by py-trie."""
    return HexaryTrie.get_from_proof(root, keccak(key), [rlp.decode(bytes.fromhex(node[2:])) for node in proof])


def check(proof, root):
    """Holds an answer of eth_getProof to the state root; answers how many slots are there."""
    nonce, balance, storage, _ = rlp.decode(proven(root, bytes.fromhex(proof["address"][2:]), proof["accountProof"]))
    assert int.from_bytes(nonce, "big") == int(proof["nonce"], 16)
    assert int.from_bytes(balance, "big") == int(proof["balance"], 16) and storage.hex() == proof["storageHash"][2:]
    present = 0
    for slot in proof["storageProof"]:
        key, value = int(slot["key"], 16).to_bytes(32, "big"), int(slot["value"], 16)
        # An empty trie has no nodes to prove that with.
        found = proven(storage, key, slot["proof"]) if slot["proof"] else b""
        assert int.from_bytes(rlp.decode(found) if found else b"", "big") == value
        present += value != 0
    return present


def measure_proofs(folder, accounts, slots, count):
    """Proofs of a market with a slot that always changes and one that was written once, and of an account, in turn."""
    chance = random.Random(6)
    node = Node("--data-dir", folder)
    head = int(node.call("eth_blockNumber")[0], 16)
    times, present, processor = [], 0, 0.0
    for index in range(count):
        number = chance.randint(1, head)
        written = chance.randint(max(1, number - 5000), number)
        market = (1 << 32) + (written * 4 + 1) % MARKETS
        # The index of a write to that market that is no hot slot.
        new = (1 << 128) + (written << 16 | (1 if slots > 1 else 0))
        question = [address(market), [hex(chance.randrange(16)), hex(new)], hex(number)]
        if index % 2:
            question = [address((1 << 64) + chance.randrange(number * accounts)), [], hex(number)]
        drop_from_cache(folder)
        before = node.processor_seconds()
        answer, seconds = node.call("eth_getProof", *question)
        times.append(seconds)
        processor += node.processor_seconds() - before
        header, _ = node.call("eth_getBlockByNumber", hex(number), False)
        present += check(answer, bytes.fromhex(header["stateRoot"][2:]))
    node.stop()
    assert present > 0
    times.sort()
    return {"proofs": count, "blocks": head, "slotsProven": present, "p50Milliseconds": times[count // 2] * 1e3,
            "p99Milliseconds": times[min(count - 1, count * 99 // 100)] * 1e3, "maxMilliseconds": times[-1] * 1e3,
            "meanProcessorMilliseconds": processor / count * 1e3}


def measure_mining(folder, count):
    rows = {}
    for kind, options in (("memory", []), ("durable", ["--data-dir", folder])):
        node = Node("--dev", *options)
        _, seconds = node.call("hardhat_mine", hex(count))
        assert int(node.call("eth_blockNumber")[0], 16) == count
        node.stop()
        rows[f"{kind}Seconds"] = seconds
    return {"blocks": count} | rows


def table(rows):
    """The figures beside their limits, as lines of text."""
    def mib(count):
        return f"{count / 2**20:,.0f} MiB"

    if row := rows.get("import"):
        if row["blocks"]:
            seconds, processor = row["nanoseconds"] / 1e9, row["processorNanoseconds"] / 1e9
            yield (f"import     {row['blocks']:,} blocks, {row['accounts']:,} accounts, {row['slots']:,} slots: "
                   f"{row['blocks'] / seconds:,.0f} blocks/s, {row['slots'] / seconds:,.0f} slots/s; "
                   f"{row['blocks'] / processor:,.0f} blocks and {row['slots'] / processor:,.0f} slots a processor second")
            disk = row["storeBytes"] + row["archiveBytes"]
            yield (f"disk       store {mib(row['storeBytes'])}, archive {mib(row['archiveBytes'])}: "
                   f"{disk / (row['accounts'] + row['slots']):,.0f} bytes for each account and slot written, history and archive "
                   f"included")
            yield (f"memory     peak {mib(row['peakBytes'])} (limit 1,536), a quarter {mib(row['residentAtQuarter'])}, "
                   f"half {mib(row['residentAtHalf'])}, end {mib(row['residentAtEnd'])}")
    if row := rows.get("root"):
        yield f"root       {row['slots']:,} slots of {row['accounts']:,} accounts: {row['nanoseconds'] / 1e6:.1f} ms (limit 60)"
    if row := rows.get("proofs"):
        yield (f"proofs     {row['proofs']} at random blocks of {row['blocks']:,}, cold: p50 {row['p50Milliseconds']:.1f} ms (limit 10), "
               f"p99 {row['p99Milliseconds']:.1f} ms (limit 50), {row['meanProcessorMilliseconds']:.1f} ms of processor time in the "
               f"mean, checked with py-trie")
    if row := rows.get("pruning"):
        yield (f"pruning    from block to block {row['intervalMedian'] / 1e6:.1f} ms in the median, at most "
               f"{row['intervalMax'] / row['intervalMedian']:.2f} x that (limit 2; alone "
               f"{row['intervalMaxAlone'] / row['intervalMedianAlone']:.2f} x), {row['prunedMeanwhile']:,} states pruned meanwhile")
        pruned = row["storeBytes"] + row["archiveBytes"]
        fresh = row["freshStoreBytes"] + row["freshArchiveBytes"]
        yield (f"disk       after pruning {pruned / fresh:.3f} x a fresh import of what is retained (limit 1.10); "
               f"store alone {row['storeBytes'] / row['freshStoreBytes']:.3f} x")
    if row := rows.get("mining"):
        yield (f"mining     {row['blocks']:,} empty blocks: {row['memorySeconds']:.2f} s in memory (limit 0.5), "
               f"{row['durableSeconds']:.2f} s on disk (limit 2)")
    if row := rows.get("replay"):
        seconds = row["nanoseconds"] / 1e9
        yield (f"replay     {seconds:,.0f} s, {row['blocks']:,} blocks of 100 transactions made and executed again: "
               f"{row['transactions'] / seconds:,.0f} transactions/s, import alone "
               f"{row['transactions'] * 1e9 / row['importNanoseconds']:,.0f}/s; peak {mib(row['peakBytes'])}, a fifth "
               f"{mib(row['residentAtFifth'])}, half {mib(row['residentAtHalf'])}, end {mib(row['residentAtEnd'])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--slots", type=int, default=5_000_000)
    parser.add_argument("--proofs", type=int, default=100)
    parser.add_argument("--retain", type=int, default=1000, help="blocks that pruning leaves (default 1000)")
    parser.add_argument("--milliseconds", type=int, default=100, help="from block to block while pruning (default 100)")
    parser.add_argument("--paced", type=int, default=600, help="blocks made at that pace (default 600)")
    parser.add_argument("--seconds", type=int, default=600, help="how long to replay (default 600)")
    parser.add_argument("--folder", help="keep the chain there, or use the one that is there")
    parser.add_argument("--part", action="append", choices=["import", "proofs", "pruning", "mining", "replay"])
    arguments = parser.parse_args()
    parts = arguments.part or ["import", "proofs", "pruning", "mining", "replay"]
    accounts, slots = arguments.accounts // arguments.blocks, arguments.slots // arguments.blocks
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or scratch + "/chain"
        if {"import", "proofs"} & set(parts):
            rows |= bench("storage", folder, arguments.blocks, arguments.accounts, arguments.slots, 16)
        if "proofs" in parts:
            rows["proofs"] = measure_proofs(folder, accounts, slots, arguments.proofs)
        if "pruning" in parts:
            # A chain of its own, twice as long as what is retained.
            pruned = scratch + "/pruned"
            count = 2 * arguments.retain
            bench("storage", pruned, count, accounts * count, slots * count, 16)
            rows |= bench("pruning", pruned, accounts, slots, arguments.retain, arguments.paced, arguments.milliseconds)
            shutil.rmtree(pruned)
        if "mining" in parts:
            rows["mining"] = measure_mining(scratch + "/mined", min(1000, arguments.blocks))
        if "replay" in parts:
            rows |= bench("replay", scratch + "/replay", arguments.seconds)
    print(json.dumps(rows) if arguments.json else "\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
