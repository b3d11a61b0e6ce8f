"""State roots against the execution specification (EELS): 200 random blocks, every block compared.

The node seals blocks of random transfers, creations, storage writes, reverts, self-destructions and delegations; the
specification's transition tool executes the same blocks on its own state. Fixed seed.
"""
import io
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Acceptance"))

import rlp
from conftest import Node
from eth_account import Account
from eth_utils import to_checksum_address
from ethereum_spec_tools.evm_tools import main as specification

KEYS = [Account.from_key(f"0x{index + 1:064x}") for index in range(8)]
MNEMONIC_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
SYSTEM = ["0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02", "0x0000F90827F1C53a10cb7A02335B175320002935",
          "0x00000961Ef480Eb55e80D19ad83579A64c007002", "0x0000BBdDc7CE488642fb579F8B00f3a590007251"]
BLOCKS = 200


def runtime():
    """sstore(calldata[0], calldata[32]); destroys itself when calldata[64] is 1, reverts when it is 2."""
    head = bytes.fromhex("6020355f3555" "604035" "80600114" "60%02x57" "80600214" "60%02x57" "00" % (0x18, 0x1b))
    assert len(head) == 0x18
    return head + bytes.fromhex("5b33ff" "5b5f5ffd")


def deploy_code():
    """Sets slots 0 and 2 (to the value sent), then deploys the runtime."""
    body = runtime()
    init = bytes.fromhex("60015f55" "34600255" "60%02x" "60%02x" "5f39" "60%02x" "5ff3" % (len(body), 18, len(body)))
    assert len(init) == 18
    return init + body


class World:
    def __init__(self, node, seed):
        self.node = node
        self.random = random.Random(seed)
        self.contracts = []
        self.nonces = {}
        self.authorizations = 0

    def fees(self):
        kind = self.random.randrange(3)
        if kind == 2:
            return {"type": 2, "maxFeePerGas": 10**11, "maxPriorityFeePerGas": self.random.randrange(10**9)}
        fields = {"gasPrice": 10**11}
        return fields if kind == 0 else fields | {"type": 1, "accessList": []}

    def transaction(self):
        account = self.random.choice(KEYS)
        nonce = self.nonces.get(account.address, 0)
        fields = {"chainId": 31337, "nonce": nonce, "value": 0, "gas": 500_000} | self.fees()
        choice = self.random.random()
        if choice < 0.3:
            target = self.random.choice([key.address for key in KEYS] + [to_checksum_address("0x%040x" % self.random.getrandbits(160))])
            fields |= {"to": target, "value": self.random.randrange(10**15)}
        elif choice < 0.45 or not self.contracts:
            fields |= {"to": "", "data": deploy_code(), "value": self.random.randrange(100)}
        elif choice < 0.95:
            words = [self.random.randrange(6), self.random.choice([0, 0, self.random.getrandbits(256)]),
                     self.random.choice([0] * 10 + [1, 2])]
            fields |= {"to": self.random.choice(self.contracts), "data": b"".join(word.to_bytes(32) for word in words),
                       "gas": self.random.choice([500_000, 26_000, 45_000])}
        else:
            # Delegates to a contract, or back to nothing.
            signer = self.random.choice(KEYS)
            target = self.random.choice(self.contracts + ["0x" + "00" * 20])
            expected = self.nonces.get(signer.address, 0) + (1 if signer is account else 0)
            authorization = signer.sign_authorization({"chainId": 31337, "address": target, "nonce": expected})
            fields = {"type": 4, "chainId": 31337, "nonce": nonce, "gas": 500_000, "maxFeePerGas": 10**11,
                      "maxPriorityFeePerGas": 1, "to": self.random.choice(self.contracts), "value": 0, "data": b"",
                      "authorizationList": [authorization]}
            self.nonces[signer.address] = self.nonces.get(signer.address, 0) + 1
            nonce = self.nonces.get(account.address, 0) - (1 if signer is account else 0)
        self.nonces[account.address] = self.nonces.get(account.address, 0) + 1
        return account.sign_transaction(fields).raw_transaction


