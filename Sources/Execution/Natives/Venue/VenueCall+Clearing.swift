import Derivatives
import EVM
import Foundations

// Clearing at 0x0c13: accounts, money, positions. It holds the tokens.

extension VenueCall {
    mutating func clearing(
        _ function: VenueFunctions.Clearing, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .deposit: try deposit(arguments)
        case .withdraw: try withdraw(arguments)
        case .transfer:
            let from = try actingNumber(of: AccountID(owner: caller, index: arguments.index(0)), takingMoney: true)
            let other = arguments.account(1)
            let (kind, amount) = (arguments.index(3), try arguments.amount(4))
            try venue { venue throws(VenueError) in
                try venue.transfer(amount, collateral: kind, from: from, to: venue.openAccount(other))
            }
        case .setMarginMode:
            guard let mode = MarginMode(rawValue: arguments.byte(1)) else { throw .invalidInput }
            let account = try actingNumber(of: AccountID(owner: caller, index: arguments.index(0)))
            try venue { venue throws(VenueError) in try venue.setMarginMode(mode, of: account) }
        case .setSessionKey:
            let account = try actingNumber(of: AccountID(owner: caller, index: arguments.index(0)))
            let (key, expiry) = (arguments.address(1), arguments.integer(2))
            try venue { venue throws(VenueError) in try venue.setSessionKey(key, of: account, until: expiry) }
        case .exercise:
            let account = try actingNumber(of: arguments.account())
            let instrument = try instrument(arguments.word(2))
            let lots = try lots(arguments.word(3), instrument)
            try venue { venue throws(VenueError) in
                try venue.exercise(lots, of: instrument.number, by: account)
            }
        case .insureFees:
            try requireRole(.owner)
            let amount = try arguments.amount(0)
            try venue { venue throws(VenueError) in try venue.insureFees(amount) }
        default: return try view(function, arguments)
        }
        return []
    }

    // MARK: - Tokens

    /// The caller pays, for whichever account. The venue's books are complete before the token is called, which can therefore read them,
    /// and change nothing here until it has returned.
    private mutating func deposit(_ arguments: VenueArguments) throws(VenueRefusal) {
        let (id, kind, amount) = (arguments.account(), arguments.index(2), try arguments.amount(3))
        let (token, units) = try tokenUnits(amount, kind)
        try venue { venue throws(VenueError) in
            try venue.deposit(amount, collateral: kind, to: venue.openAccount(id))
        }
        try move(
            token, 0x23b8_72dd, [caller.word, VenueContract.clearing.address.word, units])
    }

    /// Only the owner's own call takes money out.
    private mutating func withdraw(_ arguments: VenueArguments) throws(VenueRefusal) {
        let account = try number(of: AccountID(owner: caller, index: arguments.index(0)))
        let (kind, amount) = (arguments.index(1), try arguments.amount(2))
        let (token, units) = try tokenUnits(amount, kind)
        try venue { venue throws(VenueError) in try venue.withdraw(amount, collateral: kind, from: account) }
        try move(token, 0xa905_9cbb, [arguments.word(3), units])
    }

    /// An amount of 18 decimals as what the token counts in.
    private mutating func tokenUnits(
        _ amount: Int128, _ kind: UInt32
    ) throws(VenueRefusal) -> (token: Address, units: UInt256) {
        guard amount > 0 else { throw .venue(.zeroSize) }
        let collateral = try venue { venue throws(VenueError) in try venue.collateral(kind) }
        var divisor: Int128 = 1
        for _ in min(18, collateral.decimals)..<18 { divisor *= 10 }
        let (units, rest) = amount.divided(by: divisor)
        if rest != 0 { throw .revert(VenueReverts.offDecimals, [UInt256(UInt64(collateral.decimals))]) }
        return (collateral.token, units.word)
    }

    /// `transferFrom` or `transfer`. A token answers true, or nothing as old ones do; an account without code answers nothing too and
    /// is no token, but the owner of the venue has listed it.
    private mutating func move(_ token: Address, _ selector: UInt32, _ words: [UInt256]) throws(VenueRefusal) {
        var input = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> $0) }
        for word in words { input += word.bigEndianBytes }
        guard let result = venue.storage.call(token, from: .clearing, input: input), result.status.isSuccess,
            result.output.isEmpty || (result.output.count == 32 && UInt256(bigEndian: result.output) == .one)
        else { throw .revert(VenueReverts.tokenFailed, []) }
    }

    // MARK: - Views

    private mutating func view(
        _ function: VenueFunctions.Clearing, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .accountNumber: return [.integer(UInt64(venue.accountNumber(of: arguments.account())))]
        case .account:
            let account = try number(of: arguments.account())
            let (mode, initial, maintenance) = try venue { venue throws(VenueError) in
                (
                    try venue.marginMode(of: account), try venue.marginBreakdown(of: account, .initial),
                    try venue.marginBreakdown(of: account, .maintenance)
                )
            }
            return [
                .integer(UInt64(mode.rawValue)), .amount(initial.cash), .amount(initial.equity),
                .amount(initial.margin), .amount(maintenance.margin),
            ]
        case .margin:
            guard let kind = MarginKind(rawValue: arguments.byte(2)) else { throw .invalidInput }
            let account = try number(of: arguments.account())
            let margin = try venue { venue throws(VenueError) in try venue.marginBreakdown(of: account, kind) }
            return [
                margin.margin, margin.equity, margin.worst, margin.contingencies, margin.markToMarket, margin.cash,
            ].map { .amount($0) }
        case .position:
            let (account, instrument) = (try number(of: arguments.account()), try instrument(arguments.word(2)))
            let position = venue.position(of: account, in: instrument.number)
            return [.amount(try size(position.lots, instrument)), .amount(position.cost)]
        case .positions: return try positions(number(of: arguments.account()))
        case .collateralBalance:
            let account = try number(of: arguments.account())
            let kind = arguments.index(2)
            return [.amount(kind == 0 ? venue.cash(of: account) : venue.collateralBalance(of: account, kind))]
        case .mayTrade:
            let (account, key) = (try number(of: arguments.account()), arguments.address(2))
            return [.bool(try venue { venue throws(VenueError) in try venue.mayAct(key, for: account) })]
        case .openInterest:
            let instrument = try instrument(arguments.word(0))
            return [.amount(try size(venue.openInterest(of: instrument.number), instrument))]
        case .totalDeposits: return [.amount(venue.totalDeposits())]
        case .collectedFees: return [.amount(venue.collectedFees())]
        case .insuranceFund: return [.amount(venue.insuranceFund())]
        default: throw .invalidInput
        }
    }

    private mutating func positions(_ account: AccountNumber) throws(VenueRefusal) -> [ABIValue] {
        var columns: (ids: [ABIValue], sizes: [ABIValue], costs: [ABIValue]) = ([], [], [])
        // What is no listing among the assets is a kind of collateral.
        for number in try venue({ venue throws(VenueError) in try venue.assets(of: account) }) {
            let position = venue.position(of: account, in: number)
            guard number <= venue.instrumentCount(), position.lots != 0 else { continue }
            let instrument = try venue { venue throws(VenueError) in try venue.instrument(number) }
            columns.ids.append(.word(instrument.id.word))
            columns.sizes.append(.amount(try size(position.lots, instrument)))
            columns.costs.append(.amount(position.cost))
        }
        return [.list(columns.ids), .list(columns.sizes), .list(columns.costs)]
    }
}
