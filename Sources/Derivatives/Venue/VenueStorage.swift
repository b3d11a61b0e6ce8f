public import Foundations

/// The contracts of the venue: the last bytes of their addresses (derivatives.md, section 2).
public enum VenueContract: UInt16, Sendable, CaseIterable {
    case oracle = 0x0c10
    case instruments = 0x0c11
    case book = 0x0c12
    case clearing = 0x0c13
    case liquidation = 0x0c14
}

/// A place in the storage of one of the venue's contracts.
///
/// Slots are not hashed, as a contract's storage is its own and the trie hashes what it keeps: the highest byte names the table,
/// and the rest packs the key, so that neighbours in a table differ in low bits and a reader can compute any slot by hand.
public struct VenueSlot: FixedHashable, Sendable {
    public let contract: VenueContract
    public let word: UInt256

    /// `table` < 256; `high`, `middle`, `low` fill bits 128…191, 64…127 and 0…63; `field` bits 192…247.
    @inlinable
    public init(
        _ contract: VenueContract, table: UInt8, field: UInt64 = 0, high: UInt64 = 0, middle: UInt64 = 0,
        low: UInt64 = 0
    ) {
        self.contract = contract
        word = UInt256(limbs: low, middle, high, UInt64(table) &<< 56 | field & 0x00ff_ffff_ffff_ffff)
    }

    /// A slot as a state names it.
    public init(_ contract: VenueContract, word: UInt256) {
        self.contract = contract
        self.word = word
    }

    /// Words differ far more often than contracts do, so they are compared first.
    @inlinable
    public static func == (left: VenueSlot, right: VenueSlot) -> Bool {
        left.word == right.word && left.contract == right.contract
    }

    @inlinable
    public func fixedHash(seed: UInt64) -> UInt64 { word.fixedSlotHash(seed: seed &+ UInt64(contract.rawValue)) }
}

/// Where the venue keeps everything that outlives a call: slots of native contracts on a chain, a table in memory in a simulation.
///
/// A read never fails here: an implementation over a database notes its fault and answers 0, and whoever runs the venue asks
/// for the fault afterwards and drops everything, as the EVM's journal does.
public protocol VenueStorage {
    mutating func load(_ slot: VenueSlot) -> UInt256
    mutating func store(_ slot: VenueSlot, _ value: UInt256)
    mutating func emit(_ event: VenueEvent)

    /// A point to which writes and events can be taken back.
    associatedtype Checkpoint
    var checkpoint: Checkpoint { get }
    mutating func revert(to checkpoint: Checkpoint)
}

/// A venue's storage in memory, for simulations, tests and the lab.
public struct VenueMemory: VenueStorage {
    public struct Checkpoint {
        let writes: Int
        let events: Int
    }

    private var slots = Table<VenueSlot, UInt256>()
    /// Where the word lies that was read last: mostly it, or its neighbour, is the next one.
    private var last = 0
    private var journal: [(position: Int, value: UInt256)] = []
    /// What was emitted since `takeEvents`.
    public private(set) var events: [VenueEvent] = []

    public init() {}

    /// Every slot that was ever written or learned, in the order in which they came, with what it holds now.
    public var written: [(slot: VenueSlot, word: UInt256)] {
        slots.keys.indices.map { (slots.keys[$0], slots.values[$0]) }
    }

    /// What a slot holds, where this memory has met it.
    public func known(_ slot: VenueSlot) -> UInt256? {
        slots.position(of: slot).map { slots.values[$0] }
    }

    /// Takes over what a state behind this memory holds in a slot. It is no write, so nothing takes it back.
    public mutating func learn(_ slot: VenueSlot, _ word: UInt256) { slots[slot] = word }

    public mutating func load(_ slot: VenueSlot) -> UInt256 {
        guard let position = slots.position(of: slot, near: last) else { return .zero }
        last = position
        return slots.values[position]
    }

    public mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        let position = slots.position(of: slot, near: last) ?? slots.insertNew(slot, .zero)
        journal.append((position, slots.values[position]))
        slots.values[position] = value
    }

    public mutating func emit(_ event: VenueEvent) { events.append(event) }

    public var checkpoint: Checkpoint { Checkpoint(writes: journal.count, events: events.count) }

    public mutating func revert(to checkpoint: Checkpoint) {
        while journal.count > checkpoint.writes {
            let (position, value) = journal.removeLast()
            slots.values[position] = value
        }
        events.removeLast(events.count - checkpoint.events)
    }

    /// Every word that is not 0.
    public var words: [(slot: VenueSlot, word: UInt256)] { written.filter { !$0.word.isZero } }

    /// Ends a block: what was written stays, and its events are handed over.
    public mutating func takeEvents() -> [VenueEvent] {
        journal.removeAll(keepingCapacity: true)
        let taken = events
        events.removeAll(keepingCapacity: true)
        return taken
    }
}
