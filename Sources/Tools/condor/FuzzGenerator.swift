import Chain
import Cryptography
import EVM
import Execution
import Foundations
import State
import Storage

/// Makes blocks, worlds and transactions from a seed, weighted to what is dangerous. What it makes follows from seed and
/// batch number alone, and from Condor's own answers where it cuts gas at what a transaction has spent.
///
/// What the peers are known to have otherwise is left out here:
/// - pyrevm (revm 8.0.0) has no Constantinople (EIP-1283, which mainnet never ran) and nothing after Cancun; EELS has no
///   Constantinople either.
/// - revm 8.0.0 creates contracts at addresses that have storage but neither nonce nor code. EIP-7610 forbids it: Condor
///   and EELS are right. No such accounts for pyrevm.
/// - EELS fails over MODEXP with lengths whose sum passes 2^256 (before Osaka), where every client runs out of gas: such
///   transactions are counted as unanswered.
/// - pyrevm's store has every account, so that before EIP-161 no call creates one: so it is in Condor's world then.
/// - Both fail over balances whose sum passes 2^256, which no chain has: balances stay far below.
/// - EELS keeps empty accounts out of states from Spurious Dragon on; no pre-state has any there.
struct FuzzGenerator {
    let fork: Fork
    let order: FuzzOrder
    var random: SeededRandom
    private(set) var block: FuzzBlock
    /// Accounts with generated code, of the world that is being made.
    private(set) var contracts: [Address] = []
    /// Accounts without code, existing or not.
    private(set) var others: [Address] = []
    let precompiles: [Address]
    /// At most one blob transaction in a case: EELS counts the block's blobs, Condor does so in the block processor.
    private var hasBlobs = false

    /// The keys 1 to 4: whoever replays a case can sign.
    static let keys: [Bytes32] = (1...4).map { Bytes32(UInt256(UInt64($0))) }
    static let senders: [Address] = keys.map { Secp256k1.address(of: $0) ?? .zero }

    init(seed: UInt64, batch: UInt64, forks: [Fork], order: FuzzOrder) {
        self.order = order
        random = SeededRandom(seed: seed, stream: batch)
        fork = random.pick(forks)
        precompiles = Precompiles.addresses(fork: fork).flatMap { address -> [Address] in
            // Pairings take milliseconds in revm and a second in EELS, whose BLS12-381 is slow throughout.
            let number = address.word.limb0
            let isSlow = number == 0x08 || number == 0x0a || (order == .sequence && (0x0b...0x11).contains(number))
            return [Address](repeating: address, count: isSlow ? 1 : 8)
        }
        block = FuzzGenerator.block(fork, order, &random)
    }

    private static func block(_ fork: Fork, _ order: FuzzOrder, _ random: inout SeededRandom) -> FuzzBlock {
        let beneficiary = random.pick(weighted: [
            (16, Address(0x3001)), (2, Address(0x1001)), (1, senders[0]), (1, Address(0x2001)),
        ])
        let excess = fork >= .cancun ? random.pick([0, 0, 393216, 20_000_000, 60_000_000]) as UInt64 : 0
        let parameters = BlobParameters.standard(fork)
        return FuzzBlock(
            context: BlockContext(
                number: random.pick([1000, 300, 257, 256, 17]), timestamp: random.pick([1, 1_700_000_000]),
                beneficiary: beneficiary, gasLimit: 30_000_000,
                // pyrevm executes with a base fee of zero, whatever the block says.
                baseFeePerGas: fork >= .london && order == .sequence ? random.pick([7, 0, 1_000_000_000]) : .zero,
                prevRandao: fork >= .paris ? Bytes32(random.word()) : .zero,
                difficulty: fork < .paris ? UInt256(random.next()) : .zero,
                blobBaseFee: parameters.map { BlobGas.baseFee(excessBlobGas: excess, parameters: $0) } ?? .zero,
                chainID: 1, fork: fork, blobParameters: parameters),
            excessBlobGas: excess)
    }

    // MARK: - Worlds

    mutating func world() -> [GenesisAccount] {
        hasBlobs = false
        contracts = (0..<random.within(2...5)).map { Address(UInt256(UInt64(0x1001 + $0))) }
        others = [Address(0x2001), Address(0x2002), Address(0x2003)]
        var accounts = [
            GenesisAccount(address: Address(0x2001), balance: UInt256(UInt64(random.pick([1, 1_000_000]))))
        ]
        for address in contracts {
            accounts.append(
                GenesisAccount(
                    address: address, nonce: random.chance(20) ? .max - UInt64(random.below(3)) : 1,
                    balance: UInt256(UInt64(random.pick([0, 0, 1, 1000, 1_000_000_000_000]))),
                    code: program(length: random.chance(100) ? 40 : 12), storage: storage()))
        }
        for (index, address) in FuzzGenerator.senders.enumerated() {
            // The first one always pays; the fourth is often not there.
            if index == 3, random.chance(700) { continue }
            var account = GenesisAccount(
                address: address, nonce: UInt64(random.pick([0, 1, 1, 200])),
                balance: UInt256(10).power(index == 0 ? 24 : UInt256(UInt64(random.pick([9, 15, 20])))))
            if index > 0, fork >= .prague, random.chance(200) { account.code = designator() }
            if index == 1, random.chance(10) { account.nonce = .max - UInt64(random.below(2)) }
            accounts.append(account)
        }
        if fork >= .prague, random.chance(400) {
            accounts.append(GenesisAccount(address: Address(0x2003), nonce: 1, code: designator()))
        }
        if random.chance(300) { accounts.append(obstacle(accounts)) }
        if fork < .spuriousDragon, random.chance(300) { accounts.append(GenesisAccount(address: Address(0x2002))) }
        if random.chance(50) {
            accounts.append(GenesisAccount(address: random.pick(precompiles), balance: 1))
        }
        // An obstacle may stand where something else does.
        var seen = Set<Address>()
        return accounts.filter { seen.insert($0.address).inserted }
    }

