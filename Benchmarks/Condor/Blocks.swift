import Chain
import Cryptography
import EVM
import Execution
import Foundation
import Foundations
import JSONText
import Node
import State
import Storage

/// Blocks of one kind of transaction: execution alone, with the state root, and with the recovery of senders before it.
enum Blocks {
    /// `blocks FILE MILLISECONDS`: FILE holds a world and calls, as Benchmarks/blocks.py writes it.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 2, let milliseconds = UInt64(arguments[1]) else {
            Benchmark.fail("blocks takes FILE MILLISECONDS")
        }
        let document = try JSONDocument(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: arguments[0]))))
        guard let world = World(document.root) else {
            Benchmark.fail("\(arguments[0]) has no alloc, setup and calls")
        }
        var outcome = Outcome()
        var root = Bytes32.zero
        var gas: UInt64 = 0
        let execution = measure(milliseconds: milliseconds) {
            let start = processorTime()
            outcome = world.execute(world.transactions)
            return processorTime() - start
        }
        let withRoot = measureWall(milliseconds: milliseconds) {
            outcome = world.execute(world.transactions)
            var state = world.state
            state.apply(outcome.diff)
            root = state.root
        }
        let executionWall = measureWall(milliseconds: milliseconds) { gas = world.execute(world.transactions).gasUsed }
        let signed = world.signed()
        let recovery = measureWall(milliseconds: milliseconds, least: 1) {
            _ = SenderRecovery.senders(of: signed, fork: world.block.fork)
        }
        let withSignatures = measureWall(milliseconds: milliseconds, least: 1) {
            let recovered = SenderRecovery(signed, fork: world.block.fork)
            outcome = world.execute(signed, recovered)
        }
        Benchmark.report(
            arguments[0],
            [
                ("transactions", UInt64(world.transactions.count)), ("gas", gas), ("failed", UInt64(outcome.failed)),
                ("executionProcessor", execution), ("execution", executionWall), ("executionAndRoot", withRoot),
                ("recovery", recovery), ("recoveryAndExecution", withSignatures),
            ],
            texts: [
                ("root", Hex.encodePrefixed(root.bytes)),
                ("outputs", Hex.encodePrefixed(SHA256.hash(outcome.outputs).bytes)),
            ])
    }

    /// The least nanoseconds by the clock, for work that several cores share.
    private static func measureWall(milliseconds: UInt64, least: Int = 3, _ body: () -> Void) -> UInt64 {
        let clock = ContinuousClock()
        var best = UInt64.max
        var total: UInt64 = 0
        var count = 0
        repeat {
            let elapsed = nanoseconds(clock.measure(body))
            best = min(best, elapsed)
            total += elapsed
            count += 1
        } while count < least || total < milliseconds * 1_000_000
        return best
    }
}

/// What a block did, as far as the benchmark looks.
private struct Outcome {
    var diff = StateDiff()
    var gasUsed: UInt64 = 0
    var failed = 0
    /// What the calls answered, or the contracts that they made.
    var outputs: [UInt8] = []
}

/// A state, and the calls of a block on it; what `setup` lists has been executed already.
private struct World {
    private(set) var state: MemoryState
    private(set) var transactions: [Transaction] = []
    private var senders: [Address] = []
    private var keys: [Bytes32] = []
    let block = BlockContext(
        number: 1, timestamp: 1000, beneficiary: Address(0xc0), gasLimit: 1 << 40, chainID: 1, fork: .cancun,
        blobParameters: .standard(.cancun))

    /// nil for another form. Accounts that send have the private keys 1, 2, 3, …, named by number.
    init?(_ json: JSONValue) {
        guard let count = json["senders"]?.unsigned, let calls = json["calls"]?.array,
            let setup = json["setup"]?.array, let others = json["others"]?.array
        else { return nil }
        keys = (0..<count).map { Bytes32(UInt256($0 + 1)) }
        let addresses = keys.compactMap { Secp256k1.address(of: $0) }
        let wealth = UInt256(1_000_000_000_000_000_000) * 1_000_000
        var accounts = addresses.map { GenesisAccount(address: $0, balance: wealth) }
        for other in others {
            if let address = other.address { accounts.append(GenesisAccount(address: address, balance: 1)) }
        }
        state = MemoryState(accounts)
        guard let first = World.calls(setup, addresses), let second = World.calls(calls, addresses) else { return nil }
        (transactions, senders) = number(first)
        state.apply(execute(transactions).diff)
        (transactions, senders) = number(second)
    }

    private static func calls(_ json: [JSONValue], _ addresses: [Address]) -> [(from: Int, Transaction)]? {
        var calls: [(from: Int, Transaction)] = []
        for call in json {
            guard let from = call["from"]?.unsigned, from < addresses.count, let gas = call["gas"]?.unsigned,
                let data = call["input"]?.bytes, let value = call["value"]?.unsigned
            else { return nil }
            var transaction = Transaction()
            transaction.chainID = 1
            transaction.gasLimit = gas
            transaction.to = call["to"]?.address
            transaction.value = UInt256(value)
            transaction.data = data
            calls.append((Int(from), transaction))
        }
        return calls
    }

    private func number(_ calls: [(from: Int, Transaction)]) -> ([Transaction], [Address]) {
        let addresses = keys.compactMap { Secp256k1.address(of: $0) }
        var next = addresses.map { (try? state.account(at: $0))?.nonce ?? 0 }
        var transactions: [Transaction] = []
        for (from, call) in calls {
            var transaction = call
            transaction.nonce = next[from]
            next[from] += 1
            transactions.append(transaction)
        }
        return (transactions, calls.map { addresses[$0.from] })
    }

    /// The transactions as their senders would send them.
    func signed() -> [Transaction] {
        let addresses = keys.compactMap { Secp256k1.address(of: $0) }
        let keyOf = Dictionary(uniqueKeysWithValues: zip(addresses, keys))
        return zip(transactions, senders).map { transaction, sender in
            var signed = transaction
            if let key = keyOf[sender], let signature = Secp256k1.sign(hash: transaction.signingHash, privateKey: key) {
                signed.signature = Signature(yParity: UInt64(signature.yParity), r: signature.r, s: signature.s)
            }
            return signed
        }
    }

    /// Executes transactions as a block; their senders come from `recovery`, or are known.
    func execute(_ transactions: [Transaction], _ recovery: SenderRecovery? = nil) -> Outcome {
        var processor = TransactionProcessor(
            view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer())
        var outcome = Outcome()
        for (index, transaction) in transactions.enumerated() {
            let sender = recovery?.sender(at: index) ?? senders[index]
            do throws(TransactionError) {
                let result = try processor.execute(transaction, sender: sender, gasAvailable: .max)
                outcome.gasUsed += result.gasUsed
                if !result.status.isSuccess { outcome.failed += 1 }
                outcome.outputs += result.createdAddress?.bytes ?? result.output
            } catch {
                outcome.failed += 1
            }
        }
        outcome.diff = processor.diff()
        return outcome
    }
}
