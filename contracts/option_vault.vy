# pragma version ~=0.4.0
# A vault of fully collateralised European calls, settled in cash. Compile with this folder on Vyper's search path.
#
# A writer locks `size` ether (18 decimals) behind an option. A buyer pays the premium that Condor's native Pricing
# asks for at this moment; it is the writer's. After expiry the vault's owner posts the price once, and whoever calls
# `settle` gives the buyer size · max(S − K, 0) / S in ether and the writer the rest. A call never pays more than one
# ether for each ether of size, so that the collateral always suffices. An option that nobody bought needs no price.
#
# What somebody earns is credited, and fetched with `withdraw`: no sale and no settlement depends on whether the other
# side is a contract that takes ether.

from interfaces import FixedPoint
from interfaces import Pricing

struct Option:
    writer: address
    buyer: address
    size: uint256      # ether locked, 18 decimals
    strike: uint256    # quote per ether, 18 decimals
    sigma: uint256     # volatility per year, 18 decimals
    rate: int256       # continuously compounded, per year, 18 decimals
    expiry: uint256    # seconds since 1970
    price: uint256     # posted after expiry, 0 until then
    settled: bool

event Written:
    id: indexed(uint256)
    writer: indexed(address)
    size: uint256
    strike: uint256
    expiry: uint256

event Bought:
    id: indexed(uint256)
    buyer: indexed(address)
    premium: uint256
    delta: int256

event PricePosted:
    id: indexed(uint256)
    price: uint256

event Settled:
    id: indexed(uint256)
    payout: uint256
    returned: uint256

event Withdrawn:
    account: indexed(address)
    to: indexed(address)
    amount: uint256

FIXED_POINT: constant(address) = 0x0000000000000000000000000000000000000C01
PRICING: constant(address) = 0x0000000000000000000000000000000000000c02
CALL: constant(uint8) = 0
NEAREST: constant(uint8) = 0
WAD: constant(uint256) = 10**18
YEAR: constant(uint256) = 31_536_000

owner: public(address)
spot: public(uint256)      # the owner's running price, quote per ether
count: public(uint256)
options: public(HashMap[uint256, Option])
credits: public(HashMap[address, uint256])  # ether that can be withdrawn


@deploy
def __init__(spot: uint256):
    assert spot > 0, "no spot"
    self.owner = msg.sender
    self.spot = spot


@external
def set_spot(spot: uint256):
    assert msg.sender == self.owner, "not owner"
    assert spot > 0, "no spot"
    self.spot = spot


@external
@payable
def write(strike: uint256, sigma: uint256, rate: int256, expiry: uint256) -> uint256:
    """
    Locks the ether that comes along behind a new call.
    """
    return self._write(strike, sigma, rate, expiry)


@external
@payable
def write_for(premium: uint256, strike: uint256, rate: int256, expiry: uint256) -> uint256:
    """
    The same, for a writer who names what one ether's call costs now, in quote: the option keeps the volatility that
    this implies, and so follows spot and time from then on. Reverts where no volatility explains the premium.
    """
    assert expiry > block.timestamp, "expiry in the past"
    sigma: uint256 = staticcall Pricing(PRICING).impliedVolatility(
        CALL, self.spot, strike, self._tau(expiry), rate, 0, premium)
    return self._write(strike, sigma, rate, expiry)


@internal
@payable
def _write(strike: uint256, sigma: uint256, rate: int256, expiry: uint256) -> uint256:
    assert msg.value > 0, "no collateral"
    assert strike > 0, "no strike"
    assert expiry > block.timestamp, "expiry in the past"
    id: uint256 = self.count
    self.count = id + 1
    self.options[id] = Option(
        writer=msg.sender, buyer=empty(address), size=msg.value, strike=strike, sigma=sigma, rate=rate,
        expiry=expiry, price=0, settled=False)
    log Written(id=id, writer=msg.sender, size=msg.value, strike=strike, expiry=expiry)
    return id


@view
@internal
def _tau(expiry: uint256) -> uint256:
    return (expiry - block.timestamp) * WAD // YEAR


@view
@internal
def _quote(id: uint256) -> (uint256, int256):
    option: Option = self.options[id]
    price: uint256 = 0
    delta: int256 = 0
    price, delta = staticcall Pricing(PRICING).blackScholes(
        self.spot, option.strike, self._tau(option.expiry), option.sigma, option.rate)
    # The price is in quote for one ether; the premium is paid in ether and rounds against the buyer.
    scaled: uint256 = price * option.size
    return (scaled + self.spot - 1) // self.spot, delta


