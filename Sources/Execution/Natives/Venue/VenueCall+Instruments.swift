import Derivatives
import EVM
import Foundations

// Instruments at 0x0c11: listings and settings. The owner lists and sets, the guardian may restrict; neither can move funds.

extension VenueCall {
    mutating func instruments(
        _ function: VenueFunctions.Instruments, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .owner: return [.address(venue.holder(of: .owner))]
        case .guardian: return [.address(venue.holder(of: .guardian))]
        case .instrument: return try listing(arguments.word(0))
        case .instrumentByNumber:
            let number = arguments.index(0)
            return [.word(try venue { venue throws(VenueError) in try venue.instrument(number).id.word })]
        case .instrumentCount: return [.integer(UInt64(venue.instrumentCount()))]
        case .underlyingCount: return [.integer(UInt64(venue.underlyingCount()))]
        case .parameter:
            return [.amount(venue.parameter(try parameter(arguments.byte(0)), underlying: arguments.index(1)))]
        case .collateral:
            let number = arguments.index(0)
            let kind = try venue { venue throws(VenueError) in try venue.collateral(number) }
            return [
                .address(kind.token), .integer(UInt64(kind.decimals)), .integer(UInt64(kind.underlying)),
                .amount(kind.haircut),
            ]
        case .collateralCount: return [.integer(UInt64(venue.collateralCount()))]
        case .setStatus:
            try requireRole(.guardian)
            let number = try instrument(arguments.word(0)).number
            guard let status = InstrumentStatus(rawValue: arguments.byte(1)) else { throw .invalidInput }
            try venue { venue throws(VenueError) in try venue.setStatus(of: number, to: status) }
            return []
        case .settle:
            try requireRole(.guardian)
            let (number, budget) = (try instrument(arguments.word(0)).number, Int(arguments.index(1)))
            try venue { venue throws(VenueError) in try venue.settle(number, budget: budget) }
            return []
        default:
            try requireRole(.owner)
            return try set(function, arguments)
        }
    }

    private mutating func listing(_ word: UInt256) throws(VenueRefusal) -> [ABIValue] {
        let instrument = try instrument(word)
        return [
            .integer(UInt64(instrument.number)), .amount(instrument.tick), .amount(instrument.lot),
            .integer(UInt64(instrument.status.rawValue)), .bool(instrument.settlementPerLot != nil),
            .amount(instrument.settlementPerLot ?? 0),
        ]
    }

    private func parameter(_ byte: UInt8) throws(VenueRefusal) -> VenueParameter {
        guard let parameter = VenueParameter(rawValue: byte) else { throw .invalidInput }
        return parameter
    }

    // MARK: - The owner's

    private mutating func set(
        _ function: VenueFunctions.Instruments, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .setCashToken:
            let (token, decimals) = (arguments.address(0), arguments.byte(1))
            guard decimals <= 18 else { throw .venue(.invalidListing) }
            // Once: what was paid in is owed in the same token.
            let isKnown: Bool
            do throws(VenueError) { isKnown = try venue.collateral(0).token != .zero } catch { isKnown = false }
            if isKnown { throw .venue(.alreadyListed) }
            venue.setCashToken(token, decimals: decimals)
        case .addUnderlying:
            let symbol = arguments.integer(0)
            let number = try venue { venue throws(VenueError) in try venue.addUnderlying(symbol: symbol) }
            return [.integer(UInt64(number))]
        case .list:
            guard let id = InstrumentID(word: arguments.word(0)) else { throw .venue(.invalidListing) }
            let (tick, lot) = (try arguments.amount(1), try arguments.amount(2))
            let number = try venue { venue throws(VenueError) in try venue.list(id, tick: tick, lot: lot) }
            return [.integer(UInt64(number))]
        case .retire:
            let number = try instrument(arguments.word(0)).number
            try venue { venue throws(VenueError) in try venue.retire(number) }
        case .setParameter:
            let (name, underlying) = (try parameter(arguments.byte(0)), arguments.index(1))
            let value = try arguments.amount(2)
            try venue { venue throws(VenueError) in try venue.set(name, underlying: underlying, to: value) }
        case .addCollateral:
            let collateral = Collateral(
                token: arguments.address(0), decimals: arguments.byte(1), underlying: arguments.index(2),
                haircut: try arguments.amount(3))
            guard collateral.decimals <= 18 else { throw .venue(.invalidListing) }
            let number = try venue { venue throws(VenueError) in try venue.addCollateral(collateral) }
            return [.integer(UInt64(number))]
        case .setHaircut:
            let (number, haircut) = (arguments.index(0), try arguments.amount(1))
            try venue { venue throws(VenueError) in try venue.setHaircut(haircut, of: number) }
        case .setBookParameters: try setBookParameters(arguments)
        case .setOwner: venue.set(.owner, to: arguments.address(0))
        case .setGuardian: venue.set(.guardian, to: arguments.address(0))
        default: try setList(function, arguments)
        }
        return []
    }

    private mutating func setBookParameters(_ arguments: VenueArguments) throws(VenueRefusal) {
        guard let rule = OrderingRule(rawValue: arguments.byte(0)) else { throw .invalidInput }
        func short(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: arguments.integer(place)) }
        var parameters = venue.bookParameters()
        parameters.orderingRule = rule
        parameters.ordersPerAct = short(1)
        parameters.levelsPerWalk = short(2)
        parameters.triggersPerBlock = short(3)
        parameters.expiriesPerBlock = short(4)
        parameters.ordersPerBatch = short(5)
        parameters.minimumNotional = arguments.index(6)
        let changed = parameters
        try venue { venue throws(VenueError) in try venue.setBookParameters(changed) }
    }

    /// The lists that are set whole: columns of the same length.
    private mutating func setList(
        _ function: VenueFunctions.Instruments, _ arguments: VenueArguments
    ) throws(VenueRefusal) {
        switch function {
        case .setLeverageTiers:
            let (lower, leverage) = (arguments.words(1), arguments.words(2))
            guard lower.count == leverage.count else { throw .invalidInput }
            var tiers: [LeverageTier] = []
            for (bound, most) in zip(lower, leverage) {
                tiers.append(LeverageTier(lower: try VenueArguments.amount(bound), maximumLeverage: most.limb0))
            }
            let (underlying, changed) = (arguments.index(0), tiers)
            try venue { venue throws(VenueError) in try venue.setLeverageTiers(changed, underlying: underlying) }
        case .setFeeTiers:
            let (volumes, maker, taker) = (arguments.words(1), arguments.words(2), arguments.words(3))
            guard volumes.count == maker.count, volumes.count == taker.count else { throw .invalidInput }
            var tiers: [FeeTier] = []
            for place in volumes.indices {
                tiers.append(
                    FeeTier(
                        volume: try VenueArguments.amount(volumes[place]), maker: Int64(bitPattern: maker[place].limb0),
                        taker: Int64(bitPattern: taker[place].limb0)))
            }
            let (underlying, changed) = (arguments.index(0), tiers)
            try venue { venue throws(VenueError) in try venue.setFeeTiers(changed, underlying: underlying) }
        case .setScenarios:
            let (shifts, shocks, dampings) = (arguments.words(0), arguments.words(1), arguments.words(2))
            guard shifts.count == shocks.count, shifts.count == dampings.count else { throw .invalidInput }
            var scenarios: [Scenario] = []
            for place in shifts.indices {
                guard let shock = VolatilityShock(rawValue: UInt8(truncatingIfNeeded: shocks[place].limb0)),
                    let scenario = Scenario(
                        shift: Int64(bitPattern: shifts[place].limb0), volatility: shock,
                        damping: Int64(bitPattern: dampings[place].limb0))
                else { throw .invalidInput }
                scenarios.append(scenario)
            }
            let changed = scenarios
            try venue { venue throws(VenueError) in try venue.setScenarios(changed) }
        case .setPublishers:
            let (addresses, weights) = (arguments.words(0), arguments.words(1))
            guard addresses.count == weights.count else { throw .invalidInput }
            let publishers = addresses.indices.map {
                Publisher(address: Address(addresses[$0]), weight: weights[$0].limb0)
            }
            try venue { venue throws(VenueError) in try venue.setPublishers(publishers) }
        default: throw .invalidInput
        }
    }
}
