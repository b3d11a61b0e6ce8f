"""What the venue answers, as dataclasses. Prices, sizes and money are exact `Decimal`; sizes of short positions are below 0."""
from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Optional

from .amounts import Amount, from_quantity, to_quantity

Side = Literal["buy", "sell"]
TimeInForce = Literal["gtc", "ioc", "fok", "postOnly", "postOnlySlide"]


@dataclass(frozen=True)
class AccountKey:
    """Who trades: an owner's address, and an index under it."""
    owner: str
    index: int


@dataclass(frozen=True)
class Funding:
    """A perpetual's funding: what the running hour would pay as it stands, from how many samples, and what a long lot has paid."""
    rate: Decimal
    samples: int
    cumulative_per_lot: Decimal


@dataclass(frozen=True)
class Market:
    """A listing. `None` stands for what there is not, or not yet."""
    #: The id, one word.
    instrument: int
    #: Such as `BTC-PERP` or `BTC-25DEC26-100000-C`.
    name: str
    #: The number under which the venue's storage keeps it.
    number: int
    underlying: str
    #: perpetual, future, call, put, americanCall, americanPut.
    kind: str
    #: In seconds.
    expiry: Optional[int]
    strike: Optional[Decimal]
    #: active, reduceOnly, halted, settling, settled.
    status: str
    tick: Decimal
    lot: Decimal
    mark: Optional[Decimal]
    index: Optional[Decimal]
    forward: Optional[Decimal]
    #: Of an option: implied, per year.
    volatility: Optional[Decimal]
    best_bid: Optional[Decimal]
    best_ask: Optional[Decimal]
    last_price: Optional[Decimal]
    open_interest: Decimal
    open_orders: int
    settlement_price: Optional[Decimal]
    funding: Optional[Funding]


@dataclass(frozen=True)
class Trigger:
    """What wakes a dormant order: `stop` or `takeProfit`, on `mark` or `index`, at a price."""
    kind: Literal["stop", "takeProfit"]
    price: Decimal
    on: Literal["mark", "index"] = "mark"


@dataclass(frozen=True)
class OpenOrder:
    """An order that waits in a book, or for its trigger."""
    order: int
    owner: str
    index: int
    instrument: int
    name: str
    side: Side
    #: None for a dormant market order.
    price: Optional[Decimal]
    #: What is left of it.
    size: Decimal
    size_placed: Decimal
    time_in_force: TimeInForce
    client_id: Optional[int]
    expiry: Optional[int]
    reduce_only: bool
    quote: bool
    self_trade: str
    trigger: Optional[Trigger]


@dataclass(frozen=True)
class BookLevel:
    """A price and what waits there. A size of 0 in an update: nothing waits there any more."""
    price: Decimal
    size: Decimal
    orders: int
    #: First to trade first; only where orders were asked for.
    queue: Optional[list[OpenOrder]] = None


@dataclass(frozen=True)
class Book:
    """A book, each side best first."""
    block_number: int
    block_hash: str
    timestamp: int
    instrument: int
    name: str
    #: How many orders the book has ever numbered.
    sequence: int
    last_price: Optional[Decimal]
    open_orders: int
    bids: list[BookLevel]
    asks: list[BookLevel]


@dataclass(frozen=True)
class Trade:
    """A fill; `side` is the taker's."""
    block_number: int
    block_hash: str
    timestamp: int
    transaction_hash: str
    log_index: int
    instrument: int
    name: str
    side: Side
    price: Decimal
    size: Decimal
    taker: AccountKey
    maker: AccountKey
    taker_fee: Decimal
    maker_fee: Decimal


@dataclass(frozen=True)
class Margin:
    """factor · worst − contingencies + mark-to-market + cash; the account is sound while `available` is not below 0."""
    available: Decimal
    equity: Decimal
    worst: Decimal
    factor: Decimal
    contingencies: Decimal
    mark_to_market: Decimal
    cash: Decimal


@dataclass(frozen=True)
class Margins:
    """None where something that the account holds has no price."""
    initial_margin: Optional[Margin]
    maintenance_margin: Optional[Margin]


