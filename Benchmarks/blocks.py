#!/usr/bin/env python3
"""Blocks of one kind of transaction beside revm (pyrevm) executing the same calls, in the same run.

    make bench            or: Benchmarks/blocks.py [--json] [--rounds N] [--transactions N] [--senders N] [--kind KIND]…

Kinds: plain transfers, ERC-20 transfers, swaps on a pair after Uniswap v2, creations, and one slot that all change. Both sides execute
the same transactions of the same senders on the same state, without signatures: Condor in processor time, and by the clock with the
state root; revm in processor time, calls through Python included. Then Condor with the recovery of senders, on all cores. What the calls
answer must be equal. (Not their gas: for pyrevm all calls are one transaction, so that what one has touched is warm for the next.)
Contracts: Benchmarks/contracts, compiled with Vyper. Prints the median of paired runs.
"""
import argparse
import hashlib
import json
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

from eth_abi import encode
from eth_keys import keys
from eth_utils import keccak
from pyrevm import EVM, AccountInfo, BlockEnv, Env
import rlp
from vyper import compile_code

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = ROOT / ".build" / "release" / "condor-bench"
LIMITS = {"erc20": {"rate": 1.3, "root": 0.6}}
GAS = 1_000_000


def contract(name):
    return compile_code((ROOT / "Benchmarks" / "contracts" / f"{name}.vy").read_text(), output_formats=["bytecode"])["bytecode"]


def call(signature, *arguments):
    types = signature[signature.index("(") + 1:-1]
    return "0x" + (keccak(text=signature)[:4] + encode(types.split(",") if types else [], arguments)).hex()


class World:
    """Senders with the private keys 1, 2, 3, …; what was set up, and the block's calls."""

    def __init__(self, kind, senders, transactions):
        self.addresses = [keys.PrivateKey((n + 1).to_bytes(32, "big")).public_key.to_checksum_address() for n in range(senders)]
        self.others = ["0x" + (0x77 << 152 | n).to_bytes(20, "big").hex() for n in range(senders)]
        self.setup, self.calls, self.nonce = [], [], 0
        self.random = random.Random(7)
        getattr(self, kind)(transactions)

    def add(self, sender, to, data="0x", value=0, gas=GAS):
        return {"from": sender, "to": to, "input": data, "value": value, "gas": gas}

    def deploy(self, code):
        """Lets the first sender create a contract; answers its address. Before all calls, since pyrevm's raise no nonce."""
        address = keccak(rlp.encode([bytes.fromhex(self.addresses[0][2:]), self.nonce]))[12:]
        self.setup.append(self.add(0, None, code))
        self.nonce += 1
        return "0x" + address.hex()

    def prepare(self, sender, to, data):
        self.setup.append(self.add(sender, to, data))

    def token(self):
        return self.deploy(contract("token") + encode(["uint256"], [10**30]).hex())

    def endow(self, token):
        for address in self.addresses[1:]:
            self.prepare(0, token, call("transfer(address,uint256)", address, 10**24))

    def senders(self, transactions):
        return [n % len(self.addresses) for n in range(transactions)]

    def transfers(self, transactions):
        self.calls = [self.add(n, self.random.choice(self.others), value=1, gas=21000) for n in self.senders(transactions)]

    def erc20(self, transactions):
        token = self.token()
        self.endow(token)
        self.calls = [
            self.add(n, token, call("transfer(address,uint256)", self.random.choice(self.addresses), 1 + self.random.randrange(10**18)))
            for n in self.senders(transactions)]

    def swap(self, transactions):
        tokens, pair = [self.token(), self.token()], self.deploy(contract("pair"))
        for token in tokens:
            self.endow(token)
            for n in range(len(self.addresses)):
                self.prepare(n, token, call("approve(address,uint256)", pair, 2**255))
        self.prepare(0, pair, call("initialize(address,address,uint256,uint256)", *tokens, 10**26, 10**26))
        self.calls = [self.add(n, pair, call("swap(uint256,uint256)", 10**18, 1)) for n in self.senders(transactions)]

    def creation(self, transactions):
        code = contract("token") + encode(["uint256"], [1]).hex()
        self.calls = [self.add(n, None, code, gas=2 * GAS) for n in self.senders(transactions)]

    def contended(self, transactions):
        counter = self.deploy(contract("counter"))
        self.calls = [self.add(n, counter, call("increment()")) for n in self.senders(transactions)]

    def write(self, path):
        path.write_text(json.dumps(
            {"senders": len(self.addresses), "others": self.others, "setup": self.setup, "calls": self.calls}))

    def revm(self):
        """Seconds of processor time for the block's calls, and a hash of what they answered."""
        evm = EVM(gas_limit=2**40, env=Env(block=BlockEnv(number=1, timestamp=1000, coinbase="0x" + "00" * 19 + "c0", gas_limit=2**40)))
        for address in self.addresses:
            evm.insert_account_info(address, AccountInfo(balance=10**24))
        for address in self.others:
            evm.insert_account_info(address, AccountInfo(balance=1))
        self.run(evm, self.prepared(self.setup))
        calls = self.prepared(self.calls)
        start = time.thread_time()
        outputs = self.run(evm, calls)
        return time.thread_time() - start, "0x" + outputs.hex()

    def prepared(self, calls):
        return [(self.addresses[c["from"]], c["to"], bytes.fromhex(c["input"][2:]), c["value"], c["gas"]) for c in calls]

    def run(self, evm, calls):
        outputs = hashlib.sha256()
        for sender, to, data, value, limit in calls:
            if to is None:
                outputs.update(bytes.fromhex(evm.deploy(sender, data, value, limit)[2:]))
            else:
                outputs.update(bytes(evm.message_call(sender, to, data, value, limit)))
        return outputs.digest()


