"""A venue that a file describes, and what people and publishers do there over JSON-RPC."""
import json
import subprocess

from conftest import CONDOR, ROOT, Node
from eth_account import Account

WAD = 10**18
DAY = 86_400
CONTRACTS = {"Oracle": 0x0C10, "Instruments": 0x0C11, "Book": 0x0C12, "Clearing": 0x0C13}
SPOT, FORWARD, SURFACE, RATE = 0, 1, 2, 3
GTC, IOC, FOK, POST_ONLY = 0, 1, 2, 3
PERPETUAL, FUTURE, CALL, PUT, AMERICAN_CALL, AMERICAN_PUT = range(6)
FAUCET = "0x" + f"{0xCA500:040x}"
# 2 January 2027, a Saturday, at noon.
GENESIS_TIME = 1_798_891_200
PHRASE = "test test test test test test test test test test test junk"
Account.enable_unaudited_hdwallet_features()


def instrument_id(kind, expiry=0, strike=0, underlying=1):
    return underlying << 168 | kind << 160 | expiry << 96 | strike * 10**8


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


def condor(*arguments):
    return subprocess.run([CONDOR, *map(str, arguments)], capture_output=True, text=True, timeout=120)


class Market:
    """A node with a venue, and its contracts."""

    def __init__(self, file, *options):
        self.file = file
        self.node = Node("--quiet", *options, kind=("--venue", str(file)))
        self.w3 = self.node.web3
        self.accounts = self.w3.eth.accounts
        self.keys = [Account.from_mnemonic(PHRASE, account_path=f"m/44'/60'/0'/0/{index}") for index in range(10)]
        for name, address in CONTRACTS.items():
            abi = json.loads((ROOT / "contracts" / "interfaces" / f"{name}.json").read_text())
            contract = self.w3.eth.contract(address=self.w3.to_checksum_address(f"0x{address:040x}"), abi=abi)
            setattr(self, name.lower(), contract)
        self.errors = {item["name"]: item for item in self.book.abi + self.instruments.abi if item["type"] == "error"}
        token = [{"type": "function", "name": name, "stateMutability": "nonpayable", "outputs": [], "inputs": [
            {"name": "account", "type": "address"}, {"name": "amount", "type": "uint256"}]} for name in ("mint", "approve")]
        self.token = self.w3.eth.contract(address=self.w3.to_checksum_address(FAUCET), abi=token)

    def send(self, account, call, **fields):
        receipt = self.w3.eth.wait_for_transaction_receipt(self.put(account, call, **fields))
        assert receipt.status == 1
        return receipt

    def put(self, account, call, **fields):
        """Sends a transaction that need not come into a block at once. Gas is stated, as nothing can be tried in a block to come."""
        return call.transact({"from": account, "gas": 3_000_000} | fields)

    def mine(self, seconds=None):
        if seconds is not None:
            self.node.request("evm_setNextBlockTimestamp", self.now() + seconds)
        self.node.request("evm_mine")
        return self.w3.eth.get_block("latest", full_transactions=True)

    def now(self):
        return self.w3.eth.get_block("latest").timestamp

    def report(self, kind, values, underlying=1, expiry=0, publisher=2, timestamp=None):
        message = {"kind": kind, "underlying": underlying, "expiry": expiry, "values": values, "confidence": WAD,
                   "timestamp": timestamp or self.now()}
        types = {"Report": [{"name": name, "type": type} for name, type in (
            ("kind", "uint8"), ("underlying", "uint32"), ("expiry", "uint64"), ("values", "int256[]"),
            ("confidence", "uint256"), ("timestamp", "uint64"))]}
        domain = {"name": "Condor Oracle", "version": "1", "chainId": self.w3.eth.chain_id,
                  "verifyingContract": self.oracle.address}
        signed = self.keys[publisher].sign_typed_data(domain, types, message)
        return self.oracle.functions.report(*message.values(), signed.v - 27, signed.r, signed.s)

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

    def events(self, contract, name, receipt):
        event = getattr(contract.events, name)
        topic = event().topic if hasattr(event(), "topic") else None
        found = []
        for log in receipt["logs"]:
            if log["address"].lower() == contract.address.lower() and log["topics"][0] == topic:
                found.append(log)
        return found

    def blocks(self):
        """The chain as `geth export` writes it, without the first block."""
        head = self.w3.eth.block_number
        return b"".join(bytes.fromhex(self.node.request("debug_getRawBlock", hex(number))[2:])
                        for number in range(1, head + 1))

    def stop(self):
        assert self.node.stop() == 0