@dataclass(frozen=True)
class Position:
    """What an account holds of an instrument."""
    instrument: int
    name: str
    size: Decimal
    #: What it cost at entry: paid for options, owed for perpetuals and futures.
    cost: Decimal
    mark: Optional[Decimal]
    value: Optional[Decimal]
    #: value − cost − funding due.
    unrealized_profit: Optional[Decimal]
    funding_due: Decimal


@dataclass(frozen=True)
class Collateral:
    """A token that counts as margin."""
    collateral: int
    token: str
    balance: Decimal
    price: Optional[Decimal]
    haircut: Decimal
    value: Optional[Decimal]


@dataclass(frozen=True)
class Greeks:
    """How an account's value moves with an underlying: by price, that again, by volatility, by a year that passes."""
    underlying: str
    delta: Decimal
    gamma: Decimal
    vega: Decimal
    theta: Decimal


@dataclass(frozen=True)
class Scenario:
    """What the account gains when all prices of an underlying move by `shift` and volatilities as named, damped."""
    shift: Decimal
    #: same, up, down, skewLinear, skewAbsolute.
    volatility: str
    damping: Decimal
    #: With open orders at their worst side, and without.
    initial: Decimal
    maintenance: Decimal
    by_underlying: dict[str, Decimal]


@dataclass(frozen=True)
class Basis:
    """What the account loses when forwards move against spot; competes with the scenarios for the worst case."""
    initial: Decimal
    maintenance: Decimal
    by_underlying: dict[str, Decimal]


@dataclass(frozen=True)
class ExpiryRequirement:
    """What the options of an expiry require in standard mode: the smaller of two, less `premium`, and `reserve`."""
    #: What the shorts require by themselves, and the largest loss of all together at expiry.
    sum: Decimal
    payoff_loss: Decimal
    counts: Literal["sum", "payoffLoss"]
    #: What open sells bring, where they count as filled.
    premium: Decimal
    #: What open buys pay.
    reserve: Decimal
    requirement: Decimal


@dataclass(frozen=True)
class LeverageRequirement:
    """What a perpetual or a future requires in standard mode: by the tier of its notional, and what open orders lose."""
    notional: Decimal
    tier_from: Decimal
    leverage: int
    rate: Decimal
    order_loss: Decimal
    requirement: Decimal


@dataclass(frozen=True)
class ExpiryRequirements:
    """Of the options of one expiry."""
    underlying: str
    expiry: int
    initial: ExpiryRequirement
    maintenance: ExpiryRequirement


@dataclass(frozen=True)
class LeverageRequirements:
    """Of a perpetual or a future."""
    instrument: int
    name: str
    initial: LeverageRequirement
    maintenance: LeverageRequirement


@dataclass(frozen=True)
class Requirements:
    """What an account's margin is made of in standard mode; all of it together is `worst`, with a minus in front."""
    expiries: list[ExpiryRequirements]
    leveraged: list[LeverageRequirements]


@dataclass(frozen=True)
class Account:
    """All that the venue keeps of an account."""
    block_number: int
    block_hash: str
    timestamp: int
    owner: str
    index: int
    number: int
    #: standard or portfolio.
    margin_mode: str
    cash: Decimal
    equity: Optional[Decimal]
    volume_30d: Decimal
    positions: list[Position]
    collateral: list[Collateral]
    orders: list[OpenOrder]
    initial_margin: Optional[Margin]
    maintenance_margin: Optional[Margin]
    greeks: list[Greeks]
    #: Of standard mode.
    requirements: Optional[Requirements]
    #: Of portfolio mode.
    scenarios: list[Scenario]
    basis: Optional[Basis]


@dataclass(frozen=True)
class Fill:
    """A match of a simulated order."""
    price: Decimal
    size: Decimal
    fee: Decimal
    maker: AccountKey


