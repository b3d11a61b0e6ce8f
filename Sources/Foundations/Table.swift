/// An open-addressing hash map with a fixed hash and **insertion order**: entries lie densely in the order in which
/// their keys were first inserted, so that iteration is deterministic. Replaces `Dictionary` in guest-clean code.
///
/// Lookup and insertion are O(1) expected. Positions of entries never change except through `remove` and `removeAll`.
/// Whoever knows the hash can choose keys that collide: a table in which a key lands too far from its place takes the
/// next seed and spreads its keys anew, which no iteration shows.
public struct Table<Key: FixedHashable, Value> {
    @usableFromInline var storedKeys: [Key] = []
    public var values: [Value] = []
    // Positions + 1 into `keys`, 0 for free; the count is a power of two and at most half of it is used.
    @usableFromInline var slots: [UInt32] = []
    @usableFromInline var seed: UInt64 = 0
    // The farthest that a key may land from its place.
    @usableFromInline var reach = 128

    public init() {}

    @inlinable public var keys: [Key] { storedKeys }
    @inlinable public var count: Int { storedKeys.count }
    @inlinable public var isEmpty: Bool { storedKeys.isEmpty }

    /// The position of `key`'s entry in `keys` and `values`.
    @inlinable
    public func position(of key: Key) -> Int? {
        let position = find(key)
        return position < 0 ? nil : position
    }

    @inlinable
    func find(_ key: Key) -> Int {
        // Unchecked: the mask keeps `index` within `slots`, whose entries are positions within `storedKeys`.
        slots.withUnsafeBufferPointer { slots in
            if slots.isEmpty { return -1 }
            return storedKeys.withUnsafeBufferPointer { keys in
                let mask = slots.count &- 1
                var index = Int(truncatingIfNeeded: key.fixedHash(seed: seed)) & mask
                while slots[index] != 0 {
                    let position = Int(truncatingIfNeeded: slots[index]) &- 1
                    if keys[position] == key { return position }
                    index = (index &+ 1) & mask
                }
                return -1
            }
        }
    }

    /// Appends an entry for a key that is not there yet, and returns its position.
    @inlinable
    @discardableResult
    public mutating func insertNew(_ key: Key, _ value: Value) -> Int {
        let position = storedKeys.count
        storedKeys.append(key)
        values.append(value)
        if storedKeys.count &* 2 > slots.count {
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
        storedKeys.remove(at: position)
        values.remove(at: position)
        clearSlots()
        rebuild()
    }

    public mutating func removeAll() {
        storedKeys.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        clearSlots()
    }
}

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
        for position in storedKeys.indices where !place(position) {
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
            isPlaced = storedKeys.indices.allSatisfy { place($0) }
        }
    }

    /// Writes one position into the first free slot from its key's place; false when none is within reach.
    @inlinable
    mutating func place(_ position: Int) -> Bool {
        let first = Int(truncatingIfNeeded: storedKeys[position].fixedHash(seed: seed))
        let reach = reach
        return slots.withUnsafeMutableBufferPointer { slots in
            let mask = slots.count &- 1
            for distance in 0..<reach where slots[(first &+ distance) & mask] == 0 {
                slots[(first &+ distance) & mask] = UInt32(truncatingIfNeeded: position &+ 1)
                return true
            }
            return false
        }
    }
}
