import Chain
import EVM
import Execution
import Foundations
import JSONText

/// The rules of a transition: which fork holds in which block, for which chain, with which blob limits.
struct TransitionRules {
    let configuration: ChainConfiguration
    private let blobParameters: BlobParameters?

    /// `name` is a fork, a change of blob limits, or a transition such as `ShanghaiToCancunAtTime15k`.
    init(_ name: String, chainID: UInt64, number: UInt64, blobParameters: BlobParameters?) throws(ToolFailure) {
        self.blobParameters = blobParameters
        var configuration: ChainConfiguration
        if name.lowercased() == "daofork" {
            configuration = ChainConfiguration(
                chainID: chainID, forks: [(.homestead, .block(0))], daoForkBlock: number)
        } else {
            guard let network = FixtureNetwork(name, config: nil), network.terminal == nil else {
                throw ToolFailure(.configuration, "--state.fork knows no '\(name)'; see condor t8n --help")
            }
            configuration = network.configuration
        }
        configuration.chainID = chainID
        self.configuration = configuration
    }

    func fork(_ environment: TransitionEnvironment) -> Fork {
        configuration.fork(number: environment.number, timestamp: environment.timestamp)
    }

    func blobParameters(_ environment: TransitionEnvironment) -> BlobParameters? {
        let scheduled = configuration.blobParameters(number: environment.number, timestamp: environment.timestamp)
        return scheduled.map { blobParameters ?? $0 }
    }
}

extension BlobParameters {
    /// Reads `--input.blobParams`.
    init(transition json: JSONValue) throws(ToolFailure) {
        guard let target = json["target"]?.number64, let max = json["max"]?.number64,
            let fraction = json["baseFeeUpdateFraction"]?.number64
        else { throw ToolFailure(.json, "blobParams: 'target', 'max' and 'baseFeeUpdateFraction' are numbers") }
        guard target <= max, max <= 1 << 32, fraction > 0 else {
            throw ToolFailure(.configuration, "blobParams: target ≤ max ≤ 2^32, and the fraction is not zero")
        }
        self.init(target: target, max: max, baseFeeUpdateFraction: fraction)
    }
}

/// The block around the transactions as `--input.env` states it.
struct TransitionEnvironment {
    let number: UInt64
    let timestamp: UInt64
    let beneficiary: Address
    let gasLimit: UInt64
    let random: Bytes32?
    let parentBeaconBlockRoot: Bytes32?
    let blockHashes: [UInt64: Bytes32]
    let ommers: [BlockReward.Ommer]
    let withdrawals: [Withdrawal]?
    /// Amsterdam. https://eips.ethereum.org/EIPS/eip-7843
    let slotNumber: UInt64
    private let json: JSONValue

    init(_ json: JSONValue) throws(ToolFailure) {
        self.json = json
        guard json.kind == .object else { throw ToolFailure(.json, "env: not a JSON object") }
        number = try json.required("currentNumber") { $0.number64 }
        timestamp = try json.required("currentTimestamp") { $0.number64 }
        beneficiary = try json.required("currentCoinbase") { $0.address }
        gasLimit = try json.required("currentGasLimit") { $0.number256?.clampedToUInt64 }
        random = try json.optional("currentRandom") { $0.number256.map { Bytes32($0) } }
        parentBeaconBlockRoot = try json.optional("parentBeaconBlockRoot") { $0.number256.map { Bytes32($0) } }
        ommers = try json.optional("ommers") { $0.all(TransitionEnvironment.ommer) } ?? []
        withdrawals = try json.optional("withdrawals") { $0.all(TransitionEnvironment.withdrawal) }
        slotNumber = try json.optional("slotNumber") { $0.number64 } ?? 0
        let hashes = try json.optional("blockHashes") { $0.object.map { $0 } } ?? []
        var blockHashes: [UInt64: Bytes32] = [:]
        for (key, value) in hashes {
            guard let number = JSONValue.number(key)?.asUInt64, let hash = value.bytes32 else {
                throw ToolFailure(.json, "env: 'blockHashes' maps numbers to hashes, not '\(key)'")
            }
            blockHashes[number] = hash
        }
        if let parent = try json.optional("parentHash", { $0.bytes32 }), number > 0, blockHashes[number - 1] == nil {
            blockHashes[number - 1] = parent
        }
        self.blockHashes = blockHashes
        for ommer in ommers where !(1...8).contains(ommer.distance) {
            throw ToolFailure(.configuration, "env: an ommer's 'delta' is 1 to 8, not \(ommer.distance)")
        }
    }

    /// The parent's hash for EIP-2935's contract. With other hashes but not this one it is zero, without any nil.
    var parentHash: Bytes32? {
        number == 0 || blockHashes.isEmpty ? nil : blockHashes[number - 1] ?? .zero
    }

    private static func ommer(_ json: JSONValue) -> BlockReward.Ommer? {
        guard let address = json["address"]?.address, let delta = json["delta"]?.number64 else { return nil }
        return BlockReward.Ommer(beneficiary: address, distance: delta)
    }

