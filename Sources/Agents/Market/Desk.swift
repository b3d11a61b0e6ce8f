import Derivatives
public import Foundations
import JSONText

/// What agents do, as their log tells it.
public enum ActionKind: String, Sendable, CaseIterable {
    case fund, report, quote, order, hedge, bid
    case withdrawQuotes = "withdraw-quotes"
}

/// Signs what agents decide and sends a round of it in one go, in the order in which they decided.
public final class Desk {
    private let client: RPCClient
    private let market: Market
    private var waiting: [Sent] = []
    /// Sent, and not yet seen in a block.
    private var pending: [Sent] = []

    /// What became of one kind of action of one agent in a round.
    public struct Tally: Equatable, Sendable {
        public let agent: String
        public let kind: ActionKind
        public var sent = 0
        /// Not taken by the node, with its reason.
        public var unsent = 0
        public var reason = ""
    }

    private struct Sent {
        let agent: String
        let kind: ActionKind
        let wallet: Wallet
        let nonce: UInt64
        let bytes: [UInt8]
        let hash: Bytes32
    }

    /// Transactions that reverted since the desk was opened, by agent and kind of action.
    public private(set) var reverted: [String: Int] = [:]

    public init(_ market: Market) {
        self.market = market
        client = market.client
    }

    /// Signs a call for the round. `gas` is the most that it may take.
    public func send(
        _ agent: String, _ kind: ActionKind, from wallet: Wallet, to contract: Address, _ function: ContractFunction,
        _ values: [ABIValue], gas: UInt64
    ) {
        let nonce = wallet.nonce
        let signed = wallet.signed(
            to: contract, data: function.encode(values), gas: gas, baseFee: market.baseFee)
        waiting.append(
            Sent(agent: agent, kind: kind, wallet: wallet, nonce: nonce, bytes: signed.bytes, hash: signed.hash))
    }

    /// Calls of Book in one transaction, each for itself.
    public func batch(_ agent: String, _ kind: ActionKind, from wallet: Wallet, _ calls: [[UInt8]]) {
        guard !calls.isEmpty else { return }
        send(
            agent, kind, from: wallet, to: VenueABI.book, VenueABI.batch,
            [.list(calls.map { .bytes($0) }), .bool(false)],
            gas: min(16_000_000, 400_000 + 400_000 * UInt64(calls.count)))
    }

    /// Sends the round's transactions; what happened by agent and kind, in the order of their first one.
    public func flush() throws -> [Tally] {
        let round = waiting
        waiting = []
        let results = try client.batch(
            round.map { sent in RPCCall("eth_sendRawTransaction") { $0.value(hex: sent.bytes) } })
        var tallies: [Tally] = []
        var broken: [Address] = []
        for (sent, result) in zip(round, results) {
            let place =
                tallies.firstIndex { $0.agent == sent.agent && $0.kind == sent.kind }
                ?? {
                    tallies.append(Tally(agent: sent.agent, kind: sent.kind))
                    return tallies.count - 1
                }()
            switch result {
            case .success:
                tallies[place].sent += 1
                pending.append(sent)
            case .failure(let failure):
                tallies[place].unsent += 1
                tallies[place].reason = failure.message
                // The nonces behind the first that was refused are of no use: sign again from what the node knows.
                if !broken.contains(sent.wallet.address) {
                    broken.append(sent.wallet.address)
                    sent.wallet.resume(at: try nonce(of: sent.wallet.address))
                }
            }
        }
        return tallies
    }

    /// Looks up what became of transactions that were sent, as far as they are in blocks. A reverted one is an action that the venue
    /// refused: the market had moved on.
    public func settle() throws {
        guard !pending.isEmpty else { return }
        let receipts = try client.batch(
            pending.map { sent in RPCCall("eth_getTransactionReceipt") { $0.value(sent.hash) } })
        var open: [Sent] = []
        for (sent, result) in zip(pending, receipts) {
            guard case .success(let receipt) = result, let status = receipt["status"]?.quantity64 else {
                open.append(sent)
                continue
            }
            if status == 0 { reverted["\(sent.agent) \(sent.kind.rawValue)", default: 0] += 1 }
        }
        pending = open
    }

    public func nonce(of address: Address) throws -> UInt64 {
        let answer = try client.call("eth_getTransactionCount") { writer in
            writer.value(address)
            writer.value("pending")
        }
        return answer.quantity64 ?? 0
    }
}

extension Desk {
    /// Mints faucet cash and pays it in for the accounts of a wallet that have none yet.
    func fund(_ agent: String, _ wallet: Wallet, accounts: Range<UInt32>, cash: Double) throws {
        var missing: [UInt32] = []
        for index in accounts
        where try market.number(of: AccountID(owner: wallet.address, index: index)) == nil {
            missing.append(index)
        }
        guard !missing.isEmpty, cash > 0 else { return }
        let amount = Money.amount(cash.rounded())
        var units = UInt256(UInt128(amount * Int128(missing.count)))
        for _ in market.cashDecimals..<18 { units = units / 10 }
        send(
            agent, .fund, from: wallet, to: market.cashToken, VenueABI.mint, [.address(wallet.address), .word(units)],
            gas: 200_000)
        send(
            agent, .fund, from: wallet, to: market.cashToken, VenueABI.approve,
            [.address(VenueABI.clearing), .word(units)], gas: 200_000)
        for index in missing {
            send(
                agent, .fund, from: wallet, to: VenueABI.clearing, VenueABI.deposit,
                [.address(wallet.address), .number(index), .number(0 as UInt32), .amount(amount)], gas: 400_000)
        }
    }

    /// One order of an account; what does not trade at once is dropped.
    func takeOrder(
        _ agent: String, _ kind: ActionKind, from wallet: Wallet, index: UInt32, _ instrument: ListedInstrument,
        isBuy: Bool, price: Int128, size: Int128, onlyReduces: Bool = false
    ) {
        send(
            agent, kind, from: wallet, to: VenueABI.book, VenueABI.placeOrder,
            [
                .address(wallet.address), .number(index), .word(instrument.id.word), .bool(isBuy), .amount(price),
                .amount(size), .number(OrderForce.immediateOrCancel), .number(0 as UInt64), .number(0 as UInt64),
                .number(onlyReduces ? 1 as UInt64 : 0), .number(0 as UInt64), .number(0 as UInt64),
            ], gas: 3_000_000)
    }
}

/// Times in force of Book, by number.
enum OrderForce {
    static let goodTillCancelled: UInt64 = 0
    static let immediateOrCancel: UInt64 = 1
    static let postOnlySlide: UInt64 = 4
}
