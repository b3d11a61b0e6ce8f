public import Derivatives
public import Foundations
import JSONText

/// An instrument as the venue lists it.
public struct ListedInstrument: Sendable {
    public let number: UInt32
    public let id: InstrumentID
    /// 18 decimals.
    public let tick: Int128
    public let lot: Int128
    /// 0 active, 1 only what reduces; beyond that nothing trades.
    public let status: UInt8

    public var trades: Bool { status <= 1 }

    /// The multiple of the tick at or below (for a buy), at or above (for a sale) a price; at least one tick.
    public func price(_ price: Double, isBuy: Bool) -> Int128 {
        let ticks = price / Money.number(tick)
        let whole = isBuy ? ticks.rounded(.down) : ticks.rounded(.up)
        return max(1, Int128(min(max(whole, 1), 4_000_000_000))) * tick
    }

    /// The multiple of the lot at or below a size.
    public func size(_ size: Double) -> Int128 {
        Int128(min(max((size / Money.number(lot)).rounded(.down), 0), 1e12)) * lot
    }
}

/// Between the chain's integers of 18 decimals and the numbers that decisions are made with.
public enum Money {
    public static func number(_ amount: Int128) -> Double { Double(amount) / 1e18 }

    /// Precondition: |value| < 1e18.
    public static func amount(_ value: Double) -> Int128 { Int128((value * 1e9).rounded()) * 1_000_000_000 }
}

/// What an agent knows of the venue: listings by calls, what happened since by logs. It is a function of the chain alone, so that the
/// same chain gives the same decisions.
public final class Market {
    public let client: RPCClient
    public let chainID: UInt64
    /// The names of underlyings 1, 2, 3, … as people write them.
    public let symbols: [String]
    /// By number.
    public private(set) var instruments: [ListedInstrument] = []
    public private(set) var cashToken = Address.zero
    public private(set) var cashDecimals = 18

    /// The newest block that was read.
    public private(set) var block: UInt64 = 0
    public private(set) var time: UInt64 = 0
    public private(set) var baseFee: UInt64 = 0
    /// What the blocks since the last `update` logged.
    public private(set) var news: [VenueLog] = []

    private var indexes: [UInt32: Int128] = [:]
    private var marks: [UInt32: Int128] = [:]
    /// Of every account that was asked for: number → instrument → size.
    private var holdings: [UInt32: [UInt32: Int128]] = [:]
    private var accounts: [AccountID: UInt32] = [:]
    /// Accounts in the waterfall, which may not trade as they like.
    private var troubled: Set<UInt32> = []

    /// Reads the listings of the venue behind a client, as of its newest block.
    public init(_ client: RPCClient, symbols: [String]) throws {
        self.client = client
        self.symbols = symbols
        guard let chainID = try client.call("eth_chainId").quantity64 else {
            throw RPCFailure(message: "the node tells no chain id")
        }
        self.chainID = chainID
        try readHead()
        try readListings()
    }

    // MARK: Reading

    /// Takes in the blocks that came since the last time; false where there are none.
    @discardableResult
    public func update() throws -> Bool {
        let before = block
        try readHead()
        news = []
        guard block > before else { return false }
        try readLogs(from: before + 1)
        if news.contains(where: { $0.kind == .instrumentListed || $0.kind == .statusChanged }) { try readListings() }
        return true
    }

    private func readHead() throws {
        let head = try client.call("eth_getBlockByNumber") { writer in
            writer.value("latest")
            writer.value(false)
        }
        guard let number = head["number"]?.quantity64, let time = head["timestamp"]?.quantity64 else {
            throw RPCFailure(message: "the node has no newest block")
        }
        self.block = number
        self.time = time
        baseFee = head["baseFeePerGas"]?.quantity64 ?? 0
    }

    private func readLogs(from first: UInt64) throws {
        let logs = try client.call("eth_getLogs") { writer in
            writer.object { writer in
                writer.key("fromBlock")
                writer.value(quantity: first)
                writer.key("toBlock")
                writer.value(quantity: block)
                writer.key("address")
                writer.array(VenueABI.contracts) { $0.value($1) }
            }
        }
        for log in logs.array ?? [] {
            let topics = (log["topics"]?.array ?? []).compactMap(\.bytes32)
            guard let data = log["data"]?.bytes, let number = log["blockNumber"]?.quantity64,
                let entry = VenueLog(topics: topics, data: data, block: number)
            else { continue }
            apply(entry)
            news.append(entry)
        }
    }

    private func apply(_ log: VenueLog) {
        switch log.kind {
        case .indexUpdated: indexes[log.number(0)] = log.amount(1)
        case .markUpdated: marks[log.number(0)] = log.amount(1)
        case .accountOpened: accounts[AccountID(owner: Address(log.words[1]), index: log.number(2))] = log.number(0)
        // Of accounts whose other positions are not known yet, `positions` asks for all.
        case .positionChanged: holdings[log.number(0)]?[log.number(1)] = log.amount(2)
        case .liquidationStep:
            if log.integer(1) == 0 { troubled.remove(log.number(0)) } else { troubled.insert(log.number(0)) }
        case .positionSettled: holdings[log.number(0)]?[log.number(1)] = 0
        default: break
        }
    }