    private static func withdrawal(_ json: JSONValue) -> Withdrawal? { Withdrawal(transition: json) }
}

// MARK: - What follows from the parent

extension TransitionEnvironment {
    /// Before Paris: as stated, or from the parent's.
    func difficulty(_ fork: Fork) throws(ToolFailure) -> UInt256 {
        let stated = try json.optional("currentDifficulty") { $0.number256 }
        guard fork < .paris else {
            guard stated ?? .zero == .zero else {
                throw ToolFailure(.configuration, "env: post-merge difficulty must be zero (or omitted)")
            }
            return .zero
        }
        if let stated { return stated }
        guard let parent = try json.optional("parentDifficulty", { $0.number256 }), number > 0 else {
            throw ToolFailure(.configuration, "env: neither 'currentDifficulty' nor a parent's difficulty is there")
        }
        let parentTimestamp = try json.optional("parentTimestamp") { $0.number64 } ?? 0
        guard parentTimestamp < timestamp else {
            throw ToolFailure(
                .configuration,
                "env: 'currentDifficulty' cannot be calculated: currentTimestamp (\(timestamp)) needs to be after "
                    + "parentTimestamp (\(parentTimestamp))")
        }
        let ommersHash = try json.optional("parentUncleHash") { $0.bytes32 } ?? .zero
        return Difficulty.next(
            number: number, timestamp: timestamp, parentDifficulty: parent, parentTimestamp: parentTimestamp,
            parentHasOmmers: ommersHash != .zero && ommersHash != Block.emptyOmmersHash, fork: fork)
    }

    /// From London on: as stated, or from the parent's.
    func baseFee(_ fork: Fork) throws(ToolFailure) -> UInt256? {
        guard fork >= .london else { return nil }
        if let stated = try json.optional("currentBaseFee", { $0.number256 }) { return stated }
        guard let fee = try parentBaseFee(), number > 0 else {
            throw ToolFailure(.configuration, "env: EIP-1559 config but missing 'currentBaseFee'")
        }
        var parent = Header()
        parent.baseFeePerGas = fee
        parent.gasUsed = try json.optional("parentGasUsed") { $0.number64 } ?? 0
        parent.gasLimit = try json.optional("parentGasLimit") { $0.number64 } ?? 0
        return BaseFee.next(after: parent)
    }

    /// From Cancun on: as stated, or from the parent's.
    func excessBlobGas(_ fork: Fork, _ parameters: BlobParameters?) throws(ToolFailure) -> UInt64? {
        guard let parameters else { return nil }
        if let stated = try json.optional("currentExcessBlobGas", { $0.number64 }) { return stated }
        return BlobGas.excess(
            parentExcess: try json.optional("parentExcessBlobGas") { $0.number64 } ?? 0,
            parentUsed: try json.optional("parentBlobGasUsed") { $0.number64 } ?? 0,
            parentBaseFee: try parentBaseFee() ?? .zero, parameters: parameters, fork: fork)
    }

    private func parentBaseFee() throws(ToolFailure) -> UInt256? {
        try json.optional("parentBaseFee") { $0.number256 }
    }
}

extension Withdrawal {
    /// Reads a withdrawal as transition tools take it.
    init?(transition json: JSONValue) {
        guard let index = json["index"]?.number64, let validator = json["validatorIndex"]?.number64,
            let address = json["address"]?.address, let amount = json["amount"]?.number64
        else { return nil }
        self.init(index: index, validatorIndex: validator, address: address, amount: amount)
    }
}

// MARK: - Lenient JSON

extension JSONValue {
    /// A number, as `0x…`, as decimal text or as a JSON number; empty text is zero.
    var number256: UInt256? { unsigned.map { UInt256($0) } ?? string.flatMap(JSONValue.number) }
    var number64: UInt64? { number256?.asUInt64 }

    static func number(_ text: String) -> UInt256? {
        if text.isEmpty || text == "0x" { return .zero }
        return text.hasPrefix("0x") || text.hasPrefix("0X")
            ? UInt256(hex: String(text.dropFirst(2))) : UInt256(decimal: text)
    }

    /// A member that must be there; `read` answers nil for one of another form.
    func required<Value>(_ key: StaticString, _ read: (JSONValue) -> Value?) throws(ToolFailure) -> Value {
        guard let value = try optional(key, read) else { throw ToolFailure(.json, "'\(key)' is missing") }
        return value
    }

    /// A member that may be absent or null, or be found under another name; `read` answers nil for one of another form.
    func optional<Value>(
        _ key: StaticString, or other: StaticString? = nil, _ read: (JSONValue) -> Value?
    ) throws(ToolFailure) -> Value? {
        guard let member = self[key], !member.isNull else {
            guard let other else { return nil }
            return try optional(other, read)
        }
        guard let value = read(member) else { throw ToolFailure(.json, "'\(key)' cannot be read") }
        return value
    }

    /// The elements of an array, all of which `read` takes.
    func all<Element>(_ read: (JSONValue) -> Element?) -> [Element]? {
        guard let array else { return nil }
        let elements = array.compactMap(read)
        return elements.count == array.count ? elements : nil
    }
}
