// One number that depends on many results of the guest-clean modules. Scripts/check-guest computes it natively, on
// riscv32 and on wasm32: it must be the same everywhere.

import Chain
import Cryptography
import Derivatives
import EVM
import Execution
import Foundations
import State

/// A seeded generator and the hash of everything absorbed so far.
struct Digest {
    private var seed: UInt64 = 1
    private(set) var value = UInt256.zero

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var z = seed
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A word of one to four limbs.
    mutating func word() -> UInt256 {
        UInt256(limbs: next(), next(), next(), next()) >> (next() % 4 * 64)
    }

    mutating func absorb(_ word: UInt256) { absorb(word.bigEndianBytes) }
    mutating func absorb(_ bytes: [UInt8]) { value = Keccak256.hash(value.bigEndianBytes + bytes).word }
}

@_cdecl("guest_digest")
public func guestDigest(_ rounds: Int32) -> UInt64 {
    var digest = Digest()
    for _ in 0..<rounds {
        absorbArithmetic(&digest)
        absorbCodecs(&digest)
        absorbPrices(&digest)
        absorbFunctions(&digest)
        absorbExecution(&digest)
    }
    return digest.value.limb0
}

private func absorbArithmetic(_ digest: inout Digest) {
    let (a, b, c) = (digest.word(), digest.word(), digest.word())
    for result in [
        a / b, a % b, a.multipliedModulo(b, c), a.addingModulo(b, c), a.power(b), a.signedDivided(by: b),
        a.signedRemainder(dividingBy: b), a.arithmeticShiftedRight(by: b.limb0 % 300),
        a.signExtended(fromByte: UInt256(b.limb0 % 40)),
    ] {
        digest.absorb(result)
    }
    var table = Table<UInt256, UInt64>()
    for _ in 0..<50 {
        let key = digest.word() >> 250
        table[key] = (table[key] ?? 0) &+ 1
    }
    for position in table.keys.indices { digest.absorb(table.keys[position] &+ UInt256(table.values[position])) }
}

private func absorbCodecs(_ digest: inout Digest) {
    var batch = KeccakBatch()
    for _ in 0..<(digest.next() % 20) {
        batch.append([UInt8](repeating: UInt8(truncatingIfNeeded: digest.next()), count: Int(digest.next() % 600)))
        batch.append(digest.word())
        batch.append(Address(digest.word()))
    }
    for hash in batch.hashes() { digest.absorb(hash.word) }
    let types: [ABIType] = [.array(.unsigned(256)), .bytes, .signed(256)]
    let (a, b) = (digest.word(), digest.word())
    var bytes = ABI.encode([.list([.word(a), .word(b)]), .bytes(a.minimalBigEndianBytes), .word(b)], as: types)
    digest.absorb(bytes)
    digest.absorb(SHA256.hash(bytes).word)
    digest.absorb(RIPEMD160.hash(bytes))
    bytes[Int(truncatingIfNeeded: digest.next() % 8) * 32 + 31] ^= UInt8(truncatingIfNeeded: digest.next())
    do throws(ABIError) {
        digest.absorb(ABI.encode(try ABI.decode(bytes, as: types), as: types))
    } catch {
        digest.absorb(UInt256(UInt64(error.position)))
    }
    digest.absorb(
        ModularExponentiation.power(
            base: a.bigEndianBytes, exponent: [UInt8](b.bigEndianBytes.suffix(3)), modulus: b.bigEndianBytes))
}

private func absorbPrices(_ digest: inout Digest) {
    let (spot, strike) = (digest.word() >> 165, digest.word() >> 165)
    let (tau, sigma) = (UInt256(digest.next()), UInt256(digest.next() >> 1))
    let (rate, yield) = (UInt256(digest.next() >> 2), UInt256(digest.next() >> 3))
    let kind: OptionKind = digest.next() % 2 == 0 ? .call : .put
    let terms = OptionTerms(
        kind: kind, spot: spot, strike: strike, tau: tau, sigma: sigma, rate: rate.negated, yield: yield)
    do throws(PricingError) {
        let value = try BlackScholes.value(terms)
        for number in [
            value.price, value.delta, value.gamma, value.vega, value.theta, value.rho, value.vanna, value.volga,
        ] {
            digest.absorb(number)
        }
        digest.absorb(try BlackScholes.impliedVolatility(terms, price: value.price))
        let lattice = try Lattice.value(terms, model: .leisenReimer, steps: 15, isAmerican: true)
        digest.absorb(lattice.price)
        digest.absorb(lattice.delta)
        let grid = try ScenarioGrid(
            GridExpiry(forward: spot, tau: tau, rate: rate), scenarios: ScenarioSet.standard)
        for gain in try grid.row(kind: kind, strike: strike, sigma: sigma).gains {
            digest.absorb(UInt256(gain.magnitude))
        }
    } catch {
        digest.absorb(.one)
    }
}

