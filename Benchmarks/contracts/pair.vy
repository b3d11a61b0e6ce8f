# pragma version ^0.4.0
# A constant-product pair after Uniswap v2: 0.3 % fee, reserves kept beside the balances, the product checked after the swap.

interface Token:
    def balanceOf(owner: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(owner: address, to: address, amount: uint256) -> bool: nonpayable

event Swap:
    sender: indexed(address)
    amountIn: uint256
    amountOut: uint256

event Sync:
    reserve0: uint256
    reserve1: uint256

token0: public(address)
token1: public(address)
reserve0: public(uint256)
reserve1: public(uint256)
cumulativePrice: public(uint256)
lastTime: public(uint256)
isLocked: bool


@external
def initialize(token0: address, token1: address, amount0: uint256, amount1: uint256):
    assert self.token0 == empty(address)
    self.token0 = token0
    self.token1 = token1
    extcall Token(token0).transferFrom(msg.sender, self, amount0)
    extcall Token(token1).transferFrom(msg.sender, self, amount1)
    self.reserve0 = amount0
    self.reserve1 = amount1


@external
def swap(amountIn: uint256, minimumOut: uint256) -> uint256:
    assert not self.isLocked
    self.isLocked = True
    token0: address = self.token0
    token1: address = self.token1
    reserve0: uint256 = self.reserve0
    reserve1: uint256 = self.reserve1
    extcall Token(token0).transferFrom(msg.sender, self, amountIn)
    amountOut: uint256 = amountIn * 997 * reserve1 // (reserve0 * 1000 + amountIn * 997)
    assert amountOut >= minimumOut
    extcall Token(token1).transfer(msg.sender, amountOut)
    balance0: uint256 = staticcall Token(token0).balanceOf(self)
    balance1: uint256 = staticcall Token(token1).balanceOf(self)
    paid: uint256 = balance0 - reserve0
    assert (balance0 * 1000 - paid * 3) * balance1 * 1000 >= reserve0 * reserve1 * 1000000
    elapsed: uint256 = block.timestamp - self.lastTime
    if elapsed > 0:
        self.cumulativePrice = unsafe_add(self.cumulativePrice, (reserve1 << 112) // reserve0 * elapsed)
        self.lastTime = block.timestamp
    self.reserve0 = balance0
    self.reserve1 = balance1
    self.isLocked = False
    log Swap(sender=msg.sender, amountIn=amountIn, amountOut=amountOut)
    log Sync(reserve0=balance0, reserve1=balance1)
    return amountOut
