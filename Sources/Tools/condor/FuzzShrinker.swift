import Chain
import EVM
import Foundations
import State
import Storage

/// Makes a case smaller for as long as it still shows what is wrong.
struct FuzzShrinker {
    private(set) var testCase: FuzzCase
    private let disagrees: (FuzzCase) throws -> Bool
    /// How many smaller cases may still be tried.
    private var budget = 4000

    init(_ testCase: FuzzCase, disagrees: @escaping (FuzzCase) throws -> Bool) {
        self.testCase = testCase
        self.disagrees = disagrees
    }

    mutating func shrink() throws {
        var size = -1
        while size != measure, budget > 0 {
            size = measure
            try dropTransactions()
            try dropAccounts()
            try simplifyTransactions()
            try simplifyAccounts()
            for index in testCase.accounts.indices { try shrinkCode(.account(index)) }
            for index in testCase.transactions.indices where testCase.transactions[index].transaction.to == nil {
                try shrinkCode(.transaction(index))
            }
        }
    }

    /// What each round must make smaller.
    private var measure: Int {
        testCase.accounts.reduce(0) { $0 + 10 + $1.code.count + 5 * $1.storage.count }
            + testCase.transactions.reduce(0) { sum, item in
                let transaction = item.transaction
                return sum + 50 + transaction.data.count + 10 * transaction.accessList.count
                    + 10 * transaction.authorizations.count
            }
    }

    /// Takes a change of the case if it still disagrees.
    @discardableResult
    private mutating func attempt(_ change: (inout FuzzCase) -> Void) throws -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        var candidate = testCase
        change(&candidate)
        guard try disagrees(candidate) else { return false }
        testCase = candidate
        return true
    }

    // MARK: - Parts

    private mutating func dropTransactions() throws {
        for index in testCase.transactions.indices.dropLast().reversed() {
            try attempt { $0.transactions.remove(at: index) }
        }
    }

    private mutating func dropAccounts() throws {
        let senders = Set(testCase.transactions.map(\.sender))
        for index in testCase.accounts.indices.reversed() where !senders.contains(testCase.accounts[index].address) {
            try attempt { $0.accounts.remove(at: index) }
        }
    }

    private mutating func simplifyTransactions() throws {
        for index in testCase.transactions.indices {
            func change(_ body: (inout Transaction) -> Void) throws {
                try attempt { body(&$0.transactions[index].transaction) }
            }
            let transaction = testCase.transactions[index].transaction
            if !transaction.accessList.isEmpty { try change { $0.accessList = [] } }
            for entry in transaction.accessList.indices.reversed() where transaction.accessList.count > 1 {
                try change { if entry < $0.accessList.count { $0.accessList.remove(at: entry) } }
            }
            for entry in transaction.authorizations.indices.reversed() where transaction.authorizations.count > 1 {
                try change { $0.authorizations.remove(at: entry) }
            }
            if transaction.type != .legacy {
                try change {
                    $0.type = .legacy
                    $0.accessList = []
                    $0.authorizations = []
                    $0.blobVersionedHashes = []
                }
            }
            if !transaction.value.isZero { try change { $0.value = .zero } }
            if transaction.to != nil {
                var keep = 0
                while keep < testCase.transactions[index].transaction.data.count {
                    let count = keep
                    try change { $0.data.removeLast($0.data.count - count) }
                    keep = max(1, keep * 2)
                }
                try change { $0.data = [UInt8](repeating: 0, count: $0.data.count) }
            }
            for gas in [1_000_000, 100_000] as [UInt64] where gas != transaction.gasLimit {
                if try attempt({ $0.transactions[index].transaction.gasLimit = gas }) { break }
            }
        }
    }

    private mutating func simplifyAccounts() throws {
        let senders = Set(testCase.transactions.map(\.sender))
        for index in testCase.accounts.indices {
            let account = testCase.accounts[index]
            if !account.code.isEmpty { try attempt { $0.accounts[index].code = [] } }
            if !account.storage.isEmpty { try attempt { $0.accounts[index].storage = [] } }
            for entry in account.storage.indices.reversed() {
                try attempt {
                    if entry < $0.accounts[index].storage.count { $0.accounts[index].storage.remove(at: entry) }
                }
            }
            if !senders.contains(account.address) {
                if !account.balance.isZero { try attempt { $0.accounts[index].balance = .zero } }
                // Not zero: empty accounts are a matter of their own.
                if account.nonce != 1 { try attempt { $0.accounts[index].nonce = 1 } }
            }
        }
    }

    // MARK: - Code

    /// Where code stands in a case.
    private enum Place {
        case account(Int)
        case transaction(Int)

        func code(in testCase: FuzzCase) -> [UInt8] {
            switch self {
            case .account(let index): testCase.accounts[index].code
            case .transaction(let index): testCase.transactions[index].transaction.data
            }
        }

        func set(_ code: [UInt8], in testCase: inout FuzzCase) {
            switch self {
            case .account(let index): testCase.accounts[index].code = code
            case .transaction(let index): testCase.transactions[index].transaction.data = code
            }
        }
    }

    /// Removes ever smaller runs of instructions, then makes what is left plain.
    private mutating func shrinkCode(_ place: Place) throws {
        var length = FuzzShrinker.instructions(place.code(in: testCase)).count / 2
        while length > 0 {
            var start = 0
            while true {
                let code = place.code(in: testCase)
                let parts = FuzzShrinker.instructions(code)
                guard start < parts.count else { break }
                let range = parts[start].lowerBound..<parts[min(start + length, parts.count) - 1].upperBound
                if try !attempt({ place.set(FuzzShrinker.removing(range, from: code), in: &$0) }) { start += length }
            }
            length /= 2
        }
        var index = 0
        while true {
            let code = place.code(in: testCase)
            let parts = FuzzShrinker.instructions(code)
            guard index < parts.count else { break }
            let part = parts[index]
            index += 1
            let isPush = code[part.lowerBound] >= 0x60 && code[part.lowerBound] <= 0x7f
            guard isPush, part.count > 1 else { continue }
            for value in [0, 1] as [UInt8] {
                var smaller = FuzzShrinker.removing(part.lowerBound + 1..<part.upperBound - 1, from: code)
                smaller[part.lowerBound] = 0x60
                smaller[part.lowerBound + 1] = value
                if smaller == code { break }
                if try attempt({ place.set(smaller, in: &$0) }) { break }
            }
        }
    }

    /// The byte ranges of the instructions, their immediates with them.
    private static func instructions(_ code: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < code.count {
            let size = code[index] >= 0x60 && code[index] <= 0x7f ? Int(code[index]) - 0x5e : 1
            ranges.append(index..<min(code.count, index + size))
            index += size
        }
        return ranges
    }

    /// The code without some bytes; pushes that name a jump destination behind them follow it.
    private static func removing(_ range: Range<Int>, from code: [UInt8]) -> [UInt8] {
        var result = code
        for part in instructions(code) where code[part.lowerBound] >= 0x60 && code[part.lowerBound] <= 0x7f {
            let target = UInt256(bigEndian: code[part.dropFirst()])
            guard part.count <= 3, let place = target.asUInt64, place >= UInt64(range.upperBound),
                place < UInt64(code.count), code[Int(place)] == 0x5b
            else { continue }
            let moved = place - UInt64(range.count)
            for offset in 1..<part.count {
                result[part.lowerBound + offset] = UInt8(
                    truncatingIfNeeded: moved >> UInt64(8 * (part.count - 1 - offset)))
            }
        }
        result.removeSubrange(range)
        return result
    }
}
