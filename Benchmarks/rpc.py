#!/usr/bin/env python3
"""JSON-RPC of a running node under load: requests/s, latency and what a request costs, by method and connections.

    make bench            or: Benchmarks/rpc.py [--json] [--seconds N] [--connections N,N,…] [--threads N]

Starts the release `condor node` and drives it with wrk (Debian's package), one generator thread on the same machine. Methods: `eth_call`
of an ERC-20's `balanceOf`, `eth_getLogs` of one topic over a range of blocks, `eth_sendRawTransaction` of signed transfers, each sealed into
a block of its own. The limit of each is the same server with nothing to compute: GET of a page over as many connections; the ratio is to that.
Beside rates, which other load on the machine moves, stands the processor time of node and generator for one request, which it moves little:
`/s on 2 cores` is what two cores would do if both had nothing else to do.

At the most connections a second pass compares every reply; a lost, refused or different one is an error, and exit 1.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

import vyper
from coincurve import PrivateKey
from Crypto.Hash import keccak

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = pathlib.Path(os.environ.get("CONDOR", ROOT / ".build" / "release" / "condor"))
CONTRACT = ROOT.parent / "shared" / "fixtures" / "bench" / "erc20_ops.vy"
GOALS = {("eth_call", 64): {"rate": 25_000, "p99": 10_000}}
SENDERS = 1000
# Emits one log of its two words of input: LOG3(0, 64, 0xaa, first, second).
EMITTER = "60405f5f376020355f3560aa60405fa300"
LOG_BLOCKS, LOG_TOPICS = 400, 20


def keccak256(data):
    return keccak.new(digest_bits=256, data=data).digest()


class Node:
    def __init__(self, threads):
        options = ["--threads", str(threads)] if threads else []
        self.process = subprocess.Popen(
            [CONDOR, "node", "--dev", "--port", "0", "--log-format", "none", "--accounts", str(SENDERS), *options],
            stdout=subprocess.PIPE, text=True)
        self.keys = []
        for line in self.process.stdout:
            if found := re.match(r"\(\d+\) (0x\w{40})  key 0x(\w{64})", line):
                self.keys.append((found[1], PrivateKey(bytes.fromhex(found[2]))))
            if found := re.search(r"http://\S+", line):
                self.url = found[0]
                break

    def request(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url, body, {"Content-Type": "application/json"})) as reply:
            return json.loads(reply.read())["result"]

    def deploy(self, code):
        transaction = self.request("eth_sendTransaction", {"from": self.keys[0][0], "data": code})
        return self.request("eth_getTransactionReceipt", transaction)["contractAddress"]

    def seconds(self):
        """Processor time so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        return int(open(f"/proc/{self.process.pid}/statm").read().split()[1]) * 4096

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


