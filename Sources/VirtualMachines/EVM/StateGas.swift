public import Chain

/// What growing the state costs, in state gas. https://eips.ethereum.org/EIPS/eip-8037
public struct StatePrices: Sendable {
    public let byte: Int64
    /// An account, a slot, the mark of a delegation.
    public var account: Int64 { 112 * byte }
    public var slot: Int64 { 32 * byte }
    public var delegation: Int64 { 23 * byte }

    /// nil before Amsterdam.
    public init?(fork: Fork, blockGasLimit: UInt64) {
        guard fork >= .amsterdam else { return nil }
        byte = StatePrices.byte(blockGasLimit: blockGasLimit)
    }

    /// The price of a byte at which blocks that are half full of new state add 100 GiB a year. Only five bits of the
    /// price (with an offset) count, so that it stays when the limit moves a little.
    private static func byte(blockGasLimit: UInt64) -> Int64 {
        let (blocksPerYear, bytesPerYear, offset) = (2_628_000 as UInt64, 100 << 30 as UInt64, 9578 as UInt64)
        // A limit beyond what any header may say costs what the highest one does.
        let product = Swift.min(blockGasLimit, 1 << 42) * blocksPerYear
        let shifted = (product + 2 * bytesPerYear - 1) / (2 * bytesPerYear) + offset
        let shift = UInt64(Swift.max(0, 64 - shifted.leadingZeroBitCount - 5))
        let rounded = (shifted >> shift) << shift
        return rounded > offset ? Int64(rounded - offset) : 1
    }
}

/// The second kind of gas of a running message: what it may spend on growing the state, and did.
///
/// State gas comes from a reservoir that all frames share, and when that is empty from the running frame's own gas. What
/// a frame that fails has spent goes back, all of it into the reservoir, since the state did not grow.
struct StateGas {
    /// What one frame, with those it called that succeeded, did.
    private struct Part {
        /// Spent, less what was given back.
        var used: Int64 = 0
        /// Given back for state that did not stay.
        var refunded: Int64 = 0
        /// To be given back by a caller: the frame undid what one of its callers had paid for.
        var pending: Int64 = 0
    }

    /// What is left for all frames.
    private(set) var reservoir: Int64
    /// What frames, failed ones included, took out of their own gas.
    private(set) var spilled: Int64 = 0
    /// The running frame's part, and those of its callers.
    private var running = Part()
    private var callers: [Part] = []

    init(reservoir: Int64) { self.reservoir = reservoir }

    /// Spent by the outermost frame, all others having ended.
    var used: Int64 { running.used }

    /// Takes `amount` from the reservoir, what is missing from `gas`; false, and nothing taken, when both hold less.
    mutating func charge(_ amount: Int64, gas: inout Int64) -> Bool {
        let missing = Swift.max(0, amount - reservoir)
        if gas < missing { return false }
        reservoir -= amount - missing
        gas -= missing
        spilled += missing
        running.used += amount
        return true
    }

    /// Gives back what state cost that is gone again within the transaction, up to what the frame has spent.
    mutating func giveBack(_ amount: Int64) {
        let applied = Swift.min(amount, running.used)
        reservoir += applied
        running.used -= applied
        running.refunded += applied
        running.pending += amount - applied
    }

    mutating func enterFrame() {
        callers.append(running)
        running = Part()
    }

    mutating func leaveFrame(succeeded: Bool) {
        let ended = running
        running = callers.removeLast()
        if succeeded {
            running.used += ended.used
            running.refunded += ended.refunded
            giveBack(ended.pending)
        } else {
            // What the frame gave back is taken back with the changes that it was given back for, and so as if it had
            // been spent once more: the fixtures of this draft have it so, though later texts of the EIP do not. They do
            // not say what becomes of more than there is.
            reservoir = Swift.max(0, reservoir + ended.used - ended.refunded)
        }
    }

    /// Ends the outermost frame.
    mutating func finish(succeeded: Bool) {
        if succeeded { return }
        reservoir += running.used
        running.used = 0
    }
}
