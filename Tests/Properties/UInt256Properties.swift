import Foundations
import Testing

// The laws of 256-bit words, and each operation against a slow form that shares nothing with it.

/// Pairs of hard words.
private func eachPair(_ seed: UInt64, count: Int = 5000, _ body: (UInt256, UInt256, inout SeededGenerator) -> Void) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<count {
        let (a, b) = (generator.word(), generator.word())
        body(a, b, &generator)
    }
}

/// Bits, the least significant first.
private func bits(_ value: UInt256) -> [Bool] {
    [value.limb0, value.limb1, value.limb2, value.limb3].flatMap { limb in (0..<64).map { limb >> $0 & 1 == 1 } }
}

private func word(_ bits: some Sequence<Bool>) -> UInt256 {
    var limbs: [UInt64] = [0, 0, 0, 0]
    for (index, bit) in bits.enumerated() where bit { limbs[index / 64] |= 1 << UInt64(index % 64) }
    return UInt256(limbs: limbs[0], limbs[1], limbs[2], limbs[3])
}

@Test func additionLaws() {
    eachPair(11) { a, b, generator in
        let c = generator.word()
        let (sum, overflow) = a.addingReportingOverflow(b)
        #expect(sum == b &+ a && (a &+ b) &+ c == a &+ (b &+ c))
        #expect(overflow == (sum < a))
        let (difference, borrow) = a.subtractingReportingOverflow(b)
        #expect(difference &+ b == a && borrow == (a < b) && difference == a &+ b.negated)
        #expect(a.negated == ~a &+ .one && a &- a == .zero)
        // Bit by bit.
        var carry = false
        let digits = zip(bits(a), bits(b)).map { x, y in
            let ones = [x, y, carry].count { $0 }
            carry = ones > 1
            return ones % 2 == 1
        }
        #expect(sum == word(digits) && overflow == carry)
    }
}

@Test func orderIsThatOfTheBytes() {
    eachPair(12) { a, b, _ in
        #expect((a < b) == a.bigEndianBytes.lexicographicallyPrecedes(b.bigEndianBytes))
        #expect([a < b, a == b, b < a].count { $0 } == 1)
        // Signed order is the order after adding 2^255.
        let middle = UInt256.one << 255
        #expect(a.signedIsLess(than: b) == (a &+ middle < b &+ middle))
    }
}

@Test func multiplicationLaws() {
    eachPair(13, count: 2000) { a, b, generator in
        let c = generator.word()
        let (low, high) = a.multipliedFullWidth(by: b)
        #expect(a &* b == low && b &* a == low && a &* (b &+ c) == low &+ a &* c)
        #expect(a.multipliedReportingOverflow(by: b).overflow == !high.isZero)
        // Shift and add over 512 bits.
        var (expectedLow, expectedHigh) = (UInt256.zero, UInt256.zero)
        for bit in bits(b).reversed() {
            expectedHigh = (expectedHigh &+ expectedHigh) &+ (expectedLow >> 255)
            expectedLow = expectedLow &+ expectedLow
            if bit {
                let (sum, carry) = expectedLow.addingReportingOverflow(a)
                expectedLow = sum
                if carry { expectedHigh = expectedHigh &+ .one }
            }
        }
        #expect(low == expectedLow && high == expectedHigh, "\(a) · \(b)")
    }
}

@Test func shiftsMoveBits() {
    eachPair(14, count: 300) { a, _, _ in
        let digits = bits(a)
        let sign = digits[255]
        for count in 0...256 {
            let shift = UInt64(count)
            let zeros = [Bool](repeating: false, count: count)
            #expect(a << shift == word((zeros + digits).prefix(256)))
            #expect(a >> shift == word(digits.dropFirst(count)))
            let signs = [Bool](repeating: sign, count: count)
            #expect(a.arithmeticShiftedRight(by: shift) == word(digits.dropFirst(count) + signs))
        }
        for shift in [257, 1 << 32, .max] as [UInt64] {
            #expect((a << shift).isZero && (a >> shift).isZero)
            #expect(a.arithmeticShiftedRight(by: shift) == (sign ? .max : .zero))
        }
    }
}

@Test func bitCountsAndBits() {
    eachPair(15) { a, b, _ in
        let digits = bits(a)
        #expect(a.leadingZeroBitCount == UInt64(digits.reversed().prefix { !$0 }.count))
        #expect(a.trailingZeroBitCount == UInt64(digits.prefix { !$0 }.count))
        #expect(a.bitWidth == 256 - a.leadingZeroBitCount && a.byteWidth == (a.bitWidth + 7) / 8)
        #expect((0..<300).allSatisfy { a.bit(UInt64($0)) == ($0 < 256 && digits[$0]) })
        #expect(a ^ b == (a | b) &- (a & b) && ~(a & b) == ~a | ~b)
    }
}

