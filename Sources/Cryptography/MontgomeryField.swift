import Foundations

/// What makes a prime field. The numbers are written by Scripts/generate-curves.
protocol FieldParameters {
    associatedtype Word: MontgomeryWord
    /// An odd prime whose top limb is not zero.
    static var modulus: Word { get }
    /// −modulus⁻¹ mod 2^64.
    static var negativeInverse: UInt64 { get }
    /// R mod modulus, for R = 2^(64·limbs).
    static var radix: Word { get }
    /// R² mod modulus.
    static var radixSquared: Word { get }
    /// How often `FieldInversion` halves 31 times, and what corrects its result: 2^(33·passes)·R³ mod modulus.
    static var inversionPasses: Int { get }
    static var inversionFactor: Word { get }
}

/// A number modulo a prime, kept times R = 2^(64·limbs) so that products need no division. Source: Montgomery (1985).
struct MontgomeryField<Parameters: FieldParameters>: Equatable, BitwiseCopyable {
    typealias Word = Parameters.Word

    /// value·R mod modulus, always reduced.
    let bits: Word

    /// The element whose Montgomery form is `bits`. Precondition: `bits` is below the modulus.
    @inline(__always)
    init(montgomery bits: Word) {
        self.bits = bits
    }

    /// nil for a value that is not below the modulus.
    init?(_ value: Word) {
        guard value < Parameters.modulus else { return nil }
        self = MontgomeryField(montgomery: value) * MontgomeryField(montgomery: Parameters.radixSquared)
    }

    /// A value below twice the modulus, reduced: any of 256 bits for the order of a curve of 256 bits.
    init(reducing value: Word) {
        let (reduced, borrow) = value.subtractingReportingOverflow(Parameters.modulus)
        self =
            MontgomeryField(montgomery: borrow ? value : reduced) * MontgomeryField(montgomery: Parameters.radixSquared)
    }

    init(small value: UInt64) {
        self = MontgomeryField(montgomery: Word(value)) * MontgomeryField(montgomery: Parameters.radixSquared)
    }

    @inline(__always)
    static var zero: MontgomeryField { MontgomeryField(montgomery: .zero) }
    @inline(__always)
    static var one: MontgomeryField { MontgomeryField(montgomery: Parameters.radix) }

    /// The number itself.
    var value: Word { (self * MontgomeryField(montgomery: Word(1))).bits }

    @inline(__always)
    var isZero: Bool { bits.isZero }

    @inline(__always)
    static func + (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        let (sum, carry) = a.bits.addingReportingOverflow(b.bits)
        let (reduced, borrow) = sum.subtractingReportingOverflow(Parameters.modulus)
        return MontgomeryField(montgomery: borrow && !carry ? sum : reduced)
    }

    @inline(__always)
    static func - (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        let (difference, borrow) = a.bits.subtractingReportingOverflow(b.bits)
        let (raised, _) = difference.addingReportingOverflow(borrow ? Parameters.modulus : .zero)
        return MontgomeryField(montgomery: raised)
    }

    @inline(never)
    static func * (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        a.product(b)
    }

    /// The product, inlined: for the few places that are nearly all of a pairing's time.
    @inline(__always)
    func product(_ other: MontgomeryField) -> MontgomeryField {
        MontgomeryField(
            montgomery: Word.montgomeryProduct(
                bits, other.bits, modulus: Parameters.modulus, negativeInverse: Parameters.negativeInverse))
    }

    @inline(__always)
    var squared: MontgomeryField { self * self }

    /// Zero for zero.
    var inverse: MontgomeryField {
        let raw = FieldInversion.raw(
            bits, modulus: Parameters.modulus, inverse: Parameters.negativeInverse, passes: Parameters.inversionPasses)
        return MontgomeryField(montgomery: raw) * MontgomeryField(montgomery: Parameters.inversionFactor)
    }

    /// Whether the number itself, not its Montgomery form, is odd.
    var isOdd: Bool { value.isOdd }
}

extension MontgomeryField where Parameters: RootParameters {
    /// The root whose square this is, if there is one; the other root is its negative.
    var squareRoot: MontgomeryField? {
        let root = power(Parameters.rootExponent)
        return root.squared == self ? root : nil
    }
}

/// A field whose prime is 3 modulo 4, where roots are powers.
protocol RootParameters: FieldParameters {
    /// (modulus + 1)/4.
    static var rootExponent: Word { get }
}
