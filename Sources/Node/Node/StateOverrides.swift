import Chain
import Cryptography
import EVM
import Foundations
import JSONText
import State
import Storage

/// Accounts that a call is to find otherwise than they are.
struct StateOverrides {
    private struct Change {
        let address: Address
        let nonce: UInt64?
        let code: [UInt8]?
        let balance: UInt256?
        /// All storage that is to be there, and changes to what is there.
        let state: [(slot: UInt256, value: UInt256)]?
        let stateDiff: [(slot: UInt256, value: UInt256)]?
        let precompileTarget: Address?

        var changesAccount: Bool {
            nonce != nil || code != nil || balance != nil || state != nil || !(stateDiff ?? []).isEmpty
        }
    }

    private var changes: [Change] = []

    init() {}

    init(_ json: JSONValue, argument: Int) throws(RPCError) {
        let place = RPCParameters.Place.argument(argument)
        guard let members = json.object else {
            throw place.error("json: cannot unmarshal non-object into Go value of type override.StateOverride")
        }
        for member in members {
            guard member.key.hasPrefix("0x"), let address = Address(hex: member.key) else {
                throw place.error("invalid address '\(member.key.prefix(80))' in state overrides")
            }
            let reader = FieldReader(member.value, type: "OverrideAccount", argument: argument)
            guard member.value.kind == .object else { throw reader.notAnObject }
            changes.append(
                Change(
                    address: address, nonce: try reader.quantity64("nonce"), code: try reader.bytes("code"),
                    balance: try reader.quantity256("balance"),
                    state: try StateOverrides.slots(reader.object("state"), place),
                    stateDiff: try StateOverrides.slots(reader.object("stateDiff"), place),
                    precompileTarget: try reader.address("movePrecompileToAddress")))
        }
        changes.sort { $0.address < $1.address }
    }

    private static func slots(
        _ members: [(key: String, value: JSONValue)]?, _ place: RPCParameters.Place
    ) throws(RPCError) -> [(slot: UInt256, value: UInt256)]? {
        guard let members else { return nil }
        var slots: [(slot: UInt256, value: UInt256)] = []
        for member in members {
            guard let bytes = Hex.decode(member.key), bytes.count == 32 else {
                throw place.error("hex string '\(member.key.prefix(80))' is no storage slot of 32 bytes")
            }
            slots.append((UInt256(bigEndian: bytes), try RPCParameters.hash(member.value, place).word))
        }
        return slots.sorted { $0.slot < $1.slot }
    }

    /// Changes a state. Answers where precompiled contracts stand from then on, see `Machine`.
    func apply(to state: inout StoredState, fork: Fork) throws -> Table<Address, Address> {
        var moved = Table<Address, Address>()
        var targets: Set<Address> = []
        var diff = StateDiff()
        for change in changes {
            let name = change.address.checksummed
            if targets.contains(change.address) {
                throw RPCError.server("account \(name) has already been overridden by a precompile")
            }
            let contract = moved[change.address] ?? change.address
            let isPrecompile = contract != .zero && Precompiles.contains(contract, fork: fork)
            if let target = change.precompileTarget {
                guard isPrecompile else { throw RPCError.server("account \(name) is not a precompile") }
                if changes.contains(where: { $0.address == target }) {
                    throw RPCError.server("account \(target.checksummed) is already overridden")
                }
                moved.set(target, contract)
                targets.insert(target)
            }
            if isPrecompile { moved.set(change.address, .zero) }
            if change.state != nil, change.stateDiff != nil {
                throw RPCError.server("account \(name) has both 'state' and 'stateDiff'")
            }
            guard change.changesAccount else { continue }
            var account = try state.account(at: change.address) ?? Account()
            if let nonce = change.nonce { account.nonce = nonce }
            if let balance = change.balance { account.balance = balance }
            if let code = change.code {
                account.codeHash = code.isEmpty ? Account.emptyCodeHash : Keccak256.hash(code)
                diff.codes.append(.init(hash: account.codeHash, code: code))
            }
            diff.accounts.append(
                .init(
                    address: change.address, account: account, clearsStorage: change.state != nil,
                    slots: change.state ?? change.stateDiff ?? []))
        }
        try state.apply(diff)
        return moved
    }
}

extension Table {
    fileprivate mutating func set(_ key: Key, _ value: Value) {
        if let position = position(of: key) { values[position] = value } else { insertNew(key, value) }
    }
}

/// Properties that a block is to have otherwise than it would.
struct BlockOverrides {
    var number: UInt64?
    var difficulty: UInt256?
    var time: UInt64?
    var gasLimit: UInt64?
    var feeRecipient: Address?
    var prevRandao: Bytes32?
    var baseFeePerGas: UInt256?
    var blobBaseFee: UInt256?
    var beaconRoot: Bytes32?
    var withdrawals: [Withdrawal]?

    init() {}

    init(_ json: JSONValue, argument: Int) throws(RPCError) {
        let reader = FieldReader(json, type: "BlockOverrides", argument: argument)
        guard json.kind == .object else { throw reader.notAnObject }
        if let number = try reader.quantity256("number") {
            guard let number = number.asUInt64, number < 1 << 62 else {
                throw .invalidParameters("block number of an override is beyond 62 bits")
            }
            self.number = number
        }
        difficulty = try reader.quantity256("difficulty")
        time = try reader.quantity64("time")
        gasLimit = try reader.quantity64("gasLimit")
        feeRecipient = try reader.address("feeRecipient")
        prevRandao = try reader.hash("prevRandao")
        baseFeePerGas = try reader.quantity256("baseFeePerGas")
        blobBaseFee = try reader.quantity256("blobBaseFee")
        beaconRoot = try reader.hash("beaconRoot")
        if let entries = try reader.array("withdrawals") {
            withdrawals = try entries.map { (entry) throws(RPCError) in try Withdrawal(entry, argument: argument) }
        }
    }

    /// For methods that run one call: what the call sees. Its rules are those of the number and time that it sees.
    func apply(to context: inout BlockContext, _ configuration: ChainConfiguration) throws(RPCError) {
        for (name, isGiven) in [("beaconRoot", beaconRoot != nil), ("withdrawals", withdrawals != nil)] where isGiven {
            throw .server("block override \"\(name)\" is not supported for this RPC method")
        }
        context.number = number ?? context.number
        context.timestamp = time ?? context.timestamp
        context.fork = configuration.fork(number: context.number, timestamp: context.timestamp)
        context.blobParameters = configuration.blobParameters(number: context.number, timestamp: context.timestamp)
        context.gasLimit = gasLimit ?? context.gasLimit
        context.beneficiary = feeRecipient ?? context.beneficiary
        context.baseFeePerGas = baseFeePerGas ?? context.baseFeePerGas
        context.blobBaseFee = blobBaseFee ?? context.blobBaseFee
        if context.fork >= .paris {
            context.prevRandao = prevRandao ?? context.prevRandao
        } else {
            context.difficulty = difficulty ?? context.difficulty
        }
    }
}

extension Withdrawal {
    /// Reads a withdrawal as the Engine API writes it.
    init(_ json: JSONValue, argument: Int) throws(RPCError) {
        let reader = FieldReader(json, type: "Withdrawal", argument: argument)
        guard let index = try reader.quantity64("index") else { throw reader.missing("index") }
        guard let validator = try reader.quantity64("validatorIndex") else { throw reader.missing("validatorIndex") }
        guard let address = try reader.address("address") else { throw reader.missing("address") }
        guard let amount = try reader.quantity64("amount") else { throw reader.missing("amount") }
        self.init(index: index, validatorIndex: validator, address: address, amount: amount)
    }
}
