public import Chain
import Commitment
import Cryptography
import Execution
import Foundations
import JSONText
public import Storage

/// A genesis file in geth's format: the rules of a chain, its first block and the accounts that it starts with.
public struct GenesisFile: Sendable {
    public let rules: ChainRules
    public let block: Block
    public let accounts: [GenesisAccount]
    /// The state behind the first block.
    public let state: MemoryState

    /// Reads the file's JSON. Rules of draft forks are refused unless `allowsDrafts`: no chain is to run them unawares.
    public init(parsing bytes: [UInt8], allowsDrafts: Bool = false) throws(GenesisError) {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch {
            throw GenesisError("no JSON: \(error.message)")
        }
        let root = document.root
        guard let config = root["config"], config.kind == .object else {
            throw GenesisError("field 'config' must be an object")
        }
        guard let alloc = root["alloc"]?.object else { throw GenesisError("field 'alloc' must be an object") }
        var accounts: [GenesisAccount] = []
        for entry in alloc { accounts.append(try GenesisFile.account(entry.key, entry.value)) }
        let state = MemoryState(accounts)
        let header = try GenesisFile.header(root, config, stateRoot: state.root, allowsDrafts: allowsDrafts)
        self.accounts = accounts
        self.state = state
        rules = header.rules
        block = Block(
            header: header.header, transactions: [], withdrawals: header.header.withdrawalsRoot.map { _ in [] })
    }

    private static func account(_ key: String, _ json: JSONValue) throws(GenesisError) -> GenesisAccount {
        guard let address = Address(hex: key) else { throw GenesisError("alloc: '\(key)' is no address") }
        let place = "alloc: account \(key): "
        var account = GenesisAccount(address: address)
        guard let balance = try word(json, "balance", place) else { throw GenesisError(place + "no balance") }
        account.balance = balance
        account.nonce = try integer(json, "nonce", place) ?? 0
        if let code = present(json["code"]) {
            guard let bytes = code.bytes else { throw GenesisError(place + "'code' must be hexadecimal") }
            account.code = bytes
        }
        for entry in present(json["storage"])?.object ?? [] {
            guard let slot = UInt256(hex: entry.key), let value = entry.value.string.flatMap({ UInt256(hex: $0) })
            else { throw GenesisError(place + "slot '\(entry.key)' must be hexadecimal, and its value too") }
            account.storage.append((slot, value))
        }
        return account
    }

    private static func header(
        _ root: JSONValue, _ config: JSONValue, stateRoot: Bytes32, allowsDrafts: Bool
    ) throws(GenesisError) -> (header: Header, rules: ChainRules) {
        var header = Header()
        if let number = try integer(root, "number"), number != 0 { throw GenesisError("'number' must be 0") }
        header.nonce = try integer(root, "nonce") ?? 0
        header.timestamp = try integer(root, "timestamp") ?? 0
        header.gasUsed = try integer(root, "gasUsed") ?? 0
        let gasLimit = try integer(root, "gasLimit") ?? 0
        // What geth takes where the file says nothing.
        header.gasLimit = gasLimit == 0 ? 4_712_388 : gasLimit
        if let value = present(root["extraData"]) {
            guard let bytes = value.bytes else { throw GenesisError("'extraData' must be hexadecimal") }
            header.extraData = bytes
        }
        header.mixHash = try hash(root, "mixHash") ?? .zero
        header.parentHash = try hash(root, "parentHash") ?? .zero
        if let value = present(root["coinbase"]) {
            guard let address = value.address else { throw GenesisError("'coinbase' must be an address") }
            header.beneficiary = address
        }
        let usesWork = present(config["ethash"]) != nil
        header.difficulty = try word(root, "difficulty") ?? (usesWork ? UInt256(131_072 as UInt64) : .zero)
        header.ommersHash = Block.emptyOmmersHash
        header.stateRoot = stateRoot
        header.transactionsRoot = Trie.emptyRoot
        header.receiptsRoot = Trie.emptyRoot

        let rules = try ChainRules(geth: config, genesisTimestamp: header.timestamp, allowsDrafts: allowsDrafts)
        let fork = rules.configuration(of: header).fork(number: header.number, timestamp: header.timestamp)
        if fork >= .london { header.baseFeePerGas = try word(root, "baseFeePerGas") ?? BaseFee.initial }
        if fork >= .shanghai { header.withdrawalsRoot = Trie.emptyRoot }
        if fork >= .cancun {
            header.parentBeaconBlockRoot = .zero
            header.excessBlobGas = try integer(root, "excessBlobGas") ?? 0
            header.blobGasUsed = try integer(root, "blobGasUsed") ?? 0
        }
        if fork >= .prague { header.requestsHash = SHA256.hash([]) }
        if fork >= .amsterdam {
            header.blockAccessListHash = BlockAccessList().hash
            header.slotNumber = try integer(root, "slotNumber") ?? 0
        }
        return (header, rules)
    }

    // MARK: Values

    /// nil for a member that is missing or null.
    static func present(_ value: JSONValue?) -> JSONValue? { value?.isNull == false ? value : nil }

    /// A number as geth takes it: `0x…`, decimal digits in a string, or a JSON number.
    static func word(_ json: JSONValue, _ key: StaticString, _ place: String = "") throws(GenesisError) -> UInt256? {
        guard let value = present(json[key]) else { return nil }
        let number = value.unsigned.map { UInt256($0) } ?? value.quantity256
        guard let number = number ?? value.string.flatMap({ UInt256(decimal: $0) }) else {
            throw GenesisError("\(place)'\(key)' must be a number of at most 256 bits")
        }
        return number
    }

    static func integer(_ json: JSONValue, _ key: StaticString, _ place: String = "") throws(GenesisError) -> UInt64? {
        guard let word = try word(json, key, place) else { return nil }
        guard let number = word.asUInt64 else { throw GenesisError("\(place)'\(key)' must fit 64 bits") }
        return number
    }

    private static func hash(_ json: JSONValue, _ key: StaticString) throws(GenesisError) -> Bytes32? {
        guard let value = present(json[key]) else { return nil }
        guard let hash = value.bytes32 else { throw GenesisError("'\(key)' must be 32 bytes of hexadecimal") }
        return hash
    }
}

/// Why a genesis file cannot be used.
public struct GenesisError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
