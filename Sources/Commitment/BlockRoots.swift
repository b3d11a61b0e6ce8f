public import Chain
public import Foundations

/// The roots by which a header commits to what is in the block.
public enum BlockRoots {
    public static func transactions(_ transactions: [Transaction]) -> Bytes32 {
        Trie.orderedRoot(transactions.map { $0.encoded })
    }

    public static func receipts(_ receipts: [Receipt]) -> Bytes32 { Trie.orderedRoot(receipts.map { $0.encoded }) }

    public static func withdrawals(_ withdrawals: [Withdrawal]) -> Bytes32 {
        Trie.orderedRoot(withdrawals.map { $0.encoded })
    }
}