@dataclass(frozen=True)
class Order:
    """An order to be simulated. Without a price it is a market order."""
    owner: str
    instrument: str
    side: Side
    size: Amount
    price: Optional[Amount] = None
    index: int = 0
    time_in_force: TimeInForce = "gtc"
    client_id: int = 0
    #: Good till this second; 0: no end.
    expiry: int = 0
    reduce_only: bool = False
    quote: bool = False
    self_trade: Literal["expireMaker", "expireTaker", "expireBoth"] = "expireMaker"
    trigger: Optional[Trigger] = None

    def to_json(self) -> dict[str, Any]:
        """The object that `condor_simulateOrder` takes."""
        request: dict[str, Any] = {
            "owner": self.owner, "index": hex(self.index), "instrument": self.instrument, "side": self.side,
            "size": to_quantity(self.size), "timeInForce": self.time_in_force, "clientId": hex(self.client_id),
            "expiry": hex(self.expiry), "reduceOnly": self.reduce_only, "quote": self.quote,
            "selfTrade": self.self_trade}
        if self.price is not None:
            request["price"] = to_quantity(self.price)
        if self.trigger is not None:
            request["trigger"] = {
                "kind": self.trigger.kind, "on": self.trigger.on, "price": to_quantity(self.trigger.price)}
        return request


@dataclass(frozen=True)
class Simulation:
    """What an order would do as the first act of the next block."""
    block_number: int
    timestamp: int
    instrument: int
    name: str
    #: The id that it would get.
    order: int
    filled: Decimal
    cost: Decimal
    #: What would wait in the book, or for its trigger.
    open: Decimal
    limit: Decimal
    #: Why the rest would not wait; None where it waits.
    removal: Optional[str]
    fills: list[Fill]
    fees: Decimal
    before: Margins
    after: Margins


@dataclass(frozen=True)
class WithdrawalLimit:
    """What went out in the running clock hour or day, and what may in all."""
    withdrawn: Decimal
    limit: Decimal


@dataclass(frozen=True)
class UnderlyingBreaker:
    """An underlying's index, and how far its perpetual's mark has gone from it."""
    underlying: str
    index: Optional[Decimal]
    #: invalid, tooVolatile, tooUncertain, stale, valid.
    validity: str
    confidence: Decimal
    fresh_at: Optional[int]
    heartbeat: int
    divergence: Optional[Decimal]
    divergence_limit: Decimal
    is_divergent: bool


@dataclass(frozen=True)
class PriceBand:
    """Between which prices an order may take."""
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class InstrumentLimits:
    """What holds an instrument's trading back."""
    instrument: int
    name: str
    status: str
    #: Why what adds risk is refused for its prices; None where it is not.
    prices: Optional[str]
    may_liquidate: bool
    band: Optional[PriceBand]
    open_interest: Decimal
    account_open_interest_cap: Decimal
    venue_open_interest_cap: Decimal


@dataclass(frozen=True)
class Breakers:
    """All that can stop an act."""
    block_number: int
    block_hash: str
    timestamp: int
    #: The block in which withdrawals open again after a bad debt; None while they are open.
    withdrawals_closed_until_block: Optional[int]
    withdrawals_hour: WithdrawalLimit
    withdrawals_day: WithdrawalLimit
    underlyings: list[UnderlyingBreaker]
    instruments: list[InstrumentLimits]


@dataclass(frozen=True)
class Mark:
    """An instrument's mark."""
    instrument: int
    name: str
    mark: Decimal
    index: Decimal


@dataclass(frozen=True)
class _Update:
    block_number: int
    block_hash: str
    timestamp: int
    #: 1, 2, 3, … for each update of a subscription: a gap is one that was lost.
    sequence: int


@dataclass(frozen=True)
class BookChange:
    """The levels of a book that a block changed, each as it is now."""
    instrument: int
    name: str
    bids: list[BookLevel]
    asks: list[BookLevel]


@dataclass(frozen=True)
class BookUpdate(_Update):
    """What a block changed in books."""
    book: list[BookChange]


@dataclass(frozen=True)
class TradeUpdate(_Update):
    """A block's fills, in its order."""
    trades: list[Trade]


@dataclass(frozen=True)
class MarkUpdate(_Update):
    """Marks that a block moved."""
    marks: list[Mark]


