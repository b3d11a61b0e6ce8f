import Chain
import Foundations
import JSONText
import State
import Storage

/// The state of a transition: what the transactions read, and every account by its address, which a trie alone does
/// not tell.
struct TransitionState: StateView {
    /// The block hashes that the environment gives, and the first other one that was asked for.
    final class BlockHashes {
        let known: [UInt64: Bytes32]
        private(set) var missing: UInt64?

        init(_ known: [UInt64: Bytes32]) { self.known = known }

        fileprivate func hash(_ number: UInt64) -> Bytes32? {
            if known[number] == nil, missing == nil { missing = number }
            return known[number]
        }
    }

    private struct Entry {
        var account: Account
        var slots: [UInt256: UInt256]
    }

    private var state: MemoryState
    private var entries: [Address: Entry] = [:]
    let blockHashes: BlockHashes

    /// Reads `--input.alloc`.
    init(_ json: JSONValue?, blockHashes: [UInt64: Bytes32]) throws(ToolFailure) {
        guard let members = json?.object else { throw ToolFailure(.json, "alloc: not a JSON object") }
        var accounts: [GenesisAccount] = []
        for member in members where !member.value.isNull {
            guard let address = Address(hex: member.key) else {
                throw ToolFailure(.json, "alloc: '\(member.key)' is no address")
            }
            accounts.append(try TransitionState.account(address, member.value))
        }
        state = MemoryState(accounts)
        self.blockHashes = BlockHashes(blockHashes)
        for genesis in accounts {
            guard let account = (try? state.account(at: genesis.address)) ?? nil else { continue }
            let slots = genesis.storage.filter { !$0.value.isZero }.map { ($0.slot, $0.value) }
            entries[genesis.address] = Entry(account: account, slots: Dictionary(uniqueKeysWithValues: slots))
        }
    }

    private static func account(_ address: Address, _ json: JSONValue) throws(ToolFailure) -> GenesisAccount {
        guard json.kind == .object else { throw ToolFailure(.json, "alloc: account \(address) is no JSON object") }
        var account = GenesisAccount(address: address)
        account.nonce = try json.optional("nonce") { $0.number64 } ?? 0
        account.balance = try json.optional("balance") { $0.number256 } ?? .zero
        account.code = try json.optional("code") { $0.bytes } ?? []
        // A slot may be written in two ways, as 0x1 and 0x01; the last one holds.
        var slots: [UInt256: UInt256] = [:]
        for member in try json.optional("storage", { $0.object.map { $0 } }) ?? [] {
            guard let slot = UInt256(hex: member.key), let value = member.value.number256 else {
                throw ToolFailure(.json, "alloc: slot '\(member.key)' of account \(address)")
            }
            slots[slot] = value
        }
        account.storage = slots.map { ($0.key, $0.value) }
        return account
    }

    var root: Bytes32 { state.root }

    mutating func apply(_ diff: StateDiff) {
        state.apply(diff)
        for change in diff.accounts {
            guard let account = change.account else {
                entries[change.address] = nil
                continue
            }
            var slots = change.clearsStorage ? [:] : entries[change.address]?.slots ?? [:]
            for (slot, value) in change.slots { slots[slot] = value.isZero ? nil : value }
            entries[change.address] = Entry(account: account, slots: slots)
        }
    }

    /// Every account, as `--output.alloc` has it.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            for (address, entry) in entries.sorted(by: { $0.key < $1.key }) {
                writer.key("\(address)")
                writer.object { writer in
                    writer.key("balance")
                    writer.value(quantity: entry.account.balance)
                    if entry.account.nonce > 0 {
                        writer.key("nonce")
                        writer.value(quantity: entry.account.nonce)
                    }
                    if entry.account.hasCode, let code = try? state.code(withHash: entry.account.codeHash) {
                        writer.key("code")
                        writer.value(hex: code)
                    }
                    if !entry.slots.isEmpty {
                        writer.key("storage")
                        writer.object { writer in
                            for (slot, value) in entry.slots.sorted(by: { $0.key < $1.key }) {
                                writer.key("\(Bytes32(slot))")
                                writer.value(quantity: value)
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    // MARK: StateView

    func account(at address: Address) throws(StateError) -> Account? { try state.account(at: address) }

    func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256 {
        try state.storage(at: address, slot: slot)
    }

    func hasStorage(at address: Address) throws(StateError) -> Bool { try state.hasStorage(at: address) }

    func code(withHash hash: Bytes32) throws(StateError) -> [UInt8] { try state.code(withHash: hash) }

    func blockHash(number: UInt64) throws(StateError) -> Bytes32? {
        guard let hash = blockHashes.hash(number) else { throw .missingFromWitness }
        return hash
    }
}
