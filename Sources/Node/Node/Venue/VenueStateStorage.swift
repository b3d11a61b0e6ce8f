import Derivatives
import Execution
import Foundations
import State
import Storage

/// The venue's storage over the state behind a block. Nothing of that state changes: what is written lies in front of it, and is
/// gone with this value.
struct VenueStateStorage: VenueStorage {
    struct Checkpoint {
        let writes: Int
        let events: Int
    }

    private struct Key: FixedHashable {
        let contract: VenueContract
        let word: UInt256

        static func == (left: Key, right: Key) -> Bool { left.word == right.word && left.contract == right.contract }

        func fixedHash(seed: UInt64) -> UInt64 { word.fixedHash(seed: seed &+ UInt64(contract.rawValue)) }
    }

    private let state: StoredState
    /// What was read and written.
    private var slots = Table<Key, UInt256>()
    private var journal: [(position: Int, value: UInt256)] = []
    private(set) var events: [VenueEvent] = []
    /// The first read that failed: whatever was answered since is worth nothing.
    private(set) var fault: StateError?

    init(_ state: StoredState) {
        self.state = state
    }

    private mutating func position(of slot: VenueSlot) -> Int {
        let key = Key(contract: slot.contract, word: slot.word)
        if let known = slots.position(of: key) { return known }
        var word = UInt256.zero
        if fault == nil {
            do throws(StateError) {
                word = try state.storage(at: slot.contract.address, slot: slot.word)
            } catch { fault = error }
        }
        return slots.insertNew(key, word)
    }

    mutating func load(_ slot: VenueSlot) -> UInt256 { slots.values[position(of: slot)] }

    mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        let position = position(of: slot)
        journal.append((position, slots.values[position]))
        slots.values[position] = value
    }

    mutating func emit(_ event: VenueEvent) { events.append(event) }

    var checkpoint: Checkpoint { Checkpoint(writes: journal.count, events: events.count) }

    mutating func revert(to checkpoint: Checkpoint) {
        while journal.count > checkpoint.writes {
            let (position, value) = journal.removeLast()
            slots.values[position] = value
        }
        events.removeLast(events.count - checkpoint.events)
    }
}
