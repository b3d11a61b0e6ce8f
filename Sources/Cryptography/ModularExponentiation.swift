#if !hasFeature(Embedded)
    import CGMP
#endif

/// base^exponent mod modulus over integers of any size, big-endian, as the modexp precompile computes it.
public enum ModularExponentiation {
    /// The result in as many bytes as the modulus has; zeros for a modulus of zero or one.
    ///
    /// GMP on the host; guest builds take `portablePower`, which tests hold equal to it.
    public static func power(base: [UInt8], exponent: [UInt8], modulus: [UInt8]) -> [UInt8] {
        #if hasFeature(Embedded)
            return portablePower(base: base, exponent: exponent, modulus: modulus)
        #else
            guard modulus.contains(where: { $0 != 0 }) else { return [UInt8](repeating: 0, count: modulus.count) }
            var (b, e, m, result) = (mpz_t(), mpz_t(), mpz_t(), mpz_t())
            __gmpz_init(&b)
            __gmpz_init(&e)
            __gmpz_init(&m)
            __gmpz_init(&result)
            defer {
                __gmpz_clear(&b)
                __gmpz_clear(&e)
                __gmpz_clear(&m)
                __gmpz_clear(&result)
            }
            __gmpz_import(&b, base.count, 1, 1, 1, 0, base)
            __gmpz_import(&e, exponent.count, 1, 1, 1, 0, exponent)
            __gmpz_import(&m, modulus.count, 1, 1, 1, 0, modulus)
            __gmpz_powm(&result, &b, &e, &m)
            let count = (__gmpz_sizeinbase(&result, 2) + 7) / 8
            var digits = [UInt8](repeating: 0, count: max(1, count))
            var written = 0
            __gmpz_export(&digits, &written, 1, 1, 1, 0, &result)
            // GMP writes nothing for zero.
            return [UInt8](repeating: 0, count: modulus.count - written) + digits.prefix(written)
        #endif
    }
}

// MARK: - Plain Swift

extension ModularExponentiation {
    /// The same in plain Swift: square and multiply from the top bit, each product reduced by long division.
    public static func portablePower(base: [UInt8], exponent: [UInt8], modulus: [UInt8]) -> [UInt8] {
        let m = limbs(modulus)
        let zero = [UInt8](repeating: 0, count: modulus.count)
        if m.isEmpty || m == [1] { return zero }
        let b = remainder(limbs(base), m)
        var result: [UInt32] = [1]
        var isLeading = true
        for byte in exponent {
            var mask: UInt8 = 0x80
            while mask != 0 {
                if !isLeading { result = remainder(product(result, result), m) }
                if byte & mask != 0 {
                    isLeading = false
                    result = remainder(product(result, b), m)
                }
                mask >>= 1
            }
        }
        var bytes = zero
        for index in result.indices {
            for offset in 0..<4 {
                let place = modulus.count - 1 - (4 * index + offset)
                if place >= 0 { bytes[place] = UInt8(truncatingIfNeeded: result[index] >> UInt32(8 * offset)) }
            }
        }
        return bytes
    }

    /// 32-bit limbs, least significant first, without leading zeros.
    private static func limbs(_ bytes: [UInt8]) -> [UInt32] {
        var limbs = [UInt32](repeating: 0, count: (bytes.count + 3) / 4)
        for index in bytes.indices {
            let place = bytes.count - 1 - index
            limbs[place / 4] |= UInt32(bytes[index]) << UInt32(8 * (place % 4))
        }
        return trimmed(limbs)
    }

    private static func trimmed(_ limbs: [UInt32]) -> [UInt32] {
        var count = limbs.count
        while count > 0, limbs[count - 1] == 0 { count -= 1 }
        return [UInt32](limbs.prefix(count))
    }

    private static func product(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result = [UInt32](repeating: 0, count: a.count + b.count)
        for i in a.indices {
            var carry: UInt64 = 0
            for j in b.indices {
                let sum = UInt64(a[i]) * UInt64(b[j]) + UInt64(result[i + j]) + carry
                result[i + j] = UInt32(truncatingIfNeeded: sum)
                carry = sum >> 32
            }
            result[i + b.count] = UInt32(carry)
        }
        return trimmed(result)
    }

    /// Knuth's algorithm D (The Art of Computer Programming 2, 4.3.1), the remainder only.
    private static func remainder(_ dividend: [UInt32], _ divisor: [UInt32]) -> [UInt32] {
        let count = divisor.count
        if dividend.count < count { return dividend }
        if count == 1 {
            var rest: UInt64 = 0
            for limb in dividend.reversed() { rest = (rest << 32 | UInt64(limb)) % UInt64(divisor[0]) }
            return trimmed([UInt32(rest)])
        }
        let shift = UInt32(divisor[count - 1].leadingZeroBitCount)
        let v = shifted(divisor, shift, extra: 0)
        var u = shifted(dividend, shift, extra: 1)
        var j = u.count - 1 - count
        while j >= 0 {
            let top = UInt64(u[j + count]) << 32 | UInt64(u[j + count - 1])
            var quotient = top / UInt64(v[count - 1])
            var rest = top % UInt64(v[count - 1])
            while quotient >> 32 != 0 || quotient * UInt64(v[count - 2]) > (rest << 32 | UInt64(u[j + count - 2])) {
                quotient -= 1
                rest += UInt64(v[count - 1])
                if rest >> 32 != 0 { break }
            }
            if subtract(v, times: quotient, from: &u, at: j) { addBack(v, to: &u, at: j) }
            j -= 1
        }
        var result = [UInt32](u.prefix(count))
        if shift > 0 {
            for index in result.indices {
                let high = index + 1 < count ? result[index + 1] << (32 - shift) : 0
                result[index] = result[index] >> shift | high
            }
        }
        return trimmed(result)
    }

    private static func shifted(_ limbs: [UInt32], _ shift: UInt32, extra: Int) -> [UInt32] {
        var result = limbs + [UInt32](repeating: 0, count: extra)
        guard shift > 0 else { return result }
        var carry: UInt32 = 0
        for index in result.indices {
            let limb = result[index]
            result[index] = limb << shift | carry
            carry = limb >> (32 - shift)
        }
        return result
    }

    /// Subtracts `quotient`·v from u at limb j; true when that went below zero.
    private static func subtract(_ v: [UInt32], times quotient: UInt64, from u: inout [UInt32], at j: Int) -> Bool {
        var borrow: UInt64 = 0
        for index in v.indices {
            let product = quotient * UInt64(v[index]) + borrow
            let low = UInt32(truncatingIfNeeded: product)
            borrow = product >> 32
            if u[j + index] < low { borrow += 1 }
            u[j + index] = u[j + index] &- low
        }
        let top = UInt64(u[j + v.count])
        u[j + v.count] = UInt32(truncatingIfNeeded: top &- borrow)
        return top < borrow
    }

    private static func addBack(_ v: [UInt32], to u: inout [UInt32], at j: Int) {
        var carry: UInt64 = 0
        for index in v.indices {
            let sum = UInt64(u[j + index]) + UInt64(v[index]) + carry
            u[j + index] = UInt32(truncatingIfNeeded: sum)
            carry = sum >> 32
        }
        u[j + v.count] = u[j + v.count] &+ UInt32(carry)
    }
}
