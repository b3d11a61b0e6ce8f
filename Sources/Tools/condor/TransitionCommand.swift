import Chain
import EVM
import Execution
import Foundation
import Foundations
import JSONText

extension Command {
    static let transition = Command(
        name: "t8n", summary: "Apply transactions to a state, with the interface of geth's and EELS' t8n.",
        options: [
            Option(name: "input.alloc", value: "FILE", help: "the accounts before, or stdin (default alloc.json)"),
            Option(name: "input.env", value: "FILE", help: "the block around, or stdin (default env.json)"),
            Option(
                name: "input.txs", value: "FILE",
                help: "transactions, as JSON or as a string of RLP, or stdin (default txs.json)"),
            Option(name: "input.blobParams", value: "FILE", help: "blob target, max, baseFeeUpdateFraction, or stdin"),
            Option(name: "output.basedir", value: "FOLDER", help: "where output files go; made if need be"),
            Option(name: "output.alloc", value: "FILE", help: "the accounts after (default alloc.json)"),
            Option(name: "output.result", value: "FILE", help: "roots, receipts, refusals (default result.json)"),
            Option(name: "output.body", value: "FILE", help: "RLP of the transactions taken (default: nowhere)"),
            Option(name: "state.fork", value: "NAME", help: "rules (default \(Fork.latest.fixtureName))"),
            Option(name: "state.chainid", value: "N", help: "chain id (default 1)"),
            Option(
                name: "state.reward", value: "WEI",
                help: "before Paris: block reward, -1 for none (default: the fork's)"),
            Option(name: "state-test", help: "only the first transaction, without system calls, rewards, withdrawals"),
            Option(name: "trace", help: "an EIP-3155 trace for each transaction: trace-INDEX-HASH.jsonl"),
            Option(name: "trace.memory", help: "traces tell memory"),
            Option(name: "trace.nomemory", help: "traces leave memory out (default)"),
            Option(name: "trace.nostack", help: "traces leave the stack out"),
            Option(name: "trace.returndata", help: "traces tell return data"),
            Option(name: "trace.noreturndata", help: "traces leave return data out (default)"),
            Option(name: "opcode.count", value: "FILE", help: "how often each operation ran"),
            Option(name: "verbosity", value: "N", help: "taken and not used"),
        ],
        notes: """
            An output goes to a file below output.basedir, to stdout, or to stderr; inputs from stdin and outputs to
            stdout are members alloc, env, txs, blobParams, result, body and opcodeCount of one JSON object.

            Forks: \(FixtureNetwork.names.joined(separator: ", ")); also TangerineWhistle,
            SpuriousDragon, Petersburg, Merge, DAOFork, and transitions: FrontierToHomesteadAt5,
            ShanghaiToCancunAtTime15k and the like.

            Exit codes are geth's: 2 execution, 3 configuration, 4 a block hash is missing, 10 JSON, 11 files, 12 RLP.

            See docs/transition-tool.md, also for filling official tests.
            """
    ) { arguments in
        try ToolFailure.report { try TransitionRun(arguments).run() }
    }
}

/// One call of `condor t8n`.
private struct TransitionRun {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    func run() throws {
        let transition = try readInputs()
        var outputs = try ToolOutputs(folder: arguments.value("output.basedir"))
        let recorder = try recorder(outputs)
        let result =
            if let recorder {
                try transition.run(TransitionTracer(recorder: recorder), recorder)
            } else {
                try transition.run(NoTracer(), nil)
            }
        try outputs.put("alloc", result.state.json, at: arguments.value("output.alloc") ?? "alloc.json")
        try outputs.put("result", result.json, at: arguments.value("output.result") ?? "result.json")
        try outputs.put(
            "body", Array("\"\(Hex.encodePrefixed(result.body))\"".utf8), at: arguments.value("output.body") ?? "")
        if let place = arguments.value("opcode.count"), let recorder {
            try outputs.put("opcodeCount", recorder.countsJSON, at: place)
        }
        outputs.finish()
    }

