import Chain
import Cryptography
import Derivatives
import EVM
import Execution
import Foundations
import State
import Storage
import Testing

/// A storage in memory that remembers which slots were named.
private struct WatchedMemory: VenueStorage {
    var memory = VenueMemory()
    var named: [VenueSlot] = []

    mutating func load(_ slot: VenueSlot) -> UInt256 { memory.load(slot) }

    mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        named.append(slot)
        memory.store(slot, value)
    }

    mutating func emit(_ event: VenueEvent) { memory.emit(event) }
    var checkpoint: VenueMemory.Checkpoint { memory.checkpoint }
    mutating func revert(to checkpoint: VenueMemory.Checkpoint) { memory.revert(to: checkpoint) }
}

private typealias Host = Machine<MemoryState, VenueNatives, NoTracer>

/// The venue over the slots of its contracts does what the venue in memory does.
struct VenueNativesTests {
    private let alice = AccountID(owner: Address(UInt256(0xa11ce as UInt64)))
    private let bob = AccountID(owner: Address(UInt256(0xb0b as UInt64)))
    private let publisher = Address(UInt256(0xfeed as UInt64))

    private func machine() -> Host {
        let block = BlockContext(
            number: 9, timestamp: 1_760_000_000, beneficiary: .zero, gasLimit: 100_000_000, chainID: 31337,
            fork: .osaka, venueIsActive: true)
        var machine = Machine(
            view: MemoryState([]), block: block, natives: VenueNatives(isActive: true), tracer: NoTracer())
        machine.begin(TransactionContext(origin: .zero, gasPrice: .zero))
        return machine
    }

    /// A small market: listing, report, deposits, orders, a trade, refusals, an act that is taken back.
    /// Returns what an order was refused with, and the taker's position.
    private func play<Storage: VenueStorage>(
        _ venue: inout Venue<Storage>
    ) throws(VenueError) -> (refusal: VenueError?, lots: Int64) {
        let btc = try venue.addUnderlying(symbol: 0x425443)
        try venue.setPublishers([Publisher(address: publisher, weight: 1)])
        guard let id = InstrumentID(underlying: btc, kind: .perpetual, expiry: 0, strike: 0) else { throw .corrupt }
        let perpetual = try venue.list(id, tick: wad / 10, lot: wad / 1000)
        try venue.submit(
            Report(feed: Feed(.spot, underlying: btc), values: [100_000 * wad], timestamp: venue.time), from: publisher)
        try venue.updateMarks(underlying: btc)
        let (first, second) = (try venue.openAccount(alice), try venue.openAccount(bob))
        for account in [first, second] { try venue.deposit(1_000_000 * wad, to: account) }
        func order(_ side: Side, _ ticks: Int64?, _ lots: Int64, _ clientID: UInt64 = 0) -> OrderRequest {
            OrderRequest(instrument: perpetual, side: side, ticks: ticks, lots: lots, clientID: clientID)
        }
        for step in 0..<20 as Range<Int64> {
            try venue.place(order(.buy, 999_000 - step * 10, 100 + step), for: first)
            try venue.place(order(.sell, 1_001_000 + step * 10, 100 + step, UInt64(step) + 1), for: first)
        }
        try venue.place(order(.buy, nil, 250), for: second)
        try venue.cancel(clientID: 10, of: first)
        let before = venue.checkpoint
        _ = try venue.cancelAll(of: first)
        venue.revert(to: before)
        var refusal: VenueError?
        do throws(VenueError) {
            try venue.place(order(.sell, 1_002_000, 1, 5), for: first)
        } catch { refusal = error }
        try venue.place(order(.sell, nil, 50), for: second)
        let lots = venue.position(of: second, in: perpetual).lots
        // Somebody buys on little money, quotes go, the price falls, and the portfolio is auctioned.
        let third = try venue.openAccount(AccountID(owner: publisher))
        try venue.deposit(5000 * wad, to: third)
        try venue.place(order(.buy, 1_001_500, 1000), for: third)
        try venue.cancelAll(of: first)
        for block in 10...11 as ClosedRange<UInt64> {
            venue.beginBlock(number: block, time: venue.time + 12)
            try venue.submit(
                Report(feed: Feed(.spot, underlying: btc), values: [96_000 * wad], timestamp: venue.time),
                from: publisher)
            venue.openBlock()
            venue.closeBlock()
        }
        let auction = try venue.auction(of: third)
        _ = try venue.bid(on: third, by: second, fraction: wad, limit: 5000 * wad, lastTrade: auction.lastTrade)
        venue.closeBlock()
        return (refusal, lots)
    }