def body(method, *params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def rlp(item):
    if isinstance(item, list):
        content, offset = b"".join(map(rlp, item)), 0xc0
    else:
        content, offset = item if isinstance(item, bytes) else item.to_bytes((item.bit_length() + 7) // 8, "big"), 0x80
        if len(content) == 1 and content[0] < 0x80:
            return content
    if len(content) < 56:
        return bytes([offset + len(content)]) + content
    size = len(content).to_bytes(4, "big").lstrip(b"\0")
    return bytes([offset + 55 + len(size)]) + size + content


class Transfers:
    """Signed transfers of one wei, from each account in turn, so that no two that are under way have one sender."""

    def __init__(self, node):
        self.node, self.round = node, 0
        self.nonces = [int(node.request("eth_getTransactionCount", address, "latest"), 16) for address, _ in node.keys]

    def __call__(self, count):
        for _ in range(count):
            index = self.round % len(self.nonces)
            fields = [31337, self.nonces[index], 10**9, 10**12, 21000, bytes.fromhex("00" * 19 + "99"), 1, b"", []]
            signature = self.node.keys[index][1].sign_recoverable(keccak256(b"\2" + rlp(fields)), hasher=None)
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
            yield body("eth_sendRawTransaction", "0x" + (b"\2" + rlp([*fields, signature[64], r, s])).hex())
            self.nonces[index] += 1
            self.round += 1


def prepare(node):
    """The bodies of each method's requests, by name; a function of their count where each can be sent only once."""
    token = node.deploy(vyper.compile_code(CONTRACT.read_text(), output_formats=["bytecode"])["bytecode"])
    emitter = node.deploy(f"0x60{len(EMITTER) // 2:02x}600a5f3960{len(EMITTER) // 2:02x}5ff3{EMITTER}")
    for index in range(LOG_BLOCKS):
        node.request("eth_sendTransaction", {
            "from": node.keys[1][0], "to": emitter, "gas": "0x186a0", "data": f"0x{index % LOG_TOPICS:064x}{index:064x}"})
    last = int(node.request("eth_blockNumber"), 16)
    selector = keccak256(b"balanceOf(address)")[:4].hex()
    return {
        "eth_call": [
            body("eth_call", {"to": token, "data": f"0x{selector}{address[2:].lower():>064}"}, "latest")
            for address, _ in node.keys[:100]],
        "eth_getLogs": [
            body("eth_getLogs", {
                "address": emitter, "topics": [f"0x{0xaa:064x}", f"0x{topic:064x}"],
                "fromBlock": hex(last - LOG_BLOCKS // 2 + 1), "toBlock": hex(last)}) for topic in range(LOG_TOPICS)],
        "eth_sendRawTransaction": Transfers(node),
    }


def load(node, bodies, connections, seconds, expected=None):
    """What wrk tells of one run, with the processor microseconds that a request took; without bodies it GETs the page."""
    environment = dict(os.environ)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        if bodies is not None:
            file.writelines(line + "\n" for line in bodies)
            environment["BODIES"] = file.name
        if expected:
            environment["EXPECTED"] = expected
        file.flush()
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), node.seconds()
        output = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", ROOT / "Benchmarks" / "rpc.lua", node.url], env=environment, capture_output=True, text=True,
            check=True).stdout
        ours, after = node.seconds() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    result = json.loads(re.search(r"RESULT (.*)", output)[1])
    theirs = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    requests = max(1, result["requests"])
    return result | {
        "rate": result["requests"] / result["microseconds"] * 1e6, "nodeMicroseconds": ours / requests * 1e6,
        "wrkMicroseconds": theirs / requests * 1e6, "rateOnTwoCores": 2 * requests / max(1e-6, ours + theirs),
        "errors": sum(result[key] for key in ("connect", "read", "write", "status", "timeout", "wrong"))}


def check(node, bodies, connections, seconds):
    """Errors of a run in which every reply is compared, `lost` being requests that had no reply when none was under way."""
    first = bodies[0]
    with urllib.request.urlopen(urllib.request.Request(node.url, first.encode(), {"Content-Type": "application/json"})) as reply:
        expected = reply.read().decode()
    result = load(node, [first], connections, seconds, expected)
    lost = max(0, result["sent"] - result["requests"] - connections)
    if result["errors"] + lost:
        print(f"of {result['sent']} requests {lost} were lost; wrk tells {result}", file=sys.stderr)
    return result["errors"] + lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--seconds", type=int, default=5, help="how long each run lasts (default 5)")
    parser.add_argument("--connections", default="1,64,512", help="by comma (default 1,64,512)")
    parser.add_argument("--threads", type=int, help="threads of the node (default: all cores)")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        reason = "wrk is not installed: apt-get install wrk, or make packages"
        print(json.dumps({"skipped": reason}) if arguments.json else reason)
        return 0
    levels = [int(word) for word in arguments.connections.split(",")]
    node, rows = Node(arguments.threads), []
    try:
        methods = prepare(node)
        before = node.resident()
        limits = {level: load(node, None, level, arguments.seconds) for level in levels}
        if not arguments.json:
            print(f"{'method':24}{'conns':>6}{'req/s':>9}{'p50 us':>8}{'p99 us':>8}{'errors':>7}{'node us':>9}{'wrk us':>8}"
                  f"{'/s on 2 cores':>15}{'limit/s':>9}{'ratio':>7}")
        for name, bodies in [("GET /", None), *methods.items()]:
            for level in levels:
                if isinstance(bodies, Transfers):
                    # Every one is sent once: as many as the fastest run could take.
                    count = 12_000 * arguments.seconds
                    row = load(node, list(bodies(count)), level, arguments.seconds)
                    # Those that were not sent leave no gap in the nonces of the next run.
                    bodies = methods[name] = Transfers(node)
                    row["errors"] += row["sent"] > count
                else:
                    row = limits[level] if bodies is None else load(node, bodies, level, arguments.seconds)
                    if bodies and level == max(levels):
                        row["errors"] += check(node, bodies, level, max(1, arguments.seconds // 2))
                goal = GOALS.get((name, level), {})
                row |= {"method": name, "connections": level, "limit": limits[level]["rate"], "ratio": row["rate"] / limits[level]["rate"],
                        "goal": goal}
                rows.append(row)
                if not arguments.json:
                    marks = [f"goal {goal['rate']:,}/s, p99 {goal['p99']:,} us"] if goal else []
                    print(f"{name:24}{level:6}{row['rate']:9,.0f}{row['p50']:8,.0f}{row['p99']:8,.0f}{row['errors']:7}"
                          f"{row['nodeMicroseconds']:9.1f}{row['wrkMicroseconds']:8.1f}{row['rateOnTwoCores']:15,.0f}"
                          f"{row['limit']:9,.0f}{row['ratio']:7.2f}  {' '.join(marks)}", flush=True)
        after = node.resident()
    finally:
        code = node.stop()
    load_average = os.getloadavg()[0]
    if arguments.json:
        print(json.dumps({"rows": rows, "loadAverage": load_average, "residentBefore": before, "residentAfter": after}))
    else:
        print(f"load average {load_average:.1f}; resident set {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after")
    return 0 if code == 0 and all(row["errors"] == 0 for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
