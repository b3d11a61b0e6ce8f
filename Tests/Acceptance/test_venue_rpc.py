"""The condor_ methods and subscriptions of a live node, through clients/python; the storage layout by its JSON."""
import asyncio
import datetime
import json
import math
import sys
import time
import urllib.request
from decimal import Decimal

import pytest
import QuantLib as ql
import rlp
from conftest import ROOT, Node
from eth_utils import keccak
from test_venue import Stage
from trie import HexaryTrie
from venue_contracts import (
    AMERICAN_CALL, AMERICAN_PUT, FORWARD, IOC, POST_ONLY, RATE, SPOT, WAD, instrument_id)
from web3.logs import DISCARD

sys.path.insert(0, str(ROOT / "clients" / "python" / "src"))
from condor_client import Client, Layout, Order, RequestError, Trigger, subscribe, to_quantity  # noqa: E402

SPOT_HEARTBEAT = 4
LAYOUT = Layout.load(ROOT / "contracts" / "storage-layout.json")


@pytest.fixture(scope="module")
def stage():
    node = Node("--quiet")
    stage = Stage(node)
    # The tests take their time: the index may be an hour old.
    stage.send(stage.owner, stage.instruments.functions.setParameter(SPOT_HEARTBEAT, 0, 3600))
    yield stage
    assert node.stop() == 0


@pytest.fixture(autouse=True)
def as_it_was(request, stage):
    """Every test finds the market as it began."""
    snapshot = stage.node.request("evm_snapshot")
    yield
    assert stage.node.request("evm_revert", snapshot) is True


@pytest.fixture(scope="module")
def client(stage):
    return Client(stage.node.url)


def error(stage, method, *parameters):
    return stage.node.request(method, *parameters)["error"]


def name(stage, kind=""):
    """Of the call or the put of the stage."""
    date = datetime.datetime.fromtimestamp(stage.expiry, datetime.timezone.utc)
    return f"BTC-{date.day}{date.strftime('%b%y').upper()}-100000-{kind}"


