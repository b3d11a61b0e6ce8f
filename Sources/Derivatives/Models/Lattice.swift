public import Foundations

/// How a lattice places its nodes. Raw values are the ABI's.
public enum LatticeModel: UInt8, Sendable, CaseIterable {
    /// Leisen and Reimer (1996) with Peizer and Pratt's second inversion; an odd number of steps.
    case leisenReimer
    /// Cox, Ross and Rubinstein (1979): u = e^(σ√Δt) = 1/d.
    case coxRossRubinstein
    /// Jarrow and Rudd (1983): u, d = e^((r − q − σ²/2)Δt ± σ√Δt), probabilities ½.
    case jarrowRudd
}

/// What an option is worth on a lattice.
public struct LatticeValue: Equatable, Sendable {
    public let price: UInt256
    /// (V_u − V_d)/(S_u − S_d) over the first step, signed.
    public let delta: UInt256
    /// The spot nearest to the strike at which exercise pays at once, for each step but the last; 0 where it nowhere does.
    public let boundary: [UInt256]
}

/// Binomial lattices for European and American options.
///
/// A lattice of n steps costs n²/2 nodes of two products each. What makes a node cheap: with h = √(u·d) and y_m =
/// S·√(u/d)^m, node j of step i has the spot y_(2j−i)·h^i. Values are kept divided by h^i, so that a step's nodes share
/// one table of y and need only one exercise price K/h^i for each step. Values have 127 bits, counted from the largest
/// that occurs; a unit is at most 2^-56 strikes, and n steps err by 2n units: the price is within n·2^-55 strikes of the
/// model's exact one, for usual terms within n·2^-70.
public enum Lattice {
    public static var maximumSteps: Int { 2047 }

    public static func value(
        _ terms: OptionTerms, model: LatticeModel, steps: Int, isAmerican: Bool
    ) throws(PricingError) -> LatticeValue {
        guard steps >= 1, steps <= maximumSteps, model != .leisenReimer || steps & 1 == 1 else { throw .steps }
        let numbers = try OptionNumbers(terms)
        if numbers.time.isZero { throw .time }
        if numbers.sigma.isZero { throw .volatility }
        let moves = try Moves(numbers, model: model, steps: steps)
        var grid = try LatticeGrid(numbers, moves, steps: steps, isCall: terms.kind == .call)
        return try grid.rollBack(isAmerican: isAmerican)
    }
}

/// One step of a lattice.
private struct Moves {
    let up: Real
    let down: Real
    /// Discounted probabilities.
    let upWeight: Real
    let downWeight: Real

    init(_ numbers: OptionNumbers, model: LatticeModel, steps: Int) throws(PricingError) {
        let count = Real(UInt64(steps))
        let step = numbers.time / count
        let growth = ((numbers.rate - numbers.yield) * step).exponential
        let discount = (-(numbers.rate * step)).exponential
        let deviation = numbers.sigma * step.squareRoot
        let probability: Real
        switch model {
        case .coxRossRubinstein:
            up = deviation.exponential
            down = Real.one / up
            probability = (growth - down) / (up - down)
        case .jarrowRudd:
            let drift = (numbers.rate - numbers.yield - (numbers.sigma * numbers.sigma).scaled(by: -1)) * step
            up = (drift + deviation).exponential
            down = (drift - deviation).exponential
            probability = .half
        case .leisenReimer:
            let whole = numbers.sigma * numbers.time.squareRoot
            let middle = numbers.moneyness / whole
            let half = whole.scaled(by: -1)
            probability = Moves.inversion(middle - half, count)
            let share = Moves.inversion(middle + half, count)
            guard Moves.isProbability(probability), Moves.isProbability(share) else { throw .probability }
            up = growth * share / probability
            down = growth * (.one - share) / (.one - probability)
        }
        guard Moves.isProbability(probability), down < up else { throw .probability }
        upWeight = discount * probability
        downWeight = discount * (.one - probability)
    }

    static func isProbability(_ value: Real) -> Bool { Real.zero < value && value < .one }

    /// Peizer and Pratt: ½ ± ½·√(1 − e^(−(z/(n + ⅓ + 0.1/(n + 1)))²·(n + ⅙))).
    static func inversion(_ z: Real, _ n: Real) -> Real {
        let ratio = z / (n + .one / Real(3) + .one / ((n + .one) * Real(10)))
        let root = (Real.one - (-(ratio * ratio * (n + .one / Real(6)))).exponential).squareRoot.scaled(by: -1)
        return z.isNegative ? .half - root : .half + root
    }
}

/// The nodes of one step after the other, from the last.
private struct LatticeGrid {
    private let steps: Int
    private let isCall: Bool
    /// Binary places of a unit, against 1.
    private let places: Int32
    /// y_m in units, m from −n to n at index n + m, and as numbers.
    private var spots: [UInt128] = []
    private var spotNumbers: [Real] = []
    /// K/h^i in units.
    private var strikes: [UInt128] = []
    private let rescale: Real
    private let upWeight: UInt128
    private let downWeight: UInt128
    private var values: [UInt128] = []