def allocation(node):
    w3 = node.web3
    accounts = {address.lower(): {"balance": hex(w3.eth.get_balance(address))} for address in w3.eth.accounts}
    for address in SYSTEM:
        accounts[address.lower()] = {"balance": "0x0", "nonce": "0x1", "code": w3.eth.get_code(address).to_0x_hex()}
    # What the venue's activation writes in the first block, and who owns the venue: role 0 and 1 in table 7 of Instruments.
    for native in ("0c01", "0c02", "0c10", "0c11", "0c12", "0c13", "0c14"):
        accounts["0x" + native.rjust(40, "0")] = {"balance": "0x0", "nonce": "0x1", "code": "0xfe"}
    owner = "0x" + w3.eth.accounts[0][2:].lower().rjust(64, "0")
    accounts["0x" + "0c11".rjust(40, "0")]["storage"] = {f"0x{7 << 248 | role:064x}": owner for role in (0, 1)}
    return accounts


def transition(alloc, env, transactions):
    """One block by the specification: its result and the state behind it."""
    request = {"alloc": alloc, "env": env, "txs": transactions}
    out = io.StringIO()
    arguments = ["t8n", "--input.alloc", "stdin", "--input.env", "stdin", "--input.txs", "stdin", "--output.alloc",
                 "stdout", "--output.result", "stdout", "--state.fork", "Osaka", "--state.chainid", "31337"]
    assert specification(arguments, out, io.StringIO(json.dumps(request))) in (0, None)
    answer = json.loads(out.getvalue())
    return answer["result"], answer["alloc"]


def test_roots_of_random_blocks_equal_the_specification():
    node = Node("--quiet", "--block-time", "86400")
    try:
        run(node)
    finally:
        node.stop()


def run(node):
    w3 = node.web3
    alloc = allocation(node)
    funder = Account.from_key(MNEMONIC_KEY)
    for index, key in enumerate(KEYS):
        raw = funder.sign_transaction({
            "chainId": 31337, "nonce": index, "to": key.address, "value": 10**20, "gas": 21000,
            "gasPrice": 10**11}).raw_transaction
        w3.eth.send_raw_transaction(raw)
    world = World(node, seed=20261121)
    kinds = {"transactions": 0, "failed": 0, "creations": 0}
    for number in range(1, BLOCKS + 1):
        if number > 1:
            for _ in range(world.random.randrange(6)):
                reply = node.request("eth_sendRawTransaction", world.transaction().to_0x_hex())
                assert isinstance(reply, str), reply
        node.request("evm_mine")
        block = node.request("eth_getBlockByNumber", hex(number), True)
        env = {
            "currentCoinbase": block["miner"], "currentGasLimit": block["gasLimit"], "currentNumber": block["number"],
            "currentTimestamp": block["timestamp"], "currentRandom": block["mixHash"], "currentDifficulty": "0x0",
            "currentBaseFee": block["baseFeePerGas"], "currentExcessBlobGas": block["excessBlobGas"],
            "parentBeaconBlockRoot": block["parentBeaconBlockRoot"], "withdrawals": [],
            "blockHashes": {hex(number - 1): block["parentHash"]}, "parentHash": block["parentHash"],
        }
        raw = [bytes.fromhex(node.request("eth_getRawTransactionByHash", transaction["hash"])[2:])
               for transaction in block["transactions"]]
        # As in a block's body: legacy transactions are lists, the others strings.
        transactions = "0x" + rlp.encode([rlp.decode(item) if item[0] >= 0xC0 else item for item in raw]).hex()
        result, alloc = transition(alloc, env, transactions)
        assert not result.get("rejected"), (number, result["rejected"])
        assert result["gasUsed"] == block["gasUsed"], number
        assert result["receiptsRoot"] == block["receiptsRoot"], number
        assert result["txRoot"] == block["transactionsRoot"], number
        assert result["stateRoot"] == block["stateRoot"], number
        assert result["logsBloom"] == block["logsBloom"], number
        assert result["requestsHash"] == block["requestsHash"], number
        for transaction in block["transactions"]:
            receipt = node.request("eth_getTransactionReceipt", transaction["hash"])
            kinds["transactions"] += 1
            kinds["failed"] += receipt["status"] == "0x0"
            if receipt["contractAddress"] and receipt["status"] == "0x1":
                kinds["creations"] += 1
                world.contracts.append(w3.to_checksum_address(receipt["contractAddress"]))
    # The blocks must have held what this test is about.
    assert kinds["transactions"] > 300 and kinds["failed"] > 10 and kinds["creations"] > 20, kinds
    print(f"{BLOCKS} blocks, {kinds}")
