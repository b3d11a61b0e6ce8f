import Chain
import Cryptography
import Foundations

/// The modexp precompile. Sources: EIP-198; EIP-2565 (Berlin's price); EIP-7823, EIP-7883 (Osaka's bounds and price).
enum ModexpContract {
    static func run(_ input: UnsafeRawBufferPointer, gasLimit: UInt64, fork: Fork) -> PrecompileResult {
        let lengths = (
            base: Precompiles.word(input, 0), exponent: Precompiles.word(input, 32),
            modulus: Precompiles.word(input, 64)
        )
        if fork >= .osaka {
            let bound = UInt256(1024 as UInt64)
            if lengths.base > bound || lengths.exponent > bound || lengths.modulus > bound { return .failure }
        }
        let gas = price(input, lengths.base, lengths.exponent, lengths.modulus, fork)
        guard gas <= UInt256(gasLimit) else { return .failure }
        // Whoever paid for lengths beyond memory could do so only with operands that cost nothing.
        guard let baseCount = count(lengths.base), let exponentCount = count(lengths.exponent),
            let modulusCount = count(lengths.modulus)
        else { return lengths.modulus.isZero ? .success(gasUsed: gas.limb0, output: []) : .failure }
        if modulusCount == 0 { return .success(gasUsed: gas.limb0, output: []) }
        let output = ModularExponentiation.power(
            base: slice(input, 96, baseCount), exponent: slice(input, 96 + baseCount, exponentCount),
            modulus: slice(input, 96 + baseCount + exponentCount, modulusCount))
        return .success(gasUsed: gas.limb0, output: output)
    }

    private static func count(_ length: UInt256) -> Int? {
        guard let count = length.asUInt64, count < 1 << 28 else { return nil }
        return Int(count)
    }

    private static func slice(_ input: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let available = Swift.max(0, Swift.min(count, input.count - offset))
        for index in 0..<available { bytes[index] = input[offset + index] }
        return bytes
    }

    /// Saturates at 2^256 − 1, which nobody can pay.
    private static func price(
        _ input: UnsafeRawBufferPointer, _ base: UInt256, _ exponent: UInt256, _ modulus: UInt256, _ fork: Fork
    ) -> UInt256 {
        let longest = Swift.max(base, modulus)
        let iterations = iterationCount(input, base, exponent, fork)
        let least = UInt256(fork >= .osaka ? 500 : fork >= .berlin ? 200 : 0 as UInt64)
        guard let complexity = complexity(longest, fork) else { return .max }
        let (product, overflow) = complexity.multipliedReportingOverflow(by: iterations)
        if overflow { return .max }
        let divisor = UInt256(fork >= .osaka ? 1 : fork >= .berlin ? 3 : 20 as UInt64)
        return Swift.max(least, product / divisor)
    }

    /// nil when it passes 256 bits.
    private static func complexity(_ length: UInt256, _ fork: Fork) -> UInt256? {
        // Beyond 2^64 bytes the price is out of reach in any case.
        guard let x = length.asUInt64, x < 1 << 62 else { return nil }
        let wide = UInt256(x)
        if fork >= .berlin {
            let words = UInt256((x + 7) / 8)
            if fork >= .osaka { return x <= 32 ? 16 : 2 * words * words }
            return words * words
        }
        if x <= 64 { return wide * wide }
        if x <= 1024 { return wide * wide / 4 + 96 * wide - 3072 }
        return wide * wide / 16 + 480 * wide - 199_680
    }

    /// About the bits of the exponent: its first 32 bytes exactly, the others by their count.
    private static func iterationCount(
        _ input: UnsafeRawBufferPointer, _ base: UInt256, _ exponent: UInt256, _ fork: Fork
    ) -> UInt256 {
        var head = UInt256.zero
        if let offset = base.asUInt64, offset < 1 << 31, UInt64(input.count) > offset {
            head = Precompiles.word(input, 96 + Int(offset))
        }
        if exponent < 32 { head = head >> (256 - 8 * exponent.limb0) }
        let bits = UInt256(head.isZero ? 0 : head.bitWidth - 1)
        if exponent <= 32 { return Swift.max(1, bits) }
        let perByte = UInt256(fork >= .osaka ? 16 : 8 as UInt64)
        let (rest, overflow) = (exponent - 32).multipliedReportingOverflow(by: perByte)
        let (sum, carry) = rest.addingReportingOverflow(bits)
        return overflow || carry ? .max : Swift.max(1, sum)
    }
}
