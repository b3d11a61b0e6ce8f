import Chain
import Commitment
import EVM
import Execution
import Foundations
import JSONText
import State

/// One block's worth of transactions on a state: what `condor t8n` does between reading and writing.
struct Transition {
    let fork: Fork
    let configuration: ChainConfiguration
    let environment: TransitionEnvironment
    let block: BlockContext
    let excessBlobGas: UInt64?
    let state: TransitionState
    let transactions: [Result<Transaction, TransactionRejection>]
    /// What replaces the fork's reward; nil leaves it.
    let reward: Int64?
    /// Whether the first transaction is executed alone, without the system's work around it.
    let isStateTest: Bool

    /// Runs the transactions. `recorder` watches them through `tracer`, when there is one.
    func run<Trace: Tracer>(_ tracer: Trace, _ recorder: TransitionRecorder?) throws(ToolFailure) -> TransitionResult {
        var processor = BlockProcessor(view: state, block: block, tracer: tracer)
        if let reward, processor.reward != nil { processor.reward = reward < 0 ? nil : UInt256(UInt64(reward)) }
        if configuration.daoForkBlock == environment.number { processor.applyDAOFork() }
        var choice = Choice()
        var outcome: BlockOutcome
        var exception: BlockError?
        do throws(BlockError) {
            if !isStateTest {
                try processor.begin(
                    parentHash: environment.parentHash, parentBeaconBlockRoot: environment.parentBeaconBlockRoot)
            }
            choice = execute(&processor, recorder)
            outcome = processor.outcome(requests: fork >= .prague ? [] : nil)
            if !isStateTest {
                outcome = try processor.finish(
                    withdrawals: environment.withdrawals ?? [], ommers: environment.ommers)
            }
        } catch {
            outcome = processor.outcome()
            exception = error
        }
        if let failure = processor.processor.journal.failure { throw unreadable(failure) }
        if let failure = recorder?.failure { throw failure }
        var after = state
        after.apply(outcome.diff)
        return TransitionResult(
            transition: self, choice: choice, outcome: outcome, state: after, exception: exception)
    }

    /// Which transactions the block took, and which it left out.
    struct Choice {
        var included: [(transaction: Transaction, hash: Bytes32, outcome: TransactionOutcome)] = []
        var rejected: [(index: Int, message: String)] = []
    }

    /// Takes the transactions in turn; one that is refused is noted and changes nothing.
    private func execute<Trace: Tracer>(
        _ processor: inout BlockProcessor<TransitionState, Trace>, _ recorder: TransitionRecorder?
    ) -> Choice {
        var choice = Choice()
        for (index, item) in transactions.prefix(isStateTest ? 1 : transactions.count).enumerated() {
            do throws(TransactionRejection) {
                let transaction = try item.get()
                guard let sender = transaction.sender(fork: fork) else { throw .invalid(.invalidSignature) }
                let hash = transaction.hash
                recorder?.begin(index: choice.included.count, hash: hash)
                defer { recorder?.end() }
                let outcome: TransactionOutcome
                do throws(TransactionError) {
                    outcome = try processor.execute(transaction, sender: sender)
                } catch {
                    throw .invalid(error)
                }
                if fork < .byzantium {
                    var after = state
                    after.apply(processor.processor.diff())
                    processor.setPostState(after.root)
                }
                choice.included.append((transaction, hash, outcome))
            } catch {
                choice.rejected.append((index, error.message))
            }
        }
        return choice
    }

    private func unreadable(_ error: StateError) -> ToolFailure {
        guard let number = state.blockHashes.missing else { return ToolFailure(.execution, "\(error)") }
        return ToolFailure(
            .missingBlockHash, "BLOCKHASH asked for block \(number), whose hash is not in env's 'blockHashes'")
    }
}

/// What came of a transition.
struct TransitionResult {
    let transition: Transition
    let choice: Transition.Choice
    let outcome: BlockOutcome
    let state: TransitionState
    /// Why the block as a whole does not hold; the rest is then what was there up to that point.
    let exception: BlockError?

    /// The included transactions as RLP, as they stand in a block's body.
    var body: [UInt8] {
        RLPEncoder.list { encoder in
            for (transaction, _, _) in choice.included {
                let bytes = transaction.encoded
                if transaction.type == .legacy { encoder.appendEncoded(bytes) } else { encoder.append(bytes) }
            }
        }
    }

