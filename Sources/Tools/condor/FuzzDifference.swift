import Chain
import Foundations
import State

/// Where two implementations disagree, and what each of them says.
struct FuzzDifference {
    enum Aspect: String {
        case status, gas, output, logs, state
    }

    var aspect: Aspect
    var condor: String
    var peer: String

    /// Compares all but the state. The words of a reason are each implementation's own.
    static func between(_ condor: FuzzResult, _ peer: FuzzResult) -> FuzzDifference? {
        if condor.status != peer.status {
            return FuzzDifference(
                aspect: .status, condor: "\(condor.status) (\(condor.reason)), gas \(condor.gasUsed)",
                peer: "\(peer.status) (\(peer.reason)), gas \(peer.gasUsed)")
        }
        if condor.status == .rejected { return nil }
        if condor.gasUsed != peer.gasUsed {
            return FuzzDifference(
                aspect: .gas, condor: "\(condor.gasUsed) (\(condor.reason))", peer: "\(peer.gasUsed) (\(peer.reason))")
        }
        if condor.output != peer.output {
            return FuzzDifference(
                aspect: .output, condor: Hex.encodePrefixed(condor.output), peer: Hex.encodePrefixed(peer.output))
        }
        if condor.logs != peer.logs {
            return FuzzDifference(aspect: .logs, condor: "\(condor.logs)", peer: "\(peer.logs)")
        }
        return nil
    }

    /// Compares whole worlds, account by account, existence of empty accounts included.
    static func between(_ condor: FuzzWorld, _ peer: [FuzzAccount]) -> FuzzDifference? {
        if condor.accounts == peer { return nil }
        let addresses = Set(condor.accounts.map(\.address)).union(peer.map(\.address))
        for address in addresses.sorted() {
            let (ours, theirs) = (condor[address], peer.first { $0.address == address })
            if ours != theirs {
                return FuzzDifference(aspect: .state, condor: describe(address, ours), peer: describe(address, theirs))
            }
        }
        return nil
    }

    /// Compares what revm has in its journal behind an independent transaction that is not finalised there:
    /// - accounts that it did not load are unchanged, and those that Condor changed must be among the loaded;
    /// - empty accounts and none are the same, and the peer reports destroyed ones as empty;
    /// - a message does not raise the sender's nonce, on both sides.
    static func betweenUnfinished(
        _ condor: FuzzWorld, _ diff: StateDiff, _ peer: [FuzzAccount]
    ) -> FuzzDifference? {
        for theirs in peer {
            let ours = condor[theirs.address]
            if ours == nil, theirs.account.isEmpty { continue }
            if ours?.account == theirs.account,
                theirs.slots.allSatisfy({ condor.value(theirs.address, $0.slot) == $0.value })
            {
                continue
            }
            return FuzzDifference(
                aspect: .state, condor: describe(theirs.address, ours), peer: describe(theirs.address, theirs))
        }
        for change in diff.accounts {
            guard let account = change.account, !account.isEmpty || !change.slots.isEmpty else { continue }
            if !peer.contains(where: { $0.address == change.address }) {
                return FuzzDifference(
                    aspect: .state, condor: describe(change.address, condor[change.address]),
                    peer: "\(change.address) not touched")
            }
        }
        return nil
    }

    private static func describe(_ address: Address, _ entry: FuzzAccount?) -> String {
        guard let entry else { return "\(address) does not exist" }
        let slots = entry.slots.map { "\(Hex.quantity($0.slot)): \(Hex.quantity($0.value))" }.joined(separator: ", ")
        return "\(address) nonce \(entry.account.nonce) balance \(entry.account.balance) "
            + "code \(entry.account.codeHash) slots [\(slots)]"
    }
}

/// A slot that a peer is asked for.
struct FuzzSlot {
    var address: Address
    var slot: UInt256
}
