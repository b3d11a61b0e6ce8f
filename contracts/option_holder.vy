# pragma version ~=0.4.0
# A contract that buys and holds one option of the vault for its owner. It takes no ether: whatever is sent to it
# without a call reverts, so that nothing can get stuck here. A payout goes from the vault straight to the owner.

interface OptionVault:
    def premium(id: uint256) -> uint256: view
    def buy(id: uint256): payable
    def withdraw(to: address): nonpayable

owner: public(address)
vault: public(address)


@deploy
def __init__(vault: address):
    self.owner = msg.sender
    self.vault = vault


@external
@payable
def buy(id: uint256):
    """
    Pays the vault exactly the premium and the owner what was sent beyond it.
    """
    assert msg.sender == self.owner, "not owner"
    premium: uint256 = staticcall OptionVault(self.vault).premium(id)
    assert msg.value >= premium, "premium"
    extcall OptionVault(self.vault).buy(id, value=premium)
    if msg.value > premium:
        raw_call(msg.sender, b"", value=msg.value - premium)


@external
def collect():
    """
    Fetches the payout of what has been settled, to the owner.
    """
    extcall OptionVault(self.vault).withdraw(self.owner)
