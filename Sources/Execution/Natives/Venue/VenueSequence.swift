public import Chain
public import Derivatives
public import Foundations

/// Where transactions may stand in a block of a chain with a venue (derivatives.md, section 3): those that call the oracle come first, the
/// others follow as the venue's ordering rule says.
///
/// A rank is of the call data alone, so that whoever makes or checks a block finds the same. What calls a contract that is not the
/// venue's may lead anywhere, and ranks with what may trade. No transaction comes before an earlier one of its sender: it has at
/// least that one's rank.
public struct VenueSequence: Sendable {
    public enum Rank: UInt8, Comparable, Sendable {
        /// A call of the oracle.
        case report
        /// The classes of `OrderingRule.cancelsFirst`; under the other rules every transaction is `passive`.
        case passive, cancel, taking

        public static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    public let rule: OrderingRule
    private var last = Rank.report
    private var ofSenders = Table<Address, Rank>()

    public init(rule: OrderingRule) {
        self.rule = rule
    }

    /// Checks that a transaction may come next, and returns its rank.
    public func rank(of transaction: Transaction, sender: Address) throws(TransactionError) -> Rank {
        let own = ownRank(transaction)
        let rank = max(own, ofSenders[sender] ?? .report)
        if own == .report, last > .report { throw .reportAfterOthers }
        if rank < last { throw .againstOrderingRule }
        return rank
    }

    /// A transaction has come next.
    public mutating func note(_ rank: Rank, sender: Address) {
        last = rank
        let position = ofSenders.position(of: sender) ?? ofSenders.insertNew(sender, rank)
        ofSenders.values[position] = rank
    }

    /// The order in which transactions can stand in one block, as positions in the sequencer's order, in which each sender's nonces
    /// ascend. A call of the oracle behind another transaction of its sender is left out, with all that follow it, for a later block.
    public func arrange(_ transactions: [(transaction: Transaction, sender: Address)]) -> [Int] {
        var ranks: [Rank?] = []
        var known = ofSenders
        var waiting = Table<Address, Bool>()
        for (transaction, sender) in transactions {
            let own = ownRank(transaction)
            let earlier = known[sender] ?? .report
            if waiting[sender] != nil || (own == .report && earlier > .report) {
                if waiting[sender] == nil { waiting.insertNew(sender, true) }
                ranks.append(nil)
                continue
            }
            let rank = max(own, earlier)
            let position = known.position(of: sender) ?? known.insertNew(sender, rank)
            known.values[position] = rank
            ranks.append(rank)
        }
        var positions: [Int] = []
        positions.reserveCapacity(ranks.count)
        for wanted in [Rank.report, .passive, .cancel, .taking] {
            for (position, rank) in ranks.enumerated() where rank == wanted { positions.append(position) }
        }
        return positions
    }

    private func ownRank(_ transaction: Transaction) -> Rank {
        let contract = transaction.to.flatMap { VenueContracts.contract(at: $0) }
        if contract == .oracle { return .report }
        guard rule == .cancelsFirst else { return .passive }
        switch contract {
        case nil: return .taking
        case .book:
            switch VenueFunctions.Book.orderingClass(of: transaction.data) {
            case .passive: return .passive
            case .cancel: return .cancel
            case .taking: return .taking
            }
        default: return .passive
        }
    }
}

extension VenueFunctions.Book {
    /// What a call of the book can do to others' orders. One that is refused does nothing.
    static func orderingClass(of input: [UInt8]) -> OrderingClass {
        guard let selector = UInt32(selectorOf: input), let function = VenueFunctions.Book(rawValue: selector),
            let arguments = VenueArguments(input, function.declaration.inputs)
        else { return .passive }
        switch function {
        case .place: return orderingClass(timeInForce: arguments.byte(6))
        case .placeOrder: return arguments.byte(10) != 0 ? .passive : orderingClass(timeInForce: arguments.byte(6))
        case .replace: return orderingClass(timeInForce: arguments.byte(7))
        case .cancel, .cancelByClientID, .cancelAll: return .cancel
        // Another price may trade at once; another size at the same price cannot.
        case .amend: return arguments.word(3).isZero ? .passive : .taking
        case .batch:
            var classes: [OrderingClass] = []
            for call in arguments.list(0) {
                // A batch within a batch is refused.
                guard case .bytes(let inner) = call, UInt32(selectorOf: inner) != selector else { continue }
                classes.append(orderingClass(of: inner))
            }
            return OrderingClass.combined(classes)
        default: return .passive
        }
    }

    private static func orderingClass(timeInForce: UInt8) -> OrderingClass {
        TimeInForce(rawValue: timeInForce)?.isPostOnly == false ? .taking : .passive
    }
}
