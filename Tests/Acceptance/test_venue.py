"""The venue's contracts over JSON-RPC: a market from nothing, people and a contract that trade there."""
import pytest
import venue_contracts
import vyper_contracts
from conftest import ROOT, Node
from eth_account import Account
from venue_contracts import (
    CALL, CONTRACTS, DAY, FORWARD, GTC, IOC, PERPETUAL, POST_ONLY, PUT, RATE, SPOT, SURFACE, WAD, instrument_id)
from web3 import Web3
from web3.exceptions import ContractLogicError, Web3Exception
from web3.logs import DISCARD

# The third step of the waterfall.
AUCTION = 3


class Stage:
    """A venue with a perpetual and two options on BTC, and money on two accounts."""

    def __init__(self, node):
        self.node, self.w3 = node, node.web3
        self.owner, self.maker, self.taker = self.w3.eth.accounts[:3]
        for name, contract in venue_contracts.contracts(self.w3).items():
            setattr(self, name.lower(), contract)
        self.abi = {item["name"]: item for item in self.book.abi if item["type"] == "error"}
        self.token = self.deploy("faucet_token.vy", 6)
        self.publisher = Account.create("a publisher of the tests")
        instruments = self.instruments.functions
        self.send(self.owner, instruments.setCashToken(self.token.address, 6))
        self.send(self.owner, instruments.addUnderlying(int.from_bytes(b"BTC", "big")))
        self.send(self.owner, instruments.setPublishers([self.publisher.address], [10**8]))
        now = self.w3.eth.get_block("latest").timestamp
        self.expiry = (now // DAY + 30) * DAY + 8 * 3600
        self.perpetual = instrument_id(PERPETUAL)
        self.call, self.put = (instrument_id(kind, self.expiry, 100_000) for kind in (CALL, PUT))
        self.send(self.owner, instruments.list(self.perpetual, WAD // 10, WAD // 1000))
        for option in (self.call, self.put):
            self.send(self.owner, instruments.list(option, WAD, WAD // 100))
        self.report_all(100_000)
        for account in (self.maker, self.taker):
            self.deposit(account, 1_000_000)

    def deploy(self, name, *arguments):
        factory = vyper_contracts.factory(self.w3, (ROOT / "contracts" / name).read_text())
        receipt = self.send(self.owner, factory.constructor(*arguments))
        return factory(receipt.contractAddress)

    def send(self, account, call, **fields):
        hash = call.transact({"from": account} | fields)
        receipt = self.w3.eth.wait_for_transaction_receipt(hash)
        assert receipt.status == 1
        return receipt

    def refused(self, account, call, error):
        """The call reverts with this error of the ABI; its arguments."""
        with pytest.raises(Web3Exception) as caught:
            call.call({"from": account})
        data = caught.value.data if isinstance(caught.value.data, str) else caught.value.data["data"]
        item = self.abi[error]
        signature = f"{error}({','.join(i['type'] for i in item['inputs'])})"
        assert data[:10] == self.w3.to_hex(self.w3.keccak(text=signature)[:4]), data
        return self.w3.codec.decode([i["type"] for i in item["inputs"]], bytes.fromhex(data[10:]))

    def report(self, kind, values, expiry=0, signer=None, sent=None):
        timestamp = self.w3.eth.get_block("latest").timestamp
        return self.oracle.functions.report(*venue_contracts.report(
            self.oracle, self.w3.eth.chain_id, signer or self.publisher, kind, values, timestamp, expiry=expiry, sent=sent))

    def report_all(self, price):
        self.send(self.taker, self.report(SPOT, [price * WAD]))
        self.send(self.taker, self.report(FORWARD, [price * WAD], self.expiry))
        self.send(self.taker, self.report(RATE, [4 * WAD // 100]))
        surface = [WAD // 100, WAD // 20, 0, 0, WAD // 5]
        self.send(self.taker, self.report(SURFACE, surface, self.expiry))
        self.send(self.taker, self.oracle.functions.updateMarks(1))

    def deposit(self, account, amount, owner=None):
        units = amount * 10**6
        self.send(account, self.token.functions.mint(account, units))
        self.send(account, self.token.functions.approve(self.clearing.address, units))
        return self.send(account, self.clearing.functions.deposit(owner or account, 0, 0, amount * WAD))

    def place(self, account, instrument, is_buy, price, size, force=GTC, client=0):
        call = self.book.functions.place(account, 0, instrument, is_buy, price, size, force, client)
        order = call.call({"from": account})[0]
        return order, self.send(account, call)

    def venue_roots(self):
        """The storage roots of the venue's contracts."""
        return [self.node.request("eth_getProof", c.address, [], "latest")["storageHash"]
                for c in (self.oracle, self.instruments, self.book, self.clearing, self.liquidation)]

    def portfolio_for_sale(self):
        """An account whose long of 30 BTC has come to auction at 81,000, and which is worth something yet."""
        seller = self.w3.eth.accounts[6]
        self.deposit(seller, 600_000)
        self.place(self.maker, self.perpetual, False, 100_000 * WAD, 30 * WAD)
        self.place(seller, self.perpetual, True, 100_000 * WAD, 30 * WAD, IOC)
        self.report_all(81_000)
        for _ in range(100):
            if self.liquidation.functions.step(seller, 0).call() == AUCTION:
                return seller
            self.node.request("evm_mine")
        pytest.fail("no auction within 100 blocks")


@pytest.fixture(scope="module")
def stage():
    node = Node("--quiet")
    yield Stage(node)
    assert node.stop() == 0


@pytest.fixture(autouse=True)
def as_it_was(stage):
    """Every test finds the market as it began, and prices of now: a machine with much to do takes minutes for all of them."""
    snapshot = stage.node.request("evm_snapshot")
    stage.report_all(100_000)
    yield
    assert stage.node.request("evm_revert", snapshot) is True


def test_money_in_and_out(stage):
    clearing = stage.clearing.functions
    mode, cash, equity, initial, maintenance = clearing.account(stage.maker, 0).call()
    assert (mode, cash, equity, initial, maintenance) == (0, *[1_000_000 * WAD] * 4)
    assert stage.token.functions.balanceOf(stage.clearing.address).call() == 2_000_000 * 10**6
    receipt = stage.send(stage.maker, clearing.withdraw(0, 0, 5 * WAD, stage.owner))
    assert stage.token.functions.balanceOf(stage.owner).call() == 5 * 10**6
    (event,) = stage.clearing.events.Withdrawn().process_receipt(receipt, errors=DISCARD)
    assert event.args.amount == 5 * WAD
    stage.refused(stage.maker, clearing.withdraw(0, 0, WAD // 10**7, stage.owner), "OffDecimals")
    assert stage.refused(stage.maker, clearing.withdraw(0, 0, 10**7 * WAD, stage.owner), "InsufficientCash") == (
        999_995 * WAD,)
    # What was not approved cannot be taken, and leaves no account.
    stage.refused(stage.owner, clearing.deposit(stage.owner, 3, 0, WAD), "TokenFailed")
    assert clearing.accountNumber(stage.owner, 3).call() == 0


def test_orders(stage):
    book = stage.book.functions
    bid, receipt = stage.place(stage.maker, stage.perpetual, True, 99_900 * WAD, 2 * WAD, client=7)
    (event,) = stage.book.events.OrderPlaced().process_receipt(receipt, errors=DISCARD)
    assert (event.args.order, event.args.lots, event.args.clientID) == (bid, 2000, 7)
    ask, _ = stage.place(stage.maker, stage.perpetual, False, 100_100 * WAD, WAD, POST_ONLY)
    assert book.top(stage.perpetual).call() == [99_900 * WAD, 100_100 * WAD, 0]
    assert book.order(bid).call()[:7] == [stage.maker, 0, stage.perpetual, True, 99_900 * WAD, 2 * WAD, 2 * WAD]
    assert book.orderByClientID(stage.maker, 0, 7).call() == bid
    assert book.orders(stage.maker, 0).call() == [bid, ask]
    _, receipt = stage.place(stage.taker, stage.perpetual, True, 0, WAD // 2, IOC)
    (fill,) = stage.clearing.events.Filled().process_receipt(receipt, errors=DISCARD)
    assert (fill.args.price, fill.args.size) == (100_100 * WAD, WAD // 2)
    assert stage.clearing.functions.position(stage.taker, 0, stage.perpetual).call()[0] == WAD // 2
    assert stage.clearing.functions.positions(stage.maker, 0).call()[:2] == [[stage.perpetual], [-WAD // 2]]
    stage.send(stage.maker, book.amend(stage.maker, 0, bid, 0, WAD))
    assert book.depth(stage.perpetual, True, 5).call() == [[99_900 * WAD], [WAD], [1]]
    stage.send(stage.maker, book.cancel(stage.maker, 0, bid))
    stage.refused(stage.maker, book.cancel(stage.maker, 0, bid), "UnknownOrder")
    assert book.cancelAll(stage.maker, 0, 0).call({"from": stage.maker}) == 1


def test_refusals(stage):
    book, instruments = stage.book.functions, stage.instruments.functions

    def place(owner=stage.maker, price=99_900 * WAD, size=WAD, instrument=stage.perpetual):
        return book.place(owner, 0, instrument, True, price, size, GTC, 0)

    stage.refused(stage.taker, place(), "Unauthorized")
    assert stage.refused(stage.maker, place(price=99_900 * WAD + 1), "OffTick") == (WAD // 10,)
    assert stage.refused(stage.maker, place(size=WAD + 1), "OffLot") == (WAD // 1000,)
    stage.refused(stage.maker, place(instrument=stage.perpetual + 1), "UnknownInstrument")
    available, required = stage.refused(stage.maker, place(size=10_000 * WAD), "InsufficientMargin")
    assert required > available == 1_000_000 * WAD
    stage.refused(stage.maker, instruments.setOwner(stage.maker), "Unauthorized")
    stage.refused(stage.maker, instruments.setStatus(stage.perpetual, 2), "Unauthorized")
    stage.refused(stage.owner, instruments.setParameter(0, 0, 0), "ParameterOutOfRange")
    stage.refused(stage.owner, instruments.setCashToken(stage.owner, 18), "AlreadyListed")
    # A time in force that there is not.
    stage.refused(stage.maker, book.place(stage.maker, 0, stage.perpetual, True, WAD, WAD, 9, 0), "InvalidInput")
    with pytest.raises(Web3Exception):
        stage.w3.eth.call({"to": stage.book.address, "data": "0x01020304", "from": stage.maker})
    with pytest.raises(Web3Exception):
        data = book.top(stage.perpetual)._encode_transaction_data()
        stage.w3.eth.call({"to": stage.book.address, "data": data, "value": 1, "from": stage.maker})


def test_reports_are_their_publishers(stage):
    stage.refused(stage.taker, stage.report(SPOT, [WAD], signer=Account.create()), "UnknownPublisher")
    # The same signature under other values is another's.
    stage.refused(stage.taker, stage.report(SPOT, [WAD], sent={"values": [2 * WAD]}), "UnknownPublisher")
    assert stage.oracle.functions.indexPrice(1).call() == [100_000 * WAD, 4]
    assert stage.oracle.functions.markPrice(stage.call).call() > 1000 * WAD


def test_a_batch_is_whole_or_each_for_itself(stage):
    book = stage.book

    def place(price, client):
        arguments = [stage.maker, 0, stage.perpetual, True, price, WAD, GTC, client]
        return book.encode_abi("place", arguments)

    calls = [place(99_000 * WAD, 1), place(99_001 * WAD, 1), place(99_002 * WAD, 2)]
    stage.refused(stage.maker, book.functions.batch(calls, True), "ClientIDInUse")
    succeeded, results = book.functions.batch(calls, False).call({"from": stage.maker})
    assert succeeded == [True, False, True] and results[1][:4] == stage.w3.keccak(text="ClientIDInUse(uint64)")[:4]
    stage.send(stage.maker, book.functions.batch(calls, False))
    assert len(book.functions.orders(stage.maker, 0).call()) == 2
    stage.refused(stage.maker, book.functions.batch([book.encode_abi("batch", [[], True])], True), "InvalidInput")


def test_a_session_key_trades_and_takes_no_money(stage):
    key = stage.w3.eth.accounts[5]
    later = stage.w3.eth.get_block("latest").timestamp + DAY
    stage.send(stage.maker, stage.clearing.functions.setSessionKey(0, key, later))
    assert stage.clearing.functions.mayTrade(stage.maker, 0, key).call() is True
    call = stage.book.functions.place(stage.maker, 0, stage.perpetual, True, 99_000 * WAD, WAD, GTC, 0)
    stage.send(key, call)
    stage.refused(key, stage.clearing.functions.withdraw(0, 0, WAD, key), "UnknownAccount")


def test_a_token_that_calls_back_in(stage):
    """While the venue calls a token, all that writes is closed in all of its contracts, whoever asks; what reads is open."""
    token = stage.deploy("../Tests/Acceptance/contracts/thief_token.vy")
    stage.send(stage.owner, stage.instruments.functions.addCollateral(token.address, 18, 1, WAD // 10))
    collateral = stage.instruments.functions.collateralCount().call()
    stage.send(stage.maker, stage.clearing.functions.setSessionKey(0, token.address, 2**40))
    deposit = stage.clearing.functions.deposit(stage.maker, 0, collateral, WAD)
    order = [stage.maker, 0, stage.perpetual, True, 99_000 * WAD, WAD, GTC, 0]
    for contract, name, arguments in (
            (stage.clearing, "withdraw", [0, 0, WAD, token.address]), (stage.clearing, "transfer", [0, token.address, 0, 0, WAD]),
            (stage.clearing, "deposit", [token.address, 0, collateral, WAD]), (stage.book, "place", order),
            (stage.book, "cancelAll", [stage.maker, 0, 0]), (stage.oracle, "updateMarks", [1])):
        stage.send(stage.maker, token.functions.plan(contract.address, contract.encode_abi(name, arguments)))
        stage.send(stage.maker, deposit)
        assert token.functions.succeeded().call() is False
        assert token.functions.answer().call() == stage.w3.keccak(text="Reentrant()")[:4], name
    assert stage.clearing.functions.collateralBalance(stage.maker, 0, collateral).call() == 6 * WAD
    assert stage.book.functions.orders(stage.maker, 0).call() == []
    read = stage.clearing.encode_abi("collateralBalance", [stage.maker, 0, collateral])
    stage.send(stage.maker, token.functions.plan(stage.clearing.address, read))
    stage.send(stage.maker, deposit)
    # The books are whole before the token is asked.
    assert token.functions.succeeded().call() is True and int.from_bytes(token.functions.answer().call(), "big") == 7 * WAD


@pytest.fixture
def trader(stage):
    """A contract that trades, with a million."""
    trader = stage.deploy("venue_trader.vy")
    stage.send(stage.owner, stage.token.functions.mint(stage.owner, 10**12))
    stage.send(stage.owner, stage.token.functions.approve(trader.address, 10**12))
    stage.send(stage.owner, trader.functions.fund(stage.token.address, 10**6 * WAD, 10**12))
    return trader


def leaves_nothing(stage, call):
    """The transaction reverts, and every word of the venue is as an empty block in its place leaves it."""
    snapshot = stage.node.request("evm_snapshot")
    later = stage.w3.eth.get_block("latest").timestamp + 5
    stage.node.request("evm_setNextBlockTimestamp", hex(later))
    stage.node.request("evm_mine")
    empty = stage.venue_roots()
    stage.node.request("evm_revert", snapshot)
    stage.node.request("evm_setNextBlockTimestamp", hex(later))
    receipt = stage.w3.eth.wait_for_transaction_receipt(call.transact({"from": stage.owner, "gas": 3_000_000}))
    assert receipt.status == 0 and receipt.logs == []
    assert stage.venue_roots() == empty


def test_a_contract_trades_atomically(stage, trader):
    functions = trader.functions
    margin = functions.requote(stage.perpetual, True, 99_000 * WAD, WAD, 0)
    left = margin.call({"from": stage.owner})
    assert 900_000 * WAD < left < 10**6 * WAD
    stage.send(stage.owner, margin)
    first = functions.quote().call()
    stage.send(stage.owner, functions.shrink(0, WAD // 2, 0))
    assert stage.book.functions.order(first).call()[5] == WAD // 2
    stage.send(stage.owner, functions.requote(stage.perpetual, True, 99_500 * WAD, WAD, 0))
    assert stage.book.functions.orders(trader.address, 0).call() == [functions.quote().call()] != [first]

    # A call that ends in a revert after it has cancelled and placed.
    moves = functions.moves().call()
    leaves_nothing(stage, functions.requote(stage.perpetual, True, 99_600 * WAD, WAD, 10**9 * WAD))
    assert functions.moves().call() == moves

    # An option bought and hedged in one transaction; with no bid for the hedge, neither.
    stage.place(stage.maker, stage.call, False, 8_000 * WAD, WAD)
    take = functions.take(stage.call, True, WAD, stage.perpetual, WAD // 2)
    with pytest.raises(ContractLogicError):
        take.call({"from": stage.owner})
    stage.place(stage.maker, stage.perpetual, True, 99_900 * WAD, WAD)
    stage.send(stage.owner, take)
    positions = stage.clearing.functions.positions(trader.address, 0).call()
    assert dict(zip(*positions[:2])) == {stage.call: WAD, stage.perpetual: -WAD // 2}


def test_a_contract_does_everything_in_one_transaction(stage, trader):
    """Places, amends, cancels, opens a hedged option position, bids in an auction, reads its margin: all of it or nothing."""
    seller = stage.portfolio_for_sale()
    premium = stage.oracle.functions.markPrice(stage.call).call() // WAD * WAD + 100 * WAD
    stage.place(stage.maker, stage.call, False, premium, WAD)
    stage.place(stage.maker, stage.perpetual, True, 80_900 * WAD, WAD)

    def everything(least_margin):
        calls = [trader.encode_abi(name, arguments) for name, arguments in (
            ("requote", [stage.perpetual, True, 80_000 * WAD, WAD, 0]),
            ("shrink", [0, WAD // 2, 0]),
            # Cancels the one before.
            ("requote", [stage.perpetual, True, 80_100 * WAD, WAD, 0]),
            ("take", [stage.call, True, WAD, stage.perpetual, WAD // 2]),
            ("bid", [seller, 0, WAD, 10**5 * WAD, 0]))]
        return trader.functions.batch(calls, least_margin)

    with pytest.raises(ContractLogicError):
        everything(0).call({"from": stage.maker})
    # The last of it, the margin, is not what was asked for.
    leaves_nothing(stage, everything(10**9 * WAD))
    functions = trader.functions
    assert functions.moves().call() == functions.bids().call() == functions.quote().call() == 0
    assert stage.clearing.functions.positions(trader.address, 0).call()[0] == []

    margin = everything(0).call({"from": stage.owner})
    receipt = stage.send(stage.owner, everything(0))
    (bid,) = stage.liquidation.events.AuctionBid().process_receipt(receipt, errors=DISCARD)
    assert functions.moves().call() == 3 and functions.bids().call() == 1 and functions.paid().call() == bid.args.price > 0
    assert stage.book.functions.orders(trader.address, 0).call() == [functions.quote().call()]
    assert stage.book.functions.order(functions.quote().call()).call()[4:7] == [80_100 * WAD, WAD, WAD]
    sold = 30 * WAD - stage.clearing.functions.position(seller, 0, stage.perpetual).call()[0]
    assert sold > 0
    positions = stage.clearing.functions.positions(trader.address, 0).call()
    assert dict(zip(*positions[:2])) == {stage.call: WAD, stage.perpetual: sold - WAD // 2}
    # The bid has made the seller sound.
    assert stage.liquidation.functions.step(seller, 0).call() == 0
    # What it read is what the venue says.
    assert abs(margin - stage.clearing.functions.account(trader.address, 0).call()[3]) < 1000 * WAD


def own_gas(stage, receipt):
    """What the act itself used, beside the 21,000 and the call data of its transaction."""
    data = stage.w3.eth.get_transaction(receipt.transactionHash).input
    return receipt.gasUsed - 21_000 - sum(4 if byte == 0 else 16 for byte in data)


def nine_options(stage, mode):
    """The maker's and the taker's margin mode, and bids of both for nine options."""
    for account in (stage.maker, stage.taker):
        stage.send(account, stage.clearing.functions.setMarginMode(0, mode))
    for step in range(9):
        option = instrument_id((CALL, PUT)[step % 2], stage.expiry, 91_000 + 2_000 * step)
        stage.send(stage.owner, stage.instruments.functions.list(option, WAD, WAD // 100))
        stage.send(stage.taker, stage.report(SPOT, [100_000 * WAD]))
        for account in (stage.maker, stage.taker):
            stage.place(account, option, True, 100 * WAD, WAD // 10)


@pytest.mark.parametrize("mode", [0, 1], ids=["standard", "portfolio"])
def test_gas(stage, mode):
    """Of accounts with ten assets: place <= 60,000, cancel <= 25,000, taking one level <= 120,000."""
    nine_options(stage, mode)
    stage.place(stage.maker, stage.perpetual, True, 99_900 * WAD, WAD)
    ask, receipt = stage.place(stage.maker, stage.perpetual, False, 100_100 * WAD, WAD)
    assert len(stage.book.functions.orders(stage.maker, 0).call()) == 11
    place = own_gas(stage, receipt)
    _, receipt = stage.place(stage.taker, stage.perpetual, False, 99_900 * WAD, WAD // 2, IOC)
    take = own_gas(stage, receipt)
    cancel = own_gas(stage, stage.send(stage.maker, stage.book.functions.cancel(stage.maker, 0, ask)))
    print(f"gas: place {place}, cancel {cancel}, take one level {take}")
    assert place <= 60_000 and cancel <= 25_000 and take <= 120_000


@pytest.mark.parametrize("mode", [0, 1], ids=["standard", "portfolio"])
def test_gas_of_a_bid(stage, mode):
    """Of a bidder with ten assets, for a portfolio of one."""
    nine_options(stage, mode)
    seller = stage.portfolio_for_sale()
    stage.place(stage.taker, stage.perpetual, True, 80_000 * WAD, WAD)
    assert len(stage.book.functions.orders(stage.taker, 0).call()) == 10
    trade = stage.liquidation.functions.auction(seller, 0).call()[1]
    bid = own_gas(stage, stage.send(stage.taker, stage.liquidation.functions.bid(
        stage.taker, 0, seller, 0, WAD, 10**5 * WAD, trade)))
    print(f"gas: bid {bid}")
    assert bid <= 120_000


@pytest.mark.parametrize("name", CONTRACTS)
def test_vyper_takes_the_interface(name):
    source = f"# pragma version ~=0.4.0\nfrom interfaces import {name}\n\nvenue: {name}\n"
    vyper_contracts.factory(Web3(), source)
