/// A key whose hash is a fixed function of its value: the same on every machine and in every run.
public protocol FixedHashable: Equatable {
    var fixedHash: UInt64 { get }
}

/// An open-addressing hash map with a fixed hash and **insertion order**: entries lie densely in the order in which
/// their keys were first inserted, so that iteration is deterministic. Replaces `Dictionary` in guest-clean code.
///
/// Lookup and insertion are O(1) expected. Positions of entries never change except through `remove` and `removeAll`.
public struct Table<Key: FixedHashable, Value> {
    public private(set) var keys: [Key] = []
    public var values: [Value] = []
    // Positions + 1 into `keys`, 0 for free; the count is a power of two and at most half of it is used.
    private var slots: [UInt32] = []

    public init() {}

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }

    /// The position of `key`'s entry in `keys` and `values`.
    @inlinable
    public func position(of key: Key) -> Int? {
        let position = find(key)
        return position < 0 ? nil : position
    }

    @usableFromInline
    func find(_ key: Key) -> Int {
        if slots.isEmpty { return -1 }
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: key.fixedHash) & mask
        while true {
            let slot = slots[index]
            if slot == 0 { return -1 }
            let position = Int(slot) &- 1
            if keys[position] == key { return position }
            index = (index &+ 1) & mask
        }
    }

    /// Appends an entry for a key that is not there yet, and returns its position.
    @discardableResult
    public mutating func insertNew(_ key: Key, _ value: Value) -> Int {
        if (keys.count &+ 1) &* 2 > slots.count { grow() }
        let position = keys.count
        keys.append(key)
        values.append(value)
        place(key, position)
        return position
    }

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

    public subscript(key: Key, default fallback: @autoclosure () -> Value) -> Value {
        get { self[key] ?? fallback() }
        set { self[key] = newValue }
    }

    public func contains(_ key: Key) -> Bool { find(key) >= 0 }

    /// Removes one entry; O(count), later entries move up.
    public mutating func remove(at position: Int) {
        keys.remove(at: position)
        values.remove(at: position)
        rebuild()
    }

    public mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = 0 }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: Swift.max(16, slots.count &* 2))
        for position in keys.indices { place(keys[position], position) }
    }

    private mutating func rebuild() {
        for index in slots.indices { slots[index] = 0 }
        for position in keys.indices { place(keys[position], position) }
    }

    private mutating func place(_ key: Key, _ position: Int) {
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: key.fixedHash) & mask
        while slots[index] != 0 { index = (index &+ 1) & mask }
        slots[index] = UInt32(position &+ 1)
    }
}

extension Table: Sendable where Key: Sendable, Value: Sendable {}

/// Folds a 128-bit product: a fast, well-mixing combination of two words.
@inlinable @inline(__always)
public func foldedMultiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = UInt128(a) &* UInt128(b)
    return UInt64(truncatingIfNeeded: product) ^ UInt64(truncatingIfNeeded: product &>> 64)
}

extension UInt256: FixedHashable {
    @inlinable public var fixedHash: UInt64 {
        foldedMultiply(
            foldedMultiply(limb0 ^ 0x9E37_79B9_7F4A_7C15, limb1 ^ 0xBF58_476D_1CE4_E5B9) ^ limb2,
            limb3 ^ 0x94D0_49BB_1331_11EB)
    }
}

extension Bytes32: FixedHashable {
    @inlinable public var fixedHash: UInt64 { word.fixedHash }
}

extension Address: FixedHashable {
    @inlinable public var fixedHash: UInt64 { word.fixedHash }
}

#if !hasFeature(Embedded)
    // Host code may key Dictionary and Set by these; guest-clean code uses Table.
    extension UInt256: Hashable {
        public func hash(into hasher: inout Hasher) { hasher.combine(fixedHash) }
    }

    extension Bytes32: Hashable {
        public func hash(into hasher: inout Hasher) { hasher.combine(fixedHash) }
    }

    extension Address: Hashable {
        public func hash(into hasher: inout Hasher) { hasher.combine(fixedHash) }
    }
#endif