def quotes(stage):
    """Orders of the maker on both sides of the perpetual."""
    for price, size in ((99_900, 2), (99_800, 3)):
        stage.place(stage.maker, stage.perpetual, True, price * WAD, size * WAD // 10, client=price)
    for price, size in ((100_100, 1), (100_200, 4)):
        stage.place(stage.maker, stage.perpetual, False, price * WAD, size * WAD // 10, POST_ONLY)


def test_markets(stage, client):
    quotes(stage)
    stage.place(stage.taker, stage.perpetual, True, 0, WAD // 20, IOC)
    perpetual, call, put = client.markets()
    assert (perpetual.name, perpetual.kind, perpetual.number) == ("BTC-PERP", "perpetual", 1)
    assert (call.name, put.name, call.kind, put.kind) == (name(stage, "C"), name(stage, "P"), "call", "put")
    assert perpetual.instrument == stage.perpetual and call.instrument == stage.call
    assert (perpetual.tick, perpetual.lot, perpetual.status) == (Decimal("0.1"), Decimal("0.001"), "active")
    assert (perpetual.best_bid, perpetual.best_ask, perpetual.last_price) == (99_900, 100_100, 100_100)
    assert (perpetual.index, perpetual.open_interest, perpetual.open_orders) == (100_000, Decimal("0.05"), 4)
    assert perpetual.funding is not None and perpetual.funding.samples >= 0 and call.funding is None
    assert (call.strike, call.expiry, call.forward, call.underlying) == (100_000, stage.expiry, 100_000, "BTC")
    assert call.mark == Decimal(stage.oracle.functions.markPrice(stage.call).call()) / WAD
    assert Decimal("0.3") < call.volatility < Decimal("1.5") and put.best_bid is None and put.last_price is None
    for select in ("BTC-PERP", stage.perpetual, ["BTC-PERP"], ["BTC-PERP", stage.perpetual]):
        assert client.markets(select) == [perpetual]
    assert client.markets("BTC") == client.markets(["BTC", "BTC-PERP"]) == [perpetual, call, put]
    stage.send(stage.owner, stage.instruments.functions.setStatus(stage.perpetual, 2))
    assert client.markets("BTC-PERP")[0].status == "halted"


def test_book(stage, client):
    quotes(stage)
    book = client.book("BTC-PERP")
    assert [(level.price, level.size, level.orders) for level in book.bids] == [
        (99_900, Decimal("0.2"), 1), (99_800, Decimal("0.3"), 1)]
    assert [level.price for level in book.asks] == [100_100, 100_200] and book.bids[0].queue is None
    assert (book.sequence, book.open_orders, book.last_price) == (4, 4, None)
    assert book.block_number == stage.w3.eth.block_number
    detailed = client.book(stage.perpetual, levels=1, orders=True)
    (order,) = detailed.bids[0].queue
    assert len(detailed.bids) == len(detailed.asks) == 1
    assert (order.owner, order.side, order.price, order.size) == (
        stage.maker.lower(), "buy", 99_900, Decimal("0.2"))
    assert (order.time_in_force, order.client_id, order.trigger) == ("gtc", 99_900, None)
    assert order.order == stage.book.functions.orderByClientID(stage.maker, 0, 99_900).call()
    assert detailed.asks[0].queue[0].time_in_force == "postOnly"


def test_trades(stage, client):
    quotes(stage)
    first = stage.w3.eth.block_number
    for size in (2, 1, 1):
        _, receipt = stage.place(stage.taker, stage.perpetual, True, 0, size * WAD // 20, IOC)
    stage.place(stage.maker, stage.call, False, 8_000 * WAD, WAD)
    stage.place(stage.taker, stage.call, True, 8_000 * WAD, WAD // 2)
    trades = client.trades()
    assert [trade.name for trade in trades] == [name(stage, "C")] + ["BTC-PERP"] * 3
    assert [trade.size for trade in trades] == [Decimal("0.5"), *[Decimal("0.05")] * 2, Decimal("0.1")]
    (fill,) = stage.clearing.events.Filled().process_receipt(receipt, errors=DISCARD)
    newest = trades[1]
    assert (newest.transaction_hash, newest.log_index) == (receipt.transactionHash.to_0x_hex(), fill.logIndex)
    assert (newest.block_number, newest.side, newest.price) == (receipt.blockNumber, "buy", 100_200)
    assert (newest.taker.owner, newest.maker.owner) == (stage.taker.lower(), stage.maker.lower())
    assert newest.taker_fee == Decimal("100200") * Decimal("0.05") * Decimal("0.00045")
    assert client.trades("BTC-PERP") == trades[1:] and client.trades([stage.call]) == trades[:1]
    assert client.trades(limit=2) == trades[:2]
    assert client.trades(from_block=newest.block_number) == trades[:2]
    # Up to a block, as it was then.
    assert client.trades(block=first + 1) == trades[3:] and client.trades(block=first) == []


@pytest.mark.parametrize("mode", [0, 1], ids=["standard", "portfolio"])
def test_account(stage, client, mode):
    stage.send(stage.taker, stage.clearing.functions.setMarginMode(0, mode))
    quotes(stage)
    stage.place(stage.taker, stage.perpetual, True, 0, WAD // 10, IOC)
    stage.place(stage.maker, stage.call, True, 2_000 * WAD, WAD)
    stage.place(stage.taker, stage.call, False, 2_000 * WAD, WAD)
    stage.place(stage.taker, stage.put, True, 100 * WAD, WAD, client=5)
    account = client.account(stage.taker)
    assert (account.owner, account.index, account.margin_mode) == (
        stage.taker.lower(), 0, ("standard", "portfolio")[mode])
    for kind, margin in ((0, account.initial_margin), (1, account.maintenance_margin)):
        told = stage.clearing.functions.margin(stage.taker, 0, kind).call()
        assert [margin.available, margin.equity, margin.worst, margin.contingencies, margin.mark_to_market, margin.cash] == [
            Decimal(number).scaleb(-18) for number in told]
    positions = {position.name: position for position in account.positions}
    assert {key: position.size for key, position in positions.items()} == {
        "BTC-PERP": Decimal("0.1"), name(stage, "C"): -1}
    perpetual, call = positions["BTC-PERP"], positions[name(stage, "C")]
    assert perpetual.cost == 10_010 and call.cost == -2_000
    assert perpetual.unrealized_profit == perpetual.value - perpetual.cost - perpetual.funding_due
    (order,) = account.orders
    assert (order.name, order.side, order.price, order.client_id) == (name(stage, "P"), "buy", 100, 5)
    (greeks,) = account.greeks
    # 0.1 of the perpetual against a call sold at the money.
    assert greeks.underlying == "BTC" and Decimal("-0.5") < greeks.delta < Decimal("-0.3")
    assert greeks.gamma < 0 and greeks.vega < 0 < greeks.theta
    assert account.volume_30d == 12_010 and account.collateral == []
    if mode == 0:
        assert account.scenarios == [] and account.basis is None
        (options,), (leveraged,) = account.requirements.expiries, account.requirements.leveraged
        for kind in ("initial", "maintenance"):
            (option, perp), margin = (getattr(part, kind) for part in (options, leveraged)), getattr(account, f"{kind}_margin")
            assert option.requirement + perp.requirement == -margin.worst > 0
            assert option.requirement == min(option.sum, option.payoff_loss) - option.premium + option.reserve
            # A call that is short has no largest loss at expiry: 1.2 and 1.1 of the forward are charged for it.
            assert option.counts == "sum" and option.payoff_loss > option.sum and option.premium == 0
            assert (perp.tier_from, perp.leverage) == (0, 40)
        assert (options.underlying, options.expiry, leveraged.name) == ("BTC", stage.expiry, "BTC-PERP")
        # The call by itself; the put that is bid for pays its price.
        assert (options.maintenance.sum, options.maintenance.reserve) == (call.mark + 9_000, 0)
        assert (options.initial.sum, options.initial.reserve) == (call.mark + 15_000, 100)
        # A lot's price is rounded down, requirements up.
        notional, least = leveraged.initial.notional, Decimal("1e-15")
        assert 0 <= perpetual.mark * perpetual.size - notional < least
        assert 0 <= leveraged.initial.requirement - notional / 40 < least
        assert 0 <= leveraged.maintenance.requirement - notional / 80 < least
        assert (leveraged.initial.rate, leveraged.maintenance.rate) == (Decimal("0.025"), Decimal("0.0125"))
        return
    assert account.requirements is None and len(account.scenarios) == 33
    worst = min(0, account.basis.maintenance, *(scenario.maintenance for scenario in account.scenarios))
    assert account.maintenance_margin.worst == worst < 0
    assert all(scenario.by_underlying == {"BTC": scenario.maintenance} for scenario in account.scenarios)
    up = next(s for s in account.scenarios if (s.shift, s.volatility) == (Decimal("0.135"), "up"))
    assert up.initial <= up.maintenance < 0 and up.damping == 1
    # The other side of the same, under another index, and somebody who is not here.
    assert client.account(stage.maker).positions[0].size == Decimal("-0.1")
    assert client.account(stage.owner) is None and client.account(stage.taker, 3) is None


class QuantLibOption:
    """An American option by QuantLib's solver of the exercise boundary, which has no lattice. Its calendar counts days: a term of one year
    stands for any other, with volatility, rate and yield scaled to it."""

    TODAY, END = ql.Date(1, 1, 2026), ql.Date(1, 1, 2027)

    def __init__(self, is_call, spot, forward, strike, years, volatility, rate):
        self.is_call, self.spot, self.forward, self.strike = is_call, spot, forward, strike
        self.years, self.volatility, self.rate = years, volatility, rate

    def value(self, move=1, **changes):
        """With spot and forward moved together, and other terms changed."""
        years, volatility = changes.get("years", self.years), changes.get("volatility", self.volatility)
        ql.Settings.instance().evaluationDate = self.TODAY
        count = ql.Actual365Fixed()
        growth = math.log(self.forward / self.spot)
        curve = lambda rate: ql.YieldTermStructureHandle(ql.FlatForward(self.TODAY, rate, count))
        deviation = ql.BlackConstantVol(self.TODAY, ql.NullCalendar(), volatility * math.sqrt(years), count)
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(self.spot * move)), curve(self.rate * years - growth), curve(self.rate * years),
            ql.BlackVolTermStructureHandle(deviation))
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if self.is_call else ql.Option.Put, self.strike)
        option = ql.VanillaOption(payoff, ql.AmericanExercise(self.TODAY, self.END))
        option.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
        return option.NPV()

    def greeks(self):
        """By narrow differences; with the forward, with which the spot moves in proportion, and with time while both stay."""
        spread = self.volatility * math.sqrt(self.years)
        step, share = spread / 64, 1 / 256
        below, here, above = (self.value(1 + side * step) for side in (-1, 0, 1))
        move = step * self.forward
        up, down = (1 + side * share for side in (1, -1))
        return {
            "delta": (above - below) / (2 * move), "gamma": (above - 2 * here + below) / move**2,
            "vega": (self.value(volatility=self.volatility * up) - self.value(volatility=self.volatility * down))
            / (2 * share * self.volatility),
            "theta": (self.value(years=self.years * down) - self.value(years=self.years * up)) / (2 * share * self.years)}

    def european_delta(self):
        spread = self.volatility * math.sqrt(self.years)
        distance = math.log(self.forward / self.strike) / spread + spread / 2
        side = 1 if self.is_call else -1
        return side * math.exp(-self.rate * self.years) * (1 + math.erf(side * distance / math.sqrt(2))) / 2


@pytest.mark.parametrize("kind, strike, forward, rate", [
    (AMERICAN_PUT, 110_000, 100_000, 10), (AMERICAN_PUT, 130_000, 100_100, 10), (AMERICAN_PUT, 98_000, 100_500, 20),
    (AMERICAN_PUT, 200_000, 100_000, 10), (AMERICAN_CALL, 90_000, 98_500, 4), (AMERICAN_CALL, 102_000, 96_000, 8)])
def test_greeks_of_american_options(stage, client, kind, strike, forward, rate):
    """Delta within 0.001, gamma within 5 % of 1/(F·σ√τ), vega within 0.1 % of F·√τ, theta within 0.1 % of F·σ/√τ. A European option's
    delta is farther away. The first call is nearly due to be exercised, where gamma jumps to 0."""
    option = instrument_id(kind, stage.expiry, strike)
    stage.send(stage.owner, stage.instruments.functions.list(option, WAD, WAD // 100))
    stage.send(stage.taker, stage.report(FORWARD, [forward * WAD], stage.expiry))
    stage.send(stage.taker, stage.report(RATE, [rate * WAD // 100]))
    stage.node.request("evm_mine")
    (market,) = client.markets(option)
    price = round(market.mark) * WAD
    stage.place(stage.maker, option, False, price, WAD)
    stage.place(stage.taker, option, True, price, WAD)
    account, (market,) = client.account(stage.taker), client.markets(option)
    assert [position.size for position in account.positions] == [1] and market.forward == forward
    years = (stage.expiry - account.timestamp) / 31_536_000
    volatility = float(market.volatility)
    exact = QuantLibOption(kind == AMERICAN_CALL, 100_000, forward, strike, years, volatility, rate / 100)
    assert abs(float(market.mark) - exact.value()) < 1e-4 * forward
    (found,), root = account.greeks, math.sqrt(years)
    tolerances = {"delta": 1e-3, "gamma": 0.05 / (forward * volatility * root), "vega": 1e-3 * forward * root,
                  "theta": 1e-3 * forward * volatility / root}
    for name, greek in exact.greeks().items():
        print(name, float(getattr(found, name)), greek, tolerances[name])
        assert abs(float(getattr(found, name)) - greek) < tolerances[name], name
    assert abs(exact.european_delta() - exact.greeks()["delta"]) > 1e-3


def agree(stage, client, order, call):
    """A simulated order does what the transaction then does: fills, cost, what rests, margins to the last unit."""
    now = stage.w3.eth.get_block("latest").timestamp
    stage.node.request("evm_setNextBlockTimestamp", now + 7)
    behind = stage.w3.eth.block_number
    before = client.simulate_order(order)
    assert (before.block_number, before.timestamp) == (behind + 1, now + 7)
    told = call.call({"from": stage.taker}, "latest")
    receipt = stage.send(stage.taker, call)
    block = stage.w3.eth.get_block(receipt.blockNumber)
    assert (block.number, block.timestamp) == (before.block_number, before.timestamp)
    account = client.account(stage.taker)
    assert before.after.initial_margin == account.initial_margin
    assert before.after.maintenance_margin == account.maintenance_margin
    assert [before.order, to_units(before.filled), to_units(before.cost), to_units(before.open)] == told[:4]
    trades = [trade for trade in client.trades(from_block=block.number)][::-1]
    assert [(fill.price, fill.size, fill.fee, fill.maker) for fill in before.fills] == [
        (trade.price, trade.size, trade.taker_fee, trade.maker) for trade in trades]
    assert before.fees == sum(trade.taker_fee for trade in trades)
    assert sum(fill.size for fill in before.fills) == before.filled
    # Asked again, it tells of the block that came.
    assert client.simulate_order(order, block=behind) == before
    return before


def to_units(amount):
    return int(to_quantity(amount), 16)


@pytest.mark.parametrize("mode", [0, 1], ids=["standard", "portfolio"])
def test_a_simulated_order_is_the_later_one(stage, client, mode):
    stage.send(stage.taker, stage.clearing.functions.setMarginMode(0, mode))
    quotes(stage)
    place = stage.book.functions.place
    simulation = agree(stage, client, Order(stage.taker, "BTC-PERP", "buy", size="0.25", price="100200"),
                       place(stage.taker, 0, stage.perpetual, True, 100_200 * WAD, WAD // 4, 0, 0))
    assert [fill.price for fill in simulation.fills] == [100_100, 100_200] and simulation.removal == "filled"
    simulation = agree(stage, client, Order(stage.taker, "BTC-PERP", "sell", size=5, time_in_force="ioc"),
                       place(stage.taker, 0, stage.perpetual, False, 0, 5 * WAD, IOC, 0))
    assert simulation.filled == Decimal("0.5") and simulation.removal == "unfilled"
    simulation = agree(stage, client, Order(stage.taker, "BTC-PERP", "buy", size=1, price=99_000, client_id=9),
                       place(stage.taker, 0, stage.perpetual, True, 99_000 * WAD, WAD, 0, 9))
    assert simulation.open == 1 and simulation.removal is None and simulation.fills == []
    stage.place(stage.maker, stage.call, True, 2_000 * WAD, WAD)
    simulation = agree(stage, client, Order(stage.taker, name(stage, "C"), "sell", size="0.5", price=2000),
                       place(stage.taker, 0, stage.call, False, 2_000 * WAD, WAD // 2, 0, 0))
    assert simulation.before.initial_margin.available > simulation.after.initial_margin.available
    # Nothing stayed of what was only asked.
    assert client.book("BTC-PERP").sequence == 4 + 3


def test_a_simulated_order_is_refused_as_the_call_is(stage, client):
    place = stage.book.functions.place(stage.taker, 0, stage.perpetual, True, 100_000 * WAD, 9_000 * WAD, 0, 0)
    available, required = stage.refused(stage.taker, place, "InsufficientMargin")
    with pytest.raises(RequestError) as caught:
        client.simulate_order(Order(stage.taker, "BTC-PERP", "buy", size=9000, price=100_000))
    assert caught.value.code == 3 and caught.value.data.startswith("0x")
    assert f"InsufficientMargin(available: {available}, required: " in caught.value.message
    with pytest.raises(RequestError, match="PostOnlyWouldTrade"):
        quotes(stage)
        client.simulate_order(
            Order(stage.taker, "BTC-PERP", "buy", size=1, price=100_100, time_in_force="postOnly"))
    # An account without money, which has not acted yet.
    with pytest.raises(RequestError, match="InsufficientMargin"):
        client.simulate_order(Order(stage.owner, "BTC-PERP", "buy", size=1, price=99_000))
    stop = Order(stage.taker, "BTC-PERP", "sell", size=1, trigger=Trigger("stop", Decimal(90_000)))
    assert client.simulate_order(stop).open == 1


def test_the_past_stays(stage, client):
    quotes(stage)
    block = stage.w3.eth.block_number
    before = (client.markets(), client.book("BTC-PERP", orders=True), client.account(stage.taker), client.trades(),
              client.breakers(), client.solvency())
    stage.place(stage.taker, stage.perpetual, True, 0, WAD // 10, IOC)
    stage.w3.provider.make_request("evm_increaseTime", [5])
    stage.send(stage.taker, stage.report(SPOT, [101_000 * WAD]))
    stage.send(stage.taker, stage.report(FORWARD, [101_000 * WAD], stage.expiry))
    stage.send(stage.taker, stage.oracle.functions.updateMarks(1))
    hash = stage.w3.eth.get_block(block).hash.to_0x_hex()
    for then in (block, hash):
        assert before == (
            client.markets(block=then), client.book("BTC-PERP", orders=True, block=then),
            client.account(stage.taker, block=then), client.trades(block=then), client.breakers(block=then),
            client.solvency(block=then))
    assert client.markets()[1].mark != before[0][1].mark and client.markets()[0].index == 101_000
    assert client.account(stage.taker).positions and not before[2].positions
    assert client.solvency().collected_fees > before[5].collected_fees == 0
    # Before the stage was set there was no market, and no account.
    assert client.markets(block="earliest") == [] and client.account(stage.taker, block=0) is None


def test_breakers(stage, client):
    breakers = client.breakers()
    (btc,) = breakers.underlyings
    assert (btc.underlying, btc.index, btc.validity, btc.is_divergent) == ("BTC", 100_000, "valid", False)
    assert btc.divergence_limit == Decimal("0.1") and btc.heartbeat == 3600
    perpetual = breakers.instruments[0]
    assert (perpetual.name, perpetual.prices, perpetual.may_liquidate) == ("BTC-PERP", None, True)
    assert perpetual.band.low < 100_000 < perpetual.band.high
    assert breakers.withdrawals_closed_until_block is None and breakers.withdrawals_hour.limit == 1_000_000
    stage.send(stage.maker, stage.clearing.functions.withdraw(0, 0, 500 * WAD, stage.maker))
    assert client.breakers().withdrawals_hour.withdrawn == client.breakers().withdrawals_day.withdrawn == 500
    stage.node.request("evm_increaseTime", 8000)
    stage.node.request("evm_mine")
    breakers = client.breakers("BTC-PERP")
    assert breakers.underlyings[0].validity == "stale" and breakers.withdrawals_hour.withdrawn == 0
    assert breakers.instruments[0].prices.startswith("OracleStale") and not breakers.instruments[0].may_liquidate


def test_errors(stage):
    assert error(stage, "condor_markets", "DOGE")["message"] == "invalid argument 0: no underlying 'DOGE' is known"
    for value, reason in (
        ("DOGE-PERP", "no underlying of 'DOGE-PERP' is known"), ("BTC-25DEC26", "no instrument 'BTC-25DEC26' is listed"),
        ("BTC-SPOT", "'BTC-SPOT' is no instrument: a name such as"), (5, "an instrument is expected: a name"),
        ("0xzz", "'0xzz' is no instrument"), (hex(stage.perpetual + 1), "is no instrument"),
    ):
        told = error(stage, "condor_book", value)
        assert told["code"] == -32602 and reason in told["message"], told
    cases = [
        ("condor_book", [], "missing value for required argument 0"),
        ("condor_book", ["BTC-PERP", {"levels": "0x0"}], "invalid argument 1: levels must be between 1 and 1000"),
        ("condor_book", ["BTC-PERP", {"depth": 1}], "invalid argument 1: unknown member 'depth'; known are: levels, orders"),
        ("condor_book", ["BTC-PERP", [], "latest"], "invalid argument 1: an object is expected"),
        ("condor_book", ["BTC-PERP", {}, "latest", 1], "too many arguments, want at most 3"),
        ("condor_book", ["BTC-PERP", {}, "newest"], "invalid argument 2"),
        ("condor_trades", [None, {"limit": 1001}], "invalid argument 1: limit must be between 1 and 1000"),
        ("condor_trades", [None, {"fromBlock": "0x5"}, "0x1"], "fromBlock 5 lies behind block 1"),
        ("condor_account", ["0x12"], "invalid argument 0: hex string has length 2"),
        ("condor_account", [{"owner": stage.maker, "index": "0x100000000"}], "index: a number below 2^32"),
        ("condor_simulateOrder", [{"owner": stage.maker, "instrument": "BTC-PERP"}], "side is missing"),
        ("condor_simulateOrder", [{"owner": stage.maker, "instrument": "BTC-PERP", "side": "up"}],
         "side: one of buy, sell is expected"),
    ]
    order = {"owner": stage.maker, "instrument": "BTC-PERP", "side": "buy", "size": hex(WAD)}
    cases += [("condor_simulateOrder", [order | change], reason) for change, reason in (
        ({"size": "0x1"}, "size is no multiple of the instrument's lot, 0x38d7ea4c68000"),
        ({"price": hex(WAD + 1)}, "price is no multiple of the instrument's tick, 0x16345785d8a0000"),
        ({"price": "1.5"}, "price: hex string without 0x prefix"), ({"price": hex(1 << 200)}, "a number below 2^127"),
        ({"timeInForce": "gtd"}, "timeInForce: one of gtc, ioc, fok, postOnly, postOnlySlide is expected"),
        ({"reduceOnly": 1}, "reduceOnly: true or false is expected"), ({"owner": None}, "owner is missing"),
        ({"trigger": {"kind": "stop"}}, "trigger: price is missing"),
        ({"leverage": 5}, "unknown member 'leverage'"),
    )]
    for method, parameters, reason in cases:
        told = error(stage, method, *parameters)
        assert told["code"] == -32602 and reason in told["message"], (method, parameters, told)
    assert error(stage, "condor_markets", None, "0xffffff")["message"] == "header not found"
    assert error(stage, "condor_subscribe", "book")["message"].startswith("notifications not supported")


def test_pruned_blocks_say_so(tmp_path):
    node = Node("--quiet", "--data-dir", str(tmp_path / "dev"), "--retain", "10")
    client = Client(node.url)
    client.request("hardhat_mine", "0x3c")
    for _ in range(100):
        with urllib.request.urlopen(node.url + "/metrics") as metrics:
            if b"condor_oldest_state_number 50" in metrics.read():
                break
        time.sleep(0.1)
    assert client.markets(block=55) == []
    with pytest.raises(RequestError, match="pruned") as caught:
        client.markets(block=3)
    assert caught.value.code == 4444
    assert node.stop() == 0


def follow(stage, topics, act):
    """Updates of several topics, from their subscription until `act` is done and its blocks are told."""
    url = stage.node.url.replace("http", "ws")
    received = [[] for _ in topics]

    async def listen(place, topic, select):
        async for update in subscribe(url, topic, select):
            received[place].append(update)

    async def run():
        tasks = [asyncio.create_task(listen(place, *topic)) for place, topic in enumerate(topics)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(act)
        await asyncio.sleep(0.5)
        for task in tasks:
            assert not task.done(), task.exception()
            task.cancel()

    asyncio.run(run())
    return received


def test_subscriptions(stage, client):
    quotes(stage)
    start = client.book("BTC-PERP", levels=100)

    def act():
        stage.place(stage.taker, stage.perpetual, True, 0, WAD * 3 // 20, IOC)
        stage.place(stage.maker, stage.call, True, 2_000 * WAD, WAD)
        stage.place(stage.maker, stage.perpetual, True, 99_850 * WAD, WAD)
        stage.send(stage.maker, stage.book.functions.cancelByClientID(stage.maker, 0, 99_900))
        stage.send(stage.taker, stage.report(SPOT, [100_500 * WAD]))
        stage.send(stage.taker, stage.oracle.functions.updateMarks(1))

    books, everything, trades, others, marks, calls = follow(stage, [
        ("book", "BTC-PERP"), ("book",) + (None,), ("trades", "BTC"), ("trades", name(stage, "C")), ("marks", "BTC-PERP"),
        ("marks", name(stage, "C"))], act)
    # Changes on top of a snapshot are the book as it is now.
    sides = {side: {level.price: level for level in getattr(start, side)} for side in ("bids", "asks")}
    for update in books:
        assert update.block_number > start.block_number
        (change,) = update.book
        for side, levels in sides.items():
            levels.update((level.price, level) for level in getattr(change, side))
    now = client.book("BTC-PERP", levels=100)
    assert sorted((l.price, l.size, l.orders) for l in sides["bids"].values() if l.size) == sorted(
        (l.price, l.size, l.orders) for l in now.bids)
    assert sorted((l.price, l.size, l.orders) for l in sides["asks"].values() if l.size) == sorted(
        (l.price, l.size, l.orders) for l in now.asks)
    assert [update.sequence for update in books] == list(range(1, len(books) + 1)) and len(books) == 3
    assert {change.name for update in everything for change in update.book} == {"BTC-PERP", name(stage, "C")}
    assert [trade for update in trades for trade in update.trades] == client.trades("BTC")[::-1]
    assert len(trades) == 1 and len(trades[0].trades) == 2 and others == []
    assert marks[-1].marks[0].mark == client.markets("BTC-PERP")[0].mark
    assert calls[-1].marks[0].mark == client.markets(name(stage, "C"))[0].mark and len(calls[-1].marks) == 1


def test_a_liquidation_is_told(stage, client):
    """A long of 50 BTC falls below its maintenance margin: nobody bids for it in the book, and its portfolio comes to auction."""
    for account, is_buy in ((stage.maker, False), (stage.taker, True)):
        stage.place(account, stage.perpetual, is_buy, 100_100 * WAD, 50 * WAD)
    stage.place(stage.taker, stage.perpetual, True, 90_000 * WAD, WAD)
    sound = client.solvency()
    assert sound.record.block_number == sound.block_number == stage.w3.eth.block_number and client.auctions() == []
    assert (sound.accounts, sound.deposits, sound.record.in_liquidation) == (2, 2_000_000, 0)
    # Everybody is far from liquidation.
    assert sound.record.worst_ratio is None and sound.record.bad_debt == 0
    assert sound.record.equity + sound.collected_fees == sound.deposits
    assert [(entry.underlying, entry.open_interest, entry.holders) for entry in sound.underlyings] == [("BTC", 50, 2)]

    def act():
        stage.send(stage.taker, stage.report(SPOT, [81_000 * WAD]))
        for _ in range(2):
            stage.node.request("evm_mine")

    updates, others = follow(stage, [("liquidations", "BTC"), ("liquidations", name(stage, "C"))], act)
    events = [event for update in updates for event in update.liquidations]
    assert {event.account.owner for event in events} == {stage.taker.lower()}
    removed = [event for event in events if event.event == "OrderRemoved"]
    assert [(event.name, event.reason, event.size) for event in removed] == [("BTC-PERP", "liquidation", 1)]
    steps = [event for event in events if event.event == "LiquidationStep"]
    assert [event.step for event in steps][-1] == "auction" and all(event.margin < 0 for event in steps)
    # What names no instrument is told to all.
    assert not any(event.name for update in others for event in update.liquidations) and others
    (liquidation,) = client.auctions()
    assert (liquidation.account.owner, liquidation.step) == (stage.taker.lower(), "auction")
    account = client.account(stage.taker)
    assert liquidation.equity == account.maintenance_margin.equity > 0 > liquidation.maintenance_margin
    auction = liquidation.auction
    assert 0 < auction.price < auction.value == liquidation.equity and 0 < auction.least <= auction.most <= 1
    assert client.solvency().record.in_liquidation == 1 and client.solvency().record.worst_ratio < 1
    # The summary's words by the layout.
    risk = stored(stage, "Liquidation", "summary", "venueRisk", underlying=0)
    assert risk["inLiquidation"] == 1 and risk["worstRatio"] == client.solvency().record.worst_ratio
    with pytest.raises(RequestError, match="InLiquidation"):
        client.simulate_order(Order(stage.taker, "BTC-PERP", "sell", size=1, price=81_000))
    # Money from elsewhere ends it.
    stage.deposit(stage.maker, 100_000, stage.taker)
    stage.node.request("evm_mine")
    assert client.auctions() == [] and client.solvency().record.in_liquidation == 0
    assert client.solvency(block=sound.block_number) == sound


def test_subscriptions_are_taken_back(stage):
    import websockets

    async def run():
        async with websockets.connect(stage.node.url.replace("http", "ws")) as socket:
            async def call(method, *parameters):
                await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}))
                return json.loads(await socket.recv())

            id = (await call("condor_subscribe", "trades"))["result"]
            # Each namespace takes back its own.
            assert "error" in await call("eth_unsubscribe", id)
            assert (await call("condor_unsubscribe", id))["result"] is True
            assert (await call("condor_unsubscribe", id))["error"]["message"] == "subscription not found"
            told = (await call("condor_subscribe", "candles"))["error"]["message"]
            assert told == "unknown subscription; accepted: book, trades, marks, liquidations"
            told = (await call("condor_subscribe", "book", "DOGE"))["error"]["message"]
            assert told == "invalid argument 1: no underlying 'DOGE' is known"

    asyncio.run(run())


def stored(stage, contract, table, word, **key):
    slot = LAYOUT.slot(contract, table, word, **key)
    value = stage.w3.eth.get_storage_at(stage.w3.to_checksum_address(LAYOUT.address(contract)), slot)
    return LAYOUT.decode(contract, table, word, int.from_bytes(value))


def test_storage_by_its_layout(stage, client):
    quotes(stage)
    stage.place(stage.taker, stage.perpetual, False, 0, WAD // 10, IOC)
    assert stored(stage, "Instruments", "underlyings", "underlying", underlying=1)["symbol"] == "BTC"
    units = stored(stage, "Instruments", "instruments", "units", instrument=1)
    assert units == {"tick": Decimal("0.1"), "lot": Decimal("0.001")}
    number = stored(stage, "Clearing", "accountNumbers", "number", owner=int(stage.taker, 16), index=0)["account"]
    assert stored(stage, "Clearing", "accounts", "account", account=number)["owner"] == stage.taker.lower()
    account = client.account(stage.taker)
    assert account.number == number
    assert stored(stage, "Clearing", "accounts", "cash", account=number)["cash"] == account.cash
    position = stored(stage, "Clearing", "positions", "position", account=number, instrument=1)
    assert (position["lots"], position["cost"]) == (-100, account.positions[0].cost)
    book = stored(stage, "Book", "books", "book", instrument=1)
    assert book["bestBid"] * units["tick"] == client.markets("BTC-PERP")[0].best_bid
    level = stored(stage, "Book", "levels", "level", ladder=0, instrument=1, ticks=book["bestBid"])
    assert level["lots"] * units["lot"] == client.book("BTC-PERP").bids[0].size
    # The taker's cash, proved under the header's state root.
    slot = LAYOUT.slot("Clearing", "accounts", "cash", account=number)
    proof = stage.w3.eth.get_proof(
        stage.w3.to_checksum_address(LAYOUT.address("Clearing")), [hex(slot)], stage.w3.eth.block_number)
    root = stage.w3.eth.get_block("latest").stateRoot
    key = keccak(bytes.fromhex(LAYOUT.address("Clearing")[2:]))
    leaf = HexaryTrie.get_from_proof(root, key, [rlp.decode(node) for node in proof.accountProof])
    storage_root = rlp.decode(leaf)[2]
    (entry,) = proof.storageProof
    proven = HexaryTrie.get_from_proof(
        storage_root, keccak(slot.to_bytes(32)), [rlp.decode(node) for node in entry.proof])
    word = int.from_bytes(rlp.decode(proven))
    assert LAYOUT.decode("Clearing", "accounts", "cash", word)["cash"] == account.cash > 0
    with pytest.raises(KeyError):
        LAYOUT.slot("Clearing", "accounts", "equity", account=1)
    with pytest.raises(ValueError):
        LAYOUT.slot("Clearing", "accounts", "cash", account=1 << 32)