@dataclass(frozen=True)
class LiquidationEvent:
    """What the waterfall did to an account. Which members are there depends on `event`, the name of the contract's event."""
    #: LiquidationStep, LiquidationFilled, AuctionBid, InsurancePaid, Deleveraged, Socialised, BadDebt, OrderRemoved.
    event: str
    transaction_hash: str
    log_index: int
    account: AccountKey
    instrument: Optional[int] = None
    name: Optional[str] = None
    underlying: Optional[str] = None
    #: Where the account has come to: none (out of it), orders, book, auction, insolvency, deleveraging, socialisation.
    step: Optional[str] = None
    margin: Optional[Decimal] = None
    equity: Optional[Decimal] = None
    size: Optional[Decimal] = None
    cost: Optional[Decimal] = None
    bidder: Optional[AccountKey] = None
    trade: Optional[int] = None
    fraction: Optional[Decimal] = None
    price: Optional[Decimal] = None
    value: Optional[Decimal] = None
    counterparty: Optional[AccountKey] = None
    price_per_lot: Optional[Decimal] = None
    payer: Optional[AccountKey] = None
    amount: Optional[Decimal] = None
    order: Optional[int] = None
    reason: Optional[str] = None


@dataclass(frozen=True)
class LiquidationUpdate(_Update):
    """What a block did in liquidations, in its order."""
    liquidations: list[LiquidationEvent]


@dataclass(frozen=True)
class Auction:
    """A portfolio for sale: a bid names `last_trade`, a fraction between `least` and `most`, and pays at `price` for the whole."""
    last_trade: int
    start: int
    value: Decimal
    price: Decimal
    most: Decimal
    least: Decimal


@dataclass(frozen=True)
class Liquidation:
    """An account in the waterfall."""
    account: AccountKey
    step: str
    equity: Optional[Decimal]
    maintenance_margin: Optional[Decimal]
    #: While its portfolio is for sale.
    auction: Optional[Auction]
    #: What the step waits for (prices that are too old or divergent), or why nothing is for sale in one that sells.
    waits: Optional[str]


@dataclass(frozen=True)
class SolvencyRecord:
    """The summary that the venue writes at the end of a block."""
    block_number: int
    timestamp: int
    equity: Decimal
    cash: Decimal
    insurance_fund: Decimal
    bad_debt: Decimal
    #: Equity over maintenance requirement of the worst account; None where all are above 9.2.
    worst_ratio: Optional[Decimal]
    in_liquidation: int


@dataclass(frozen=True)
class UnderlyingSolvency:
    """What the summary says of an underlying."""
    underlying: str
    open_interest: Decimal
    equity: Decimal
    insurance_paid_today: Decimal
    worst_ratio: Optional[Decimal]
    holders: int


@dataclass(frozen=True)
class LiquidationTotals:
    """What liquidations have moved since the venue's birth."""
    insurance_paid: Decimal
    socialised: Decimal
    closed_in_book: Decimal
    deleveraged: Decimal
    auctioned: Decimal


@dataclass(frozen=True)
class Solvency:
    """What the venue holds, and what it owes."""
    block_number: int
    block_hash: str
    timestamp: int
    accounts: int
    deposits: Decimal
    collected_fees: Decimal
    insurance_fund: Decimal
    #: None before the first.
    record: Optional[SolvencyRecord]
    underlyings: list[UnderlyingSolvency]
    totals: LiquidationTotals


#: JSON member names that are not the plain camelCase of ours.
_NAMES = {"volume_30d": "volume30d"}


def _member(name: str) -> str:
    head, *tail = name.split("_")
    return _NAMES.get(name, head + "".join(word.capitalize() for word in tail))


def parse(kind: Any, value: Any) -> Any:
    """A value of JSON as a type of this module."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        return None if value is None else parse(arguments[0], value)
    if origin is list:
        return [parse(arguments[0], entry) for entry in value]
    if origin is dict:
        return {key: parse(arguments[1], entry) for key, entry in value.items()}
    if origin is Literal or kind in (str, bool):
        return value
    if kind is Decimal:
        return from_quantity(value)
    if kind is int:
        return int(value, 16)
    hints = typing.get_type_hints(kind)
    members = {}
    for field in dataclasses.fields(kind):
        member = _member(field.name)
        if member in value:
            members[field.name] = parse(hints[field.name], value[member])
    return kind(**members)
