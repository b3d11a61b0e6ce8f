import Commitment
import Cryptography
import Foundations

/// A node of a stored trie as it is being changed. State tries have keys of one length, so that branches hold no values.
indirect enum StoredNode: Sendable {
    /// What is left of the key, in nibbles, and the value.
    case leaf(path: ArraySlice<UInt8>, value: [UInt8])
    case extended(path: ArraySlice<UInt8>, StoredLink)
    case branch([StoredLink])
}

/// How a parent holds a child.
enum StoredLink: Sendable {
    case none
    /// In the store, at its own path.
    case hash(Bytes32)
    /// In memory: read, new, or so short that it stands inside its parent.
    case node(StoredNode)

    var isNone: Bool {
        if case .none = self { true } else { false }
    }
}

extension TrieCoding {
    /// nil when the bytes are no node of a state trie.
    static func decode(_ bytes: [UInt8]) -> StoredNode? {
        bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            guard let item = item(bytes, &position, end: bytes.count), item.isList, position == bytes.count else {
                return nil
            }
            return node(bytes, item.payload)
        }
    }

    private static func node(_ bytes: UnsafeBufferPointer<UInt8>, _ payload: Range<Int>) -> StoredNode? {
        var position = payload.lowerBound
        // Seventeen items make a branch, two an extension or a leaf.
        guard let first = item(bytes, &position, end: payload.upperBound),
            let second = item(bytes, &position, end: payload.upperBound)
        else { return nil }
        if position == payload.upperBound {
            guard !first.isList, let (path, isLeaf) = expand(bytes[first.payload]) else { return nil }
            if isLeaf { return second.isList ? nil : .leaf(path: path, value: Array(bytes[second.payload])) }
            return link(bytes, second).flatMap { $0.isNone ? nil : .extended(path: path, $0) }
        }
        guard let firstLink = link(bytes, first), let secondLink = link(bytes, second) else { return nil }
        var children: [StoredLink] = []
        children.reserveCapacity(16)
        children.append(firstLink)
        children.append(secondLink)
        for _ in 2..<16 {
            guard let next = item(bytes, &position, end: payload.upperBound), let link = link(bytes, next) else {
                return nil
            }
            children.append(link)
        }
        guard let value = item(bytes, &position, end: payload.upperBound), !value.isList, value.payload.isEmpty,
            position == payload.upperBound
        else { return nil }
        return .branch(children)
    }

    typealias Item = (payload: Range<Int>, isList: Bool)

    static func item(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, end: Int) -> Item? {
        guard position < end else { return nil }
        let first = Int(bytes[position])
        let isList = first >= 0xc0
        if first < 0x80 {
            position += 1
            return (position - 1..<position, false)
        }
        var count = first - (isList ? 0xc0 : 0x80)
        var start = position + 1
        if count > 55 {
            let size = count - 55
            guard size <= 4, start + size <= end else { return nil }
            count = 0
            for index in start..<(start + size) { count = count << 8 | Int(bytes[index]) }
            start += size
        }
        guard count <= end - start else { return nil }
        position = start + count
        return (start..<position, isList)
    }

    private static func link(_ bytes: UnsafeBufferPointer<UInt8>, _ item: Item) -> StoredLink? {
        if item.isList { return node(bytes, item.payload).map { .node($0) } }
        if item.payload.isEmpty { return StoredLink.none }
        return Bytes32(bytes[item.payload]).map { .hash($0) }
    }

    /// The path and kind of a hex-prefix encoding.
    private static func expand(_ compact: Slice<UnsafeBufferPointer<UInt8>>) -> (ArraySlice<UInt8>, isLeaf: Bool)? {
        guard let first = compact.first, first >> 4 <= 3 else { return nil }
        var path: [UInt8] = []
        path.reserveCapacity(compact.count * 2)
        if first >> 4 & 1 == 1 { path.append(first & 15) }
        for byte in compact.dropFirst() {
            path.append(byte >> 4)
            path.append(byte & 15)
        }
        return (path[...], first >> 4 >= 2)
    }

    // MARK: Writing

    /// A leaf whose key is left from nibble `depth` on.
    static func appendLeaf(_ key: UInt256, from depth: Int, value: [UInt8], to bytes: inout [UInt8]) {
        appendHeader(pathByteCount(64 - depth) + stringByteCount(value), base: 0xc0, to: &bytes)
        appendPath(key, from: depth, to: 64, isLeaf: true, to: &bytes)
        append(string: value, to: &bytes)
    }

    static func leaf(path: ArraySlice<UInt8>, value: [UInt8]) -> [UInt8] {
        list { append(string: value, to: &$0, after: compact(path, isLeaf: true)) }
    }

    /// `child` is the child's reference, RLP already.
    static func extended(path: ArraySlice<UInt8>, child: [UInt8]) -> [UInt8] {
        list { payload in
            append(string: compact(path, isLeaf: false), to: &payload)
            payload += child
        }
    }

    static func reference(_ hash: Bytes32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(33)
        append(reference: hash, to: &bytes)
        return bytes
    }

    static func append(reference hash: Bytes32, to bytes: inout [UInt8]) {
        bytes.append(0xa0)
        bytes.append(bigEndian: hash.word)
    }

    /// The items of a branch's RLP, 17 of them, each with its header; nil for another node.
    static func branchItems(_ encoded: [UInt8]) -> [ArraySlice<UInt8>]? {
        let payload: Range<Int>? = encoded.withUnsafeBufferPointer { bytes in
            var position = 0
            guard let outer = item(bytes, &position, end: bytes.count), outer.isList, position == bytes.count else {
                return nil
            }
            return outer.payload
        }
        guard let payload, let items = items(encoded, payload), items.count == 17 else { return nil }
        return items
    }

    /// RLP items one behind the other, each with its header; nil when the bytes are no such sequence.
    static func items(_ encoded: [UInt8], _ range: Range<Int>) -> [ArraySlice<UInt8>]? {
        let ranges: [Range<Int>]? = encoded.withUnsafeBufferPointer { bytes in
            var position = range.lowerBound
            let end = range.upperBound
            var ranges: [Range<Int>] = []
            while position < end {
                let start = position
                guard item(bytes, &position, end: end) != nil else { return nil }
                ranges.append(start..<position)
            }
            return ranges
        }
        return ranges?.map { encoded[$0] }
    }

    static func list(_ content: (inout [UInt8]) -> Void) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(560)
        content(&payload)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + 4)
        appendHeader(payload.count, base: 0xc0, to: &bytes)
        bytes += payload
        return bytes
    }

    private static func append(string: [UInt8], to bytes: inout [UInt8], after first: [UInt8]) {
        append(string: first, to: &bytes)
        append(string: string, to: &bytes)
    }

    private static func compact(_ path: ArraySlice<UInt8>, isLeaf: Bool) -> [UInt8] {
        let flag: UInt8 = isLeaf ? 2 : 0
        let isOdd = !path.count.isMultiple(of: 2)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.count / 2 + 1)
        var index = path.startIndex
        if isOdd {
            bytes.append((flag + 1) << 4 | path[index])
            index += 1
        } else {
            bytes.append(flag << 4)
        }
        while index < path.endIndex {
            bytes.append(path[index] << 4 | path[index + 1])
            index += 2
        }
        return bytes
    }
}