    private mutating func storage() -> [(slot: UInt256, value: UInt256)] {
        var slots: [(slot: UInt256, value: UInt256)] = []
        for slot in 0..<UInt64(random.pick([0, 1, 2, 4])) {
            slots.append((UInt256(slot), random.pick([1, 1, 2, 7, .max])))
        }
        return slots
    }

    /// Code of an account that delegates. https://eips.ethereum.org/EIPS/eip-7702
    private mutating func designator() -> [UInt8] { Delegation.code(to: anyAddress()) }

    /// An account where a contract will be created.
    private mutating func obstacle(_ accounts: [GenesisAccount]) -> GenesisAccount {
        let creator = random.pick(accounts)
        let nonce = creator.nonce &+ UInt64(random.chance(300) ? 1 : 0)
        var account = GenesisAccount(
            address: Machine<FuzzWorld, NoNativeContracts, NoTracer>.creationAddress(
                sender: creator.address, nonce: nonce),
            balance: 5)
        switch random.below(4) {
        case 0: account.nonce = 1
        case 1: account.code = [0x00]
        case 2 where order == .sequence: account.storage = [(1, 1)]
        default: break
        }
        return account
    }

    // MARK: - Transactions

    mutating func transaction(nonces: (Address) -> UInt64) -> FuzzTransaction {
        var transaction = Transaction()
        transaction.chainID = 1
        let target = random.below(40)
        switch target {
        case 0...5:
            transaction.to = nil
            transaction.data = random.chance(400) ? initCode() : program(length: 8)
            if random.chance(8) { transaction.data = [UInt8](repeating: 0, count: random.within(49151...49153)) }
        case 6...8:
            let contract = random.pick(precompiles)
            transaction.to = contract
            transaction.data = precompileInput(contract)
        case 9...10: transaction.to = anyAddress()
        default: transaction.to = contracts[random.below(min(2, contracts.count))]
        }
        if transaction.to != nil, target > 8 {
            switch random.below(4) {
            case 0: break
            case 1: transaction.data = precompileInput(random.pick(precompiles))
            case 2: transaction.data = random.bytes(random.below(70))
            default: transaction.data = (0..<random.within(1...3)).flatMap { _ in interestingWord().bigEndianBytes }
            }
        }
        transaction.value = UInt256(UInt64(random.pick([0, 0, 0, 1, 1000])))
        transaction.gasLimit = ampleGas()
        if fork >= .berlin, random.chance(200) {
            transaction.type = .accessList
            transaction.accessList = (0..<random.below(4)).map { _ in
                AccessListEntry(address: anyAddress(), storageKeys: (0..<random.below(4)).map { _ in slotKey() })
            }
        }
        var sender = FuzzGenerator.senders[0]
        if order == .sequence {
            if random.chance(200) { sender = random.pick(FuzzGenerator.senders) }
            fees(&transaction)
            transaction.nonce = nonces(sender)
            if random.chance(15) {
                transaction.nonce = random.pick([transaction.nonce &+ 1, transaction.nonce &- 1, 0, .max])
            }
            special(&transaction, nonces: nonces, sender: sender)
            if random.chance(10) { transaction.value = random.pick([UInt256(10).power(24), UInt256(10).power(15)]) }
        } else {
            transaction.nonce = nonces(sender)
            if transaction.to == nil {
                transaction.maxFeePerGas = UInt256(UInt64(random.pick([0, 1, 1_000_000])))
                transaction.maxPriorityFeePerGas = transaction.maxFeePerGas
            }
            if fork >= .cancun, transaction.to != nil, random.chance(60) { blobs(&transaction) }
        }
        // What a type does not have cannot be on the wire.
        if transaction.type == .legacy { transaction.accessList = [] }
        if transaction.type != .blob { transaction.blobVersionedHashes = [] }
        if transaction.type != .setCode { transaction.authorizations = [] }
        return FuzzTransaction(sender: sender, transaction: transaction)
    }