/// Every function in every rounding, over arguments small and large.
private func absorbFunctions(_ digest: inout Digest) {
    let wide = digest.word() >> (digest.next() % 256)
    let small = UInt256(digest.next() >> (digest.next() % 64))
    let tail = UInt256(digest.next() % 1_000_000_000_000_000_000)
    for rounding in Rounding.allCases {
        for x in [wide, small, small.negated] {
            digest.absorb(FixedPoint.squareRoot(x, rounding: rounding))
            digest.absorb(FixedPoint.errorFunction(x, rounding: rounding))
            digest.absorb(FixedPoint.complementaryErrorFunction(x, rounding: rounding))
            digest.absorb(FixedPoint.normalDensity(x, rounding: rounding))
            digest.absorb(FixedPoint.normalDistribution(x, rounding: rounding))
            absorb(&digest) { () throws(FixedPointError) in try FixedPoint.exponential(x, rounding: rounding) }
            absorb(&digest) { () throws(FixedPointError) in try FixedPoint.exponential2(x, rounding: rounding) }
            absorb(&digest) { () throws(FixedPointError) in try FixedPoint.naturalLogarithm(x, rounding: rounding) }
            absorb(&digest) { () throws(FixedPointError) in try FixedPoint.logarithm2(x, rounding: rounding) }
            absorb(&digest) { () throws(FixedPointError) in try FixedPoint.power(x, small, rounding: rounding) }
            absorb(&digest) { () throws(FixedPointError) in
                try FixedPoint.multiplyDivide(x, wide, small, rounding: rounding)
            }
        }
        absorb(&digest) { () throws(FixedPointError) in try FixedPoint.normalQuantile(tail, rounding: rounding) }
    }
}

private func absorb(_ digest: inout Digest, _ function: () throws(FixedPointError) -> UInt256) {
    do throws(FixedPointError) {
        digest.absorb(try function())
    } catch {
        digest.absorb(error == .domain ? 2 : 3)
    }
}

/// Two accounts: a caller and a contract.
private struct TwoAccounts: StateView {
    static var caller: Address { Address(0x1000) }
    static var contract: Address { Address(0x2000) }
    let code: [UInt8]

    func account(at address: Address) throws(StateError) -> Account? {
        if address == TwoAccounts.caller { return Account(balance: 1_000_000) }
        return address == TwoAccounts.contract ? Account(balance: 77, codeHash: Keccak256.hash(code)) : nil
    }

    func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256 { slot < 3 ? 5 : .zero }
    func hasStorage(at address: Address) throws(StateError) -> Bool { address == TwoAccounts.contract }
    func code(withHash hash: Bytes32) throws(StateError) -> [UInt8] { code }
    func blockHash(number: UInt64) throws(StateError) -> Bytes32? { nil }
}

/// Runs a random program: its status, gas, output and state change.
private func absorbExecution(_ digest: inout Digest) {
    let block = BlockContext(
        number: 9, timestamp: 1000, beneficiary: Address(0xc0), gasLimit: 30_000_000, chainID: 1, fork: .osaka,
        venueIsActive: true)
    var machine = Machine(
        view: TwoAccounts(code: program(&digest)), block: block, natives: VenueNatives(isActive: true),
        tracer: NoTracer())
    machine.begin(TransactionContext(origin: TwoAccounts.caller, gasPrice: 10))
    let result = machine.run(
        Message(sender: TwoAccounts.caller, to: TwoAccounts.contract, value: 3, input: [1, 2, 3], gas: 200_000))
    switch result.status {
    case .success: digest.absorb(.zero)
    case .revert: digest.absorb(1)
    case .halt: digest.absorb(2)
    }
    digest.absorb(UInt256(result.gasLeft))
    digest.absorb(result.output)
    _ = machine.journal.finishTransaction(clearsEmptyAccounts: true)
    for change in machine.journal.diff().accounts {
        digest.absorb(change.address.word)
        digest.absorb(change.account?.balance ?? .zero)
        for slot in change.slots { digest.absorb(slot.slot ^ slot.value) }
    }
}

/// A program that mostly lives: arithmetic over random words, memory, storage, hashes, calls of precompiled and native
/// contracts, and 512 bytes of memory as its output.
private func program(_ digest: inout Digest) -> [UInt8] {
    var code: [UInt8] = []
    func push(_ value: UInt256) {
        let bytes = value.minimalBigEndianBytes
        code.append(0x5f + UInt8(bytes.count))
        code += bytes
    }
    func pushAll(_ values: UInt64...) {
        for value in values { push(UInt256(value)) }
    }
    for _ in 0..<16 { push(digest.word()) }
    for _ in 0..<80 {
        let choice = digest.next()
        let place = digest.next() % 16 * 32
        switch choice % 10 {
        case 0: push(digest.word())
        case 1, 2: code += [0x80 + UInt8(choice >> 8 & 7), 0x01 + UInt8(choice >> 16 % 7)]
        case 3: code += [0x82, 0x82, 0x82, choice >> 8 & 1 == 0 ? 0x08 : 0x09]
        case 4: code += [0x81, 0x81, 0x10 + UInt8(choice >> 8 % 14)]
        case 5:
            pushAll(place)
            code += [0x52, 0x5a]
        case 6:
            pushAll(digest.next() % 200, place)
            code.append(0x20)
        case 7:
            pushAll(digest.next() % 6)
            code += choice >> 8 & 1 == 0 ? [0x54] : [0x81, 0x90, 0x55]
        case 8:
            // STATICCALL of ecrecover, SHA-256, RIPEMD-160, identity or modexp.
            pushAll(64, place, 128, 0, 1 + digest.next() % 5)
            code += [0x5a, 0xfa]
        default:
            // STATICCALL of Pricing: its selector, and five words.
            push(UInt256(limbs: 0, 0, 0, 0x087b_95ea_0000_0000))
            pushAll(place)
            code.append(0x52)
            for index in 0..<5 as Range<UInt64> {
                push(UInt256(digest.next() >> 6) &* (index < 2 ? 1000 : 1))
                pushAll(place + 4 + 32 * index)
                code.append(0x52)
            }
            pushAll(64, place, 164, place, 0x0c02)
            code += [0x5a, 0xfa]
        }
    }
    pushAll(512, 0)
    return code + [0xf3]
}
