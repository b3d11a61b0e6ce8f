import Derivatives
import Execution
import Foundations
import State
import Storage

/// The venue's storage over the state behind a block. Nothing of that state changes: what is written lies in front of it, and is
/// gone with this value.
struct VenueStateStorage: VenueStorage {
    private let state: StoredState
    /// What was read and written.
    private var memory = VenueMemory()
    /// The first read that failed: whatever was answered since is worth nothing.
    private(set) var fault: StateError?

    init(_ state: StoredState) {
        self.state = state
    }

    var events: [VenueEvent] { memory.events }

    mutating func load(_ slot: VenueSlot) -> UInt256 {
        if let known = memory.known(slot) { return known }
        var word = UInt256.zero
        if fault == nil {
            do throws(StateError) {
                word = try state.storage(at: slot.contract.address, slot: slot.word)
            } catch { fault = error }
        }
        memory.learn(slot, word)
        return word
    }

    mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        // What a revert puts back is the state's word.
        _ = load(slot)
        memory.store(slot, value)
    }

    mutating func emit(_ event: VenueEvent) { memory.emit(event) }

    var checkpoint: VenueMemory.Checkpoint { memory.checkpoint }

    mutating func revert(to checkpoint: VenueMemory.Checkpoint) { memory.revert(to: checkpoint) }
}
