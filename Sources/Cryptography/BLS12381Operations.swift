import Foundations

/// The operations of EIP-2537 on its encodings, big-endian: 64 bytes for an element of the field, of which the first 16 are
/// zero; two for one of its quadratic extension, a first in a + b·u; two coordinates for a point, all zero for infinity.
///
/// Each answers nil for an input of another length or with an element that is not reduced, a point off its curve or,
/// except in additions, outside its group.
public enum BLS12381 {
    private typealias Base = MontgomeryField<BLS12381Coordinates>
    private typealias Quadratic = QuadraticExtension<BLS12381Tower>
    private typealias Point1 = CurvePoint<BLS12381Curve>
    private typealias Point2 = CurvePoint<BLS12381Twist>

    private static let elementSize = 64
    /// A point of the first group.
    public static let point1Size = 128
    /// A point of the second group.
    public static let point2Size = 256
    private static let scalarSize = 32

    // MARK: The first group

    public static func add1(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard input.count == 2 * point1Size, let left = point1(input, 0), let right = point1(input, point1Size) else {
            return nil
        }
        return encode(left + right)
    }

    /// The sum of points times scalars: at least one of 160 bytes.
    public static func multiplySum1(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        let size = point1Size + scalarSize
        guard !input.isEmpty, input.count.isMultiple(of: size) else { return nil }
        var terms: [(point: Point1, scalar: UInt256)] = []
        for offset in stride(from: 0, to: input.count, by: size) {
            guard let point = point1(input, offset), point.isInGroup else { return nil }
            terms.append((point, scalar(input, offset + point1Size)))
        }
        return encode(Point1.sum(terms))
    }

    /// The point of the group that a field element maps to.
    public static func map1(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard input.count == elementSize, let element = element(input, 0) else { return nil }
        let point: Point1 = BLS12381Map1.map(element)
        return encode(point.clearedOfCofactor)
    }

    // MARK: The second group

    public static func add2(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard input.count == 2 * point2Size, let left = point2(input, 0), let right = point2(input, point2Size) else {
            return nil
        }
        return encode(left + right)
    }

    /// The sum of points times scalars: at least one of 288 bytes.
    public static func multiplySum2(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        let size = point2Size + scalarSize
        guard !input.isEmpty, input.count.isMultiple(of: size) else { return nil }
        var terms: [(point: Point2, scalar: UInt256)] = []
        for offset in stride(from: 0, to: input.count, by: size) {
            guard let point = point2(input, offset), point.isInGroup else { return nil }
            terms.append((point, scalar(input, offset + point2Size)))
        }
        return encode(Point2.sum(terms))
    }

    /// The point of the group that an element of the quadratic extension maps to.
    public static func map2(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard input.count == 2 * elementSize, let element = quadratic(input, 0) else { return nil }
        let point: Point2 = BLS12381Map2.map(element)
        return encode(point.clearedOfCofactor)
    }

    // MARK: The pairing

    /// Whether the product of the pairings is one: at least one pair of 384 bytes.
    public static func pairingProductIsOne(_ input: UnsafeRawBufferPointer) -> Bool? {
        let size = point1Size + point2Size
        guard !input.isEmpty, input.count.isMultiple(of: size) else { return nil }
        var pairs: [(Point1, Point2)] = []
        for offset in stride(from: 0, to: input.count, by: size) {
            guard let first = point1(input, offset), first.isInGroup, let second = point2(input, offset + point1Size),
                second.isInGroup
            else { return nil }
            pairs.append((first, second))
        }
        return BLS12381Tower.productIsOne(pairs)
    }

    // MARK: Encodings

    private static func element(_ input: UnsafeRawBufferPointer, _ offset: Int) -> Base? {
        for index in offset..<offset + 16 where input[index] != 0 { return nil }
        return Base(UInt384(bigEndian: input, at: offset + 16))
    }

    private static func quadratic(_ input: UnsafeRawBufferPointer, _ offset: Int) -> Quadratic? {
        guard let a = element(input, offset), let b = element(input, offset + elementSize) else { return nil }
        return Quadratic(a: a, b: b)
    }

    private static func point1(_ input: UnsafeRawBufferPointer, _ offset: Int) -> Point1? {
        guard let x = element(input, offset), let y = element(input, offset + elementSize) else { return nil }
        return x.isZero && y.isZero ? .infinity : Point1(x: x, y: y)
    }

    private static func point2(_ input: UnsafeRawBufferPointer, _ offset: Int) -> Point2? {
        guard let x = quadratic(input, offset), let y = quadratic(input, offset + 2 * elementSize) else { return nil }
        return x.isZero && y.isZero ? .infinity : Point2(x: x, y: y)
    }

    private static func scalar(_ input: UnsafeRawBufferPointer, _ offset: Int) -> UInt256 {
        UInt256(bigEndian: UnsafeRawBufferPointer(rebasing: input[offset..<offset + scalarSize]))
    }

    private static func append(_ element: Base, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 16))
        element.value.appendBigEndian(to: &bytes)
    }

    private static func encode(_ point: Point1) -> [UInt8] {
        guard let affine = point.affine else { return [UInt8](repeating: 0, count: point1Size) }
        var bytes: [UInt8] = []
        append(affine.x, to: &bytes)
        append(affine.y, to: &bytes)
        return bytes
    }

    private static func encode(_ point: Point2) -> [UInt8] {
        guard let affine = point.affine else { return [UInt8](repeating: 0, count: point2Size) }
        var bytes: [UInt8] = []
        for element in [affine.x.a, affine.x.b, affine.y.a, affine.y.b] { append(element, to: &bytes) }
        return bytes
    }
}
