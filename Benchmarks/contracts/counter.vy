# pragma version ^0.4.0
# One slot that every caller changes.
count: public(uint256)


@external
def increment() -> uint256:
    self.count += 1
    return self.count
