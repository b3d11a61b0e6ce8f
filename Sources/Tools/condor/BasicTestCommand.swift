import Chain
import Commitment
import Cryptography
import Execution
import Foundations
import JSONText
import Storage

extension Command {
    static let basicTest = Command.fixtures(
        "basictest", "Run the official ABITests, GenesisTests, PoWTests and BasicTests.",
        notes:
            "A file's name says what it holds. KeyStoreTests and crypto.json concern wallets and networking: skipped."
    ) { arguments, selection in
        try selection.run(arguments.positional, skipReason: BasicTests.skipReason) { file, root, report in
            let name = String(file.split(separator: "/").last ?? "")
            if name.hasPrefix("difficulty") {
                try DifficultyTests.run(file, root, selection, &report)
                return
            }
            guard let run = BasicTests.byFile[name] else {
                throw FixtureError(description: "no kind of test that is known by the file's name")
            }
            let tests =
                root.array.map { $0.enumerated().map { (key: "\($0.offset)", value: $0.element) } }
                ?? (name == "genesishashestest.json" ? [(key: "genesis", value: root)] : root.object ?? [])
            for test in tests where selection.includes(file: file, test: test.key) {
                report.record("\(file): \(test.key)", problems: try run(test.value))
            }
        }
    }
}

/// The small official suites, one function a kind; each answers what is wrong.
private enum BasicTests {
    static let byFile: [String: @Sendable (JSONValue) throws -> [String]] = [
        "basic_abi_tests.json": abi, "basic_genesis_tests.json": genesis, "ethash_tests.json": proofOfWork,
        "genesishashestest.json": mainnetGenesis, "hexencodetest.json": hexPrefix, "keyaddrtest.json": keyAndAddress,
        "txtest.json": transaction,
    ]

    @Sendable
    static func skipReason(_ file: String) -> String? {
        if file.hasSuffix("/crypto.json") {
            return "AES and ECIES of the peer-to-peer protocol: Condor does not speak it"
        }
        if file.hasSuffix("/basic_tests.json") { return "encrypted wallet files: Condor keeps none" }
        if file.hasSuffix("/blockgenesistest.json") { return "a block format of 2014, before the first network" }
        return nil
    }

    private static func difference<Value: Equatable>(_ name: String, _ expected: Value?, _ actual: Value) -> [String] {
        guard let expected else { return ["\(name): the test does not state it"] }
        return expected == actual ? [] : ["\(name): expected \(expected), actual \(actual)"]
    }

    // MARK: The ABI

    @Sendable
    private static func abi(_ test: JSONValue) throws -> [String] {
        let types = try (test["types"]?.array ?? []).map { type in
            guard let name = type.string, let parsed = ABIType(abiName: name) else {
                throw FixtureError(description: "'types' has an unknown type")
            }
            return parsed
        }
        let arguments = test["args"]?.array ?? []
        guard types.count == arguments.count else {
            throw FixtureError(description: "'types' and 'args' differ in number")
        }
        let values = try zip(types, arguments).map { try value($1, $0) }
        return difference("encoding", test["result"]?.string, Hex.encode(ABI.encode(values, as: types)))
    }

    private static func value(_ json: JSONValue, _ type: ABIType) throws -> ABIValue {
        switch type {
        case .array(let element), .fixedArray(let element, _):
            return .list(try (json.array ?? []).map { try value($0, element) })
        case .address:
            if let address = json.address { return .address(address) }
        case .bytes, .string, .fixedBytes:
            if let text = json.string { return .bytes(Array(text.utf8)) }
        default:
            if let number = json.unsigned { return .word(UInt256(number)) }
        }
        throw FixtureError(description: "an argument does not fit \(type)")
    }

    // MARK: Genesis blocks

    @Sendable
    private static func genesis(_ test: JSONValue) throws -> [String] {
        let accounts = try (test["alloc"]?.object ?? []).map { entry in
            let wei = entry.value["wei"]?.string ?? entry.value["balance"]?.string ?? "0"
            guard let address = Address(hex: entry.key), let balance = UInt256(decimal: wei) else {
                throw FixtureError(description: "account '\(entry.key)' of 'alloc'")
            }
            let storage = try (entry.value["storage"]?.object ?? []).map { slot in
                guard let key = UInt256(hex: slot.key), let value = slot.value.quantity256 else {
                    throw FixtureError(description: "slot '\(slot.key)' of account '\(entry.key)'")
                }
                return (slot: key, value: value)
            }
            return GenesisAccount(
                address: address, balance: balance, code: entry.value["code"]?.bytes ?? [], storage: storage)
        }
        guard let beneficiary = test["coinbase"]?.address, let difficulty = test["difficulty"]?.quantity256,
            let gasLimit = test["gasLimit"]?.quantity64, let extraData = test["extraData"]?.bytes,
            let mixHash = test["mixHash"]?.bytes32, let nonce = test["nonce"]?.quantity64,
            let parentHash = test["parentHash"]?.bytes32
        else { throw FixtureError(description: "a genesis test states the fields of its header") }
        var header = Header()
        header.parentHash = parentHash
        header.ommersHash = Block.emptyOmmersHash
        header.transactionsRoot = Trie.emptyRoot
        header.receiptsRoot = Trie.emptyRoot
        header.beneficiary = beneficiary
        header.stateRoot = MemoryState(accounts).root
        header.difficulty = difficulty
        header.gasLimit = gasLimit
        // `0x` stands for zero.
        header.timestamp = test["timestamp"]?.quantity64 ?? 0
        header.extraData = extraData
        header.mixHash = mixHash
        header.nonce = nonce
        let block = Block(header: header, transactions: [])
        return difference("block", test["result"]?.string, Hex.encode(block.encoded))
    }

