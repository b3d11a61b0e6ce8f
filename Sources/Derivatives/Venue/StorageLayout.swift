public import Foundations

/// Where every field of the venue lies, declared once: `contracts/storage-layout.json` and `docs/storage-layout.md` are written
/// from it, readers decode words by it, and a test holds it to what the venue writes.
///
/// A slot is table · 2^248 + field · 2^192 + the parts of the key, each at its bit.
public enum StorageLayout {
    /// Every table of every contract, by contract and number.
    public static var tables: [StorageTable] { oracle + instruments + book + clearing + liquidation }
}

/// A table of one contract: equal words under keys.
public struct StorageTable: Sendable {
    public let contract: VenueContract
    /// The slot's highest byte.
    public let number: UInt8
    public let name: StaticString
    /// Without parts the table has one entry.
    public let key: [StorageKeyPart]
    public let words: [StorageWord]

    init(
        _ contract: VenueContract, _ number: UInt8, _ name: StaticString, key: [StorageKeyPart] = [],
        _ words: [StorageWord]
    ) {
        self.contract = contract
        self.number = number
        self.name = name
        self.key = key
        self.words = words
    }
}

/// A part of a table's key, and where in the slot it stands.
public struct StorageKeyPart: Sendable {
    public let name: StaticString
    public let bit: Int
    public let width: Int

    init(_ name: StaticString, at bit: Int, _ width: Int) {
        self.name = name
        self.bit = bit
        self.width = width
    }
}

/// One word of an entry.
public struct StorageWord: Sendable {
    /// Bits 192…247 of the slot, where no part of the key stands there.
    public let field: UInt64
    public let name: StaticString
    /// For which keys the word looks so, where not for all.
    public let condition: StaticString
    public let fields: [StorageField]

    init(_ name: StaticString, field: UInt64 = 0, when condition: StaticString = "", _ fields: [StorageField]) {
        self.name = name
        self.field = field
        self.condition = condition
        self.fields = fields
    }
}

/// Bits of a word that mean one thing.
public struct StorageField: Sendable {
    public enum Kind: Sendable {
        case unsigned
        /// In two's complement of its width.
        case signed
        case flag
        case address
        /// Characters, the first in the highest byte.
        case ascii
    }

    public let name: StaticString
    public let bit: Int
    public let width: Int
    public let kind: Kind
    /// Decimals of the number; 0 for a whole one.
    public let decimals: Int
    /// How many stand one behind the other.
    public let count: Int

    private init(_ name: StaticString, _ bit: Int, _ width: Int, _ kind: Kind, decimals: Int = 0, count: Int = 1) {
        self.name = name
        self.bit = bit
        self.width = width
        self.kind = kind
        self.decimals = decimals
        self.count = count
    }

    /// A whole number.
    static func number(_ name: StaticString, _ bit: Int, _ width: Int) -> StorageField {
        StorageField(name, bit, width, .unsigned)
    }

    /// A number of so many decimals without sign.
    static func unsigned(_ name: StaticString, _ bit: Int, _ width: Int, decimals: Int) -> StorageField {
        StorageField(name, bit, width, .unsigned, decimals: decimals)
    }

    /// A whole number with sign.
    static func signed(_ name: StaticString, _ bit: Int, _ width: Int = 64, decimals: Int = 0) -> StorageField {
        StorageField(name, bit, width, .signed, decimals: decimals)
    }

    /// Money, a price or a size: 128 bits with sign, 18 decimals.
    static func amount(_ name: StaticString, _ bit: Int = 0) -> StorageField {
        StorageField(name, bit, 128, .signed, decimals: 18)
    }

    static func flag(_ name: StaticString, _ bit: Int) -> StorageField { StorageField(name, bit, 1, .flag) }

    static func address(_ name: StaticString) -> StorageField { StorageField(name, 0, 160, .address) }

    static func ascii(_ name: StaticString, _ width: Int) -> StorageField { StorageField(name, 0, width, .ascii) }

    /// Numbers one behind the other, from bit 0.
    static func list(_ name: StaticString, of width: Int, count: Int) -> StorageField {
        StorageField(name, 0, width, .unsigned, count: count)
    }
}

extension StorageLayout {
    /// The table that a slot is in; nil for one of no declared table.
    public static func table(of slot: VenueSlot) -> StorageTable? {
        let number = UInt8(truncatingIfNeeded: slot.word.limb3 &>> 56)
        return tables.first { $0.contract == slot.contract && $0.number == number }
    }
}

extension StorageTable {
    /// The slot of an entry's word; nil for keys of another number or that do not fit.
    public func slot(_ keys: [UInt256], field: UInt64 = 0) -> VenueSlot? {
        guard keys.count == key.count else { return nil }
        var word = UInt256(UInt64(number)) << 248 | UInt256(field) << 192
        for (part, value) in zip(key, keys) {
            guard value.bitWidth <= UInt64(part.width) else { return nil }
            word = word | value << UInt64(part.bit)
        }
        return VenueSlot(contract, word: word)
    }

    /// The words that a slot of this table may hold: more than one where that depends on the key. Empty where the slot has bits that
    /// no part of the key, and no word's field, accounts for.
    public func words(at slot: VenueSlot) -> [StorageWord] {
        var rest = slot.word & ~(UInt256(UInt64(0xff)) << 248)
        for part in key { rest = rest & ~part.mask }
        return words.filter { UInt256($0.field) << 192 == rest }
    }
}

extension StorageKeyPart {
    var mask: UInt256 { StorageField.mask(bit, width) }

    /// The part as a slot has it.
    public func value(in slot: VenueSlot) -> UInt256 { (slot.word & mask) >> UInt64(bit) }
}

extension StorageField {
    static func mask(_ bit: Int, _ width: Int) -> UInt256 {
        width >= 256 ? ~UInt256.zero : ((UInt256.one << UInt64(width)) &- .one) << UInt64(bit)
    }

    /// The bits that are the field's.
    public var mask: UInt256 { StorageField.mask(bit, width * count) }

    /// The field's value in a word, of a list its first; with sign as a word in two's complement.
    public func value(in word: UInt256) -> UInt256 {
        let value = word >> UInt64(bit) & StorageField.mask(0, width)
        guard kind == .signed, width < 256, value.bit(UInt64(width - 1)) else { return value }
        return value | ~StorageField.mask(0, width)
    }
}
