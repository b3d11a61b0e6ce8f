import Commitment
import Cryptography
import Foundations
import State
import Storage
import Testing

@Suite struct StateTrieProperties {
    /// A state as plain dictionaries, changed by the same diffs.
    private struct Model {
        struct Content {
            var account: Account
            var slots: [UInt256: UInt256] = [:]
        }
        var accounts: [Address: Content] = [:]

        mutating func apply(_ diff: StateDiff) {
            for change in diff.accounts {
                guard let account = change.account else {
                    accounts[change.address] = nil
                    continue
                }
                var content = accounts[change.address] ?? Content(account: account)
                content.account = account
                if change.clearsStorage { content.slots = [:] }
                for (slot, value) in change.slots { content.slots[slot] = value.isZero ? nil : value }
                accounts[change.address] = content
            }
        }

        /// The root from nothing, without state tries: plain tries filled once.
        var root: Bytes32 {
            var trie = Trie()
            for (address, content) in accounts {
                var storage = Trie()
                for (slot, value) in content.slots {
                    var encoder = RLPEncoder()
                    encoder.append(value)
                    storage.set(Keccak256.hash(slot.bigEndianBytes).bytes, encoder.bytes)
                }
                let value = RLPEncoder.list { encoder in
                    encoder.append(content.account.nonce)
                    encoder.append(content.account.balance)
                    encoder.append(storage.rootHash)
                    encoder.append(content.account.codeHash)
                }
                trie.set(Keccak256.hash(address.bytes).bytes, value)
            }
            return trie.rootHash
        }
    }

    private func randomDiff(_ random: inout SeededGenerator) -> StateDiff {
        var diff = StateDiff()
        for index: UInt64 in 0..<40 where random.next() % 4 == 0 {
            let address = Address(UInt256(index))
            if random.next() % 6 == 0 {
                diff.accounts.append(.init(address: address, account: nil))
                continue
            }
            var slots: [(slot: UInt256, value: UInt256)] = []
            for slot: UInt64 in 0..<12 where random.next() % 3 == 0 {
                slots.append(
                    (UInt256(slot), random.next() % 3 == 0 ? .zero : UInt256(random.next()) << (random.next() % 192)))
            }
            let account = Account(nonce: random.next() % 300, balance: UInt256(random.next()))
            diff.accounts.append(
                .init(address: address, account: account, clearsStorage: random.next() % 8 == 0, slots: slots))
        }
        return diff
    }

    /// Diffs so large that several threads share them: accounts with many slots, with few, and with none.
    @Test func aLargeDiffComesToTheSameRoot() throws {
        var random = SeededGenerator(seed: 21)
        var state = MemoryState()
        var model = Model()
        for round in 0..<3 as Range<UInt64> {
            var diff = StateDiff()
            for index in 0..<1500 as Range<UInt64> where round == 0 || random.next() % 2 == 0 {
                let count: UInt64 = index % 500 == 7 ? 2500 : index % 3
                diff.accounts.append(
                    .init(
                        address: Address(UInt256(index)),
                        account: random.next() % 9 < round ? nil : Account(nonce: random.next() % 300),
                        slots: (0..<count).map { (UInt256($0), UInt256(random.next() % 3)) }))
            }
            state.apply(diff)
            model.apply(diff)
            #expect(state.root == model.root)
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func rootsFollowEveryDiff(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var state = MemoryState()
        var model = Model()
        var history: [(state: MemoryState, model: Model, root: Bytes32)] = []
        for step in 0..<30 {
            let diff = randomDiff(&random)
            state.apply(diff)
            model.apply(diff)
            #expect(state.root == model.root, "seed \(seed), step \(step)")
            history.append((state, model, state.root))
        }
        // Every version still answers as it did, with proofs under its own root.
        for (state, model, root) in history {
            #expect(state.root == root)
            for index: UInt64 in stride(from: 0, to: 45, by: 7) {
                let address = Address(UInt256(index))
                let content = model.accounts[address]
                #expect(try state.account(at: address) == content?.account)
                let key = Keccak256.hash(address.bytes).bytes
                let proven = try Trie.verify(state.trie.accountProof(address), root: root, key: key)
                #expect((proven != nil) == (content != nil))
                let storage = state.trie.storageTrie(at: address)
                for slot: UInt64 in 0..<13 {
                    let slot = UInt256(slot)
                    let value = content?.slots[slot]
                    #expect(try state.storage(at: address, slot: slot) == value ?? .zero)
                    let proof = state.trie.storageProof(address, slot: slot)
                    let slotKey = Keccak256.hash(slot.bigEndianBytes).bytes
                    #expect((try Trie.verify(proof, root: storage.rootHash, key: slotKey) != nil) == (value != nil))
                }
                #expect(try state.hasStorage(at: address) == !(content?.slots.isEmpty ?? true))
            }
        }
    }
}
