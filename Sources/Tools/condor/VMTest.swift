import Chain
import Commitment
import Cryptography
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage

/// A VMTest: one run of code, without a transaction around it. The code calls nothing.
struct VMTest {
    /// The rules under which the tests were made.
    static let fork = Fork.frontier

    private let json: JSONValue
    private let message: Message
    private let origin: Address
    private let gasPrice: UInt256

    init(_ json: JSONValue) throws {
        let exec = json["exec"]
        guard let address = exec?["address"]?.address, let caller = exec?["caller"]?.address,
            let origin = exec?["origin"]?.address, let data = exec?["data"]?.bytes,
            let gas = exec?["gas"]?.quantity64, let gasPrice = exec?["gasPrice"]?.quantity256,
            let value = exec?["value"]?.quantity256
        else { throw FixtureError(description: "'exec' needs address, caller, origin, data, gas, gasPrice and value") }
        self.json = json
        self.origin = origin
        self.gasPrice = gasPrice
        message = Message(sender: caller, to: address, value: value, input: data, gas: gas)
    }

    /// What differs from the expected gas, output, logs and accounts; a test without gas expects a halt.
    func problems(_ interpreter: Interpreter) throws -> [String] {
        guard let accounts = json["pre"]?.object, let block = try block() else {
            throw FixtureError(description: "a VM test has 'pre' and 'env'")
        }
        var state = MemoryState(try before(accounts.map { try StateTestSetup.account($0.key, $0.value) }))
        for number in (block.number > 256 ? block.number - 256 : 0)..<block.number {
            state.setBlockHash(Keccak256.hash(Array("\(number)".utf8)), number: number)
        }
        var machine = Machine(
            view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: interpreter)
        machine.begin(TransactionContext(origin: origin, gasPrice: gasPrice))
        let result = machine.run(message)
        guard let gas = json["gas"]?.quantity64 else {
            return result.status.isSuccess ? ["expected a halt, actual success"] : []
        }
        var problems: [String] = []
        func check<Value: Equatable>(_ name: String, _ expected: Value?, _ actual: Value) {
            guard let expected, expected != actual else { return }
            problems.append("\(name): expected \(expected), actual \(actual)")
        }
        check("success", true, result.status.isSuccess)
        check("gas left", gas, result.gasLeft)
        check("output", json["out"]?.bytes, result.output)
        check("logs", json["logs"]?.bytes32, Log.hash(of: machine.journal.logs))
        state.apply(machine.journal.diff())
        let expected = try (json["post"]?.object ?? []).map { try StateTestSetup.account($0.key, $0.value) }
        let after = MemoryState(expected)
        for account in expected {
            check(
                "account \(account.address)", after.trie.account(at: account.address),
                state.trie.account(at: account.address))
            check(
                "storage of \(account.address)", after.trie.storageTrie(at: account.address).rootHash,
                state.trie.storageTrie(at: account.address).rootHash)
        }
        return problems
    }

    /// The tests' world moves no value with the call: the sender is given what the receiver is about to get.
    private func before(_ accounts: [GenesisAccount]) -> [GenesisAccount] {
        guard message.sender != message.to, !message.value.isZero else { return accounts }
        var accounts = accounts
        if !accounts.contains(where: { $0.address == message.sender }) {
            accounts.append(GenesisAccount(address: message.sender))
        }
        for index in accounts.indices {
            if accounts[index].address == message.to {
                accounts[index].balance = accounts[index].balance &- message.value
            } else if accounts[index].address == message.sender {
                accounts[index].balance = accounts[index].balance &+ message.value
            }
        }
        return accounts
    }

    private func block() throws -> BlockContext? {
        guard let environment = json["env"], let beneficiary = environment["currentCoinbase"]?.address,
            let gasLimit = environment["currentGasLimit"]?.quantity256,
            let number = environment["currentNumber"]?.quantity64,
            let timestamp = environment["currentTimestamp"]?.quantity64
        else { return nil }
        return BlockContext(
            number: number, timestamp: timestamp, beneficiary: beneficiary, gasLimit: gasLimit.clampedToUInt64,
            difficulty: environment["currentDifficulty"]?.quantity256 ?? .zero, chainID: 1, fork: VMTest.fork,
            blobParameters: nil)
    }
}
