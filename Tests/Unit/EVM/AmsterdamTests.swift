import Chain
import Cryptography
import EVM
import Execution
import Foundations
import State
import Storage
import Testing

/// What the draft fork brings, where official fixtures do not show it by itself.
@Suite struct AmsterdamTests {
    // MARK: Opcodes

    /// The vectors of https://eips.ethereum.org/EIPS/eip-8024, with code behind that returns words of the stack.
    @Test(arguments: [
        ("60016000808080808080808080808080808080e680", [1, 0]), ("600060016002e88e", [2, 0, 1]),
        ("600160008080808080808080808080808080806002e780", [1, 0]), ("60008080e88e15", [1, 0, 0]),
    ])
    func deepStackOperations(_ code: String, _ top: [UInt64]) {
        for interpreter in [Interpreter.fast, .reference] {
            for (depth, word) in top.enumerated() {
                let pops = String(repeating: "50", count: depth)
                let (result, _) = call(
                    code + pops + "5f5260205ff3", fork: .amsterdam, interpreter: interpreter)
                #expect(result.status == .success, "\(code)")
                #expect(UInt256(bigEndian: result.output) == UInt256(word), "\(code), word \(depth)")
            }
        }
    }

    @Test func immediatesThatMeanNothingHaltAndLeaveJumpsAlone() {
        for interpreter in [Interpreter.fast, .reference] {
            for code in ["e75b", "e852", "6000808080808080808080808080808080e680"] {
                let (result, _) = call(code, fork: .amsterdam, interpreter: interpreter)
                #expect(!result.status.isSuccess && result.gasLeft == 0, "\(code)")
            }
            #expect(call("600456e65b", fork: .amsterdam, interpreter: interpreter).result.status == .success)
            // Before the fork it is no opcode, and what follows it is code.
            #expect(call("e680", fork: .osaka, interpreter: interpreter).result.status == .halt(.invalidOpcode))
        }
    }

    // MARK: State gas

    @Test(
        arguments: [
            (30_000_000, 150), (60_000_000, 662), (100_000_000, 1174), (200_000_000, 2198), (300_000_000, 3222),
            (1_000_000_000, 11926), (1, 1),
        ] as [(UInt64, Int64)])
    func stateIsPricedByTheBlocksGasLimit(_ limit: UInt64, _ price: Int64) {
        #expect(StatePrices(fork: .amsterdam, blockGasLimit: limit)?.byte == price)
        #expect(StatePrices(fork: .osaka, blockGasLimit: limit) == nil)
        #expect(StatePrices(fork: .amsterdam, blockGasLimit: .max)?.byte != nil)
    }

    @Test func aNewSlotIsPaidFromTheReservoirFirst() {
        let state = MemoryState([
            GenesisAccount(address: Address(0x1000), balance: 1_000_000),
            // sstore(0, 1)
            GenesisAccount(address: Address(0x2000), code: Hex.decode("60015f55")!),
        ])
        let block = BlockContext(
            number: 1, timestamp: 1000, beneficiary: .zero, gasLimit: 100_000_000, chainID: 1, fork: .amsterdam)
        for (reservoir, spilled) in [(40_000, 0), (37_568, 0), (30_000, 7_568), (0, 37_568)] as [(UInt64, UInt64)] {
            var machine = Machine(view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer())
            machine.begin(TransactionContext(origin: Address(0x1000), gasPrice: 1))
            let result = machine.run(
                Message(sender: Address(0x1000), to: Address(0x2000), gas: 100_000, stateGas: reservoir))
            #expect(result.status == .success && result.stateGasUsed == 37_568)
            #expect(result.stateGasSpilled == spilled && result.stateGasLeft == reservoir + spilled - 37_568)
            #expect(result.gasLeft == 100_000 - 5 - 2100 - 2900 - spilled)
        }
    }

    // MARK: Access lists

    @Test func anEmptyAccessListHasItsHash() {
        #expect(BlockAccessList().hash == Block.emptyOmmersHash && BlockAccessList().itemCount == 0)
    }

    @Test func theRecorderTellsReadsFromChanges() {
        let (owner, other, listed) = (Address(0xa), Address(0xb), Address(0xc))
        var journal = Journal(
            view: MemoryState([GenesisAccount(address: owner, nonce: 1, balance: 100, storage: [(1, 11), (2, 22)])]))
        journal.recordAccesses()
        journal.setAccessIndex(1)
        let account = journal.load(owner)
        journal.warm(account)
        // Named by the transaction, never touched.
        journal.list(journal.load(listed))
        journal.list(account, slot: 9)
        for (slot, value) in [(1, 12), (2, 23), (2, 22)] as [(UInt256, UInt256)] {
            let position = journal.loadSlot(account, slot)
            journal.warmSlot(position)
            journal.setSlot(position, value)
        }
        let checkpoint = journal.checkpoint
        let receiver = journal.load(other)
        journal.warm(receiver)
        _ = journal.transfer(from: account, to: receiver, 7)
        journal.revert(to: checkpoint)
        _ = journal.finishTransaction(clearsEmptyAccounts: true)
        // Two steps at one place in the block, the second of which undoes the first.
        journal.setAccessIndex(2)
        for nonce in [5, 1] as [UInt64] {
            journal.setNonce(account, nonce)
            _ = journal.finishTransaction(clearsEmptyAccounts: true)
        }
        var expected = BlockAccessList.AccountAccess(address: owner)
        expected.storageChanges = [.init(slot: 1, changes: [.init(index: 1, value: 12)])]
        expected.storageReads = [2]
        let list = journal.blockAccessList()
        #expect(list == BlockAccessList(accounts: [expected, .init(address: other)]))
        #expect(list?.itemCount == 4)
    }

    @Test func aDiscardedTransactionLeavesNoAccess() {
        var journal = Journal(view: MemoryState([GenesisAccount(address: Address(0xa), balance: 1)]))
        journal.recordAccesses()
        journal.warm(journal.load(Address(0xa)))
        journal.discardTransaction()
        #expect(journal.blockAccessList() == BlockAccessList())
    }
}
