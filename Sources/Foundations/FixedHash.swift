/// A key whose hash is a fixed function of its value and a seed: the same on every machine and in every run.
public protocol FixedHashable: Equatable {
    func fixedHash(seed: UInt64) -> UInt64
}

/// Folds a 128-bit product: a fast, well-mixing combination of two words.
@inlinable @inline(__always)
public func foldedMultiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = UInt128(a) &* UInt128(b)
    return UInt64(truncatingIfNeeded: product) ^ UInt64(truncatingIfNeeded: product &>> 64)
}

extension UInt256: FixedHashable {
    // Every multiplication has a constant factor, so that no limb can erase what the others say.
    @inlinable @inline(__always)
    public func fixedHash(seed: UInt64) -> UInt64 {
        let low = foldedMultiply(limb0 ^ seed, 0x9E37_79B9_7F4A_7C15) ^ limb1
        let high = foldedMultiply(limb2 ^ seed, 0xBF58_476D_1CE4_E5B9) ^ limb3
        return foldedMultiply(low &+ high &* 0xD6E8_FEB8_6659_FD93, 0x94D0_49BB_1331_11EB)
    }
}

extension UInt256 {
    /// The hash of a slot of a contract's storage. Slots that differ only in the two lowest bits of the first or of the last limb land
    /// side by side, since who reads one mostly reads the others: a struct's fields, a list's entries, the words of one thing of the
    /// venue.
    @inlinable @inline(__always)
    public func fixedSlotHash(seed: UInt64) -> UInt64 {
        let field = limb0 & 3 | (limb3 & 3) &<< 2
        let thing = UInt256(limbs: limb0 & ~3, limb1, limb2, limb3 & ~3)
        return thing.fixedHash(seed: seed) ^ field ^ field &<< 60
    }
}

extension Bytes32: FixedHashable {
    @inlinable @inline(__always)
    public func fixedHash(seed: UInt64) -> UInt64 { word.fixedHash(seed: seed) }
}

extension Address: FixedHashable {
    @inlinable @inline(__always)
    public func fixedHash(seed: UInt64) -> UInt64 { word.fixedHash(seed: seed) }
}

#if !hasFeature(Embedded)
    // Host code may key Dictionary and Set by these; guest-clean code uses Table.
    extension UInt256: Hashable {
        public func hash(into hasher: inout Hasher) {
            hasher.combine(limb0)
            hasher.combine(limb1)
            hasher.combine(limb2)
            hasher.combine(limb3)
        }
    }

    extension Bytes32: Hashable {
        public func hash(into hasher: inout Hasher) { hasher.combine(word) }
    }

    extension Address: Hashable {
        public func hash(into hasher: inout Hasher) { hasher.combine(word) }
    }
#endif