    init(_ numbers: OptionNumbers, _ moves: Moves, steps: Int, isCall: Bool) throws(PricingError) {
        self.steps = steps
        self.isCall = isCall
        // h, and √(u/d).
        let h = (moves.up * moves.down).squareRoot
        let spread = (moves.up / moves.down).squareRoot
        rescale = h
        let inverse = Real.one / spread
        var above: [Real] = [numbers.spot]
        var below: [Real] = [numbers.spot]
        var strikeNumbers: [Real] = [numbers.strike]
        for index in 0..<steps {
            above.append(above[index] * spread)
            below.append(below[index] * inverse)
            strikeNumbers.append(strikeNumbers[index] / h)
        }
        var m = steps
        while m > 0 {
            spotNumbers.append(below[m])
            m -= 1
        }
        spotNumbers += above
        // The largest value: a put's is a strike, a call's the highest spot.
        let lastStrike = strikeNumbers[steps]
        var largest = lastStrike < numbers.strike ? numbers.strike : lastStrike
        if isCall, largest < above[steps] { largest = above[steps] }
        places = 125 &- largest.exponent
        guard numbers.strike.exponent &+ places >= 56 else { throw .overflow }
        let unit = places
        func units(_ value: Real) -> UInt128 { value.units(places: unit) }
        spots = spotNumbers.map { $0.units(places: unit) }
        strikes = strikeNumbers.map { $0.units(places: unit) }
        // Weights in 127 places, with h for the change of scale.
        let (upper, lower) = (moves.upWeight * h, moves.downWeight * h)
        guard upper < Real(2), lower < Real(2), upper + lower < Real(2) else { throw .probability }
        upWeight = upper.units(places: 127)
        downWeight = lower.units(places: 127)
        for j in 0...steps { values.append(payoff(j, steps)) }
    }

    private func payoff(_ j: Int, _ step: Int) -> UInt128 {
        let (spot, strike) = (spots[steps &+ 2 &* j &- step], strikes[step])
        if isCall { return spot > strike ? spot &- strike : 0 }
        return strike > spot ? strike &- spot : 0
    }

    mutating func rollBack(isAmerican: Bool) throws(PricingError) -> LatticeValue {
        var boundary = [Real](repeating: .zero, count: isAmerican ? steps : 0)
        var power = [Real.one]
        if isAmerican { for index in 0..<steps { power.append(power[index] * rescale) } }
        var first: (up: UInt128, down: UInt128) = (values[1], values[0])
        var step = steps
        while step > 0 {
            step -= 1
            if step == 0 { first = (values[1], values[0]) }
            if isAmerican {
                if let node = exerciseStep(step) {
                    boundary[step] = spotNumbers[steps &+ 2 &* node &- step] * power[step]
                }
            } else {
                continueStep(step)
            }
        }
        let price = Real(bits: UInt256(values[0]), places: places)
        let rise =
            first.up >= first.down
            ? Real(bits: UInt256(first.up &- first.down), places: places)
            : -Real(bits: UInt256(first.down &- first.up), places: places)
        let delta = rise / (spotNumbers[steps &+ 1] - spotNumbers[steps &- 1])
        guard let priceWad = price.nearestWad, let deltaWad = delta.nearestWad else { throw .overflow }
        var limits: [UInt256] = []
        for spot in boundary {
            guard let wad = spot.nearestWad else { throw .overflow }
            limits.append(wad)
        }
        return LatticeValue(price: priceWad, delta: deltaWad, boundary: limits)
    }

    private mutating func continueStep(_ step: Int) {
        let (upWeight, downWeight) = (upWeight, downWeight)
        values.withUnsafeMutableBufferPointer { values in
            var lower = values[0]
            for j in 0...step {
                let upper = values[j &+ 1]
                values[j] = LatticeGrid.blend(upper, upWeight, lower, downWeight)
                lower = upper
            }
        }
    }

    /// One step with exercise; the exercised node nearest to the strike.
    private mutating func exerciseStep(_ step: Int) -> Int? {
        let (upWeight, downWeight, isCall) = (upWeight, downWeight, isCall)
        let strike = strikes[step]
        let start = steps &- step
        var lowest: Int?
        var highest: Int?
        spots.withUnsafeBufferPointer { spots in
            values.withUnsafeMutableBufferPointer { values in
                var lower = values[0]
                for j in 0...step {
                    let upper = values[j &+ 1]
                    let held = LatticeGrid.blend(upper, upWeight, lower, downWeight)
                    lower = upper
                    let spot = spots[start &+ 2 &* j]
                    let above = isCall ? spot : strike
                    let below = isCall ? strike : spot
                    if above > below, above &- below > held {
                        values[j] = above &- below
                        highest = j
                        if lowest == nil { lowest = j }
                    } else {
                        values[j] = held
                    }
                }
            }
        }
        return isCall ? lowest : highest
    }

    @inline(__always)
    private static func blend(_ a: UInt128, _ p: UInt128, _ b: UInt128, _ q: UInt128) -> UInt128 {
        (a.timesFraction(p) &+ b.timesFraction(q)) &<< 1
    }
}

extension Real {
    /// ⌊value·2^places⌋ of a number that is not negative, 2^128 − 1 at most.
    func units(places: Int32) -> UInt128 {
        let shift = 127 &- exponent &- places
        if shift < 0 { return .max }
        return shift > 127 ? 0 : mantissa &>> UInt128(truncatingIfNeeded: shift)
    }
}
