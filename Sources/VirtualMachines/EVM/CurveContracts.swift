import Chain
import Cryptography
import Foundations

/// The precompiled contracts that compute on pairing-friendly curves: BN254, BLS12-381, and KZG commitments over it.
enum CurveContracts {
    /// Addition on BN254. Sources: EIP-196; EIP-1108 (Istanbul's price).
    static func bn254Add(
        _ input: UnsafeRawBufferPointer, gasLimit: UInt64, fork: Fork
    ) -> PrecompileResult {
        let gas: UInt64 = fork >= .istanbul ? 150 : 500
        guard gas <= gasLimit,
            let sum = BN254.add(
                (Precompiles.word(input, 0), Precompiles.word(input, 32)),
                (Precompiles.word(input, 64), Precompiles.word(input, 96)))
        else { return .failure }
        return .success(gasUsed: gas, output: sum.x.bigEndianBytes + sum.y.bigEndianBytes)
    }

    /// Multiplication on BN254. Sources: EIP-196; EIP-1108 (Istanbul's price).
    static func bn254Multiply(
        _ input: UnsafeRawBufferPointer, gasLimit: UInt64, fork: Fork
    ) -> PrecompileResult {
        let gas: UInt64 = fork >= .istanbul ? 6000 : 40000
        guard gas <= gasLimit,
            let product = BN254.multiply(
                (Precompiles.word(input, 0), Precompiles.word(input, 32)), by: Precompiles.word(input, 64))
        else {
            return .failure
        }
        return .success(gasUsed: gas, output: product.x.bigEndianBytes + product.y.bigEndianBytes)
    }

    /// The pairing check on BN254. Sources: EIP-197; EIP-1108 (Istanbul's price).
    static func bn254Pairing(
        _ input: UnsafeRawBufferPointer, gasLimit: UInt64, fork: Fork
    ) -> PrecompileResult {
        let count = input.count / 192
        let isCheap = fork >= .istanbul
        let gas = (isCheap ? 45000 : 100_000) + (isCheap ? 34000 : 80000) * UInt64(count)
        guard gas <= gasLimit, input.count.isMultiple(of: 192) else { return .failure }
        let pairs = (0..<count).map { index in
            let offset = 192 * index
            // The second group's coordinates come with their imaginary part first.
            return BN254Pairing.Pair(
                g1: (Precompiles.word(input, offset), Precompiles.word(input, offset + 32)),
                g2: (
                    Precompiles.word(input, offset + 96), Precompiles.word(input, offset + 64),
                    Precompiles.word(input, offset + 160),
                    Precompiles.word(input, offset + 128)
                ))
        }
        guard let isOne = BN254Pairing.productIsOne(pairs) else { return .failure }
        return .success(gasUsed: gas, output: UInt256(isOne ? 1 as UInt64 : 0).bigEndianBytes)
    }

    /// versioned hash, z, y, commitment, proof: 192 bytes. https://eips.ethereum.org/EIPS/eip-4844
    static func pointEvaluation(_ input: UnsafeRawBufferPointer, gasLimit: UInt64) -> PrecompileResult {
        let gas: UInt64 = 50000
        guard gas <= gasLimit, input.count == 192 else { return .failure }
        let commitment = UnsafeRawBufferPointer(rebasing: input[96..<144])
        var versionedHash = SHA256.hash(commitment).bytes
        versionedHash[0] = 0x01
        guard input.prefix(32).elementsEqual(versionedHash),
            KZG.verify(
                commitment: commitment, z: Precompiles.word(input, 32), y: Precompiles.word(input, 64),
                proof: UnsafeRawBufferPointer(rebasing: input[144..<192])) == true
        else { return .failure }
        // FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS.
        return .success(gasUsed: gas, output: UInt256(4096).bigEndianBytes + KZG.modulus.bigEndianBytes)
    }
}

// MARK: - BLS12-381: https://eips.ethereum.org/EIPS/eip-2537

extension CurveContracts {
    /// The contracts 0x0b to 0x11.
    static func bls12381(_ number: UInt64, _ input: UnsafeRawBufferPointer, gasLimit: UInt64) -> PrecompileResult {
        switch number {
        case 0x0b: return priced(375, gasLimit) { BLS12381.add1(input) }
        case 0x0c:
            let count = input.count / (BLS12381.point1Size + 32)
            return priced(multiplicationGas(12000, count, discounts1), gasLimit) { BLS12381.multiplySum1(input) }
        case 0x0d: return priced(600, gasLimit) { BLS12381.add2(input) }
        case 0x0e:
            let count = input.count / (BLS12381.point2Size + 32)
            return priced(multiplicationGas(22500, count, discounts2), gasLimit) { BLS12381.multiplySum2(input) }
        case 0x0f:
            let count = UInt64(input.count / (BLS12381.point1Size + BLS12381.point2Size))
            return priced(37700 + 32600 * count, gasLimit) {
                BLS12381.pairingProductIsOne(input).map { UInt256($0 ? 1 as UInt64 : 0).bigEndianBytes }
            }
        case 0x10: return priced(5500, gasLimit) { BLS12381.map1(input) }
        default: return priced(23800, gasLimit) { BLS12381.map2(input) }
        }
    }

    private static func priced(_ gas: UInt64, _ gasLimit: UInt64, _ work: () -> [UInt8]?) -> PrecompileResult {
        guard gas <= gasLimit, let output = work() else { return .failure }
        return .success(gasUsed: gas, output: output)
    }

    /// The price of a sum of `count` products: the more, the cheaper each, in thousandths.
    private static func multiplicationGas(
        _ price: UInt64, _ count: Int, _ discounts: InlineArray<128, UInt16>
    ) -> UInt64 {
        count == 0 ? 0 : UInt64(count) * price * UInt64(discounts[min(count, 128) - 1]) / 1000
    }

    private static var discounts1: InlineArray<128, UInt16> {
        [
            1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661, 658,
            654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611, 609, 608,
            606, 604, 603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577,
            576, 575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559, 558, 557, 556, 555,
            554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540, 540, 539, 538, 537, 536,
            536, 535, 534, 533, 532, 532, 531, 530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520,
            520, 519,
        ]
    }

    private static var discounts2: InlineArray<128, UInt16> {
        [
            1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693,
            688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624, 622,
            620, 618, 615, 613, 611, 609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584,
            583, 582, 580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562, 561, 560, 559,
            558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547, 546, 545, 545, 544, 543, 542, 541, 541,
            540, 539, 538, 537, 537, 536, 535, 535, 534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526,
            525, 524, 524,
        ]
    }
}
