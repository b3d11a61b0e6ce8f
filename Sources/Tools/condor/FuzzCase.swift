import Chain
import Cryptography
import EVM
import Execution
import Foundations
import State
import Storage

/// The block that the transactions of a case stand in.
struct FuzzBlock {
    var context: BlockContext
    /// From this follows the context's price of blob gas.
    var excessBlobGas: UInt64 = 0
}

/// A transaction and who signed it; nobody checks the signature.
struct FuzzTransaction {
    var sender: Address
    var transaction: Transaction
}

/// A world and transactions on it.
struct FuzzCase {
    var block: FuzzBlock
    var accounts: [GenesisAccount]
    var transactions: [FuzzTransaction]

    func world(_ order: FuzzOrder) -> FuzzWorld {
        FuzzWorld(accounts, hasEveryAccount: order == .independent && block.context.fork < .spuriousDragon)
    }
}

/// How the transactions of a case stand to each other.
enum FuzzOrder {
    /// Each runs on the world as the case states it. Calls are messages: no fees, the sender's nonce stays.
    case independent
    /// One after the other, each finished, as in a block.
    case sequence
}

/// An account with its storage, as a case states it and a peer reports it.
struct FuzzAccount: Equatable {
    var address: Address
    var account: Account
    /// Ascending, without zeros.
    var slots: [(slot: UInt256, value: UInt256)]

    static func == (left: FuzzAccount, right: FuzzAccount) -> Bool {
        left.address == right.address && left.account == right.account
            && left.slots.elementsEqual(right.slots, by: { $0.slot == $1.slot && $0.value == $1.value })
    }
}

/// A small world in flat arrays: made and thrown away many thousand times a second.
struct FuzzWorld: StateView {
    /// Ascending by address.
    private(set) var accounts: [FuzzAccount] = []
    private var codes: [(hash: Bytes32, code: [UInt8])] = []
    /// pyrevm's empty store has every account, so that before EIP-161 nothing is ever created there. What nobody put
    /// into the world then exists, empty, on both sides.
    private let hasEveryAccount: Bool

    init(_ genesis: [GenesisAccount], hasEveryAccount: Bool = false) {
        self.hasEveryAccount = hasEveryAccount
        for account in genesis {
            let hash = account.code.isEmpty ? Account.emptyCodeHash : Keccak256.hash(account.code)
            if !account.code.isEmpty { codes.append((hash, account.code)) }
            accounts.append(
                FuzzAccount(
                    address: account.address,
                    account: Account(nonce: account.nonce, balance: account.balance, codeHash: hash),
                    slots: account.storage.filter { !$0.value.isZero }.sorted { $0.slot < $1.slot }))
        }
        accounts.sort { $0.address < $1.address }
    }

    subscript(address: Address) -> FuzzAccount? { accounts.first { $0.address == address } }

    func account(at address: Address) throws(StateError) -> Account? {
        self[address]?.account ?? (hasEveryAccount ? Account() : nil)
    }

    func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256 { value(address, slot) }

    func value(_ address: Address, _ slot: UInt256) -> UInt256 {
        self[address]?.slots.first { $0.slot == slot }?.value ?? .zero
    }

    func hasStorage(at address: Address) throws(StateError) -> Bool { !(self[address]?.slots ?? []).isEmpty }

    func code(withHash hash: Bytes32) throws(StateError) -> [UInt8] { codes.first { $0.hash == hash }?.code ?? [] }

    /// The hash of the number's decimal digits, as geth's state test runner, revm's empty store and the peers have it.
    func blockHash(number: UInt64) throws(StateError) -> Bytes32? { Keccak256.hash(Array("\(number)".utf8)) }

    /// The world after a change.
    func applying(_ diff: StateDiff) -> FuzzWorld {
        var result = self
        for change in diff.accounts {
            let index = result.accounts.firstIndex { $0.address == change.address }
            guard let account = change.account else {
                if let index { result.accounts.remove(at: index) }
                continue
            }
            var slots = change.clearsStorage ? [] : index.map { result.accounts[$0].slots } ?? []
            for (slot, value) in change.slots {
                slots.removeAll { $0.slot == slot }
                if !value.isZero { slots.append((slot, value)) }
            }
            slots.sort { $0.slot < $1.slot }
            let entry = FuzzAccount(address: change.address, account: account, slots: slots)
            if let index { result.accounts[index] = entry } else { result.accounts.append(entry) }
        }
        result.accounts.sort { $0.address < $1.address }
        for addition in diff.codes { result.codes.append((addition.hash, addition.code)) }
        return result
    }
}