    @Test func wordsAndLogsAreThoseOfTheVenueInMemory() throws {
        var twin = Venue(storage: WatchedMemory(), time: 1_760_000_000, blockNumber: 9)
        let expected = try play(&twin)
        #expect(expected.refusal == .clientIDInUse(5) && expected.lots == 200)
        var machine = machine()
        try withUnsafeMutablePointer(to: &machine) { pointer in
            let storage = try #require(HostVenueStorage(pointer, gasLimit: 100_000_000))
            var venue = Venue(storage: storage, time: 1_760_000_000, blockNumber: 9)
            let result = try play(&venue)
            #expect(result.refusal == expected.refusal && result.lots == expected.lots)
            #expect(!venue.storage.isExhausted)
            for slot in twin.storage.named {
                #expect(venue.storage.load(slot) == twin.storage.load(slot), "\(slot)")
            }
        }
        let events = twin.storage.memory.takeEvents()
        #expect(events.count == machine.journal.logs.count && events.count > 50)
        for (event, log) in zip(events, machine.journal.logs) {
            // Topics behind the first, then the data, are the event's words in their order.
            var words = log.topics.dropFirst().map { $0.word }
            for start in stride(from: 0, to: log.data.count, by: 32) {
                words.append(UInt256(bigEndian: log.data[start..<start + 32]))
            }
            #expect(words == event.words)
            let contract = NativeInterfaceFiles.contracts.first { $0.address == log.address }
            #expect(contract?.events.contains { $0.topic == log.topics.first?.word } == true)
        }
    }

    @Test func outOfGasIsAnEndAndNoTrap() throws {
        for limit in stride(from: 0 as UInt64, to: 400_000, by: 7_919) {
            var machine = machine()
            withUnsafeMutablePointer(to: &machine) { pointer in
                guard let storage = HostVenueStorage(pointer, gasLimit: limit) else { return }
                var venue = Venue(storage: storage, time: 1_760_000_000, blockNumber: 9)
                _ = try? play(&venue)
                #expect(venue.storage.isExhausted && venue.storage.gasLeft == 0)
            }
        }
    }

    @Test func whatIsNoCallIsInvalidInput() {
        var machine = machine()
        let invalid = Array(Keccak256.hash(Array("InvalidInput()".utf8)).bytes.prefix(4))
        for contract in VenueContract.allCases {
            for input in [[], [1, 2, 3], [1, 2, 3, 4], [UInt8](repeating: 0xff, count: 500)] as [[UInt8]] {
                let result = machine.run(
                    Message(sender: .zero, to: contract.address, input: input, gas: 1_000_000))
                #expect(result.status == .revert && result.output == invalid)
            }
        }
    }

    @Test func everyFunctionTakesAnyWordsWithoutATrap() {
        var machine = machine()
        var seed: UInt64 = 7
        func next() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        for contract in NativeInterfaceFiles.contracts {
            for function in contract.functions {
                for _ in 0..<60 {
                    var input = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: function.selector >> $0) }
                    for _ in 0..<14 {
                        let word: UInt256
                        switch next() % 5 {
                        case 0: word = .zero
                        case 1: word = UInt256(next() % 8)
                        case 2: word = UInt256(next() % 15 * 32)
                        case 3: word = UInt256(limbs: next() << 20, next() % 2, 0, 0)
                        default: word = ~UInt256.zero >> (next() % 256)
                        }
                        input += word.bigEndianBytes
                    }
                    let result = machine.run(
                        Message(sender: .zero, to: contract.address, input: input, gas: 2_000_000))
                    #expect(result.gasLeft <= 2_000_000)
                }
            }
        }
    }
}
