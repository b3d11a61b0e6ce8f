#!/usr/bin/env python3
"""Signed orders over JSON-RPC: how many a second a node takes and executes, and where the time goes.

    .venv/bin/python Benchmarks/orders.py [--orders N] [--json]

Starts the release `condor node` with the venue of venues/dev.json and sends orders on its three perpetuals, 60 % resting ones, 35 % cancels, 5 %
that take, each an EIP-1559 transaction that was signed before, in batches of 100 over one connection. Blocks are sealed when all of a
round have arrived, so that the processor time of both parts stands alone: taking (JSON, decoding, the sender's key from the signature, the
pool's checks) and sealing (execution with margin, state root, block). An order that is refused is an error.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

from eth_account import Account
from web3 import Web3

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Acceptance"))
import venue_contracts  # noqa: E402
from venue_contracts import GTC, IOC, PERPETUAL, SPOT, WAD, instrument_id  # noqa: E402

CONDOR = pathlib.Path(os.environ.get("CONDOR", ROOT / ".build" / "release" / "condor"))
PRICES = {1: (120_000, 0.5, 0.001), 2: (4_300, 0.05, 0.01), 3: (220, 0.01, 0.1)}
SENDERS, ROUND = 60, 1000


class Node:
    def __init__(self):
        self.process = subprocess.Popen(
            [CONDOR, "node", "--dev", "--venue", ROOT / "venues" / "dev.json", "--port", "0", "--log-format", "none",
             "--accounts", str(SENDERS), "--block-time", "86400", "--gas-limit", "2000000000"],
            stdout=subprocess.PIPE, text=True)
        self.keys = []
        for line in self.process.stdout:
            if found := re.match(r"\(\d+\) (0x\w{40})  key 0x(\w{64})", line):
                self.keys.append((Web3.to_checksum_address(found[1]), found[2]))
            if found := re.search(r"http://127.0.0.1:(\d+)", line):
                self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]))
                break

    def post(self, body):
        self.connection.request("POST", "/", json.dumps(body))
        return json.loads(self.connection.getresponse().read())

    def request(self, method, *params):
        reply = self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if "error" in reply:
            sys.exit(f"{method}: {reply['error']}")
        return reply["result"]

    def batch(self, method, params):
        replies = self.post([{"jsonrpc": "2.0", "id": i, "method": method, "params": [p]} for i, p in enumerate(params)])
        if errors := [reply["error"] for reply in replies if "error" in reply]:
            sys.exit(f"{method}: {errors[0]}")

    def seconds(self):
        """Processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Market:
    """Contracts, money on every account, prices."""

    def __init__(self, node):
        self.node = node
        self.nonces = {address: 0 for address, _ in node.keys}
        self.contracts = venue_contracts.contracts(Web3())
        self.perpetuals = {u: instrument_id(PERPETUAL, underlying=u) for u in PRICES}
        faucet = json.loads((ROOT / "venues" / "dev.json").read_text())["cash"]["faucet"]
        wire = []
        mint, approve = (bytes(Web3.keccak(text=t)[:4]) for t in ("mint(address,uint256)", "approve(address,uint256)"))
        word = lambda value: int(value).to_bytes(32, "big")
        for address, key in node.keys:
            wire.append(self.sign(key, address, faucet, mint + word(int(address, 16)) + word(10**12)))
            wire.append(self.sign(key, address, faucet, approve + word(venue_contracts.CONTRACTS["Clearing"]) + word(10**12)))
            wire.append(self.call(key, address, "Clearing", "deposit", [address, 0, 0, 10**6 * WAD]))
        self.send(wire)
        node.request("evm_mine")
        self.report()

    def sign(self, key, address, to, data, gas=2_000_000):
        transaction = {"type": 2, "chainId": 31337, "nonce": self.nonces[address], "to": Web3.to_checksum_address(to), "data": data,
                       "gas": gas, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1, "value": 0}
        self.nonces[address] += 1
        return Web3.to_hex(Account.sign_transaction(transaction, key).raw_transaction)

    def call(self, key, address, contract, function, arguments):
        contract = self.contracts[contract]
        return self.sign(key, address, contract.address, contract.encode_abi(function, arguments))

    def send(self, wire):
        for start in range(0, len(wire), 100):
            self.node.batch("eth_sendRawTransaction", wire[start:start + 100])

    def report(self):
        """The first account publishes; it trades nothing, as reports come first in a block."""
        address, key = self.node.keys[0]
        stamp = int(self.node.request("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + 1
        wire = []
        for underlying, (price, _, _) in PRICES.items():
            arguments = venue_contracts.report(
                self.contracts["Oracle"], 31337, Account.from_key(key), SPOT, [price * WAD], stamp, underlying)
            wire.append(self.call(key, address, "Oracle", "report", arguments))
        self.send(wire)
        self.node.request("evm_mine", stamp + 1)

    def orders(self, count, generator, known):
        """Signed orders; `known` are client ids of resting ones by account."""
        wire = []
        for _ in range(count):
            place = generator.randrange(1, SENDERS)
            address, key = self.node.keys[place]
            chance = generator.random()
            if chance < 0.35 and known.get(address):
                arguments = [address, 0, known[address].pop(generator.randrange(len(known[address])))]
                wire.append(self.call(key, address, "Book", "cancelByClientID", arguments))
                continue
            underlying = generator.choice(list(PRICES))
            price, tick, lot = PRICES[underlying]
            takes, is_buy = chance > 0.95, generator.random() < 0.5
            # Resting ones keep 0.1 % to 2 % away from the mark; those that take reach 2 % beyond it.
            away = 0.02 if takes else -generator.uniform(0.001, 0.02)
            ticks = round(price * (1 + (away if is_buy else -away)) / tick)
            lots = max(1, round(generator.uniform(50, 500) / price / lot))
            client = 0
            if not takes and len(known.get(address, [])) < 90:
                client = self.nonces[address] + 1
                known.setdefault(address, []).append(client)
            elif not takes:
                takes = True
            wad = lambda number, unit: number * round(unit * 10**6) * 10**12
            arguments = [address, 0, self.perpetuals[underlying], is_buy, wad(ticks, tick), wad(lots, lot),
                         IOC if takes else GTC, client]
            wire.append(self.call(key, address, "Book", "place", arguments))
        return wire


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    node = Node()
    try:
        market = Market(node)
        generator, known = random.Random(1), {}
        taken = sealed = wall = gas = count = refused = 0
        while count < options.orders:
            wire = market.orders(min(ROUND, options.orders - count), generator, known)
            start, clock = node.seconds(), time.monotonic()
            market.send(wire)
            middle = node.seconds()
            node.request("evm_mine")
            taken += middle - start
            sealed += node.seconds() - middle
            wall += time.monotonic() - clock
            block = node.request("eth_getBlockByNumber", "latest", False)
            receipts = node.request("eth_getBlockReceipts", "latest")
            if len(block["transactions"]) != len(wire):
                sys.exit(f"{len(block['transactions'])} of {len(wire)} orders are in the block")
            # A maker's order that was filled meanwhile cannot be cancelled any more.
            refused += sum(receipt["status"] == "0x0" for receipt in receipts)
            gas += int(block["gasUsed"], 16)
            count += len(wire)
            market.report()
        figures = {"orders": count, "refused": refused, "ordersPerSecond": round(count / wall),
                   "takingMicroseconds": round(taken / count * 1e6), "sealingMicroseconds": round(sealed / count * 1e6),
                   "gasPerOrder": round(gas / count)}
        if refused > count // 20:
            sys.exit(f"{refused} of {count} orders were refused")
        if options.json:
            print(json.dumps(figures))
        else:
            print(f"{count} signed orders, {refused} refused: {figures['ordersPerSecond']} a second with one client, blocks of {ROUND}\n"
                  f"processor time of an order: {figures['takingMicroseconds']} us to take it, {figures['sealingMicroseconds']} us "
                  f"to execute and seal it ({figures['gasPerOrder']} gas)")
    finally:
        node.process.send_signal(signal.SIGINT)
        node.process.wait(timeout=10)


if __name__ == "__main__":
    main()
