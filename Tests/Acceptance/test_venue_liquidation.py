"""The waterfall on a chain: an account falls below maintenance, a contract bids for its portfolio, the record says what there is."""
import json

import pytest
import rlp
import vyper_contracts
from conftest import ROOT
from trie import HexaryTrie
from venue_contracts import IOC, PERPETUAL, SPOT, WAD, instrument_id
from venue_market import Market, small_venue
from web3.logs import DISCARD

BTC = instrument_id(PERPETUAL)
NONE, ORDERS, BOOK, AUCTION, INSOLVENCY, DELEVERAGING, SOCIALISATION = range(7)


def opened(folder, **changes):
    """The account 3 is long 1 BTC at 100,000 with 3,000, the account 4 short with much, and nothing goes through the book."""
    path = folder / "venue.json"
    policies = {"book": "none"} | changes
    path.write_text(json.dumps(small_venue(
        policies=policies, parameters={"liquidationInterest": 1, "interestRate": 0},
        feeTiers=[{"volume": 0, "maker": 0, "taker": 0}])))
    market = Market(path)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    market.alice, market.bob, market.carol = market.accounts[3:6]
    for account, amount in ((market.alice, 3_000), (market.bob, 1_000_000)):
        market.deposit(account, amount)
    market.send(market.accounts[9], market.report(SPOT, [100_000 * WAD]))
    market.send(market.bob, market.place(market.bob, BTC, False, 100_000, 1))
    market.send(market.alice, market.place(market.alice, BTC, True, 100_000, 1, IOC))
    return market


def fall(market, price):
    """A report, and what its block then does."""
    market.send(market.accounts[9], market.report(SPOT, [price * WAD]))
    return market.venue_receipt(market.w3.eth.block_number)


def step(market):
    return market.liquidation.functions.step(market.alice, 0).call()


def size(market, owner):
    return market.clearing.functions.position(owner, 0, BTC).call()[0]


@pytest.fixture
def market(tmp_path):
    market = opened(tmp_path)
    yield market
    market.stop()


def deploy(market, name):
    factory = vyper_contracts.factory(market.w3, (ROOT / "contracts" / name).read_text())
    return factory(market.send(market.carol, factory.constructor()).contractAddress)


def test_a_contract_bids_in_an_auction(market):
    trader = deploy(market, "venue_trader.vy")
    units = 10**11
    market.send(market.carol, market.token.functions.mint(market.carol, units))
    market.send(market.carol, market.token.functions.approve(trader.address, units))
    market.send(market.carol, trader.functions.fund(market.token.address, 10**5 * WAD, units))
    receipt = fall(market, 98_000)
    steps = [event.step for event in market.logged("LiquidationStep", receipt, market.liquidation)]
    assert steps == [ORDERS, BOOK, AUCTION] and step(market) == AUCTION
    assert market.liquidation.functions.queue(0, 10).call() == [[market.alice], [0], [AUCTION]]
    # Whose portfolio is for sale changes it no more.
    assert market.refusal(market.alice, market.place(market.alice, BTC, False, 98_000, 0.1)) == "InLiquidation"

    auction = market.liquidation.functions.auction(market.alice, 0).call()
    assert auction[3] == 1_000 * WAD and auction[5] > 3 * WAD // 10
    # Bids whose transaction reverts leave nothing, here or there.
    hash = market.put(market.carol, trader.functions.bid(market.alice, 0, WAD, 1_000 * WAD, 10**6 * WAD))
    market.mine()
    assert market.w3.eth.get_transaction_receipt(hash).status == 0
    assert market.liquidation.functions.auction(market.alice, 0).call()[1] == auction[1]
    assert trader.functions.bids().call() == 0 and size(market, trader.address) == 0

    receipt = market.send(market.carol, trader.functions.bid(market.alice, 0, WAD, 1_000 * WAD, 0))
    (log,) = market.liquidation.events.AuctionBid().process_receipt(receipt, errors=DISCARD)
    bid = log.args
    assert trader.functions.bids().call() == 1 and trader.functions.paid().call() == bid.price
    assert size(market, trader.address) == bid.fraction == WAD - size(market, market.alice)
    assert step(market) == NONE
    # The bid for a portfolio that somebody else has taken from.
    stale = market.liquidation.functions.bid(market.bob, 0, market.alice, 0, WAD, 1_000 * WAD, auction[1])
    assert market.refusal(market.bob, stale) == "NoAuction"


def test_the_solvency_record_has_a_proof(market):
    fall(market, 98_000)
    number = market.w3.eth.block_number
    record = market.liquidation.functions.solvency().call()
    assert record[:2] == [1_003_000 * WAD] * 2
    assert record[4] < WAD and record[5:7] == [1, number]
    # Table 7 of LiquidationLayout, field 2: ratio, accounts in the waterfall, block, time.
    slot = 7 << 248 | 2 << 192
    proof = market.w3.eth.get_proof(market.liquidation.address, [slot], number)
    (entry,) = proof.storageProof
    word = int.from_bytes(entry.value, "big")
    assert [word & 2**64 - 1, word >> 64 & 2**64 - 1, word >> 128 & 2**64 - 1] == [record[4], 1, number]
    trie = [bytes(node) for node in entry.proof]
    value = HexaryTrie.get_from_proof(proof.storageHash, market.w3.keccak(slot.to_bytes(32, "big")), map(rlp.decode, trie))
    assert int.from_bytes(rlp.decode(value), "big") == word
    underlying = market.liquidation.functions.underlyingSolvency(1).call()
    assert underlying[0] == WAD and underlying[4] == 2


def test_an_insolvent_account_is_closed_against_winners(market):
    fall(market, 96_500)
    assert step(market) == INSOLVENCY
    assert market.liquidation.functions.solvency().call()[3] == 500 * WAD
    # No fund, so the next block closes it: 500 short, that is half a dollar for each of 1,000 lots.
    receipt = fall(market, 96_500)
    (event,) = market.logged("Deleveraged", receipt, market.liquidation)
    assert event.pricePerLot == 97 * WAD and event.size == WAD
    assert step(market) == NONE and size(market, market.alice) == size(market, market.bob) == 0
    assert market.clearing.functions.account(market.alice, 0).call()[1] == 0
    assert market.clearing.functions.account(market.bob, 0).call()[1] == 1_003_000 * WAD
    assert market.refusal(market.bob, market.clearing.functions.withdraw(0, 0, WAD, market.bob)) == "WithdrawalsClosed"
