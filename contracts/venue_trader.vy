# pragma version ~=0.4.0
# A contract that trades at the venue for its owner: what it keeps of its orders and what the venue keeps change together or not at all.

from interfaces import Book
from interfaces import Clearing
from interfaces import Liquidation

interface Token:
    def approve(spender: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, receiver: address, amount: uint256) -> bool: nonpayable

BOOK: constant(address) = 0x0000000000000000000000000000000000000C12
CLEARING: constant(address) = 0x0000000000000000000000000000000000000c13
LIQUIDATION: constant(address) = 0x0000000000000000000000000000000000000C14
POST_ONLY: constant(uint8) = 3

owner: public(address)
# The resting quote, and how often it was moved.
quote: public(uint256)
moves: public(uint256)
# How many auctions it took part in, and what it paid.
bids: public(uint256)
paid: public(int256)


@deploy
def __init__():
    self.owner = msg.sender


@external
def fund(token: address, amount: uint256, units: uint256):
    """
    Takes `units` of the token from the owner and deposits them, which the venue counts as `amount` of 18 decimals.
    """
    assert msg.sender == self.owner, "not owner"
    assert extcall Token(token).transferFrom(msg.sender, self, units)
    assert extcall Token(token).approve(CLEARING, units)
    extcall Clearing(CLEARING).deposit(self, 0, 0, amount)


@external
def requote(instrument: uint256, is_buy: bool, price: uint256, size: uint256, least_margin: int256) -> int256:
    """
    Cancels the quote that rests, places another, and answers the initial margin that is left. Where that is less than
    `least_margin`, nothing has happened: neither here nor at the venue.
    """
    assert msg.sender == self.owner, "not owner"
    if self.quote != 0:
        extcall Book(BOOK).cancel(self, 0, self.quote)
    order: uint256 = 0
    filled: uint256 = 0
    cost: uint256 = 0
    rests: uint256 = 0
    removal: uint8 = 0
    order, filled, cost, rests, removal = extcall Book(BOOK).place(
        self, 0, instrument, is_buy, price, size, POST_ONLY, 0)
    self.quote = order
    self.moves += 1
    return self._checked(least_margin)


@external
def shrink(price: uint256, size: uint256, least_margin: int256) -> int256:
    """
    Amends the quote that rests.
    """
    assert msg.sender == self.owner, "not owner"
    order: uint256 = 0
    filled: uint256 = 0
    cost: uint256 = 0
    rests: uint256 = 0
    removal: uint8 = 0
    order, filled, cost, rests, removal = extcall Book(BOOK).amend(self, 0, self.quote, price, size)
    self.quote = order
    self.moves += 1
    return self._checked(least_margin)


@external
def take(instrument: uint256, is_buy: bool, size: uint256, hedge: uint256, hedge_size: uint256) -> int256:
    """
    Buys or sells at once, hedges the other way round in another instrument, and answers the initial margin: both trades whole, or none.
    """
    assert msg.sender == self.owner, "not owner"
    assert self._trade(instrument, is_buy, size) == size, "not filled"
    assert self._trade(hedge, not is_buy, hedge_size) == hedge_size, "not hedged"
    return self._checked(0)


@external
def bid(account: address, index: uint32, fraction: uint256, limit: int256, least_margin: int256) -> int256:
    """
    Takes a fraction of a portfolio in auction as it stands now, for at most `limit`, and answers the initial margin that is left.
    """
    assert msg.sender == self.owner, "not owner"
    step: uint8 = 0
    trade: uint64 = 0
    start: uint64 = 0
    value: int256 = 0
    whole: int256 = 0
    most: uint256 = 0
    least: uint256 = 0
    step, trade, start, value, whole, most, least = staticcall Liquidation(LIQUIDATION).auction(account, index)
    sold: uint256 = 0
    price: int256 = 0
    sold, price, trade = extcall Liquidation(LIQUIDATION).bid(self, 0, account, index, fraction, limit, trade)
    self.bids += 1
    self.paid += price
    return self._checked(least_margin)


@external
def batch(calls: DynArray[Bytes[512], 8], least_margin: int256) -> int256:
    """
    Makes calls of its own functions in their order, as whoever calls this one, and answers the initial margin that is left: all of them
    are done, or none.
    """
    for call: Bytes[512] in calls:
        raw_call(self, call, is_delegate_call=True)
    return self._checked(least_margin)


@internal
def _trade(instrument: uint256, is_buy: bool, size: uint256) -> uint256:
    order: uint256 = 0
    filled: uint256 = 0
    cost: uint256 = 0
    rests: uint256 = 0
    removal: uint8 = 0
    # Price 0: at the market.
    order, filled, cost, rests, removal = extcall Book(BOOK).place(self, 0, instrument, is_buy, 0, size, 1, 0)
    return filled


@internal
def _checked(least_margin: int256) -> int256:
    mode: uint8 = 0
    cash: int256 = 0
    equity: int256 = 0
    initial: int256 = 0
    maintenance: int256 = 0
    mode, cash, equity, initial, maintenance = staticcall Clearing(CLEARING).account(self, 0)
    assert initial >= least_margin, "margin"
    return initial
