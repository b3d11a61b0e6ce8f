extension ABI {
    /// Decodes arguments.
    ///
    /// Values must be in their types' ranges and lie within the input. As contracts do, it takes offsets in any order,
    /// any padding behind bytes, and bytes behind the arguments. Work and memory are bounded by the input's size: no
    /// count is believed before its elements are there, and what is read in total is no more than the input, so that
    /// nested offsets which all point at one place gain nothing.
    public static func decode(_ bytes: [UInt8], as types: [ABIType]) throws(ABIError) -> [ABIValue] {
        var decoder = ABIDecoder(bytes)
        return try decoder.values(at: 0, types, depth: 0)
    }
}

private struct ABIDecoder {
    private let bytes: [UInt8]
    /// Bytes that may still be read.
    private var budget: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        budget = bytes.count
    }

    /// Consecutive heads at `base`, from which their offsets count.
    mutating func values(at base: Int, _ types: [ABIType], depth: Int) throws(ABIError) -> [ABIValue] {
        var values: [ABIValue] = []
        var head = base
        for type in types { values.append(try member(at: &head, from: base, type, depth: depth)) }
        return values
    }

    private mutating func elements(
        at base: Int, _ element: ABIType, count: Int, depth: Int
    ) throws(ABIError) -> ABIValue {
        // An element takes at least one word; those of no size pay for one.
        if count > (bytes.count - base) / 32 { throw ABIError(reason: .endOfInput, position: base) }
        if element.headSize == 0 { try spend(32 * count, base) }
        var values: [ABIValue] = []
        var head = base
        for _ in 0..<count { values.append(try member(at: &head, from: base, element, depth: depth)) }
        return .list(values)
    }

    private mutating func member(
        at head: inout Int, from base: Int, _ type: ABIType, depth: Int
    ) throws(ABIError) -> ABIValue {
        if depth > 16 { throw ABIError(reason: .tooDeep, position: head) }
        let (next, overflow) = head.addingReportingOverflow(type.headSize)
        if overflow { throw ABIError(reason: .endOfInput, position: head) }
        let position = type.isDynamic ? try place(head, from: base) : head
        head = next
        return try value(at: position, type, depth: depth)
    }

    private mutating func value(at position: Int, _ type: ABIType, depth: Int) throws(ABIError) -> ABIValue {
        switch type {
        case .unsigned(let bits):
            let word = try word(position)
            return .word(try checked(word, word.bitWidth <= UInt64(bits), position))
        case .signed(let bits):
            let word = try word(position)
            return .word(
                try checked(word, word.signExtended(fromByte: UInt256(UInt64(bits / 8 - 1))) == word, position))
        case .bool:
            let word = try word(position)
            return .bool(try checked(word, word <= .one, position) == .one)
        case .address:
            let word = try word(position)
            return .address(Address(try checked(word, word.bitWidth <= 160, position)))
        case .fixedBytes(let count):
            let word = try word(position)
            let isPadded = word.trailingZeroBitCount >= UInt64(256 - 8 * count)
            return .bytes([UInt8](try checked(word, isPadded, position).bigEndianBytes.prefix(count)))
        case .bytes, .string:
            let count = try count(position)
            try spend(count, position)
            return .bytes([UInt8](bytes[(position + 32)..<(position + 32 + count)]))
        case .array(let element):
            let count = try count(position)
            return try elements(at: position + 32, element, count: count, depth: depth + 1)
        case .fixedArray(let element, let count):
            return try elements(at: position, element, count: count, depth: depth + 1)
        case .tuple(let members): return .list(try values(at: position, members, depth: depth + 1))
        }
    }

    private func checked(_ word: UInt256, _ isInRange: Bool, _ position: Int) throws(ABIError) -> UInt256 {
        if isInRange { return word }
        throw ABIError(reason: .outOfRange, position: position)
    }

    private mutating func spend(_ count: Int, _ position: Int) throws(ABIError) {
        if count > budget { throw ABIError(reason: .overlap, position: position) }
        budget -= count
    }

    private mutating func word(_ position: Int) throws(ABIError) -> UInt256 {
        guard bytes.count >= 32, position <= bytes.count - 32 else {
            throw ABIError(reason: .endOfInput, position: position)
        }
        try spend(32, position)
        return UInt256(bigEndian: bytes[position..<(position + 32)])
    }

    /// A count of bytes or elements that the input can hold.
    private mutating func count(_ position: Int) throws(ABIError) -> Int {
        let word = try word(position)
        guard let count = word.asUInt64, count <= UInt64(bytes.count - position - 32) else {
            throw ABIError(reason: .endOfInput, position: position)
        }
        return Int(count)
    }

    /// Where a dynamic value lies: its head holds the offset from the beginning of the heads.
    private mutating func place(_ head: Int, from base: Int) throws(ABIError) -> Int {
        let word = try word(head)
        guard let offset = word.asUInt64, offset <= UInt64(bytes.count - base) else {
            throw ABIError(reason: .invalidOffset, position: head)
        }
        return base + Int(offset)
    }
}
