/// An open-addressing hash map with a fixed hash and **insertion order**: entries lie densely in the order in which
/// their keys were first inserted, so that iteration is deterministic. Replaces `Dictionary` in guest-clean code.
///
/// Lookup and insertion are O(1) expected. Positions of entries never change except through `remove` and `removeAll`.
/// Whoever knows the hash can choose keys that collide: a table in which a key lands too far from its place takes the
/// next seed and spreads its keys anew, which no iteration shows.
public struct Table<Key: FixedHashable, Value> {
    // A key and its value lie together, so that who finds the one has the other at hand.
    @usableFromInline
    struct Entry {
        @usableFromInline let key: Key
        @usableFromInline var value: Value

        @inlinable init(_ key: Key, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    public var values = Values()
    // Of each entry its position + 1 in the low bits, as many as the count of slots has, and above them bits of its key's hash, so
    // that few other keys are looked at; 0 for free. The count is a power of two and at most half of it is used.
    @usableFromInline var slots: [UInt32] = []
    @usableFromInline var seed: UInt64 = 0
    // The farthest that a key may land from its place.
    @usableFromInline var reach = 256

    public init() {}

    @inlinable public var keys: Keys { Keys(values.entries) }
    @inlinable public var count: Int { values.entries.count }
    @inlinable public var isEmpty: Bool { values.entries.isEmpty }

    /// The position of `key`'s entry in `keys` and `values`.
    @inlinable
    public func position(of key: Key) -> Int? {
        let position = find(key)
        return position < 0 ? nil : position
    }

    /// The same for a key that mostly is the one at `guess` or the next one after it: these are looked at first.
    @inlinable
    public func position(of key: Key, near guess: Int) -> Int? {
        let guessed = values.entries.withUnsafeBufferPointer { entries in
            if guess < entries.count, entries[guess].key == key { return guess }
            if guess &+ 1 < entries.count, entries[guess &+ 1].key == key { return guess &+ 1 }
            return -1
        }
        return guessed < 0 ? position(of: key) : guessed
    }

    @inlinable
    func find(_ key: Key) -> Int {
        // Unchecked: the mask keeps `index` within `slots`, whose entries are positions within `entries`.
        slots.withUnsafeBufferPointer { slots in
            if slots.isEmpty { return -1 }
            return values.entries.withUnsafeBufferPointer { entries in
                let hash = key.fixedHash(seed: seed)
                let mask = UInt32(truncatingIfNeeded: slots.count &- 1)
                let mark = UInt32(truncatingIfNeeded: hash &>> 32) & ~mask
                var index = UInt32(truncatingIfNeeded: hash) & mask
                while true {
                    let slot = slots[Int(index)]
                    if slot == 0 { return -1 }
                    let position = Int(slot & mask) &- 1
                    if slot & ~mask == mark, entries[position].key == key { return position }
                    index = (index &+ 1) & mask
                }
            }
        }
    }

    /// Appends an entry for a key that is not there yet, and returns its position.
    @inlinable
    @discardableResult
    public mutating func insertNew(_ key: Key, _ value: Value) -> Int {
        let position = values.entries.count
        values.entries.append(Entry(key, value))
        if values.entries.count &* 2 > slots.count {
            slots = [UInt32](repeating: 0, count: Swift.max(16, slots.count &* 2))
            rebuild()
        } else if !place(position) {
            reseed()
        }
        return position
    }

    @inlinable
    public subscript(key: Key) -> Value? {
        get {
            let position = find(key)
            return position < 0 ? nil : values[position]
        }
        set {
            let position = find(key)
            if let newValue {
                if position < 0 { insertNew(key, newValue) } else { values[position] = newValue }
            } else if position >= 0 {
                remove(at: position)
            }
        }
    }

    @inlinable
    public subscript(key: Key, default fallback: @autoclosure () -> Value) -> Value {
        get { self[key] ?? fallback() }
        set { self[key] = newValue }
    }

    @inlinable public func contains(_ key: Key) -> Bool { find(key) >= 0 }

    /// Removes one entry; O(count), later entries move up.
    public mutating func remove(at position: Int) {
        values.entries.remove(at: position)
        clearSlots()
        rebuild()
    }

    public mutating func removeAll() {
        values.entries.removeAll(keepingCapacity: true)
        clearSlots()
    }
}

// MARK: - Keys and values

extension Table {
    /// The values in the order of first insertion.
    public struct Values: RandomAccessCollection {
        @usableFromInline var entries: [Entry] = []

        @inlinable init() {}

        @inlinable public var startIndex: Int { 0 }
        @inlinable public var endIndex: Int { entries.count }

        @inlinable
        public subscript(position: Int) -> Value {
            get { entries[position].value }
            _modify { yield &entries[position].value }
        }
    }

    /// The keys in the order of first insertion.
    public struct Keys: RandomAccessCollection {
        @usableFromInline let entries: [Entry]

        @inlinable init(_ entries: [Entry]) { self.entries = entries }

        @inlinable public var startIndex: Int { 0 }
        @inlinable public var endIndex: Int { entries.count }
        @inlinable public subscript(position: Int) -> Key { entries[position].key }
    }
}

extension Table.Entry: Sendable where Key: Sendable, Value: Sendable {}
extension Table.Values: Sendable where Key: Sendable, Value: Sendable {}
extension Table.Keys: Sendable where Key: Sendable, Value: Sendable {}
extension Table: Sendable where Key: Sendable, Value: Sendable {}

// MARK: - Slots

extension Table {
    @usableFromInline
    mutating func clearSlots() {
        for index in slots.indices { slots[index] = 0 }
    }

    /// Places all keys into free slots.
    @inlinable
    mutating func rebuild() {
        for position in values.entries.indices where !place(position) {
            reseed()
            return
        }
    }

    /// Takes further seeds, each with a little more reach, until every key has a place: it ends for any keys, and who
    /// prepares collisions for many seeds has few keys left for each.
    @usableFromInline
    mutating func reseed() {
        var isPlaced = false
        while !isPlaced {
            seed &+= 0x9E37_79B9_7F4A_7C15
            reach += reach / 8
            clearSlots()
            isPlaced = values.entries.indices.allSatisfy { place($0) }
        }
    }

    /// Writes one position into the first free slot from its key's place; false when none is within reach.
    @inlinable
    mutating func place(_ position: Int) -> Bool {
        let hash = values.entries[position].key.fixedHash(seed: seed)
        let reach = reach
        return slots.withUnsafeMutableBufferPointer { slots in
            let mask = UInt32(truncatingIfNeeded: slots.count &- 1)
            let first = Int(truncatingIfNeeded: hash)
            for distance in 0..<reach where slots[(first &+ distance) & Int(mask)] == 0 {
                slots[(first &+ distance) & Int(mask)] =
                    UInt32(truncatingIfNeeded: hash &>> 32) & ~mask | UInt32(truncatingIfNeeded: position &+ 1)
                return true
            }
            return false
        }
    }
}
