"""A venue that a file describes, and what people and publishers do there over JSON-RPC."""
import subprocess

import venue_contracts
from conftest import CONDOR, Node
from eth_account import Account
from hexbytes import HexBytes
from venue_contracts import GTC, WAD
from web3.datastructures import AttributeDict

FAUCET = f"0x{0xCA500:040x}"
# 2 January 2027, a Saturday, at noon.
GENESIS_TIME = 1_798_891_200
PHRASE = "test test test test test test test test test test test junk"
Account.enable_unaudited_hdwallet_features()


def small_venue(**changes):
    """Two underlyings, one perpetual each, daily options on the first; the accounts 0 and 1 own and guard it, 2 publishes."""
    return {
        "name": "small", "owner": 0, "guardian": 1, "publishers": [{"account": 2}],
        "cash": {"faucet": FAUCET, "decimals": 6},
        "underlyings": [
            {"symbol": "BTC", "perpetual": {"tick": 0.1, "lot": 0.001},
             "options": [{"style": "european", "tick": 1, "lot": 0.01, "expiries": {"daily": 2},
                          "strikes": [90_000, 100_000, 110_000]}]},
            {"symbol": "ETH", "perpetual": {"tick": 0.01, "lot": 0.01}},
        ],
    } | changes


def condor(*arguments, binary=None):
    return subprocess.run([binary or CONDOR, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def web3_log(log):
    """A log from JSON as web3 decodes it."""
    return AttributeDict(log | {
        "topics": [HexBytes(topic) for topic in log["topics"]], "data": HexBytes(log["data"]),
        "blockNumber": int(log["blockNumber"], 16), "logIndex": int(log["logIndex"], 16),
        "transactionIndex": int(log["transactionIndex"], 16), "transactionHash": HexBytes(log["transactionHash"]),
        "blockHash": HexBytes(log["blockHash"])})


class Market:
    """A node with a venue, and its contracts."""

    def __init__(self, file, *options):
        self.file = file
        # Blocks come when they are asked for.
        node = Node("--quiet", "--block-time", "86400", "--genesis-time", str(GENESIS_TIME), *options,
                         kind=("--venue", str(file)))
        self.open(node)

    def open(self, node):
        self.node, self.w3 = node, node.web3
        self.accounts = self.w3.eth.accounts
        self.keys = [Account.from_mnemonic(PHRASE, account_path=f"m/44'/60'/0'/0/{index}") for index in range(10)]
        for name, contract in venue_contracts.contracts(self.w3).items():
            setattr(self, name.lower(), contract)
        self.errors = {item["name"]: item for item in self.book.abi + self.instruments.abi if item["type"] == "error"}
        token = [{"type": "function", "name": name, "stateMutability": "nonpayable", "outputs": [], "inputs": [
            {"name": "account", "type": "address"}, {"name": "amount", "type": "uint256"}]} for name in ("mint", "approve")]
        self.token = self.w3.eth.contract(address=self.w3.to_checksum_address(FAUCET), abi=token)

    def send(self, account, call, **fields):
        """Sends a transaction and makes a block of what waits."""
        hash = self.put(account, call, **fields)
        self.mine()
        receipt = self.w3.eth.get_transaction_receipt(hash)
        assert receipt.status == 1
        return receipt

    def put(self, account, call, **fields):
        """Sends a transaction that waits for a block, in which nothing can be tried yet: it states its gas."""
        return call.transact({"from": account, "gas": 3_000_000} | fields)

    def pay(self, account, **fields):
        """A transfer that waits for a block."""
        return self.w3.eth.send_transaction({"from": account, "to": "0x" + "51" * 20, "gas": 21_000, "value": 1} | fields)

    def mine(self, seconds=1):
        """A block so long after the last one."""
        self.node.request("evm_setNextBlockTimestamp", self.now() + seconds)
        self.node.request("evm_mine")
        return self.w3.eth.get_block("latest", full_transactions=True)

    def now(self):
        return self.w3.eth.get_block("latest").timestamp

    def report(self, kind, values, underlying=1, expiry=0, publisher=2, timestamp=None):
        return self.oracle.functions.report(*venue_contracts.report(
            self.oracle, self.w3.eth.chain_id, self.keys[publisher], kind, values, timestamp or self.now(), underlying, expiry))

    def deposit(self, account, amount):
        units = amount * 10**6
        self.send(account, self.token.functions.mint(account, units))
        self.send(account, self.token.functions.approve(self.clearing.address, units))
        self.send(account, self.clearing.functions.deposit(account, 0, 0, amount * WAD))

    def place(self, account, instrument, is_buy, price, size, force=GTC, client=0):
        return self.book.functions.place(account, 0, instrument, is_buy, int(price * WAD), int(size * WAD), force, client)

    def refusal(self, account, call):
        """The name of the error that a call ends with."""
        reply = self.node.request("eth_call", {
            "from": account, "to": call.address, "data": call._encode_transaction_data()}, "latest")
        selector = reply["error"]["data"][:10]
        for name, item in self.errors.items():
            signature = f"{name}({','.join(i['type'] for i in item['inputs'])})"
            if self.w3.to_hex(self.w3.keccak(text=signature)[:4]) == selector:
                return name
        return selector

    def venue_receipt(self, number):
        """The last receipt of a block, if it is the venue's own."""
        receipts = self.node.request("eth_getBlockReceipts", hex(number))
        count = len(self.node.request("eth_getBlockByNumber", hex(number), False)["transactions"])
        assert len(receipts) in (count, count + 1)
        return receipts[count] if len(receipts) > count else None

    def logged(self, name, receipt, contract=None):
        """The arguments of a receipt's events of a name."""
        if receipt is None:
            return []
        event = getattr((contract or self.clearing).events, name)()
        topic = self.w3.to_hex(self.w3.keccak(text=event.signature))
        found = [log for log in receipt["logs"] if log["topics"][0] == topic]
        return [event.process_log(web3_log(log))["args"] for log in found]

    def blocks(self):
        """The chain as `geth export` writes it, without the first block."""
        head = self.w3.eth.block_number
        return b"".join(bytes.fromhex(self.node.request("debug_getRawBlock", hex(number))[2:])
                        for number in range(1, head + 1))

    def stop(self):
        assert self.node.stop() == 0
