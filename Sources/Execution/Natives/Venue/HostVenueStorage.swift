public import Derivatives
public import EVM
public import Foundations
public import State

/// The venue's storage on a chain: slots of its contracts in the state, logs for its events, and the gas that both cost.
///
/// Once the gas is used up it reads 0 and writes nothing, as a storage that has failed does, and the call ends out of gas.
public struct HostVenueStorage<Host: NativeHost>: VenueStorage {
    /// The machine that runs the call. The pointer comes from `withUnsafeMutablePointer(to:)` around the whole call, within which
    /// nothing else touches the machine: `VenueContracts.run` makes this value inside and lets it end there.
    private let host: UnsafeMutablePointer<Host>
    private var handles: (oracle: Int, instruments: Int, book: Int, clearing: Int, liquidation: Int)
    private let gasLimit: UInt64
    public private(set) var gasUsed: UInt64 = 0
    /// What of each slot has been paid for: reading it (1), and writing it (2).
    private var paid = Table<VenueSlot, UInt8>()

    /// nil where the host knows no venue.
    public init?(_ host: UnsafeMutablePointer<Host>, gasLimit: UInt64) {
        guard let oracle = host.pointee.storage(of: VenueContract.oracle.address),
            let instruments = host.pointee.storage(of: VenueContract.instruments.address),
            let book = host.pointee.storage(of: VenueContract.book.address),
            let clearing = host.pointee.storage(of: VenueContract.clearing.address),
            let liquidation = host.pointee.storage(of: VenueContract.liquidation.address)
        else { return nil }
        self.host = host
        self.gasLimit = gasLimit
        handles = (oracle, instruments, book, clearing, liquidation)
    }

    private func handle(_ contract: VenueContract) -> Int {
        switch contract {
        case .oracle: handles.oracle
        case .instruments: handles.instruments
        case .book: handles.book
        case .clearing: handles.clearing
        case .liquidation: handles.liquidation
        }
    }

    // MARK: - Gas

    public var isExhausted: Bool { gasUsed > gasLimit }
    public var gasLeft: UInt64 { isExhausted ? 0 : gasLimit - gasUsed }

    public mutating func charge(_ gas: UInt64) {
        let (sum, overflow) = gasUsed.addingReportingOverflow(gas)
        gasUsed = overflow ? .max : sum
    }

    // MARK: - VenueStorage

    public mutating func load(_ slot: VenueSlot) -> UInt256 {
        let known = paid.position(of: slot)
        charge(known == nil ? VenueGas.firstLoad : VenueGas.load)
        if isExhausted { return .zero }
        let word = host.pointee.load(handle(slot.contract), slot.word)
        if known == nil {
            paid.insertNew(slot, 1)
            charge(VenueGas.evaluation(slot, word))
        }
        return word
    }

    public mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        let position = paid.position(of: slot) ?? paid.insertNew(slot, 0)
        if paid.values[position] < 2 {
            let old = host.pointee.load(handle(slot.contract), slot.word)
            charge(old.isZero && !value.isZero ? VenueGas.newSlot : VenueGas.firstStore)
            if !isExhausted { paid.values[position] = 2 }
        } else {
            charge(VenueGas.store)
        }
        if isExhausted { return }
        host.pointee.store(handle(slot.contract), slot.word, value)
    }

    public mutating func emit(_ event: VenueEvent) {
        charge(VenueGas.event(event))
        if isExhausted { return }
        host.pointee.log(event.log)
    }

    public var checkpoint: Checkpoint { host.pointee.checkpoint }

    public mutating func revert(to checkpoint: Checkpoint) { host.pointee.revert(to: checkpoint) }

    // MARK: - Beyond the venue

    public var chainID: UInt64 { host.pointee.chainID }

    /// Closes the natives to acts that write; false when they are closed already.
    mutating func beginWriting() -> Bool { host.pointee.beginWriting() }

    mutating func endWriting() { host.pointee.endWriting() }

    /// Calls a contract in the name of one of the venue's, with all gas that a call may have.
    mutating func call(_ contract: Address, from caller: VenueContract, input: [UInt8]) -> NativeCallResult? {
        charge(VenueGas.call)
        if isExhausted { return nil }
        let result = host.pointee.call(contract, from: caller.address, input: input, gas: gasLeft)
        charge(result.gasUsed)
        return result
    }
}

extension VenueContract {
    public var address: Address { Address(UInt256(UInt64(rawValue))) }
}