@view
@external
def premium(id: uint256) -> uint256:
    """
    What the option costs now, in wei.
    """
    assert self.options[id].expiry > block.timestamp, "expired"
    return self._quote(id)[0]


@view
@external
def risk(id: uint256) -> (int256, uint256, uint256, int256):
    """
    What one ether's call does per unit: delta, gamma, vega, and theta per year.
    """
    option: Option = self.options[id]
    assert option.expiry > block.timestamp, "expired"
    price: uint256 = 0
    delta: int256 = 0
    gamma: uint256 = 0
    vega: uint256 = 0
    theta: int256 = 0
    rho: int256 = 0
    vanna: int256 = 0
    volga: int256 = 0
    price, delta, gamma, vega, theta, rho, vanna, volga = staticcall Pricing(PRICING).greeks(
        CALL, self.spot, option.strike, self._tau(option.expiry), option.sigma, option.rate, 0)
    return delta, gamma, vega, theta


@view
@external
def chance(id: uint256) -> uint256:
    """
    The probability with which the model has it end in the money: the normal distribution at
    (ln(S/K) + (r - sigma^2/2) * tau) / (sigma * sqrt(tau)).
    """
    option: Option = self.options[id]
    assert option.expiry > block.timestamp and option.sigma > 0, "expired"
    tau: uint256 = self._tau(option.expiry)
    ratio: uint256 = staticcall FixedPoint(FIXED_POINT).mulDiv(self.spot, WAD, option.strike, NEAREST)
    distance: int256 = staticcall FixedPoint(FIXED_POINT).ln(ratio, NEAREST)
    drift: int256 = option.rate - convert(option.sigma * option.sigma // (2 * WAD), int256)
    spread: uint256 = option.sigma * staticcall FixedPoint(FIXED_POINT).sqrt(tau, NEAREST) // WAD
    place: int256 = (distance * 10**18 + drift * convert(tau, int256)) // convert(spread, int256)
    return staticcall FixedPoint(FIXED_POINT).normalDistribution(place, NEAREST)


@external
@payable
def buy(id: uint256):
    """
    Credits the premium to the writer; what was sent beyond it comes back.
    """
    option: Option = self.options[id]
    assert option.writer != empty(address), "no such option"
    assert option.buyer == empty(address), "sold"
    assert option.expiry > block.timestamp, "expired"
    premium: uint256 = 0
    delta: int256 = 0
    premium, delta = self._quote(id)
    assert msg.value >= premium, "premium"
    self.options[id].buyer = msg.sender
    log Bought(id=id, buyer=msg.sender, premium=premium, delta=delta)
    self.credits[option.writer] += premium
    if msg.value > premium:
        raw_call(msg.sender, b"", value=msg.value - premium)


@external
def post_price(id: uint256, price: uint256):
    """
    The owner states, once, the price at which the option settles.
    """
    assert msg.sender == self.owner, "not owner"
    option: Option = self.options[id]
    assert option.writer != empty(address), "no such option"
    assert block.timestamp >= option.expiry, "not expired"
    assert option.price == 0, "posted"
    assert price > 0, "no price"
    # So that `settle` cannot overflow: all the wei there are fit 128 bits as well.
    assert price <= convert(max_value(uint128), uint256), "price"
    self.options[id].price = price
    log PricePosted(id=id, price=price)


@external
def settle(id: uint256):
    """
    Divides the collateral after expiry; anybody may call. A sold option needs its price, an unsold one goes back whole.
    """
    option: Option = self.options[id]
    assert option.writer != empty(address), "no such option"
    assert not option.settled, "settled"
    assert block.timestamp >= option.expiry, "not expired"
    payout: uint256 = 0
    if option.buyer != empty(address):
        assert option.price > 0, "no price"
        if option.price > option.strike:
            payout = option.size * (option.price - option.strike) // option.price
    self.options[id].settled = True
    self.credits[option.buyer] += payout
    self.credits[option.writer] += option.size - payout
    log Settled(id=id, payout=payout, returned=option.size - payout)


@external
def withdraw(to: address = msg.sender):
    """
    Sends the caller's credit, to another account where the caller takes no ether itself.
    """
    amount: uint256 = self.credits[msg.sender]
    assert amount > 0, "no credit"
    # Before the call, so that a recipient that calls back finds nothing left.
    self.credits[msg.sender] = 0
    log Withdrawn(account=msg.sender, to=to, amount=amount)
    raw_call(to, b"", value=amount)
