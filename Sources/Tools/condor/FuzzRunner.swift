import Chain
import EVM
import Execution
import Foundations
import State
import Storage

/// Generates a batch on a block, executes it on Condor, and makes the request for a peer.
struct FuzzBatch {
    /// A case, what Condor said, and the slots that the peer is asked for.
    struct Entry {
        var testCase: FuzzCase
        var world: FuzzWorld
        var executions: [FuzzExecution] = []
        var asked: [[FuzzSlot]] = []
        /// Where Condor's interpreters disagree.
        var ownDifferences: [(index: Int, difference: FuzzDifference)] = []
    }

    let number: UInt64
    let order: FuzzOrder
    private(set) var entries: [Entry] = []

    /// The batch with this number of a seed.
    init(seed: UInt64, number: UInt64, forks: [Fork], order: FuzzOrder) {
        self.number = number
        self.order = order
        var generator = FuzzGenerator(seed: seed, batch: number, forks: forks, order: order)
        var machine = FuzzMachine(generator.block.context, order: order)
        for _ in 0..<(order == .independent ? 16 : 4) {
            let testCase = FuzzCase(block: generator.block, accounts: generator.world(), transactions: [])
            var entry = Entry(testCase: testCase, world: testCase.world(order))
            machine.begin(entry.world)
            switch order {
            case .independent: FuzzBatch.fillIndependent(&entry, &generator, &machine)
            case .sequence: FuzzBatch.fillSequence(&entry, &generator, &machine)
            }
            entries.append(entry)
        }
    }

    /// A batch of one case that is already there.
    init(_ testCase: FuzzCase, order: FuzzOrder) {
        number = 0
        self.order = order
        var machine = FuzzMachine(testCase.block.context, order: order)
        var entry = Entry(testCase: testCase, world: testCase.world(order))
        machine.begin(entry.world)
        for item in testCase.transactions { entry.run(item, &machine, isNew: false) }
        entries = [entry]
    }

    /// A few transactions, each with ample gas, and then with what it spent, one less, and anything less.
    private static func fillIndependent(
        _ entry: inout Entry, _ generator: inout FuzzGenerator, _ machine: inout FuzzMachine
    ) {
        for _ in 0..<4 {
            var item = generator.transaction { [world = entry.world] in world[$0]?.account.nonce ?? 0 }
            entry.run(item, &machine)
            guard let first = entry.executions.last, first.result.status != .rejected else { continue }
            let count = first.result.status == .halt ? 2 : 4
            let boundaries = generator.random.chance(400) ? machine.boundaries(item) : []
            for gas in generator.cuts(
                item.transaction, gasSpent: first.gasSpent, boundaries: boundaries, count: count)
            {
                item.transaction.gasLimit = gas
                entry.run(item, &machine)
            }
        }
    }

    /// Some transactions, many of them with just the gas that they would spend now, or less.
    private static func fillSequence(
        _ entry: inout Entry, _ generator: inout FuzzGenerator, _ machine: inout FuzzMachine
    ) {
        var world = entry.world
        for _ in 0..<generator.random.within(1...4) {
            var item = generator.transaction { world[$0]?.account.nonce ?? 0 }
            if generator.random.chance(500) {
                let probe = machine.probe(item)
                if probe.result.status != .rejected {
                    item.transaction.gasLimit = generator.random.pick(
                        generator.cuts(
                            item.transaction, gasSpent: probe.gasSpent, boundaries: machine.boundaries(item), count: 5))
                }
            }
            entry.run(item, &machine)
            if let diff = entry.executions.last?.diff { world = entry.world.applying(diff) }
        }
    }

    /// `isSpoiled` tells the peer of a wei that is not there: the canary, which must be noticed.
    func request(isSpoiled: Bool = false) -> FuzzRequest? {
        guard let first = entries.first else { return nil }
        var request = FuzzRequest(first.testCase.block, cases: entries.count)
        for entry in entries {
            var accounts = entry.testCase.accounts
            if isSpoiled, let index = accounts.firstIndex(where: { !$0.code.isEmpty }) { accounts[index].balance += 1 }
            request.append(accounts, entry.testCase.transactions, slots: entry.asked)
        }
        return request
    }

    /// Compares Condor's answers with the peer's. `unanswered` counts transactions that the peer failed over, and those
    /// behind them in a sequence.
    func compare(
        _ reply: inout FuzzReplyReader
    ) throws(FuzzWireError) -> (mismatches: [Mismatch], unanswered: Int) {
        var found = ownDifferences
        var unanswered = 0
        for entry in entries {
            var hasFailed = false
            for index in entry.executions.indices {
                let answer = try reply.answer()
                hasFailed = answer.result.status == .crashed || (hasFailed && order == .sequence)
                if hasFailed {
                    unanswered += 1
                } else if let difference = difference(entry, index, answer) {
                    found.append(Mismatch(entry: entry, index: index, difference: difference, isOwn: false))
                }
            }
        }
        return (found, unanswered)
    }

    var ownDifferences: [Mismatch] {
        entries.flatMap { entry in
            entry.ownDifferences.map {
                Mismatch(entry: entry, index: $0.index, difference: $0.difference, isOwn: true)
            }
        }
    }

    struct Mismatch {
        var entry: Entry
        var index: Int
        var difference: FuzzDifference
        /// Condor's two interpreters disagree, whatever the peer says.
        var isOwn: Bool
    }

    private func difference(
        _ entry: Entry, _ index: Int, _ answer: FuzzAnswer
    ) -> FuzzDifference? {
        let execution = entry.executions[index]
        let isCreation = entry.testCase.transactions[index].transaction.to == nil
        var answer = answer
        // What a halt leaves behind as output nobody can see: EELS does not always clear it.
        if answer.result.status == .halt { answer.result.output = execution.result.output }
        // pyrevm does not give a creation's output; the code is in the state.
        if order == .independent, isCreation { answer.result.output = execution.result.output }
        if let difference = FuzzDifference.between(execution.result, answer.result) { return difference }
        // Independent transactions that were refused have no state behind them.
        if order == .independent, execution.result.status == .rejected { return nil }
        let after = entry.world.applying(execution.diff)
        return order == .independent
            ? FuzzDifference.betweenUnfinished(after, execution.diff, answer.accounts)
            : FuzzDifference.between(after, answer.accounts)
    }
}

extension FuzzBatch.Entry {
    mutating func run(_ item: FuzzTransaction, _ machine: inout FuzzMachine, isNew: Bool = true) {
        let (execution, disagreement) = machine.execute(item)
        if isNew { testCase.transactions.append(item) }
        if let disagreement { ownDifferences.append((executions.count, disagreement)) }
        executions.append(execution)
        asked.append(slots(execution))
    }

    /// The slots that Condor changed, beside those that the peer reads in any case: 0 to 3 of accounts with code.
    private func slots(_ execution: FuzzExecution) -> [FuzzSlot] {
        var slots: [FuzzSlot] = []
        for change in execution.diff.accounts where !change.slots.isEmpty {
            let isRead = testCase.accounts.contains { $0.address == change.address && !$0.code.isEmpty }
            for (slot, _) in change.slots where slot > 3 || !isRead {
                slots.append(FuzzSlot(address: change.address, slot: slot))
            }
        }
        return slots
    }
}
