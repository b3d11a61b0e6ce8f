public import Foundations

/// Holds a set of agents against one node: a round for each new block.
public final class AgentRunner {
    public let market: Market
    public let desk: Desk
    private let agents: [any Agent]
    private var isPrepared = false
    /// Whether what came since the last round has been read.
    private var hasRead = false

    /// `secrets` are the keys of the mnemonic's accounts by number; `table` reads a file of prices.
    ///
    /// - Throws: `AgentsFileError` for keys that are none, what `table` throws, and `RPCFailure` where the node or its venue is missing.
    public init(
        _ file: AgentsFile, client: RPCClient, secrets: (UInt32) -> Bytes32?, table: (String) throws -> PriceTable
    ) throws {
        let market = try Market(client, symbols: file.symbols)
        guard !market.instruments.isEmpty else {
            throw RPCFailure(message: "nothing is listed on this chain: agents need a venue with markets")
        }
        let desk = Desk(market)
        var agents: [any Agent] = []
        for (index, entry) in file.entries.enumerated() {
            func secret(_ key: AgentsFile.Key, _ member: String) throws(AgentsFileError) -> Bytes32 {
                switch key {
                case .secret(let secret): return secret
                case .account(let number):
                    if let secret = secrets(number) { return secret }
                    throw AgentsFileError(place: "agents[\(index)].\(member)", message: "there is no account \(number)")
                }
            }
            let key = try secret(entry.key, "key")
            guard let wallet = Wallet(key: key, chainID: market.chainID, nonce: 0) else {
                throw AgentsFileError(place: "agents[\(index)].key", message: "this is no secret key")
            }
            wallet.resume(at: try desk.nonce(of: wallet.address))
            let random = SeededRandom(seed: file.seed, stream: UInt64(index) + 16)
            switch entry.role {
            case .publisher(let terms, let keys, let source):
                var signers: [ReportSigner] = []
                for (place, key) in keys.enumerated() {
                    guard let signer = ReportSigner(key: try secret(key, "publishers[\(place)]")) else {
                        throw AgentsFileError(
                            place: "agents[\(index)].publishers[\(place)]", message: "this is no secret key")
                    }
                    signers.append(signer)
                }
                try AgentRunner.check(signers, market, index)
                let prices = try AgentRunner.source(source, terms, seed: file.seed, table)
                agents.append(Publisher(terms, wallet: wallet, signers: signers, source: prices, seed: file.seed))
            case .maker(let terms): agents.append(MarketMaker(terms, wallet: wallet))
            case .hedger(let terms): agents.append(DeltaHedger(terms, wallet: wallet, random: random))
            case .noise(let terms): agents.append(NoiseTraders(terms, wallet: wallet, random: random))
            case .liquidator(let terms): agents.append(Liquidator(terms, wallet: wallet))
            case .insurer(let cash): agents.append(Insurer(name: entry.name, cash: cash, wallet: wallet))
            }
        }
        self.market = market
        self.desk = desk
        self.agents = agents
    }

    /// Reports of others would be refused one by one.
    private static func check(_ signers: [ReportSigner], _ market: Market, _ index: Int) throws {
        let known = try market.client.read(VenueABI.oracle, VenueABI.publishers, [])[0].list.map(\.address)
        for (place, signer) in signers.enumerated() where !known.contains(signer.address) {
            throw AgentsFileError(
                place: "agents[\(index)].publishers[\(place)]",
                message: "\(signer.address) is no publisher of this venue")
        }
    }

    private static func source(
        _ source: AgentsFile.Source, _ terms: PublisherTerms, seed: UInt64, _ table: (String) throws -> PriceTable
    ) throws -> any PriceSource {
        switch source {
        case .process(let markets, let crash): return PriceProcess(markets, crash: crash, seed: seed)
        case .table(let path):
            let prices = try table(path)
            guard prices.symbols == terms.symbols else {
                throw PriceTable.Malformed(
                    description: "its columns are \(prices.symbols.joined(separator: ", ")), the publisher's markets "
                        + terms.symbols.joined(separator: ", "))
            }
            return prices
        }
    }

    /// One round: what came since the last is read, every agent acts in the file's order, and all transactions are sent. nil when no
    /// block has come.
    public func round() throws -> [Desk.Tally]? {
        guard isPrepared else {
            isPrepared = true
            for agent in agents { try agent.prepare(desk, market) }
            return try desk.flush()
        }
        if !hasRead { try read() }
        guard hasRead else { return nil }
        hasRead = false
        for agent in agents { try agent.act(desk, market) }
        return try desk.flush()
    }

    /// Reads what came since the last time, for the next round and for whoever looks at the market's news.
    public func read() throws { hasRead = try market.update() || hasRead }

    /// Every agent takes back what it has to.
    public func leave() throws -> [Desk.Tally] {
        for agent in agents { try agent.leave(desk, market) }
        return try desk.flush()
    }
}