@Test func signedDivisionLaws() {
    let least = UInt256.one << 255
    eachPair(16) { a, b, _ in
        let (quotient, remainder) = (a.signedDivided(by: b), a.signedRemainder(dividingBy: b))
        if b.isZero {
            #expect(quotient.isZero && remainder.isZero)
            return
        }
        #expect(quotient &* b &+ remainder == a && remainder.magnitude < b.magnitude)
        #expect(remainder.isZero || remainder.isNegative == a.isNegative)
        let isWrapped = a == least && b == .max
        #expect(quotient.isZero || isWrapped || quotient.isNegative == (a.isNegative != b.isNegative))
    }
    #expect(least.signedDivided(by: .max) == least && least.signedRemainder(dividingBy: .max).isZero)
}

@Test func signExtensionCopiesOneBit() {
    eachPair(17) { a, b, _ in
        let digits = bits(a)
        for index in 0..<31 {
            let top = 8 * index + 7
            let expected = word(digits.prefix(top) + [Bool](repeating: digits[top], count: 256 - top))
            #expect(a.signExtended(fromByte: UInt256(UInt64(index))) == expected)
        }
        #expect(a.signExtended(fromByte: 31) == a && a.signExtended(fromByte: b | 31) == a)
    }
}

@Test func powerLaws() {
    eachPair(18, count: 1000) { a, b, generator in
        let c = generator.word()
        #expect(a.power(.zero) == .one && a.power(.one) == a && a.power(2) == a &* a)
        let (exponent, carry) = b.addingReportingOverflow(c)
        if !carry { #expect(a.power(exponent) == a.power(b) &* a.power(c)) }
        var product = UInt256.one
        for count in 0..<20 as Range<UInt64> {
            #expect(a.power(UInt256(count)) == product)
            product = product &* a
        }
        let shift = generator.next() % 300
        #expect(UInt256(2 as UInt64).power(UInt256(shift)) == .one << shift)
    }
}

@Test func moduloLaws() {
    eachPair(19) { a, b, generator in
        let modulus = generator.word()
        guard !modulus.isZero else { return }
        #expect(a.addingModulo(b, modulus) == b.addingModulo(a, modulus))
        #expect(a.multipliedModulo(b, modulus) == (a % modulus).multipliedModulo(b % modulus, modulus))
        let c = generator.word()
        #expect(
            a.multipliedModulo(b.addingModulo(c, modulus), modulus)
                == a.multipliedModulo(b, modulus).addingModulo(a.multipliedModulo(c, modulus), modulus))
    }
}

@Test func bytesAndText() {
    eachPair(20) { a, _, generator in
        let bytes = a.bigEndianBytes
        #expect(bytes.count == 32 && UInt256(bigEndian: bytes) == a)
        #expect((0..<32).allSatisfy { a.bigEndianByte($0) == bytes[$0] })
        let minimal = a.minimalBigEndianBytes
        #expect(minimal.first != 0 && UInt256(bigEndian: minimal) == a)
        let padded = [UInt8](repeating: 7, count: Int(generator.next() % 3)) + bytes
        #expect(UInt256(bigEndian: padded) == a && UInt256(bigEndian: padded[...]) == a)
        #expect(UInt256(bigEndian: padded.lazy.map { $0 }) == a)
        #expect(UInt256(hex: Hex.quantity(a)) == a && UInt256(decimal: "\(a)") == a)
        #expect(Bytes32(bytes)?.bytes == bytes && Bytes32(bytes.dropLast()) == nil)
        let address = Address(a)
        #expect(address.bytes == Array(bytes.suffix(20)) && Address(address.bytes) == address && Address(bytes) == nil)
        #expect(Address(hex: "\(address)") == address)
    }
    #expect(UInt256(bigEndian: [UInt8]()) == .zero)
    #expect(UInt256(decimal: "\(UInt256.max)") == .max)
    let past = "115792089237316195423570985008687907853269984665640564039457584007913129639936"
    for text in ["", "-1", " 1", "1a", past, "9" + past] { #expect(UInt256(decimal: text) == nil, "\(text)") }
    for text in ["", "0x", "0xg", "-0x1", "0x1" + String(repeating: "0", count: 64)] {
        #expect(UInt256(hex: text) == nil, "\(text)")
    }
    #expect(UInt256(hex: "0x" + String(repeating: "0", count: 80) + "fF") == 255)
    for text in ["0", "0x0", "0xzz", "0x0x00"] { #expect(Hex.decode(text) == nil, "\(text)") }
    #expect(Hex.decode("0x") == [] && Hex.decode("") == [] && Hex.decode("0X0aFF") == [10, 255])
    #expect(Hex.quantity(UInt256.zero) == "0x0" && Hex.quantity(UInt256(limbs: 0, 1, 0, 0)) == "0x10000000000000000")
}
