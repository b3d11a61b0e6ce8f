/// Keys by half bytes, as proofs are read.
package enum Nibbles {
    static func from(_ bytes: [UInt8]) -> [UInt8] {
        var nibbles: [UInt8] = []
        nibbles.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            nibbles.append(byte >> 4)
            nibbles.append(byte & 15)
        }
        return nibbles
    }

    /// The hex-prefix encoding: flags and parity in the first nibble.
    package static func compact(_ path: [UInt8], isLeaf: Bool) -> [UInt8] {
        let flag: UInt8 = isLeaf ? 2 : 0
        let isOdd = !path.count.isMultiple(of: 2)
        var bytes: [UInt8] = [isOdd ? (flag + 1) << 4 | path[0] : flag << 4]
        bytes.reserveCapacity(path.count / 2 + 1)
        var index = isOdd ? 1 : 0
        while index < path.count {
            bytes.append(path[index] << 4 | path[index + 1])
            index += 2
        }
        return bytes
    }

    /// The path and kind of a hex-prefix encoding; nil when it is none.
    static func expand(_ compact: [UInt8]) -> (path: [UInt8], isLeaf: Bool)? {
        guard let first = compact.first, first >> 4 <= 3 else { return nil }
        let isOdd = first >> 4 & 1 == 1
        if !isOdd, first & 15 != 0 { return nil }
        return ([UInt8](from(compact).dropFirst(isOdd ? 1 : 2)), first >> 4 >= 2)
    }
}
