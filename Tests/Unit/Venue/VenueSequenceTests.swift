import Chain
import Cryptography
import Derivatives
import Execution
import Foundations
import Testing

private let oracle = Address(UInt256(0x0c10 as UInt64))
private let book = Address(UInt256(0x0c12 as UInt64))
private let clearing = Address(UInt256(0x0c13 as UInt64))
private let stranger = Address(UInt256(0xdead_beef as UInt64))

private func person(_ number: UInt64) -> Address { Address(UInt256(0x1_0000 + number)) }

/// A call of the book with arguments of one word each.
private func call(_ signature: String, _ words: [UInt64] = []) -> [UInt8] {
    Keccak256.hash(Array(signature.utf8)).bytes.prefix(4) + words.flatMap { UInt256($0).bigEndianBytes }
}

private func place(timeInForce: UInt64) -> [UInt8] {
    call("place(address,uint32,uint256,bool,uint256,uint256,uint8,uint64)", [1, 0, 1, 1, 1, 1, timeInForce, 0])
}

private func transaction(to: Address?, _ data: [UInt8] = []) -> Transaction {
    var transaction = Transaction()
    transaction.to = to
    transaction.data = data
    return transaction
}

private let report = transaction(to: oracle)
private let take = transaction(to: book, place(timeInForce: 1))
private let quote = transaction(to: book, place(timeInForce: 3))
private let cancel = transaction(to: book, call("cancelAll(address,uint32,uint256)", [1, 0, 0]))
private let deposit = transaction(to: clearing)
private let other = transaction(to: stranger)

/// Whether a block may hold these in this order.
private func isTaken(_ rule: OrderingRule, _ list: [(Transaction, Address)]) -> Bool {
    var sequence = VenueSequence(rule: rule)
    for (transaction, sender) in list {
        guard let rank = try? sequence.rank(of: transaction, sender: sender) else { return false }
        sequence.note(rank, sender: sender)
    }
    return true
}

@Test func reportsStandBeforeEverythingElse() {
    for rule in OrderingRule.allCases {
        #expect(isTaken(rule, [(report, person(1)), (report, person(2)), (other, person(3))]))
        #expect(!isTaken(rule, [(report, person(1)), (other, person(3)), (report, person(2))]))
        #expect(!isTaken(rule, [(quote, person(1)), (report, person(1))]))
    }
}

@Test func cancelsFirstHoldsClasses() {
    let (a, b, c) = (person(1), person(2), person(3))
    #expect(isTaken(.cancelsFirst, [(deposit, a), (quote, b), (cancel, c), (take, a), (other, b)]))
    #expect(!isTaken(.cancelsFirst, [(take, a), (cancel, c)]))
    #expect(!isTaken(.cancelsFirst, [(cancel, a), (quote, c)]))
    // What calls a contract may trade, and so may a creation.
    #expect(!isTaken(.cancelsFirst, [(other, a), (cancel, c)]))
    #expect(!isTaken(.cancelsFirst, [(transaction(to: nil), a), (cancel, c)]))
    // Of one sender the order of nonces stays.
    #expect(isTaken(.cancelsFirst, [(take, a), (cancel, a), (take, b)]))
    for rule in [OrderingRule.fifo, .batchAuction] { #expect(isTaken(rule, [(take, a), (cancel, c), (quote, b)])) }
}

/// Whatever comes in, what is arranged is a valid block in which each sender's own order is kept.
@Test func whatIsArrangedIsValid() {
    var state: UInt64 = 1
    func random(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
    }
    let kinds = [report, take, quote, cancel, deposit, other]
    for rule in OrderingRule.allCases {
        for _ in 0..<200 {
            let list = (0..<12).map { _ in
                (transaction: kinds[random(kinds.count)], sender: person(UInt64(random(4))))
            }
            let places = VenueSequence(rule: rule).arrange(list)
            #expect(isTaken(rule, places.map { (list[$0].transaction, list[$0].sender) }))
            for sender in Set(list.map(\.sender)) {
                let own = places.filter { list[$0].sender == sender }
                #expect(
                    own == own.sorted()
                        && own == list.indices.filter { list[$0].sender == sender }.prefix(own.count).map { $0 })
            }
        }
    }
}
