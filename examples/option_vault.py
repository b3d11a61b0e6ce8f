#!/usr/bin/env python3
"""Sells and settles options on a running Condor node, and checks every balance to the wei.

    condor node --dev &            # or: make run
    python examples/option_vault.py [--rpc http://127.0.0.1:8545]

Needs web3, vyper and mpmath (Tests/requirements.txt). Exit code 0 when everything is as computed in Python.
"""
import argparse
import pathlib
import sys

import vyper
from vyper.compiler.input_bundle import FilesystemInputBundle
from mpmath import erfc, exp, log, mp, mpf, sqrt
from web3 import Web3
from web3.exceptions import ContractLogicError

WAD = 10**18
YEAR = 31_536_000
CONTRACTS = pathlib.Path(__file__).parent.parent / "contracts"


def black_scholes_call(spot, strike, tau, sigma, rate):
    """The exact price (mpmath, 60 digits) of WAD inputs."""
    mp.dps = 60
    s, k, t, v, r = (mpf(x) / WAD for x in (spot, strike, tau, sigma, rate))
    d1 = (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))
    d2 = d1 - v * sqrt(t)
    cdf = lambda x: erfc(-x / sqrt(mpf(2))) / 2
    return s * cdf(d1) - k * exp(-r * t) * cdf(d2)


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, actual, expected):
        good = actual == expected
        self.passed += good
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {actual}" + ("" if good else f", expected {expected}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rpc", default="http://127.0.0.1:8545", help="the node's address")
    w3 = Web3(Web3.HTTPProvider(parser.parse_args().rpc))
    if not w3.is_connected():
        sys.exit("no node answers there; start one with: condor node --dev")
    owner, writer, buyer, trader = w3.eth.accounts[:4]
    checks = Checks()
    spent = {account: 0 for account in (owner, writer, buyer, trader)}
    start = {account: w3.eth.get_balance(account) for account in spent}

    def send(account, call, value=0):
        """Sends a transaction and books its fee."""
        receipt = w3.eth.wait_for_transaction_receipt(call.transact({"from": account, "value": value}))
        assert receipt.status == 1, "transaction failed"
        spent[account] += receipt.gasUsed * receipt.effectiveGasPrice
        return receipt

    def deploy(account, name, *arguments):
        print(f"Compiling {name} with Vyper {vyper.__version__}")
        out = vyper.compile_code((CONTRACTS / name).read_text(), output_formats=["abi", "bytecode"],
                                 input_bundle=FilesystemInputBundle([CONTRACTS]))
        factory = w3.eth.contract(abi=out["abi"], bytecode=out["bytecode"])
        return w3.eth.contract(address=send(account, factory.constructor(*arguments)).contractAddress, abi=out["abi"])

    spot, strike, sigma, rate = 3000 * WAD, 3200 * WAD, 65 * WAD // 100, 4 * WAD // 100
    vault = deploy(owner, "option_vault.vy", spot)
    holder = deploy(trader, "option_holder.vy", vault.address)
    print(f"The vault is at {vault.address}")

    # What a premium implies and the risks of an option, from the natives; nothing of it is kept.
    expiry = w3.eth.get_block("latest").timestamp + 30 * 86400
    receipt = send(writer, vault.functions.write_for(200 * WAD, strike, rate, expiry), value=WAD)
    tau = (expiry - w3.eth.get_block(receipt.blockNumber).timestamp) * WAD // YEAR
    implied = vault.functions.options(0).call(block_identifier=receipt.blockNumber)[4]
    exact = black_scholes_call(spot, strike, tau, implied, rate)
    checks.equal("a premium's volatility reprices it", abs(exact * WAD - 200 * WAD) < 400, True)
    delta, gamma, vega, theta = vault.functions.risk(0).call(block_identifier=receipt.blockNumber)
    chance = vault.functions.chance(0).call(block_identifier=receipt.blockNumber)
    print(f"Volatility {implied / WAD:.6f}, delta {delta / WAD:.6f}, gamma {gamma / WAD:.3e}, vega {vega / WAD:.3f}, "
          f"theta {theta / WAD:.3f}, chance {chance / WAD:.6f}")
    checks.equal("delta above the chance to end in the money", 0 < chance < delta < WAD, True)

    # Three options: one for an account, one for a contract that takes no ether, one that nobody buys.
    size = 10 * WAD
    for _ in range(3):
        send(writer, vault.functions.write(strike, sigma, rate, expiry), value=size)
    checks.equal("collateral in the vault", w3.eth.get_balance(vault.address), 3 * size + WAD)

    premiums = []
    for option, (account, purchase) in enumerate([(buyer, vault.functions.buy(1)), (trader, holder.functions.buy(2))]):
        receipt = send(account, purchase, value=2 * WAD)
        premiums.append(vault.events.Bought().process_receipt(receipt)[0].args.premium)
        tau = (expiry - w3.eth.get_block(receipt.blockNumber).timestamp) * WAD // YEAR
        exact = black_scholes_call(spot, strike, tau, sigma, rate)
        price = int(exact * WAD + mpf(1) / 2)
        print(f"Premium {premiums[option] / WAD:.6f} ETH for {size // WAD} calls of {strike // WAD}, "
              f"exact price {mp.nstr(exact, 25)}")
        checks.equal("premium to the wei", premiums[option], -(-price * size // spot))
    try:
        vault.functions.buy(1).call({"from": owner, "value": 2 * WAD})
        checks.equal("a second buyer is refused", "accepted", "sold")
    except ContractLogicError as error:
        checks.equal("a second buyer is refused", "sold" in str(error), True)

    w3.provider.make_request("evm_increaseTime", [31 * 86400])
    w3.provider.make_request("evm_mine", [])
    final = 3700 * WAD
    for option in (1, 2):
        send(owner, vault.functions.post_price(option, final))
    for option in range(4):
        send(writer, vault.functions.settle(option))
    send(writer, vault.functions.withdraw())
    send(buyer, vault.functions.withdraw())
    send(trader, holder.functions.collect())

    payout = size * (final - strike) // final
    change = {owner: 0, writer: sum(premiums) - 2 * payout, buyer: payout - premiums[0], trader: payout - premiums[1]}
    for name, account in (("owner", owner), ("writer", writer), ("buyer", buyer), ("contract's owner", trader)):
        checks.equal(name, w3.eth.get_balance(account), start[account] - spent[account] + change[account])
    checks.equal("the vault is empty", w3.eth.get_balance(vault.address), 0)
    checks.equal("the buying contract is empty", w3.eth.get_balance(holder.address), 0)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
