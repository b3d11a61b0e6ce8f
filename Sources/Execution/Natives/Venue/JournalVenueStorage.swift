public import Derivatives
public import Foundations
public import State

/// The venue's storage for what a block does by itself: the slots and logs that calls of its contracts reach through
/// `HostVenueStorage`, but outside any call, so that there is no gas and no tracer.
public struct JournalVenueStorage<View: StateView>: VenueStorage {
    /// Comes from `withUnsafeMutablePointer(to:)` around all that is done with this value, within which nothing else touches the
    /// journal.
    private let journal: UnsafeMutablePointer<Journal<View>>
    private let accounts: (oracle: Int, instruments: Int, book: Int, clearing: Int, liquidation: Int)

    public init(_ journal: UnsafeMutablePointer<Journal<View>>) {
        self.journal = journal
        accounts = (
            journal.pointee.load(VenueContract.oracle.address), journal.pointee.load(VenueContract.instruments.address),
            journal.pointee.load(VenueContract.book.address), journal.pointee.load(VenueContract.clearing.address),
            journal.pointee.load(VenueContract.liquidation.address)
        )
    }

    private func account(_ contract: VenueContract) -> Int {
        switch contract {
        case .oracle: accounts.oracle
        case .instruments: accounts.instruments
        case .book: accounts.book
        case .clearing: accounts.clearing
        case .liquidation: accounts.liquidation
        }
    }

    public mutating func load(_ slot: VenueSlot) -> UInt256 {
        let position = journal.pointee.loadSlot(account(slot.contract), slot.word)
        // Warm, so that the block's access list knows of it.
        journal.pointee.warmSlot(position)
        return journal.pointee.value(ofSlot: position)
    }

    public mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        let position = journal.pointee.loadSlot(account(slot.contract), slot.word)
        journal.pointee.warmSlot(position)
        journal.pointee.setSlot(position, value)
    }

    public mutating func emit(_ event: VenueEvent) { journal.pointee.emit(event.log) }

    public var checkpoint: State.Checkpoint { journal.pointee.checkpoint }

    public mutating func revert(to checkpoint: State.Checkpoint) { journal.pointee.revert(to: checkpoint) }
}
