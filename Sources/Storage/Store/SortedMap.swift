import Glibc

/// An ordered map from byte strings to byte strings, as sorted runs of bounded length. A value: a copy is a snapshot
/// that costs what is changed afterwards.
struct SortedMap: Sendable {
    private typealias Entry = (key: [UInt8], value: [UInt8])
    // Runs are never empty.
    private var runs: [[Entry]] = []
    private(set) var count = 0
    /// Bytes of all keys and values.
    private(set) var bytes = 0

    private static let longestRun = 256

    subscript(key: [UInt8]) -> [UInt8]? {
        get {
            guard let (run, index, isFound) = place(key), isFound else { return nil }
            return runs[run][index].value
        }
        set {
            guard let (run, index, isFound) = place(key) else {
                if let newValue { append(key, newValue) }
                return
            }
            switch (newValue, isFound) {
            case (let value?, true):
                bytes += value.count - runs[run][index].value.count
                runs[run][index].value = value
            case (let value?, false):
                runs[run].insert((key, value), at: index)
                count += 1
                bytes += key.count + value.count
                if runs[run].count > SortedMap.longestRun { split(run) }
            case (nil, true):
                let old = runs[run].remove(at: index)
                count -= 1
                bytes -= old.key.count + old.value.count
                if runs[run].isEmpty { runs.remove(at: run) }
            case (nil, false): break
            }
        }
    }

    /// Calls `body` for entries from `start` on until it answers false.
    func forEach(from start: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool) {
        guard var (run, index, _) = place(start) else { return }
        while run < runs.count {
            while index < runs[run].count {
                guard body(runs[run][index].key, runs[run][index].value) else { return }
                index += 1
            }
            run += 1
            index = 0
        }
    }

    private mutating func append(_ key: [UInt8], _ value: [UInt8]) {
        runs.append([(key, value)])
        count += 1
        bytes += key.count + value.count
    }

    private mutating func split(_ run: Int) {
        let half = runs[run].count / 2
        runs.insert(Array(runs[run][half...]), at: run + 1)
        runs[run].removeLast(runs[run].count - half)
    }

    /// Where a key is or belongs: the last run that does not begin behind it. nil without runs.
    private func place(_ key: [UInt8]) -> (run: Int, index: Int, isFound: Bool)? {
        if runs.isEmpty { return nil }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if SortedMap.precedes(key, runs[middle][0].key) { high = middle } else { low = middle + 1 }
        }
        let run = max(0, low - 1)
        (low, high) = (0, runs[run].count)
        while low < high {
            let middle = (low + high) / 2
            if SortedMap.precedes(runs[run][middle].key, key) { low = middle + 1 } else { high = middle }
        }
        return (run, low, low < runs[run].count && runs[run][low].key == key)
    }

    static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                let count = min(left.count, right.count)
                if count > 0, let left = left.baseAddress, let right = right.baseAddress {
                    let order = memcmp(left, right, count)
                    if order != 0 { return order < 0 }
                }
                return left.count < right.count
            }
        }
    }
}
