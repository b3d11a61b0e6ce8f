public import Foundations

/// Who trades: an owner and an index. Positions on different indexes never offset each other (derivatives.md, section 1).
public struct AccountID: Equatable, Sendable {
    public let owner: Address
    public let index: UInt32

    public init(owner: Address, index: UInt32 = 0) {
        self.owner = owner
        self.index = index
    }
}

/// The dense number under which an account, known at the venue since its first act, is kept: 1, 2, 3, …; 0 is nobody.
public typealias AccountNumber = UInt32

/// The dense number of a listed instrument: 1, 2, 3, …; 0 is none.
public typealias InstrumentNumber = UInt32
