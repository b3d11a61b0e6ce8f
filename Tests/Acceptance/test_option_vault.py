"""contracts/option_vault.vy where the other side is no ordinary account. The usual course is examples/option_vault.py."""
import pytest
import vyper_contracts
from conftest import ROOT
from web3.exceptions import ContractLogicError

WAD = 10**18
SPOT, STRIKE, FINAL = 3000 * WAD, 3200 * WAD, 3700 * WAD
# A contract without a payable default function, which can therefore take no ether; it does whatever it is told.
PUPPET = """
@external
@payable
def act(target: address, data: Bytes[1024], amount: uint256):
    raw_call(target, data, value=amount)
"""


class Stage:
    """A vault with accounts, and an option in it."""

    def __init__(self, node):
        self.node, self.w3 = node, node.web3
        self.owner, self.writer, self.buyer = self.w3.eth.accounts[:3]
        self.vault = self.deploy((ROOT / "contracts" / "option_vault.vy").read_text(), SPOT)
        self.puppet = self.deploy(PUPPET)

    def deploy(self, source, *arguments):
        factory = vyper_contracts.factory(self.w3, source)
        receipt = self.send(self.owner, factory.constructor(*arguments))
        return factory(receipt.contractAddress)

    def send(self, account, call, value=0, **fields):
        hash = call.transact({"from": account, "value": value} | fields)
        receipt = self.w3.eth.wait_for_transaction_receipt(hash)
        assert receipt.status == 1
        return receipt

    def puppet_does(self, name, *arguments, value=0, **fields):
        data = self.vault.encode_abi(name, arguments)
        return self.send(self.buyer, self.puppet.functions.act(self.vault.address, data, value), value, **fields)

    def write(self, seconds=86400, strike=STRIKE):
        expiry = self.w3.eth.get_block("latest").timestamp + seconds
        self.send(self.writer, self.vault.functions.write(strike, WAD // 2, 0, expiry), value=WAD)
        return self.vault.functions.count().call() - 1

    def expire(self):
        self.node.request("evm_increaseTime", 2 * 86400)
        self.node.request("evm_mine")

    def credit(self, account):
        return self.vault.functions.credits(account).call()


@pytest.fixture
def stage(node):
    return Stage(node)


def premium_in_next_block(stage, id):
    """Sets the next block's timestamp, and answers what the option costs in it."""
    timestamp = stage.w3.eth.get_block("latest").timestamp + 1
    snapshot = stage.node.request("evm_snapshot")
    stage.node.request("evm_setNextBlockTimestamp", timestamp)
    stage.node.request("evm_mine")
    premium = stage.vault.functions.premium(id).call()
    assert stage.node.request("evm_revert", snapshot) is True
    stage.node.request("evm_setNextBlockTimestamp", timestamp)
    return premium


def test_a_buyer_that_takes_no_ether_cannot_lock_the_collateral(stage):
    id = stage.write()
    # Gas is stated, as an estimate would run at the head's time, when the option costs more.
    stage.puppet_does("buy", id, value=premium_in_next_block(stage, id), gas=500_000)
    stage.expire()
    stage.send(stage.owner, stage.vault.functions.post_price(id, FINAL))
    stage.send(stage.writer, stage.vault.functions.settle(id))
    payout = WAD * (FINAL - STRIKE) // FINAL
    assert stage.credit(stage.puppet.address) == payout
    before = stage.w3.eth.get_balance(stage.vault.address)
    stage.send(stage.writer, stage.vault.functions.withdraw())
    assert stage.w3.eth.get_balance(stage.vault.address) == payout < before
    # To itself it cannot withdraw, and keeps its credit; to another account it can.
    with pytest.raises(ContractLogicError):
        stage.puppet_does("withdraw()")
    recipient = "0x" + "99" * 20
    stage.puppet_does("withdraw(address)", recipient)
    assert stage.w3.eth.get_balance(recipient) == payout and stage.credit(stage.puppet.address) == 0


def test_a_writer_that_takes_no_ether_can_sell(stage):
    expiry = stage.w3.eth.get_block("latest").timestamp + 86400
    stage.puppet_does("write", STRIKE, WAD // 2, 0, expiry, value=WAD)
    stage.send(stage.buyer, stage.vault.functions.buy(0), value=WAD)
    assert stage.credit(stage.puppet.address) > 0


def test_a_premium_of_nothing(stage):
    # So far out of the money that the price rounds to zero.
    id = stage.write(seconds=1000, strike=SPOT * 10**6)
    assert stage.vault.functions.premium(id).call() == 0
    stage.puppet_does("buy", id)
    assert stage.vault.functions.options(id).call()[1] == stage.puppet.address


def test_an_unsold_option_goes_back_without_a_price(stage):
    id = stage.write()
    with pytest.raises(ContractLogicError, match="not expired"):
        stage.vault.functions.settle(id).call({"from": stage.writer})
    stage.expire()
    stage.send(stage.writer, stage.vault.functions.settle(id))
    assert stage.credit(stage.writer) == WAD
    for call, reason in ((stage.vault.functions.settle(id), "settled"), (stage.vault.functions.settle(7), "no such"),
                         (stage.vault.functions.withdraw(), "no credit")):
        with pytest.raises(ContractLogicError, match=reason):
            call.call({"from": stage.owner})


def test_a_sold_option_waits_for_its_price(stage):
    id = stage.write()
    stage.send(stage.buyer, stage.vault.functions.buy(id), value=WAD)
    stage.expire()
    with pytest.raises(ContractLogicError, match="no price"):
        stage.vault.functions.settle(id).call({"from": stage.writer})
    with pytest.raises(ContractLogicError):
        stage.vault.functions.post_price(id, 2**256 - 1).call({"from": stage.owner})
    stage.send(stage.owner, stage.vault.functions.post_price(id, STRIKE))
    stage.send(stage.writer, stage.vault.functions.settle(id))
    assert stage.credit(stage.buyer) == 0


def test_a_premium_becomes_a_volatility(stage):
    stage.send(stage.writer, stage.vault.functions.write(STRIKE, WAD // 2, 0, stage.w3.eth.get_block("latest").timestamp + 86400 * 30), value=WAD)
    for call, value in ((stage.vault.functions.write_for(0, STRIKE, 0, 2**40), WAD),
                        (stage.vault.functions.write_for(SPOT, STRIKE, 0, 2**40), WAD)):
        with pytest.raises(ContractLogicError):
            call.call({"from": stage.writer, "value": value})
    expiry = stage.w3.eth.get_block("latest").timestamp + 86400 * 30
    receipt = stage.send(stage.writer, stage.vault.functions.write_for(150 * WAD, STRIKE, 0, expiry), value=WAD)
    at = receipt.blockNumber
    mined = stage.w3.eth.get_block(at).timestamp
    # One ether of size at 150: the premium in wei is 150 ÷ 3000 ether, but for the rounding of the volatility.
    paid = stage.vault.functions.premium(1).call({}, at)
    later = stage.w3.eth.get_block("latest").timestamp - mined
    assert abs(paid - WAD // 20) < 10**13 * (1 + later)
    delta, gamma, vega, theta = stage.vault.functions.risk(1).call({}, at)
    chance = stage.vault.functions.chance(1).call({}, at)
    assert 0 < chance < delta < WAD and gamma > 0 and vega > 0 > theta