def main():
    kinds = ["transfers", "erc20", "swap", "creation", "contended"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=3, help="paired runs (default 3)")
    parser.add_argument("--transactions", type=int, default=2000, help="transactions of a block (default 2000)")
    parser.add_argument("--senders", type=int, default=1000, help="accounts that send (default 1000)")
    parser.add_argument("--milliseconds", type=int, default=200, help="how long Condor repeats each measurement (default 200)")
    parser.add_argument("--kind", action="append", choices=kinds, help="only this one; may be given again")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in arguments.kind or kinds:
            count = min(arguments.transactions, 200) if kind == "creation" else arguments.transactions
            world, path = World(kind, arguments.senders, count), pathlib.Path(folder) / f"{kind}.json"
            world.write(path)
            runs = []
            for _ in range(arguments.rounds):
                out = subprocess.run([CONDOR, "blocks", path, str(arguments.milliseconds)], capture_output=True, text=True, check=True)
                runs.append((json.loads(out.stdout), *world.revm()))
            result, _, outputs = runs[0]

            def median(figure):
                return statistics.median(map(figure, runs))

            rows.append({
                "kind": kind, "transactions": count, "gas": result["gas"],
                "condorPerSecond": count / median(lambda r: r[0]["executionProcessor"]) * 1e9,
                "condorMgasPerSecond": result["gas"] / median(lambda r: r[0]["executionProcessor"]) * 1e3,
                "revmPerSecond": count / median(lambda r: r[1]),
                "rateRatio": median(lambda r: r[1] * 1e9 / r[0]["executionProcessor"]),
                "rootShare": median(lambda r: r[0]["execution"] / r[0]["executionAndRoot"]),
                "signedPerSecond": count / median(lambda r: r[0]["recoveryAndExecution"]) * 1e9,
                "recoveredPerSecond": count / median(lambda r: r[0]["recovery"]) * 1e9,
                "agrees": result["outputs"] == outputs and result["failed"] == 0, "root": result["root"]})
    if arguments.json:
        print(json.dumps({"blocks": rows, "limits": LIMITS}))
    else:
        print(f"{'block':10} {'gas':>12} {'Condor tx/s':>12} {'Mgas/s':>7} {'revm tx/s':>10} {'rate/revm':>9} {'with root':>9} "
              f"{'signed tx/s':>11} {'recovery/s':>10}  root")
        for row in rows:
            print(f"{row['kind']:10} {row['gas']:12,} {row['condorPerSecond']:12,.0f} {row['condorMgasPerSecond']:7,.0f} "
                  f"{row['revmPerSecond']:10,.0f} {row['rateRatio']:9.2f} {row['rootShare']:9.0%} {row['signedPerSecond']:11,.0f} "
                  f"{row['recoveredPerSecond']:10,.0f}  {row['root'][2:18]}{'' if row['agrees'] else '  DISAGREE'}")
        print("limits: erc20 at least 1.3 of revm's rate, and with the root at least 60 % of its own")
    return 0 if all(row["agrees"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
