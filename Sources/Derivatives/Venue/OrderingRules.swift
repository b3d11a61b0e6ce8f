/// What an act can do to others' orders: the classes of `OrderingRule.cancelsFirst`, in their order.
public enum OrderingClass: UInt8, Sendable, Comparable {
    /// Nothing: deposits, post-only and dormant orders, amendments that cannot trade.
    case passive
    case cancel
    /// May trade with what rests.
    case taking

    public static func < (left: OrderingClass, right: OrderingClass) -> Bool { left.rawValue < right.rawValue }

    /// Of acts that are done together: a batch that may trade waits with those that do, one that only cancels goes with cancels.
    public static func combined(_ classes: [OrderingClass]) -> OrderingClass {
        if classes.contains(.taking) { return .taking }
        return classes.contains(.cancel) && !classes.contains(.passive) ? .cancel : .passive
    }
}

extension OrderRequest {
    public var orderingClass: OrderingClass {
        trigger != nil || timeInForce.isPostOnly ? .passive : .taking
    }
}

extension BookAct {
    public var orderingClass: OrderingClass {
        switch self {
        case .place(let request): request.orderingClass
        case .cancel, .cancelClientID, .cancelAll: .cancel
        // Another price may trade at once; another size at the same price cannot.
        case .amend(_, let ticks, _): ticks == nil ? .passive : .taking
        case .replace(_, let request): request.orderingClass
        }
    }

    public static func orderingClass(of acts: [BookAct]) -> OrderingClass {
        OrderingClass.combined(acts.map { $0.orderingClass })
    }
}

extension OrderingRule {
    /// The order in which a block's acts are done, as positions in the sequencer's order.
    public func order(of classes: [OrderingClass]) -> [Int] {
        guard self == .cancelsFirst else { return [Int](0..<classes.count) }
        var positions: [Int] = []
        positions.reserveCapacity(classes.count)
        for wanted in [OrderingClass.passive, .cancel, .taking] {
            for (position, found) in classes.enumerated() where found == wanted { positions.append(position) }
        }
        return positions
    }
}
