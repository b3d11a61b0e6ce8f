/// The padding that SHA-256 and RIPEMD-160 share: 0x80, zeros, and the length in bits, up to a multiple of 64 bytes.
enum MerkleDamgard {
    /// Hands every 64-byte block of the padded message to `compress`, in order. The message's own blocks are read in
    /// place.
    static func forEachBlock(
        of bytes: UnsafeRawBufferPointer, lengthIsBigEndian: Bool, _ compress: (UnsafeRawPointer) -> Void
    ) {
        var offset = 0
        while bytes.count - offset >= 64 {
            compress(bytes.baseAddress! + offset)
            offset += 64
        }
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { last in
            let remaining = bytes.count - offset
            last.initializeMemory(as: UInt8.self, repeating: 0)
            if remaining > 0 {
                last.baseAddress!.copyMemory(from: bytes.baseAddress! + offset, byteCount: remaining)
            }
            last[remaining] = 0x80
            let size = remaining < 56 ? 64 : 128
            let bits = UInt64(bytes.count) &* 8
            last.storeBytes(
                of: lengthIsBigEndian ? bits.bigEndian : bits.littleEndian, toByteOffset: size - 8, as: UInt64.self)
            compress(UnsafeRawPointer(last.baseAddress!))
            if size == 128 { compress(UnsafeRawPointer(last.baseAddress! + 64)) }
        }
    }
}
