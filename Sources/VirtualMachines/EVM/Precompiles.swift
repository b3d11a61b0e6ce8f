public import Chain
import Cryptography
public import Foundations

/// How a precompiled contract ended.
package enum PrecompileResult: Equatable {
    case success(gasUsed: UInt64, output: [UInt8])
    /// Out of gas or an input that the contract refuses: all gas is gone.
    case failure
}

/// The contracts that the protocol computes itself, by address and fork.
public enum Precompiles {
    /// Whether `address` is a precompiled contract in `fork`.
    @inlinable
    public static func contains(_ address: Address, fork: Fork) -> Bool {
        guard let number = address.word.asUInt64, number <= 0x100 else { return false }
        return number != 0 && (number <= lastNumber(fork) || (number == 0x100 && fork >= .osaka))
    }

    /// The contracts stand at 1 up to this number (P256VERIFY at 0x100 apart).
    @usableFromInline
    static func lastNumber(_ fork: Fork) -> UInt64 {
        if fork >= .prague { return 0x11 }
        if fork >= .cancun { return 0x0a }
        if fork >= .istanbul { return 0x09 }
        return fork >= .byzantium ? 0x08 : 0x04
    }

    /// Every precompiled contract of `fork`, ascending.
    public static func addresses(fork: Fork) -> [Address] {
        let low = (1...lastNumber(fork)).map { Address(UInt256($0)) }
        return fork >= .osaka ? low + [Address(0x100)] : low
    }

    /// Runs the contract at `address`, which `contains` has confirmed. The gas is checked before the work is done.
    package static func run(
        _ address: Address, input: UnsafeRawBufferPointer, gasLimit: UInt64, fork: Fork
    ) -> PrecompileResult {
        let words = (UInt64(input.count) + 31) / 32
        switch address.word.limb0 {
        case 0x01: return priced(3000, gasLimit) { recover(input) }
        case 0x02: return priced(60 + 12 * words, gasLimit) { SHA256.hash(input).bytes }
        case 0x03:
            return priced(600 + 120 * words, gasLimit) { [UInt8](repeating: 0, count: 12) + RIPEMD160.hash(input) }
        case 0x04: return priced(15 + 3 * words, gasLimit) { [UInt8](input) }
        case 0x05: return ModexpContract.run(input, gasLimit: gasLimit, fork: fork)
        case 0x06: return CurveContracts.bn254Add(input, gasLimit: gasLimit, fork: fork)
        case 0x07: return CurveContracts.bn254Multiply(input, gasLimit: gasLimit, fork: fork)
        case 0x08: return CurveContracts.bn254Pairing(input, gasLimit: gasLimit, fork: fork)
        case 0x09: return blake2(input, gasLimit: gasLimit)
        case 0x0a: return CurveContracts.pointEvaluation(input, gasLimit: gasLimit)
        case 0x0b...0x11: return CurveContracts.bls12381(address.word.limb0, input, gasLimit: gasLimit)
        case 0x100: return priced(6900, gasLimit) { verifyP256(input) }
        default: return .failure
        }
    }

    private static func priced(_ gas: UInt64, _ gasLimit: UInt64, _ work: () -> [UInt8]) -> PrecompileResult {
        gas <= gasLimit ? .success(gasUsed: gas, output: work()) : .failure
    }

    /// 32 bytes of `input` from `offset`, zeros beyond its end.
    static func word(_ input: UnsafeRawBufferPointer, _ offset: Int) -> UInt256 {
        var bytes = [UInt8](repeating: 0, count: 32)
        for index in 0..<32 where offset + index < input.count { bytes[index] = input[offset + index] }
        return UInt256(bigEndian: bytes)
    }

    /// ECRECOVER: hash, v, r, s. An input that recovers to nothing gives no output, and no failure.
    private static func recover(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        let v = word(input, 32)
        guard v == 27 || v == 28,
            let address = Secp256k1.recoverAddress(
                hash: Bytes32(word(input, 0)), yParity: UInt8(v.limb0 - 27), r: word(input, 64), s: word(input, 96))
        else { return [] }
        return address.word.bigEndianBytes
    }

    /// P256VERIFY: hash, r, s, x, y. One for a valid signature, no output for anything else.
    /// https://eips.ethereum.org/EIPS/eip-7951
    private static func verifyP256(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        guard input.count == 160 else { return [] }
        let isValid = P256.verify(
            hash: Bytes32(word(input, 0)), r: word(input, 32), s: word(input, 64), x: word(input, 96),
            y: word(input, 128))
        return isValid ? UInt256.one.bigEndianBytes : []
    }

    /// https://eips.ethereum.org/EIPS/eip-152
    private static func blake2(_ input: UnsafeRawBufferPointer, gasLimit: UInt64) -> PrecompileResult {
        guard input.count == 213, input[212] <= 1 else { return .failure }
        let rounds = UInt32(bigEndian: input.loadUnaligned(as: UInt32.self))
        guard UInt64(rounds) <= gasLimit else { return .failure }
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: input.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var state = InlineArray<8, UInt64>(repeating: 0)
        var message = InlineArray<16, UInt64>(repeating: 0)
        for index in 0..<8 { state[index] = word(4 + 8 * index) }
        for index in 0..<16 { message[index] = word(68 + 8 * index) }
        Blake2.compress(
            rounds: rounds, state: &state, message: message, offset: (word(196), word(204)), isFinal: input[212] == 1)
        var output: [UInt8] = []
        for index in 0..<8 {
            output += UInt256(state[index].byteSwapped).bigEndianBytes.suffix(8)
        }
        return .success(gasUsed: UInt64(rounds), output: output)
    }
}
