public import Foundations

/// An account as the state holds it.
public struct Account: Equatable, Sendable {
    public var nonce: UInt64
    public var balance: UInt256
    /// Keccak-256 of the code; `Account.emptyCodeHash` without code.
    public var codeHash: Bytes32

    public init(nonce: UInt64 = 0, balance: UInt256 = .zero, codeHash: Bytes32 = Account.emptyCodeHash) {
        self.nonce = nonce
        self.balance = balance
        self.codeHash = codeHash
    }

    /// Keccak-256 of no bytes.
    public static var emptyCodeHash: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0x7bfa_d804_5d85_a470, 0xe500_b653_ca82_273b, 0x927e_7db2_dcc7_03c0, 0xc5d2_4601_86f7_233c))
    }

    public var hasCode: Bool { codeHash != Account.emptyCodeHash }

    /// No nonce, no balance, no code. Source: EIP-161.
    public var isEmpty: Bool { nonce == 0 && balance.isZero && !hasCode }
}

/// Why a state could not be read. The transaction that asked is not executed; nothing is lost.
public enum StateError: Error, Equatable, Sendable {
    /// A stateless witness lacks the node, code or header that was asked for.
    case missingFromWitness
    /// The store failed or its content is damaged.
    case unreadable(code: Int32)
}

/// A read-only view of the world state at one point. The virtual machines' only source of state.
///
/// No member mutates; what execution changes comes out as a `StateDiff`.
public protocol StateView {
    /// nil for an account that does not exist.
    func account(at address: Address) throws(StateError) -> Account?
    /// Zero for a slot that was never written.
    func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256
    /// Whether any slot of the account is not zero. Source: EIP-7610.
    func hasStorage(at address: Address) throws(StateError) -> Bool
    /// The code whose Keccak-256 is `hash`; empty for `Account.emptyCodeHash`.
    func code(withHash hash: Bytes32) throws(StateError) -> [UInt8]
    /// The hash of one of the 256 blocks before the current one; nil when it is not known.
    func blockHash(number: UInt64) throws(StateError) -> Bytes32?
}

/// What changed between two states, sorted by address and slot: the only way in which state changes.
public struct StateDiff: Equatable, Sendable {
    public struct AccountChange: Equatable, Sendable {
        public var address: Address
        /// nil when the account no longer exists.
        public var account: Account?
        /// Whether the storage from before is gone; `slots` then holds all that is there.
        public var clearsStorage: Bool
        /// Changed slots with their new values, ascending; zero means removed.
        public var slots: [(slot: UInt256, value: UInt256)]

        public init(
            address: Address, account: Account?, clearsStorage: Bool = false,
            slots: [(slot: UInt256, value: UInt256)] = []
        ) {
            self.address = address
            self.account = account
            self.clearsStorage = clearsStorage
            self.slots = slots
        }

        public static func == (left: AccountChange, right: AccountChange) -> Bool {
            left.address == right.address && left.account == right.account
                && left.clearsStorage == right.clearsStorage
                && left.slots.elementsEqual(right.slots, by: { $0.slot == $1.slot && $0.value == $1.value })
        }
    }

    /// New code by hash.
    public struct CodeAddition: Equatable, Sendable {
        public var hash: Bytes32
        public var code: [UInt8]

        public init(hash: Bytes32, code: [UInt8]) {
            self.hash = hash
            self.code = code
        }
    }

    /// Ascending by address, each at most once.
    public var accounts: [AccountChange] = []
    public var codes: [CodeAddition] = []

    public init() {}
}
