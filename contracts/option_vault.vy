# pragma version ~=0.4.0
# A vault of fully collateralised European calls, settled in cash.
#
# A writer locks `size` ether (18 decimals) behind an option. A buyer pays the premium that Condor's native Pricing
# asks for at this moment; it goes to the writer. After expiry the vault's owner posts the price once, and whoever
# calls `settle` sends the buyer size · max(S − K, 0) / S in ether and the rest back to the writer. A call never pays
# more than one ether for each ether of size, so that the collateral always suffices.

interface Pricing:
    def blackScholes(
        spot: uint256, strike: uint256, tau: uint256, sigma: uint256, rate: int256
    ) -> (uint256, int256): view

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

PRICING: constant(address) = 0x0000000000000000000000000000000000000c02
WAD: constant(uint256) = 10**18
YEAR: constant(uint256) = 31_536_000

owner: public(address)
spot: public(uint256)      # the owner's running price, quote per ether
count: public(uint256)
options: public(HashMap[uint256, Option])


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
def _quote(id: uint256) -> (uint256, int256):
    option: Option = self.options[id]
    tau: uint256 = (option.expiry - block.timestamp) * WAD // YEAR
    price: uint256 = 0
    delta: int256 = 0
    price, delta = staticcall Pricing(PRICING).blackScholes(
        self.spot, option.strike, tau, option.sigma, option.rate)
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


@external
@payable
def buy(id: uint256):
    """
    Pays the premium to the writer; what was sent beyond it comes back.
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
    send(option.writer, premium)
    send(msg.sender, msg.value - premium)


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
    self.options[id].price = price
    log PricePosted(id=id, price=price)


@external
def settle(id: uint256):
    option: Option = self.options[id]
    assert option.price > 0, "no price"
    assert not option.settled, "settled"
    self.options[id].settled = True
    payout: uint256 = 0
    if option.buyer != empty(address) and option.price > option.strike:
        payout = option.size * (option.price - option.strike) // option.price
    log Settled(id=id, payout=payout, returned=option.size - payout)
    if payout > 0:
        send(option.buyer, payout)
    send(option.writer, option.size - payout)