    @Sendable
    private static func mainnetGenesis(_ test: JSONValue) throws -> [String] {
        guard let bytes = test["genesis_rlp_hex"]?.string.flatMap(Hex.decode) else {
            throw FixtureError(description: "'genesis_rlp_hex' is no hexadecimal string")
        }
        let block = try Block(decoding: bytes)
        return difference("hash", test["genesis_hash"]?.string, Hex.encode(block.header.hash.bytes))
            + difference("state root", test["genesis_state_root"]?.string, Hex.encode(block.header.stateRoot.bytes))
            + (block.encoded == bytes ? [] : ["encoding: differs"])
    }

    // MARK: Small things

    @Sendable
    private static func proofOfWork(_ test: JSONValue) throws -> [String] {
        guard let bytes = test["header"]?.string.flatMap(Hex.decode),
            let nonce = test["nonce"]?.string.flatMap(UInt256.init(hex:))?.asUInt64
        else { throw FixtureError(description: "a proof of work test has 'header' and 'nonce'") }
        var decoder = RLPDecoder(bytes)
        let header = try Header(&decoder)
        try decoder.finish()
        guard let ethash = Ethash(epoch: header.number / Ethash.epochLength) else { return ["the epoch is too late"] }
        let (mix, result) = ethash.result(sealHash: header.sealHash, nonce: nonce)
        return difference("header hash", test["header_hash"]?.string, Hex.encode(header.sealHash.bytes))
            + difference("mix", test["mixHash"]?.string, Hex.encode(mix.bytes))
            + difference("result", test["result"]?.string, Hex.encode(result.bigEndianBytes))
    }

    @Sendable
    private static func hexPrefix(_ test: JSONValue) throws -> [String] {
        let nibbles = try (test["seq"]?.array ?? []).map { digit in
            guard let digit = digit.unsigned, digit < 16 else { throw FixtureError(description: "'seq' has no digits") }
            return UInt8(digit)
        }
        let encoded = Nibbles.compact(nibbles, isLeaf: test["term"]?.bool ?? false)
        return difference("encoding", test["out"]?.string, Hex.encode(encoded))
    }

    private static func key(_ test: JSONValue) throws -> Bytes32 {
        guard let key = test["key"]?.string.flatMap(Hex.decode).flatMap({ Bytes32($0) }) else {
            throw FixtureError(description: "'key' is no private key")
        }
        return key
    }

    /// What `sig_of_emptystring` signs is nowhere stated: it recovers to no hash of the empty string. Not compared.
    @Sendable
    private static func keyAndAddress(_ test: JSONValue) throws -> [String] {
        let key = try key(test)
        let address = Secp256k1.address(of: key)
        return difference("address", test["addr"]?.string, address.map { Hex.encode($0.bytes) } ?? "none")
    }

    @Sendable
    private static func transaction(_ test: JSONValue) throws -> [String] {
        guard let nonce = test["nonce"]?.unsigned, let price = test["gasprice"]?.unsigned,
            let gas = test["startgas"]?.unsigned, let value = test["value"]?.unsigned,
            let data = test["data"]?.string.flatMap(Hex.decode), let to = test["to"]?.string
        else { throw FixtureError(description: "a transaction test states the fields") }
        var transaction = Transaction()
        transaction.nonce = nonce
        transaction.maxFeePerGas = UInt256(price)
        transaction.maxPriorityFeePerGas = UInt256(price)
        transaction.gasLimit = gas
        transaction.to = to.isEmpty ? nil : Address(hex: to)
        transaction.value = UInt256(value)
        transaction.data = data
        guard let signed = test["signed"]?.string.flatMap(Hex.decode) else {
            throw FixtureError(description: "'signed' is no hexadecimal string")
        }
        let decoded = try Transaction(decoding: signed)
        transaction.signature = decoded.signature
        return (decoded == transaction ? [] : ["fields: expected \(transaction), actual \(decoded)"])
            + (decoded.sender(fork: .frontier) == Secp256k1.address(of: try key(test))
                ? [] : ["the sender is not the key's"])
            + (decoded.encoded == signed ? [] : ["encoding: differs"])
    }
}

extension ABIType {
    /// An elementary type or an array of one, as Solidity writes it.
    fileprivate init?(abiName name: some StringProtocol) {
        if name.hasSuffix("[]") {
            guard let element = ABIType(abiName: name.dropLast(2)) else { return nil }
            self = .array(element)
            return
        }
        let digits = name.reversed().prefix { $0.isNumber }.count
        switch (name.dropLast(digits), Int(name.suffix(digits))) {
        case ("uint", let bits): self = .unsigned(bits ?? 256)
        case ("int", let bits): self = .signed(bits ?? 256)
        case ("bytes", let count?): self = .fixedBytes(count)
        case ("bytes", nil): self = .bytes
        case ("string", nil): self = .string
        case ("bool", nil): self = .bool
        case ("address", nil): self = .address
        default: return nil
        }
    }
}