    private func readListings() throws {
        guard let count = try client.read(VenueABI.instruments, VenueABI.instrumentCount, []).first?.integer else {
            return
        }
        let ids = try client.batch(
            (0..<count).map { number in
                .read(VenueABI.instruments, VenueABI.instrumentByNumber.encode([.number(number + 1)]))
            })
        let words = try ids.map { try VenueABI.instrumentByNumber.decode($0.get())[0] }
        let terms = try client.batch(
            words.map { .read(VenueABI.instruments, VenueABI.instrument.encode([$0])) })
        instruments = []
        for (word, result) in zip(words, terms) {
            // What was retired between the two has no terms any more.
            guard case .success(let value) = result, let id = InstrumentID(word: word.word) else { continue }
            let terms = try VenueABI.instrument.decode(value)
            instruments.append(
                ListedInstrument(
                    number: UInt32(clamping: terms[0].integer), id: id, tick: terms[1].amount, lot: terms[2].amount,
                    status: UInt8(clamping: terms[3].integer)))
        }
        if cashToken == .zero, count > 0 {
            let token = try client.read(VenueABI.instruments, VenueABI.collateral, [.number(0 as UInt64)])
            cashToken = token[0].address
            cashDecimals = Int(token[1].integer)
        }
    }

    // MARK: What is listed

    public func instrument(_ number: UInt32) -> ListedInstrument? {
        let index = Int(number) - 1
        if instruments.indices.contains(index), instruments[index].number == number { return instruments[index] }
        return instruments.first { $0.number == number }
    }

    public func perpetual(of underlying: UInt32) -> ListedInstrument? {
        instruments.first { $0.id.underlying == underlying && $0.id.kind == .perpetual && $0.trades }
    }

    /// The expiries of an underlying that are still to come, nearest first.
    public func expiries(of underlying: UInt32) -> [UInt64] {
        let all = instruments.filter { $0.id.underlying == underlying && $0.id.expiry > time && $0.trades }
        return Set(all.map(\.id.expiry)).sorted()
    }

    /// The number of an underlying by its name.
    public func underlying(_ symbol: String) -> UInt32? { symbols.firstIndex(of: symbol).map { UInt32($0 + 1) } }

    public func symbol(of underlying: UInt32) -> String {
        let index = Int(underlying) - 1
        return symbols.indices.contains(index) ? symbols[index] : "#\(underlying)"
    }

    // MARK: Prices and positions

    /// The index of an underlying; nil before its first report.
    public func index(of underlying: UInt32) throws -> Double? {
        if let known = indexes[underlying] { return Money.number(known) }
        let call = RPCCall.read(
            VenueABI.oracle, VenueABI.indexPrice.encode([.number(underlying)]))
        guard case .success(let value) = try client.batch([call])[0] else { return nil }
        let price = try VenueABI.indexPrice.decode(value)[0].amount
        indexes[underlying] = price
        return price > 0 ? Money.number(price) : nil
    }

    /// The marks of instruments as of the newest block; nil where there is none.
    public func marks(of instruments: [ListedInstrument]) throws -> [Double?] {
        let answers = try client.batch(
            instruments.map { .read(VenueABI.oracle, VenueABI.markPrice.encode([.word($0.id.word)])) })
        return try answers.map { answer in
            guard case .success(let value) = answer else { return nil }
            return Money.number(try VenueABI.markPrice.decode(value)[0].amount)
        }
    }

    /// A perpetual's mark, from its last change or by a call.
    public func mark(of perpetual: ListedInstrument) throws -> Double? {
        if let known = marks[perpetual.number] { return Money.number(known) }
        guard let mark = try marks(of: [perpetual])[0] else { return nil }
        marks[perpetual.number] = Money.amount(mark)
        return mark
    }

    public func forward(of underlying: UInt32, expiry: UInt64) throws -> Double? {
        let call = RPCCall.read(
            VenueABI.oracle, VenueABI.forwardPrice.encode([.number(underlying), .number(expiry)]))
        guard case .success(let value) = try client.batch([call])[0] else { return nil }
        return Money.number(try VenueABI.forwardPrice.decode(value)[0].amount)
    }

    /// The delta of all that an account has, perpetuals too, in units of each underlying where there is any.
    public func deltas(of account: AccountID) throws -> [String: Double] {
        let report = try client.call("condor_account") { writer in
            writer.object { writer in
                writer.key("owner")
                writer.value(account.owner)
                writer.key("index")
                writer.value(quantity: UInt64(account.index))
            }
            writer.value(quantity: block)
        }
        var deltas: [String: Double] = [:]
        for greeks in report["greeks"]?.array ?? [] {
            guard let symbol = greeks["underlying"]?.string, let delta = greeks["delta"]?.string else { continue }
            // Signed hexadecimal: 0x1f, -0x1f.
            deltas[symbol] = Int128(delta.replacing("0x", with: ""), radix: 16).map(Money.number)
        }
        return deltas
    }

    /// The number of an account; nil before its first deposit.
    public func number(of account: AccountID) throws -> UInt32? {
        if let known = accounts[account] { return known }
        let answer = try client.read(
            VenueABI.clearing, VenueABI.accountNumber, [.address(account.owner), .number(account.index)])
        guard let number = answer.first.map({ UInt32(clamping: $0.integer) }), number != 0 else { return nil }
        accounts[account] = number
        return number
    }

    /// Whether an account is being liquidated, as far as the logs since this market was first read tell.
    public func isInLiquidation(_ account: AccountID) -> Bool { accounts[account].map(troubled.contains) ?? false }

    /// What an account holds, by instrument number.
    public func positions(of account: AccountID) throws -> [UInt32: Int128] {
        guard let number = try number(of: account) else { return [:] }
        if let known = holdings[number] { return known }
        let answer = try client.read(
            VenueABI.clearing, VenueABI.positions, [.address(account.owner), .number(account.index)])
        var holding: [UInt32: Int128] = [:]
        for (id, size) in zip(answer[0].list, answer[1].list) {
            if let listed = instruments.first(where: { $0.id.word == id.word }) { holding[listed.number] = size.amount }
        }
        holdings[number] = holding
        return holding
    }
}

extension AccountID: Hashable {
    public func hash(into hasher: inout Hasher) {
        hasher.combine(owner)
        hasher.combine(index)
    }
}
