public import Chain
import Commitment
import Cryptography
import Execution
import Foundation
import Foundations
import JSONText
public import Storage

/// The first block of a development chain and the state behind it.
public struct DevelopmentGenesis: Sendable {
    public let accounts: [GenesisAccount]
    public let header: Header
    /// nil without a venue's file.
    public let venue: VenueFile?
    private let chainID: UInt64

    /// - Throws: `NodeError` for a phrase that gives no keys, `VenueFileError`.
    public init(_ options: DevelopmentChain) throws {
        guard let accounts = MnemonicAccounts.derive(options.mnemonic, count: options.accountCount) else {
            throw NodeError("the mnemonic gives no valid keys")
        }
        let time = options.genesisTime ?? UInt64(Date().timeIntervalSince1970)
        try self.init(options, accounts.map(\.address), time: time)
    }

    init(_ options: DevelopmentChain, _ funded: [Address], time: UInt64) throws(VenueFileError) {
        chainID = options.chainID
        let balance = options.balanceInWei
        venue =
            if let file = options.venue {
                try VenueFile(parsing: file, developmentAccounts: funded, time: time)
            } else { nil }
        accounts =
            funded.map { GenesisAccount(address: $0, balance: balance) } + SystemContractGenesis.accounts
            + (venue?.accounts ?? VenueGenesis.accounts(owner: funded.first ?? .zero))
        var header = Header()
        header.ommersHash = Block.emptyOmmersHash
        header.stateRoot = MemoryState(accounts).root
        header.transactionsRoot = Trie.emptyRoot
        header.receiptsRoot = Trie.emptyRoot
        header.gasLimit = options.gasLimit
        header.timestamp = time
        header.baseFeePerGas = BaseFee.initial
        header.withdrawalsRoot = Trie.emptyRoot
        header.blobGasUsed = 0
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = .zero
        header.requestsHash = SHA256.hash([])
        self.header = header
    }

    var block: StoredBlock {
        DataDirectory.first(Block(header: header, transactions: [], withdrawals: []), accounts)
    }

    /// The chain as a genesis file in geth's format, from which others import its blocks.
    public var genesisFile: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("config")
            writer.object { writer in
                writer.key("chainId")
                writer.value(chainID)
                for key in [
                    "homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul",
                ] {
                    writer.key(key + "Block")
                    writer.value(0)
                }
                for key in ["berlinBlock", "londonBlock", "venueBlock", "terminalTotalDifficulty"]
                    + ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime"]
                {
                    writer.key(key)
                    writer.value(0)
                }
            }
            writer.member("timestamp", quantity: header.timestamp)
            writer.member("gasLimit", quantity: header.gasLimit)
            writer.member("difficulty", quantity: 0 as UInt64)
            writer.member("baseFeePerGas", quantity: header.baseFeePerGas ?? .zero)
            writer.key("alloc")
            writer.object { writer in
                for account in accounts { writer.member(account) }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    /// An account of `alloc`, under its address.
    fileprivate mutating func member(_ account: GenesisAccount) {
        key(Hex.encodePrefixed(account.address.bytes))
        object { writer in
            writer.member("balance", quantity: account.balance)
            if account.nonce != 0 { writer.member("nonce", quantity: account.nonce) }
            if !account.code.isEmpty { writer.member("code", hex: account.code) }
            if account.storage.isEmpty { return }
            writer.key("storage")
            writer.object { writer in
                for (slot, value) in account.storage {
                    writer.member(Hex.encodePrefixed(slot.bigEndianBytes), hex: value.bigEndianBytes)
                }
            }
        }
    }
}
