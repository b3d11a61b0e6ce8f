import Agents
import Derivatives
import Foundation
import Foundations
import JSONText
import Node

/// A venue, its agents and a crash, from the first block to the report.
struct Demo {
    private let options: DemoOptions
    private let table: DemoTable?
    /// 10 October 2025, 20:30 UTC: twenty minutes before prices fell.
    private static let genesisTime: UInt64 = 1_760_128_200
    /// When prices begin to fall, and how long they do.
    static let crashStart: UInt64 = 420
    static let crashSeconds: UInt64 = 720
    /// How much longer the demo goes on while somebody is in the waterfall.
    private static let patience: UInt64 = 3600

    init(_ options: DemoOptions, table: DemoTable?) {
        self.options = options
        self.table = table
    }

    func run() throws -> DemoReport {
        let node = try LocalNode(development: chain(), host: "127.0.0.1", port: 0, threadCount: 1)
        defer { node.stop() }
        let client = RPCClient(NodeTransport(node))
        let folder = URL(fileURLWithPath: options.agents ?? "./").deletingLastPathComponent()
        let runner = try AgentsSession.runner(agents(), folder: folder, client)
        let market = runner.market
        let start = market.time
        var tally = DemoTally(market, start: start)
        let began = ContinuousClock.now
        var elapsed: UInt64 = 0
        // Nothing is dropped: who is in the waterfall at the end is waited for.
        while elapsed < options.seconds || (tally.liquidations.now > 0 && elapsed < options.seconds + Demo.patience) {
            _ = try runner.round()
            if market.time == start { try setCaps(client, runner) }
            let count = try seal(client, at: market.time + options.step)
            // What the agents read next is read here first: one update feeds both.
            try runner.read()
            try runner.desk.settle()
            try tally.take(market.news, market, transactions: count)
            tally.take(summary: try client.read(VenueABI.liquidation, VenueABI.solvency, []))
            elapsed = market.time - start
            table?.show(tally, elapsed: elapsed, block: market.block)
            if let speed = options.speed {
                let due = Duration.seconds(Double(elapsed) / speed)
                let ahead = due - (ContinuousClock.now - began)
                if ahead > .zero { usleep(UInt32(clamping: Int64(ahead / .microseconds(1)))) }
            }
        }
        table?.end()
        return try DemoReport(options, tally, runner)
    }

    private func chain() throws -> DevelopmentChain {
        var chain = DevelopmentChain()
        chain.genesisTime = Demo.genesisTime
        chain.venue = try options.venue.map { [UInt8](try FileBytes.read($0)) } ?? VenueOptions.usual()
        chain.accountCount = 20
        chain.balance = 1_000_000
        chain.gasLimit = 2_000_000_000
        // Blocks are made here, one a round; the node's own clock never strikes.
        chain.blockTime = 86_400
        return chain
    }

    /// The agents with the demo's seed and crash.
    private func agents() throws -> AgentsFile {
        var file =
            try options.agents.map { try AgentsSession.file($0) } ?? AgentsFile(parsing: Array(AgentsFile.usual.utf8))
        file.seed = options.seed
        file.setCrash(Crash(start: Demo.crashStart, seconds: Demo.crashSeconds), scale: options.crash)
        return file
    }

    /// The venue's limits of a block and a day, times the option's: its owner sets them.
    private func setCaps(_ client: RPCClient, _ runner: AgentRunner) throws {
        guard options.caps != 1,
            let key = MnemonicAccounts.derive(MnemonicAccounts.usualPhrase, count: 1)?[0].privateKey,
            let owner = Wallet(key: key, chainID: runner.market.chainID, nonce: 0)
        else { return }
        for parameter in [VenueParameter.liquidationInterest, .insuranceBlockCap, .insuranceDayCap] {
            let range = parameter.range
            let value = Money.amount(Money.number(range.initial) * options.caps)
            runner.desk.send(
                "owner", .fund, from: owner, to: VenueABI.instruments, VenueABI.setParameter,
                [
                    .number(parameter.rawValue), .number(0 as UInt32),
                    .amount(min(max(value, range.least), range.most)),
                ], gas: 1_000_000)
        }
        _ = try runner.desk.flush()
    }

    /// Makes a block with what waits, at a time; how many transactions it has.
    private func seal(_ client: RPCClient, at time: UInt64) throws -> Int {
        let mined = try client.batch([
            RPCCall("evm_mine") { $0.value(quantity: time) },
            RPCCall("eth_getBlockTransactionCountByNumber") { $0.value("latest") },
        ])
        _ = try mined[0].get()
        return Int(try mined[1].get().quantity64 ?? 0)
    }
}
