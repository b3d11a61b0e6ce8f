"""A chain with a venue: what blocks do by themselves, the order of their transactions, import, the life of a listing."""
import datetime
import json
import os
import time

import pytest
import rlp
import vyper
from conftest import ROOT, Node
from eth_utils import keccak
from trie import HexaryTrie
from venue_contracts import AMERICAN_CALL, CALL, DAY, IOC, PERPETUAL, POST_ONLY, PUT, SPOT, WAD, instrument_id
from venue_market import FAUCET, GENESIS_TIME, Market, condor, small_venue

BTC, ETH = instrument_id(PERPETUAL), instrument_id(PERPETUAL, underlying=2)
# The genesis is on a Saturday at noon.
EXPIRY = GENESIS_TIME + 20 * 3600
ACTIVE, REDUCE_ONLY, HALTED, SETTLING, SETTLED = range(5)


def write(folder, name="venue.json", **changes):
    path = folder / name
    path.write_text(json.dumps(small_venue(**changes)))
    return path


def funded(path):
    """A market with a price, and money on the accounts 3 to 5."""
    market = Market(path)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    for account in market.accounts[3:6]:
        market.deposit(account, 1_000_000)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    return market


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("venue"))


@pytest.fixture(scope="module")
def shared(path):
    market = funded(path)
    yield market
    market.stop()


@pytest.fixture
def market(shared):
    """Every test finds the market as it began."""
    snapshot = shared.node.request("evm_snapshot")
    yield shared
    assert shared.node.request("evm_revert", snapshot) is True


# --- What blocks do by themselves ---


def test_what_the_venue_does_has_a_receipt(market):
    node, w3 = market.node, market.w3
    market.pay(market.accounts[8])
    market.put(market.accounts[9], market.report(SPOT, [101_000 * WAD]))
    block = market.mine()
    assert len(block.transactions) == 2
    receipt = market.venue_receipt(block.number)
    (mark,) = market.logged("MarkUpdated", receipt, market.oracle)
    assert mark.price == 101_000 * WAD
    number = block.number.to_bytes(8, "big")
    assert receipt["transactionHash"] == w3.to_hex(keccak(b"condor-venue" + number + block.parentHash))
    expected = {"from": "0x" + "ff" * 19 + "fe", "to": f"0x{0xC14:040x}", "gasUsed": "0x0", "type": "0x0", "status": "0x1",
                "contractAddress": None, "transactionIndex": "0x2", "effectiveGasPrice": "0x0",
                "cumulativeGasUsed": hex(block.gasUsed)}
    assert expected.items() <= receipt.items()

    # Found by its hash and by its logs; no transaction.
    hash = receipt["transactionHash"]
    assert node.request("eth_getTransactionReceipt", hash) == receipt
    assert node.request("eth_getTransactionByHash", hash) is None
    assert node.request("eth_getRawTransactionByHash", hash) is None
    assert node.request("eth_getTransactionByBlockNumberAndIndex", hex(block.number), "0x2") is None
    assert node.request("eth_getBlockTransactionCountByNumber", hex(block.number)) == "0x2"
    logs = node.request("eth_getLogs", {"fromBlock": hex(block.number), "toBlock": hex(block.number),
                                       "topics": [receipt["logs"][0]["topics"][0]]})
    assert logs == [log for log in receipt["logs"] if log["topics"][0] == logs[0]["topics"][0]] != []
    every = node.request("eth_getLogs", {"fromBlock": hex(block.number), "toBlock": hex(block.number)})
    assert [int(log["logIndex"], 16) for log in every] == list(range(len(every)))
    assert every[-1] == receipt["logs"][-1]

    # The header commits to it.
    raw = [bytes.fromhex(item[2:]) for item in node.request("debug_getRawReceipts", hex(block.number))]
    trie = HexaryTrie({})
    for index, item in enumerate(raw):
        trie[rlp.encode(index)] = item
    assert trie.root_hash == block.receiptsRoot and len(raw) == 3
    bloom = 0
    for item in node.request("eth_getBlockReceipts", hex(block.number)):
        bloom |= int(item["logsBloom"], 16)
    assert bloom == int.from_bytes(block.logsBloom) and int(receipt["logsBloom"], 16) != 0


