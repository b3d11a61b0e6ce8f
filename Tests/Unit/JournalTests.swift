import Chain
import Foundations
import State
import Storage
import Testing

@Suite struct JournalTests {
    private let owner = Address(0xa)
    private let other = Address(0xb)

    private func journal() -> Journal<MemoryState> {
        Journal(view: MemoryState([GenesisAccount(address: owner, nonce: 1, balance: 100, storage: [(1, 11)])]))
    }

    @Test func aRevertRestoresEverything() {
        var journal = journal()
        let account = journal.load(owner)
        let slot = journal.loadSlot(account, 1)
        let before = journal.diff()
        let checkpoint = journal.checkpoint
        journal.setSlot(slot, 5)
        journal.setNonce(account, 9)
        journal.setTransient(account, 3, 4)
        journal.addRefund(7)
        journal.emit(Log(address: owner, topics: [], data: []))
        let receiver = journal.load(other)
        let wereCold = [
            journal.warm(account), journal.warmSlot(slot), journal.transfer(from: account, to: receiver, 60),
        ]
        #expect(wereCold == [true, true, true])
        let inner = journal.checkpoint
        journal.setSlot(slot, 0)
        journal.revert(to: inner)
        #expect(journal.value(ofSlot: slot) == 5 && journal.originalValue(ofSlot: slot) == 11)
        journal.revert(to: checkpoint)
        #expect(journal.value(ofSlot: slot) == 11 && journal.nonce(account) == 1 && journal.balance(account) == 100)
        #expect(journal.transientValue(account, 3).isZero && journal.refund == 0 && journal.logs.isEmpty)
        let areColdAgain = [journal.warm(account), journal.warmSlot(slot)]
        #expect(areColdAgain == [true, true])
        #expect(journal.diff() == before)
    }

    @Test func transfersNeedFundsAndNeverWrap() {
        var journal = Journal(
            view: MemoryState([
                GenesisAccount(address: owner, balance: .max), GenesisAccount(address: other, balance: 1),
            ]))
        let (rich, poor) = (journal.load(owner), journal.load(other))
        // Two is more than there is; with one more the receiver would pass 256 bits.
        let moved = [journal.transfer(from: poor, to: rich, 2), journal.transfer(from: poor, to: rich, 1)]
        #expect(moved == [false, false])
    }

    @Test func aDestroyedAccountGoesWithItsStorage() {
        var journal = journal()
        let account = journal.load(owner)
        let slot = journal.loadSlot(account, 2)
        journal.setSlot(slot, 22)
        let marked = [journal.markDestroyed(account), journal.markDestroyed(account)]
        #expect(marked == [true, false])
        _ = journal.finishTransaction(clearsEmptyAccounts: true)
        #expect(!journal.exists(account) && journal.value(ofSlot: slot).isZero)
        // Made again by a later transaction: the view's storage must not shine through.
        journal.setNonce(account, 1)
        let oldSlot = journal.loadSlot(account, 1)
        #expect(journal.value(ofSlot: oldSlot).isZero)
        _ = journal.finishTransaction(clearsEmptyAccounts: true)
        let change = journal.diff().accounts.first { $0.address == owner }
        #expect(change?.clearsStorage == true && change?.account?.nonce == 1 && change?.slots.isEmpty == true)
    }

    @Test func touchedEmptyAccountsGoWhenTheForkClearsThem() {
        for clears in [true, false] {
            var journal = journal()
            journal.touch(journal.load(other))
            _ = journal.finishTransaction(clearsEmptyAccounts: clears)
            #expect(journal.diff().accounts.contains { $0.address == other } == !clears)
        }
    }

    @Test func theDiffIsSortedAndAppliesToTheRoot() {
        var journal = journal()
        for number in [9, 3, 7, 1] as [UInt64] {
            let account = journal.load(Address(UInt256(number)))
            journal.setBalance(account, UInt256(number))
            for slot in [5, 2, 8] as [UInt256] { journal.setSlot(journal.loadSlot(account, slot), slot) }
        }
        _ = journal.finishTransaction(clearsEmptyAccounts: true)
        let diff = journal.diff()
        #expect(diff.accounts.map(\.address) == diff.accounts.map(\.address).sorted())
        #expect(diff.accounts.allSatisfy { $0.slots.map(\.slot) == [2, 5, 8] })
        var applied = journal.view
        applied.apply(diff)
        let direct = MemoryState(
            [GenesisAccount(address: owner, nonce: 1, balance: 100, storage: [(1, 11)])]
                + [1, 3, 7, 9].map { (number: UInt64) in
                    GenesisAccount(
                        address: Address(UInt256(number)), balance: UInt256(number), storage: [(2, 2), (5, 5), (8, 8)])
                })
        #expect(applied.root == direct.root)
    }
}