    private func readInputs() throws -> Transition {
        let inputs = ToolInputs(arguments)
        let chainID = try arguments.integer("state.chainid", default: 1, in: 0...UInt64(Int64.max))
        guard let env = try inputs.document("env", fallback: "env.json", keys: "env") else {
            throw ToolFailure(.json, "standard input has no 'env'")
        }
        let environment = try TransitionEnvironment(env)
        var blobParameters: BlobParameters?
        if arguments.value("input.blobParams") != nil,
            let json = try inputs.document("blobParams", fallback: "", keys: "blobParams"), !json.isNull
        {
            blobParameters = try BlobParameters(transition: json)
        }
        let rules = try TransitionRules(
            arguments.value("state.fork") ?? Fork.latest.fixtureName, chainID: chainID, number: environment.number,
            blobParameters: blobParameters)
        let fork = rules.fork(environment)
        let isStateTest = arguments.flag("state-test")
        try environment.check(fork, isStateTest: isStateTest)
        let parameters = rules.blobParameters(environment)
        let excess = try environment.excessBlobGas(fork, parameters)
        let block = BlockContext(
            number: environment.number, timestamp: environment.timestamp, beneficiary: environment.beneficiary,
            gasLimit: environment.gasLimit, baseFeePerGas: try environment.baseFee(fork) ?? .zero,
            prevRandao: fork >= .paris ? environment.random ?? .zero : .zero,
            difficulty: try environment.difficulty(fork),
            blobBaseFee: parameters.map { BlobGas.baseFee(excessBlobGas: excess ?? 0, parameters: $0) } ?? .zero,
            slotNumber: environment.slotNumber, chainID: chainID, fork: fork, blobParameters: parameters)
        let alloc = try inputs.document("alloc", fallback: "alloc.json", keys: "alloc")
        let txs = try inputs.document("txs", fallback: "txs.json", keys: "txs", "txsRlp")
        return Transition(
            fork: fork, configuration: rules.configuration, environment: environment, block: block,
            excessBlobGas: excess, state: try TransitionState(alloc, blockHashes: environment.blockHashes),
            transactions: try TransitionTransactions(txs, chainID: chainID, fork: fork).items,
            reward: try reward(), isStateTest: isStateTest)
    }

    private func reward() throws -> Int64? {
        guard let text = arguments.value("state.reward") else { return nil }
        guard let reward = Int64(text), reward >= -1 else {
            throw UsageError(message: "--state.reward takes a number of wei, or -1, not '\(text)'")
        }
        return reward
    }

    private func recorder(_ outputs: ToolOutputs) throws -> TransitionRecorder? {
        for name in ["memory", "returndata"]
        where arguments.flag("trace.\(name)") && arguments.flag("trace.no\(name)") {
            throw ToolFailure(.configuration, "can't use both flags --trace.\(name) and --trace.no\(name)")
        }
        let isTracing = arguments.flag("trace")
        guard isTracing || arguments.value("opcode.count") != nil else { return nil }
        if isTracing { outputs.removeTraces() }
        return TransitionRecorder(
            outputs,
            traces: isTracing
                ? TraceWriter.Options(
                    memory: arguments.flag("trace.memory"), stack: !arguments.flag("trace.nostack"),
                    returnData: arguments.flag("trace.returndata"), prefixesOutput: false) : nil)
    }
}

extension TransitionEnvironment {
    /// Whether everything that the fork's blocks have is there.
    fileprivate func check(_ fork: Fork, isStateTest: Bool) throws(ToolFailure) {
        if fork >= .paris, random == nil {
            throw ToolFailure(.configuration, "env: post-merge requires 'currentRandom'")
        }
        if isStateTest { return }
        if fork >= .shanghai, withdrawals == nil {
            throw ToolFailure(.configuration, "env: Shanghai config but missing 'withdrawals'")
        }
        if fork >= .cancun, parentBeaconBlockRoot == nil {
            throw ToolFailure(.configuration, "env: post-cancun env requires 'parentBeaconBlockRoot'")
        }
    }
}