    /// `--output.result`.
    var json: [UInt8] {
        var bloom = Bloom()
        for receipt in outcome.receipts { bloom.add(receipt.bloom) }
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("stateRoot")
            writer.value("\(state.root)")
            writer.key("txRoot")
            writer.value("\(BlockRoots.transactions(choice.included.map(\.transaction)))")
            writer.key("receiptsRoot")
            writer.value("\(BlockRoots.receipts(outcome.receipts))")
            if transition.fork >= .shanghai {
                writer.key("withdrawalsRoot")
                writer.value("\(BlockRoots.withdrawals(transition.environment.withdrawals ?? []))")
            }
            writer.key("logsHash")
            writer.value("\(Log.hash(of: outcome.receipts.flatMap(\.logs)))")
            writer.key("logsBloom")
            writer.value(hex: bloom.bytes)
            writer.key("gasUsed")
            writer.value(quantity: outcome.gasUsed)
            writer.key("currentDifficulty")
            if transition.fork < .paris { writer.value(quantity: transition.block.difficulty) } else { writer.null() }
            writer.key("currentBaseFee")
            if transition.fork >= .london {
                writer.value(quantity: transition.block.baseFeePerGas)
            } else {
                writer.null()
            }
            if let excess = transition.excessBlobGas {
                writer.key("currentExcessBlobGas")
                writer.value(quantity: excess)
                writer.key("blobGasUsed")
                writer.value(quantity: outcome.blobGasUsed)
            }
            writer.key("rejected")
            writer.array(choice.rejected) { writer, rejection in
                writer.object { writer in
                    writer.key("index")
                    writer.value(rejection.index)
                    writer.key("error")
                    writer.value(rejection.message)
                }
            }
            writer.key("receipts")
            writer.array(outcome.receipts.indices) { writer, index in writeReceipt(index, &writer) }
            if let requests = outcome.requests, let hash = outcome.requestsHash {
                writer.key("requestsHash")
                writer.value("\(hash)")
                writer.key("requests")
                writer.array(requests.filter { $0.count > 1 }) { $0.value(hex: $1) }
            }
            if let list = outcome.accessList {
                writer.key("blockAccessListHash")
                writer.value("\(list.hash)")
                writer.key("blockAccessList")
                writer.value(hex: list.encoded)
            }
            if let exception {
                writer.key("blockException")
                writer.value(exception.clientWords)
            }
        }
        return writer.bytes
    }

    private func writeReceipt(_ index: Int, _ writer: inout JSONWriter) {
        let receipt = outcome.receipts[index]
        let (_, hash, execution) = choice.included[index]
        writer.object { writer in
            writer.key("type")
            writer.value(quantity: UInt64(receipt.type.rawValue))
            writer.key("transactionHash")
            writer.value("\(hash)")
            writer.key("transactionIndex")
            writer.value(quantity: UInt64(index))
            if let root = receipt.postState {
                writer.key("root")
                writer.value("\(root)")
            } else {
                writer.key("status")
                writer.value(quantity: receipt.succeeded ? 1 as UInt64 : 0)
            }
            writer.key("gasUsed")
            writer.value(quantity: execution.gasUsed)
            writer.key("cumulativeGasUsed")
            writer.value(quantity: receipt.cumulativeGasUsed)
            writer.key("effectiveGasPrice")
            writer.value(quantity: execution.effectiveGasPrice)
            if let address = execution.createdAddress {
                writer.key("contractAddress")
                writer.value("\(address)")
            }
            writer.key("logsBloom")
            writer.value(hex: receipt.bloom.bytes)
            writer.key("logs")
            writer.array(receipt.logs) { writer, log in
                writer.object { writer in
                    writer.key("address")
                    writer.value("\(log.address)")
                    writer.key("topics")
                    writer.array(log.topics) { $0.value("\($1)") }
                    writer.key("data")
                    writer.value(hex: log.data)
                }
            }
        }
    }
}

extension BlockError {
    /// In the words of geth, evmone and EELS, by which drivers tell these reasons apart.
    fileprivate var clientWords: String {
        switch self {
        case .systemContractFailed(let address):
            "system contract empty or failed: System contract address \(address), system call failed to execute:"
        case .invalidDepositEvent: "invalid deposit event layout, failed to parse deposit logs"
        case .transaction, .state: "\(self)"
        }
    }
}