def test_a_block_that_is_gone_takes_its_receipt_along(market):
    snapshot = market.node.request("evm_snapshot")
    market.send(market.accounts[9], market.report(SPOT, [100_500 * WAD]))
    hash = market.venue_receipt(market.w3.eth.block_number)["transactionHash"]
    assert market.node.request("evm_revert", snapshot) is True
    assert market.node.request("eth_getTransactionReceipt", hash) is None


def test_funding_comes_with_the_hour(market):
    market.send(market.accounts[3], market.place(market.accounts[3], BTC, False, 100_100, 1))
    market.send(market.accounts[4], market.place(market.accounts[4], BTC, True, 100_100, 1))
    market.mine(3600 - market.now() % 3600 - 1)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    block = market.mine(1)
    (accrued,) = market.logged("FundingAccrued", market.venue_receipt(block.number)) or \
        market.logged("FundingAccrued", market.venue_receipt(block.number - 1))
    assert accrued.rate == 125 * WAD // 10**7


def test_triggers_fire_behind_the_transactions(market):
    seller, buyer = market.accounts[3:5]
    market.send(seller, market.place(seller, BTC, False, 100_100, 2))
    market.send(buyer, market.place(buyer, BTC, True, 100_100, 1))
    # A stop that sells what was bought once the mark is at 99,000.
    stop = market.book.functions.placeOrder(buyer, 0, BTC, False, 0, WAD, IOC, 0, 0, 1, 1, 99_000 * WAD)
    market.send(buyer, stop)
    bid = market.place(seller, BTC, True, 98_000, 1)
    market.put(seller, bid)
    market.put(market.accounts[9], market.report(SPOT, [98_500 * WAD]))
    block = market.mine()
    receipt = market.venue_receipt(block.number)
    assert len(market.logged("OrderTriggered", receipt, market.book)) == 1
    (fill,) = market.logged("Filled", receipt)
    assert fill.price == 98_000 * WAD
    assert market.clearing.functions.position(buyer, 0, BTC).call()[0] == 0


