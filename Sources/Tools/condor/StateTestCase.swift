import Chain
import Cryptography
import EVM
import Execution
import Foundation
import Foundations
import JSONText
import State
import Storage

/// Why a fixture cannot be read.
struct FixtureError: Error, CustomStringConvertible {
    let description: String
}

/// One case of an official state test: a fork and a choice of data, gas and value.
struct StateTestCase {
    let fork: Fork
    let indexes: (data: Int, gas: Int, value: Int)
    let expectedRoot: Bytes32
    let expectedLogs: Bytes32
    /// Exception names of which one must come, with bars between; nil when the transaction is valid.
    let expectedException: String?

    init?(fork: Fork, _ json: JSONValue) {
        guard let indexes = json["indexes"], let data = indexes["data"]?.integer, let gas = indexes["gas"]?.integer,
            let value = indexes["value"]?.integer, let root = json["hash"]?.bytes32, let logs = json["logs"]?.bytes32
        else { return nil }
        self.fork = fork
        self.indexes = (Int(data), Int(gas), Int(value))
        expectedRoot = root
        expectedLogs = logs
        expectedException = json["expectException"]?.string
    }
}

/// What an official state test says besides its cases: the state before, the block, the transaction's choices.
struct StateTestSetup {
    let state: MemoryState
    private let environment: JSONValue
    private let transaction: JSONValue
    private let config: JSONValue?
    private let number: UInt64

    /// `other` takes the place of the test's transaction, for tests that have several.
    init(_ json: JSONValue, transaction other: JSONValue? = nil) throws {
        guard let pre = json["pre"]?.object, let environment = json["env"],
            let transaction = other ?? json["transaction"]
        else {
            throw FixtureError(description: "a state test has 'pre', 'env' and 'transaction'")
        }
        self.environment = environment
        self.transaction = transaction
        config = json["config"]
        number = environment["currentNumber"]?.quantity64 ?? 0
        var state = MemoryState(try pre.map { try StateTestSetup.account($0.key, $0.value) })
        // BLOCKHASH in state tests is the hash of the number's decimal digits, as geth's runner has it.
        for block in (number > 256 ? number - 256 : 0)..<number {
            state.setBlockHash(Keccak256.hash(Array("\(block)".utf8)), number: block)
        }
        self.state = state
    }

    static func account(_ key: String, _ json: JSONValue) throws -> GenesisAccount {
        guard let address = Address(hex: key), let balance = json["balance"]?.quantity256 else {
            throw FixtureError(description: "account '\(key)' needs an address and a balance")
        }
        let storage = try (json["storage"]?.object ?? []).map { entry in
            guard let slot = UInt256(hex: entry.key), let value = entry.value.quantity256 else {
                throw FixtureError(description: "slot '\(entry.key)' of account '\(key)'")
            }
            return (slot: slot, value: value)
        }
        return GenesisAccount(
            address: address, nonce: json["nonce"]?.quantity64 ?? 0, balance: balance, code: json["code"]?.bytes ?? [],
            storage: storage)
    }

    func block(_ fork: Fork) throws -> BlockContext {
        guard let beneficiary = environment["currentCoinbase"]?.address,
            let gasLimit = environment["currentGasLimit"]?.quantity256,
            let timestamp = environment["currentTimestamp"]?.quantity64
        else {
            throw FixtureError(description: "'env' needs currentCoinbase, currentGasLimit, currentTimestamp")
        }
        let schedule = config?["blobSchedule"]?.object?.first { $0.key == fork.fixtureName }?.value
        var parameters = BlobParameters.standard(fork)
        if let target = schedule?["target"]?.quantity64, let max = schedule?["max"]?.quantity64,
            let fraction = schedule?["baseFeeUpdateFraction"]?.quantity64
        {
            parameters = BlobParameters(target: target, max: max, baseFeeUpdateFraction: fraction)
        }
        let excess = environment["currentExcessBlobGas"]?.quantity64 ?? 0
        return BlockContext(
            number: number, timestamp: timestamp, beneficiary: beneficiary, gasLimit: gasLimit.clampedToUInt64,
            baseFeePerGas: fork >= .london ? environment["currentBaseFee"]?.quantity256 ?? 10 : .zero,
            prevRandao: environment["currentRandom"]?.bytes32 ?? .zero,
            difficulty: fork < .paris ? environment["currentDifficulty"]?.quantity256 ?? .zero : .zero,
            blobBaseFee: parameters.map { BlobGas.baseFee(excessBlobGas: excess, parameters: $0) } ?? .zero,
            chainID: config?["chainid"]?.quantity64 ?? 1, fork: fork, blobParameters: parameters)
    }

    /// The transaction of a case, or the exception name of one that has no valid form.
    func transaction(_ indexes: (data: Int, gas: Int, value: Int)) -> Result<(Transaction, Address), InvalidForm> {
        var result = Transaction()
        guard let gasLimit = transaction["gasLimit"]?[indexes.gas]?.quantity256?.asUInt64,
            let value = transaction["value"]?[indexes.value]?.quantity256, let nonce = transaction["nonce"]?.quantity64,
            let data = transaction["data"]?[indexes.data]?.bytes, let sender
        else { return .failure(InvalidForm(name: "TransactionException.RLP_INVALID_VALUE")) }
        result.nonce = nonce
        result.gasLimit = gasLimit
        result.value = value
        result.data = data
        result.to = transaction["to"]?.address
        result.chainID = config?["chainid"]?.quantity64 ?? 1
        if let price = transaction["gasPrice"]?.quantity256 {
            result.maxFeePerGas = price
            result.maxPriorityFeePerGas = price
        }
        if let list = transaction["accessLists"]?[indexes.data], let entries = list.array {
            result.type = .accessList
            result.accessList = entries.map { entry in
                AccessListEntry(
                    address: entry["address"]?.address ?? .zero,
                    storageKeys: (entry["storageKeys"]?.array ?? []).map { $0.quantity256 ?? .zero })
            }
        }
        if let fee = transaction["maxFeePerGas"]?.quantity256 {
            result.type = .dynamicFee
            result.maxFeePerGas = fee
            result.maxPriorityFeePerGas = transaction["maxPriorityFeePerGas"]?.quantity256 ?? .zero
        }
        if let hashes = transaction["blobVersionedHashes"]?.array {
            result.type = .blob
            result.blobVersionedHashes = hashes.compactMap(\.bytes32)
            result.maxFeePerBlobGas = transaction["maxFeePerBlobGas"]?.quantity256 ?? .zero
        }
        if let authorizations = transaction["authorizationList"]?.array {
            result.type = .setCode
            result.authorizations = authorizations.compactMap(StateTestSetup.authorization)
            guard result.authorizations.count == authorizations.count else {
                return .failure(InvalidForm(name: "TransactionException.TYPE_4_INVALID_AUTHORIZATION_FORMAT"))
            }
        }
        return .success((result, sender))
    }

    struct InvalidForm: Error {
        let name: String
    }

    private var sender: Address? {
        transaction["sender"]?.address ?? transaction["secretKey"]?.bytes32.flatMap { Secp256k1.address(of: $0) }
    }

    private static func authorization(_ json: JSONValue) -> Authorization? {
        guard let chainID = json["chainId"]?.quantity256, let address = json["address"]?.address,
            let nonce = json["nonce"]?.quantity64, let yParity = (json["yParity"] ?? json["v"])?.quantity64,
            let r = json["r"]?.quantity256, let s = json["s"]?.quantity256
        else { return nil }
        return Authorization(
            chainID: chainID, address: address, nonce: nonce, signature: Signature(yParity: yParity, r: r, s: s))
    }
}