    private mutating func ampleGas() -> UInt64 {
        switch random.below(1000) {
        case 0...699: return UInt64(random.within(100_000...400_000))
        case 700...899: return UInt64(random.within(21_000...100_000))
        case 900...984: return 1_000_000
        // Enough for the largest code, for a thousand calls before EIP-150, and to be decoded at once.
        case 985...996 where order == .independent: return UInt64(random.within(5_000_000...8_000_000))
        case 997: return UInt64(random.within(0...21_000))
        case 998: return fork >= .osaka ? 1 << 24 + UInt64(random.below(2)) : 5_500_000
        default: return 200_000
        }
    }

    private mutating func fees(_ transaction: inout Transaction) {
        let base = block.context.baseFeePerGas
        transaction.maxFeePerGas = base &+ UInt256(UInt64(random.pick([0, 1, 10, 1_000_000])))
        transaction.maxPriorityFeePerGas = transaction.maxFeePerGas
        if fork >= .london, random.chance(300) {
            transaction.type = .dynamicFee
            transaction.maxPriorityFeePerGas = min(transaction.maxFeePerGas, random.pick([0, 1, 5, 1_000_000]))
        }
        if random.chance(10) { transaction.maxFeePerGas = random.pick([0, base &- 1, .max]) }
        if random.chance(10) { transaction.maxPriorityFeePerGas = transaction.maxFeePerGas &+ 1 }
        if transaction.type != .dynamicFee { transaction.maxPriorityFeePerGas = transaction.maxFeePerGas }
        if random.chance(5) { transaction.type = random.pick(TransactionType.allCases) }
    }

    /// Makes a blob or a delegating transaction of some.
    private mutating func special(
        _ transaction: inout Transaction, nonces: (Address) -> UInt64, sender: Address
    ) {
        if fork >= .cancun, transaction.to != nil, !hasBlobs, random.chance(80) {
            hasBlobs = true
            blobs(&transaction)
        } else if fork >= .prague, transaction.to != nil, random.chance(250) {
            transaction.type = .setCode
            var raised: [Address: UInt64] = [sender: 1]
            for _ in 0..<random.pick([0, 1, 1, 1, 2, 3]) {
                transaction.authorizations.append(authorization(nonces: nonces, &raised))
            }
        }
    }

    private mutating func blobs(_ transaction: inout Transaction) {
        transaction.type = .blob
        let count = order == .independent ? random.within(1...3) : random.pick([0, 1, 1, 1, 2, 3, 6, 7, 9])
        transaction.blobVersionedHashes = (0..<count).map { _ in
            let version: UInt64 = order == .sequence && random.chance(20) ? 2 : 1
            return Bytes32(random.word() >> 8 | UInt256(version) << 248)
        }
        transaction.maxFeePerBlobGas = block.context.blobBaseFee
        if order == .sequence, random.chance(50) { transaction.maxFeePerBlobGas = block.context.blobBaseFee &- 1 }
    }

    private mutating func authorization(
        nonces: (Address) -> UInt64, _ raised: inout [Address: UInt64]
    ) -> Authorization {
        let signer = random.below(FuzzGenerator.keys.count)
        let authority = FuzzGenerator.senders[signer]
        var result = Authorization(
            chainID: random.pick([0, 0, 1, 1, 1, 2]), address: random.chance(150) ? .zero : anyAddress(),
            nonce: nonces(authority) &+ raised[authority, default: 0], signature: Signature(yParity: 0, r: 1, s: 1))
        if random.chance(60) { result.nonce = random.pick([0, result.nonce &+ 1, .max]) }
        let message =
            [0x05]
            + RLPEncoder.list { encoder in
                encoder.append(result.chainID)
                encoder.append(result.address)
                encoder.append(result.nonce)
            }
        guard
            let signature = Secp256k1.sign(
                hash: Keccak256.hash(message), privateKey: FuzzGenerator.keys[signer])
        else {
            return result
        }
        result.signature = Signature(yParity: UInt64(signature.yParity), r: signature.r, s: signature.s)
        raised[authority, default: 0] += 1
        if random.chance(20) { result.signature.yParity = random.pick([2, 27, 1 - result.signature.yParity & 1]) }
        // The other half of s: the same key, not allowed.
        if random.chance(20) { result.signature.s = Secp256k1.order &- result.signature.s }
        if random.chance(10) { result.signature.r = random.pick([0, Secp256k1.order, random.word()]) }
        return result
    }

    /// Gas limits for a transaction that spent `gasSpent` of an ample limit: at its end, at the ends of its operations,
    /// which `boundaries` has if they are known, and anywhere.
    mutating func cuts(
        _ transaction: Transaction, gasSpent: UInt64, boundaries: [UInt64], count: Int
    ) -> [UInt64] {
        let least = Int(clamping: IntrinsicGas(transaction, fork: fork).base)
        let most = max(least, Int(clamping: gasSpent))
        return (0..<count).map { index in
            switch index {
            case 0: gasSpent
            case 1: gasSpent &- 1
            case _ where !boundaries.isEmpty: random.pick(boundaries) &- UInt64(random.pick([0, 1, 1]))
            // The last part is cut more: a program's beginning is less of it than its end.
            case 2: UInt64(random.within((least + 3 * most) / 4...most))
            default: UInt64(random.within((random.chance(20) ? least - 1 : least)...most))
            }
        }
    }
}