def settle(market, seller, buyer):
    """Trades an option, and takes time to the block behind its expiry."""
    call = instrument_id(CALL, EXPIRY, 100_000)
    surface = [WAD // 100, WAD // 20, 0, 0, WAD // 5]
    for kind, values, expiry in ((1, [100_000 * WAD], EXPIRY), (3, [4 * WAD // 100], 0), (2, surface, EXPIRY)):
        market.put(market.accounts[9], market.report(kind, values, expiry=expiry))
    market.put(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    market.mine()
    market.send(seller, market.place(seller, call, False, 700, 1))
    market.send(buyer, market.place(buyer, call, True, 700, 1))
    market.mine(EXPIRY - 1800 - market.now())
    for _ in range(30):
        market.mine(59)
        market.send(market.accounts[9], market.report(SPOT, [102_000 * WAD]))
    assert market.now() == EXPIRY
    return call, market.mine(10)


def test_an_expiry_settles(market):
    seller, buyer = market.accounts[3:5]
    call, block = settle(market, seller, buyer)
    receipts = [market.venue_receipt(number) for number in (block.number - 1, block.number)]
    settled = [event for receipt in receipts for event in market.logged("ExpirySettled", receipt)]
    assert [event.expiry for event in settled] == [EXPIRY]
    # The first of the window's 30 minutes had the price of before.
    assert abs(settled[0].price - (100_000 + 2000 * 29 / 30) * WAD) < WAD
    assert market.instruments.functions.instrument(call).call()[3] == SETTLED
    assert market.clearing.functions.positions(buyer, 0).call()[0] == []


def test_simulated_blocks_do_the_same(market):
    """A block that is simulated and the one that is made then agree in all that transactions and venue do."""
    call = market.report(SPOT, [103_000 * WAD])
    request = {"from": market.accounts[9], "to": market.oracle.address, "data": call._encode_transaction_data()}
    simulated = market.node.request(
        "eth_simulateV1", {"blockStateCalls": [{"blockOverrides": {"time": hex(market.now() + 1)}, "calls": [request]}]},
        "latest")[0]
    assert simulated["calls"][0]["status"] == "0x1"
    market.send(market.accounts[9], call)
    topics = {log["topics"][0] for log in market.venue_receipt(market.w3.eth.block_number)["logs"]}
    # The bloom filter of the simulated block has the venue's logs too.
    bloom = int(simulated["logsBloom"], 16)
    for topic in topics:
        digest = keccak(bytes.fromhex(topic[2:]))
        for place in (0, 2, 4):
            assert bloom >> (int.from_bytes(digest[place:place + 2]) & 2047) & 1


def test_nothing_changes_without_a_listing():
    node = Node("--quiet", "--block-time", "86400")
    assert node.request("hardhat_mine", "0x3") is True
    assert node.request("eth_getBlockReceipts", "latest") == []
    empty = HexaryTrie({}).root_hash
    assert node.web3.eth.get_block("latest").receiptsRoot == empty
    started = time.monotonic()
    assert node.request("hardhat_mine", "0x3e8") is True
    print(f"1,000 empty blocks: {time.monotonic() - started:.3f} s")
    assert node.stop() == 0


# --- The order of transactions ---


def test_reports_come_first(market):
    market.pay(market.accounts[8])
    market.put(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    block = market.mine()
    assert [tx["to"] for tx in block.transactions] == [market.oracle.address, market.w3.to_checksum_address("0x" + "51" * 20)]
    # Behind another transaction of its sender it waits, and so do the sender's next ones.
    for _ in range(2):
        market.pay(market.accounts[8])
        market.put(market.accounts[8], market.report(SPOT, [100_000 * WAD]))
    assert [len(market.mine().transactions) for _ in range(4)] == [1, 2, 1, 0]


def test_a_node_that_makes_a_block_at_once_makes_two(path):
    node = Node("--quiet", kind=("--venue", str(path)))
    w3, sender = node.web3, node.web3.eth.accounts[0]
    later = {"from": sender, "to": f"0x{0xC10:040x}", "data": "0x", "gas": 100_000, "nonce": 1}
    node.request("eth_sendTransaction", {key: hex(value) if isinstance(value, int) else value for key, value in later.items()})
    w3.eth.send_transaction({"from": sender, "to": sender, "value": 1, "nonce": 0, "gas": 21_000})
    # The first block had nothing in it: its transaction waited for the nonce.
    counts = [w3.eth.get_block_transaction_count(number) for number in range(w3.eth.block_number + 1)]
    assert counts == [0, 0, 1, 1] and w3.eth.get_transaction_count(sender) == 2
    assert node.stop() == 0


def genesis_of(market, folder):
    done = condor("venue", "genesis", market.file, "--genesis-time", GENESIS_TIME)
    assert done.returncode == 0, done.stderr
    genesis = folder / "genesis.json"
    genesis.write_text(done.stdout)
    return genesis


def disordered(market, places):
    """The chain with the transactions of its last block in another order."""
    raw = [bytes.fromhex(market.node.request("debug_getRawBlock", hex(number))[2:])
           for number in range(1, market.w3.eth.block_number + 1)]
    header, transactions, *rest = rlp.decode(raw[-1])
    assert len(transactions) == len(places)
    return b"".join(raw[:-1]) + rlp.encode([header, [transactions[place] for place in places], *rest])


def refuses(market, folder, places, reason):
    chain = folder / "disordered.rlp"
    chain.write_bytes(disordered(market, places))
    done = condor("import", "--genesis", genesis_of(market, folder), "--data-dir", folder / "data", chain)
    assert done.returncode == 1 and reason in done.stderr, done.stderr
    assert f"block {market.w3.eth.block_number - 1} of" in done.stderr


def test_a_report_behind_others_is_refused(market, tmp_path):
    market.pay(market.accounts[8])
    market.put(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    market.mine()
    refuses(market, tmp_path, [1, 0], "VenueException.REPORT_AFTER_OTHERS")
    head = market.w3.eth.get_block("latest")
    attributes = {"timestamp": hex(head.timestamp + 1), "prevRandao": "0x" + "00" * 32, "withdrawals": [],
                  "suggestedFeeRecipient": "0x" + "00" * 20, "parentBeaconBlockRoot": "0x" + "00" * 32}
    signed = []
    for account, call in ((8, None), (9, market.report(SPOT, [100_000 * WAD]))):
        sender = market.keys[account]
        fields = {"nonce": market.w3.eth.get_transaction_count(sender.address), "gas": 1_000_000, "value": 0,
                  "chainId": 31337, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1,
                  "to": call.address if call else sender.address, "data": call._encode_transaction_data() if call else "0x"}
        signed.append(sender.sign_transaction(fields).raw_transaction.to_0x_hex())
    good = market.node.request("testing_buildBlockV1", head.hash.to_0x_hex(), attributes, signed[::-1])
    assert len(good["executionPayload"]["transactions"]) == 2
    bad = market.node.request("testing_buildBlockV1", head.hash.to_0x_hex(), attributes, signed)
    assert "must come before" in bad["error"]["message"]


def test_cancels_come_before_what_takes(tmp_path):
    market = funded(write(tmp_path, orderingRule="cancelsFirst"))
    maker, taker, third = market.accounts[3:6]
    order = market.place(maker, BTC, False, 100_100, 1)
    identity = order.call({"from": maker})[0]
    market.send(maker, order)
    take = market.put(taker, market.place(taker, BTC, True, 100_100, 1, IOC))
    # A contract could trade: whoever calls one stands with those that do.
    other = market.pay(market.accounts[8])
    cancel = market.put(maker, market.book.functions.cancel(maker, 0, identity))
    quote = market.put(third, market.place(third, BTC, True, 99_000, 1, POST_ONLY))
    # Of one sender the order stays, and what follows one that may trade comes no earlier than that.
    late = market.put(taker, market.book.functions.cancelAll(taker, 0, 0))
    block = market.mine()
    assert [tx["hash"] for tx in block.transactions] == [quote, cancel, take, other, late]
    assert market.clearing.functions.position(taker, 0, BTC).call()[0] == 0
    refuses(market, tmp_path, [1, 0, 2, 3, 4], "VenueException.AGAINST_ORDERING_RULE")
    market.stop()


# --- Import ---


def test_two_nodes_find_the_same(market, tmp_path):
    """One makes blocks in which all kinds of things happen, others import them: roots and receipts agree in every block."""
    settle(market, *market.accounts[3:5])
    market.send(market.accounts[0], market.instruments.functions.retire(BTC))
    market.mine()
    chain = tmp_path / "chain.rlp"
    chain.write_bytes(market.blocks())
    genesis = genesis_of(market, tmp_path)
    head = market.w3.eth.get_block("latest")
    # CONDOR_DEBUG names a build without optimisation, where there is one of the same sources.
    kinds = {"release": None} | ({"debug": os.environ["CONDOR_DEBUG"]} if "CONDOR_DEBUG" in os.environ else {})
    for kind, binary in kinds.items():
        done = condor("import", "--genesis", genesis, "--data-dir", tmp_path / kind, chain, binary=binary)
        assert done.returncode == 0 and head.hash.to_0x_hex() in done.stdout, done.stderr
    importer = Node("--quiet", "--data-dir", str(tmp_path / "release"), kind=())
    compare(market.node, importer, head.number)
    assert importer.stop() == 0

    # A snapshot of the importer's state has the head's venue receipt too.
    snapshot, copy = tmp_path / "snapshot", tmp_path / "copy"
    assert condor("snapshot", "export", "--data-dir", tmp_path / "release", snapshot).returncode == 0
    assert condor("snapshot", "import", "--data-dir", copy, snapshot).returncode == 0
    node = Node("--quiet", "--data-dir", str(copy), kind=())
    receipt = market.venue_receipt(head.number)
    assert node.request("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt
    assert node.stop() == 0


def compare(left, right, head):
    with_venue = 0
    for number in range(head + 1):
        for method, parameters in (("eth_getBlockByNumber", [hex(number), False]), ("eth_getBlockReceipts", [hex(number)]),
                                   ("eth_getLogs", [{"fromBlock": hex(number), "toBlock": hex(number)}])):
            answer = left.request(method, *parameters)
            assert right.request(method, *parameters) == answer
        for receipt in left.request("eth_getBlockReceipts", hex(number)):
            hash = receipt["transactionHash"]
            assert right.request("eth_getTransactionReceipt", hash) == receipt
            with_venue += left.request("eth_getTransactionByHash", hash) is None
    assert with_venue > 20


def test_a_chain_goes_on_where_it_stopped(path, tmp_path):
    options = ("--data-dir", str(tmp_path / "data"))
    market = Market(path, *options)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    receipt = market.venue_receipt(market.w3.eth.block_number)
    market.stop()
    market = Market(path, *options)
    assert market.venue_receipt(market.w3.eth.block_number) == receipt is not None
    assert market.node.request("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt
    market.send(market.accounts[9], market.report(SPOT, [101_000 * WAD]))
    market.stop()
    other = write(tmp_path, "other.json", orderingRule="cancelsFirst")
    done = condor("node", "--venue", other, "--port", 0, *options)
    assert done.returncode == 1 and "began with another venue" in done.stderr


# --- Configuration ---


def test_the_files_that_come_along_are_good():
    files = sorted((ROOT / "venues").glob("*.json"))
    done = condor("venue", "check", *files)
    assert done.returncode == 0, done.stderr
    assert "BTC, ETH, SOL; 3 perpetuals" in done.stdout


def test_the_default_venue_names_every_parameter(tmp_path):
    done = condor("venue", "check", write(tmp_path, parameters={"unknown": 1}))
    known = set(done.stderr.split("accepted: ")[1].strip().split(", "))
    assert set(json.loads((ROOT / "venues" / "dev.json").read_text())["parameters"]) == known


def test_policies_are_parameters(tmp_path):
    def words(**changes):
        done = condor("venue", "genesis", write(tmp_path, **changes), "--genesis-time", GENESIS_TIME)
        storage = json.loads(done.stdout)["alloc"][f"0x{0xC11:040x}"]["storage"]
        return {(slot, int(word, 16)) for slot, word in storage.items()}

    added = words(policies={"deleveraging": "minimal", "book": "none"}) - words()
    assert sorted(word for _, word in added) == [1 << 255, 1 << 255 | 3]


def test_the_default_venue():
    node = Node("--quiet", kind=("--venue", str(ROOT / "venues" / "dev.json")))
    market = Market.__new__(Market)
    market.open(node)
    instruments = market.instruments.functions
    assert instruments.owner().call() == market.accounts[0] and instruments.guardian().call() == market.accounts[1]
    assert instruments.underlyingCount().call() == 3
    kinds = [instruments.instrumentByNumber(number).call() >> 160 & 0xff
             for number in range(1, instruments.instrumentCount().call() + 1)]
    assert kinds.count(PERPETUAL) == 3 and kinds.count(CALL) == kinds.count(PUT) and kinds.count(AMERICAN_CALL) > 0
    assert market.oracle.functions.publishers().call()[0] == market.accounts[:3]
    market.token.functions.mint(market.accounts[3], 10**12).transact({"from": market.accounts[3]})
    market.token.functions.approve(market.clearing.address, 10**12).transact({"from": market.accounts[3]})
    market.clearing.functions.deposit(market.accounts[3], 0, 0, 10**6 * WAD).transact({"from": market.accounts[3]})
    assert market.clearing.functions.account(market.accounts[3], 0).call()[1] == 10**6 * WAD
    started = time.monotonic()
    assert node.request("hardhat_mine", "0x64") is True
    print(f"100 blocks of the default venue without a price: {time.monotonic() - started:.3f} s")
    market.stop()


@pytest.mark.parametrize("begin", ["2026-11-21T12:00", "2027-12-31T07:30", "2028-02-25T06:59", "2028-02-25T07:01", "2032-05-28T08:00"])
def test_expiries_come_from_the_calendar(tmp_path, begin):
    now = datetime.datetime.fromisoformat(begin + "+00:00")
    underlying = {"symbol": "BTC", "futures": {"tick": 1, "lot": 1, "expiries": {"daily": 3, "weekly": 4, "monthly": 3}}}
    file = write(tmp_path, underlyings=[underlying])
    done = condor("venue", "genesis", file, "--genesis-time", int(now.timestamp()))
    alloc = json.loads(done.stdout)["alloc"]
    # The table of listings: an instrument's word holds its expiry.
    found = {int(word, 16) >> 96 & (1 << 64) - 1 for slot, word in alloc[f"0x{0xC11:040x}"]["storage"].items()
             if slot.startswith("0x02" + 14 * "0")}
    first = now + datetime.timedelta(hours=1)
    days = [now.replace(hour=8, minute=0) + datetime.timedelta(days=number) for number in range(200)]
    days = [day for day in days if day >= first]
    fridays = [day for day in days if day.weekday() == 4]
    last = [day for day in fridays if (day + datetime.timedelta(days=7)).month != day.month]
    assert found == {int(day.timestamp()) for day in days[:3] + fridays[:4] + last[:3]}


def test_the_faucet_is_its_source(shared):
    """The token of the first block is what a deployment of the source leaves."""
    source = (ROOT / "contracts" / "faucet_token.vy").read_text()
    bytecode = vyper.compile_code(source, output_formats=["bytecode"])["bytecode"]
    node = Node("--quiet")
    factory = node.web3.eth.contract(abi=[{"type": "constructor", "stateMutability": "nonpayable",
                                           "inputs": [{"name": "places", "type": "uint8"}]}], bytecode=bytecode)
    receipt = node.web3.eth.wait_for_transaction_receipt(
        factory.constructor(6).transact({"from": node.web3.eth.accounts[0]}))
    deployed = node.request("eth_getCode", receipt.contractAddress, "latest")
    assert node.stop() == 0
    assert shared.node.request("eth_getCode", FAUCET, "latest") == deployed != "0x"


def test_everything_that_is_wrong_is_told(tmp_path):
    wrong = small_venue(
        name="no good!", owner=12, colour="blue", orderingRule="lifo", publishers=[],
        parameters={"quorum": 0, "priceBand": "a lot", "latticeSteps": 101.5, "speed": 1},
        cash={"faucet": "0x12", "decimals": 19})
    wrong["underlyings"][0]["symbol"] = "bitcoin"
    wrong["underlyings"][0]["perpetual"] = {"tick": "0.0000000001", "lot": "0.0000000001"}
    wrong["underlyings"][0]["options"][0]["strikes"] = {"around": 100_000, "step": 0, "each": 3}
    wrong["underlyings"][0]["options"][0]["expiries"] = ["2027-02-30", "2026-01-01"]
    wrong["underlyings"][1]["leverageTiers"] = [{"from": 5, "leverage": 2000}]
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong))
    done = condor("venue", "check", file, "--genesis-time", GENESIS_TIME)
    assert done.returncode == 1 and done.stdout == ""
    lines = [line.removeprefix(f"{file}: ") for line in done.stderr.splitlines()]
    assert all("; accepted: " in line for line in lines)
    places = [line.split(": ")[0] for line in lines]
    assert places == [
        "colour", "name", "owner", "cash.decimals", "cash.faucet", "publishers", "orderingRule", "parameters.speed",
        "parameters.quorum", "parameters.priceBand", "parameters.latticeSteps", "underlyings[0].symbol",
        "underlyings[0].perpetual", "underlyings[0].options[0].expiries[0]", "underlyings[0].options[0].expiries[1]",
        "underlyings[0].options[0].strikes.step", "underlyings[1].leverageTiers[0].leverage"], done.stderr
    assert 'priceBand: found "a lot"; accepted: a number from 0.001 to 1' in done.stderr
    # A node does not start with it, and leaves no folder behind.
    done = condor("node", "--venue", file, "--port", 0, "--data-dir", tmp_path / "data")
    assert done.returncode == 64 and "underlyings[0].symbol" in done.stderr
    assert not (tmp_path / "data").exists()
    file.write_text("{")
    assert "found no JSON" in condor("venue", "check", file).stderr


@pytest.mark.parametrize("change, place", [
    ({"parameters": {"quorum": 1, "latticeSteps": 102}}, "parameters.latticeSteps"),
    ({"publishers": [{"account": 2}, {"account": 2}]}, "publishers[1]"),
    ({"cash": {"faucet": FAUCET, "token": FAUCET, "decimals": 6}}, "cash"),
    ({"collateral": [{"token": FAUCET, "decimals": 6, "underlying": "DOGE", "haircut": 0}]}, "collateral[0].underlying"),
    ({"feeTiers": [{"volume": 0, "maker": 0.001, "taker": 0.0005}]}, "feeTiers"),
    ({"policies": {"deleveraging": "random"}}, "policies.deleveraging"),
    ({"parameters": {"deleveragingPolicy": 1}}, "parameters.deleveragingPolicy"),
    ({"scenarios": [{"shift": -1, "volatility": "up"}]}, "scenarios[0].shift"),
    ({"underlyings": []}, "underlyings"),
    ({"book": {"openOrderTiers": [{"equity": 1, "orders": 1}] * 4}}, "book.openOrderTiers"),
])
def test_one_thing_is_wrong(tmp_path, change, place):
    done = condor("venue", "check", write(tmp_path, **change))
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1 and f": {place}: found " in line


# --- The life of a listing ---


def test_the_life_of_a_listing(market):
    owner, guardian, _, maker, taker = market.accounts[:5]
    instruments = market.instruments.functions
    fresh = instrument_id(CALL, EXPIRY, 105_000)
    assert market.refusal(guardian, instruments.list(fresh, WAD, WAD // 100)) == "Unauthorized"
    market.send(owner, instruments.list(fresh, WAD, WAD // 100))
    assert market.refusal(owner, instruments.list(fresh, WAD, WAD // 100)) == "AlreadyListed"
    assert instruments.instrument(fresh).call()[3] == ACTIVE

    # Parameters change within their bounds.
    band = 41
    assert instruments.parameter(band, 1).call() == WAD // 20
    assert market.refusal(guardian, instruments.setParameter(band, 1, WAD // 10)) == "Unauthorized"
    assert market.refusal(owner, instruments.setParameter(band, 1, 2 * WAD)) == "ParameterOutOfRange"
    market.send(owner, instruments.setParameter(band, 1, WAD // 10))
    assert [instruments.parameter(band, underlying).call() for underlying in (1, 2)] == [WAD // 10, WAD // 20]

    # Reduce-only: what adds risk is refused, what lowers it is not.
    market.send(maker, market.place(maker, BTC, False, 100_100, 2))
    market.send(taker, market.place(taker, BTC, True, 100_100, 1))
    money = [market.clearing.functions.account(account, 0).call()[1] for account in (maker, taker)]
    assert market.refusal(taker, instruments.setStatus(BTC, REDUCE_ONLY)) == "Unauthorized"
    market.send(guardian, instruments.setStatus(BTC, REDUCE_ONLY))
    assert market.refusal(taker, market.place(taker, BTC, True, 100_000, 1)) == "ReduceOnly"
    close = market.book.functions.placeOrder(taker, 0, BTC, False, 99_000 * WAD, WAD // 2, 0, 0, 0, 1, 0, 0)
    close.call({"from": taker})

    # Halted: nothing trades, cancels work.
    market.send(guardian, instruments.setStatus(BTC, HALTED))
    assert market.refusal(taker, market.place(taker, BTC, False, 100_000, 1)) == "InstrumentClosed"
    market.book.functions.cancelAll(maker, 0, 0).call({"from": maker})
    market.send(guardian, instruments.setStatus(BTC, ACTIVE))
    assert market.refusal(guardian, instruments.setStatus(BTC, SETTLING)) == "InstrumentClosed"

    # None of it has moved money, and neither may who owns or guards the venue.
    assert [market.clearing.functions.account(account, 0).call()[1] for account in (maker, taker)] == money
    for who in (owner, guardian):
        withdrawal = market.clearing.functions.withdraw(0, 0, WAD, who)
        assert market.refusal(who, withdrawal) == "UnknownAccount"

    # Retired: the holders are paid at the index, and it never trades again.
    assert market.refusal(guardian, instruments.retire(BTC)) == "Unauthorized"
    assert market.refusal(owner, instruments.retire(fresh)) == "InvalidListing"
    market.send(market.accounts[9], market.report(SPOT, [100_200 * WAD]))
    market.send(owner, instruments.retire(BTC))
    market.mine()
    assert instruments.instrument(BTC).call()[3] == SETTLED
    assert market.clearing.functions.positions(taker, 0).call()[0] == []
    assert market.refusal(owner, instruments.retire(BTC)) == "InstrumentClosed"
    assert market.refusal(guardian, instruments.setStatus(BTC, ACTIVE)) == "InstrumentClosed"
    assert market.refusal(owner, instruments.list(BTC, WAD // 10, WAD // 1000)) == "AlreadyListed"


def test_settlement_by_transaction(market):
    """An expiry settles by itself; who cannot wait may have more of its holders paid by a transaction."""
    owner, guardian = market.accounts[:2]
    settle_call = market.instruments.functions.settle
    call = instrument_id(CALL, EXPIRY, 100_000)
    assert market.refusal(market.accounts[7], settle_call(call, 10)) == "Unauthorized"
    assert market.refusal(guardian, settle_call(call, 10)) == "NotExpired"
    assert market.refusal(guardian, settle_call(BTC, 10)) == "NotExpired"
    # Nobody has reported in the last minute before the expiry: it waits for a price, and says so.
    market.mine(EXPIRY + 5 - market.now())
    assert market.instruments.functions.instrument(call).call()[3] == SETTLING
    assert market.refusal(guardian, settle_call(call, 10)) == "SettlementPriceMissing"
    late = market.report(SPOT, [100_000 * WAD], timestamp=EXPIRY - 1)
    market.send(market.accounts[9], late)
    market.mine()
    assert market.instruments.functions.instrument(call).call()[3] == SETTLED
    market.send(owner, settle_call(call, 10))
