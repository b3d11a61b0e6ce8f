# pragma version ~=0.4.0
# A token that uses the moment in which the venue calls it: it makes a call of its own, and keeps how that ended.

target: address
data: Bytes[1024]
succeeded: public(bool)
answer: public(Bytes[1024])


@external
def plan(target: address, data: Bytes[1024]):
    self.target = target
    self.data = data


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    self._strike()
    return True


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._strike()
    return True


@internal
def _strike():
    self.succeeded, self.answer = raw_call(
        self.target, self.data, max_outsize=1024, revert_on_failure=False)
