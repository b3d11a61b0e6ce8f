import Foundation

/// libFuzzer's entry points. `--target=NAME` picks what is fuzzed; libFuzzer leaves options with two dashes alone.
private nonisolated(unsafe) var target: @Sendable ([UInt8]) -> Void = { _ in }

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<Int32>,
    _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
    let arguments = (0..<Int(count.pointee)).compactMap { values.pointee[$0].map { String(cString: $0) } }
    let name = arguments.first { $0.hasPrefix("--target=") }?.dropFirst("--target=".count)
    guard let name, let chosen = decoderTargets[String(name)] else {
        let accepted = decoderTargets.keys.sorted().joined(separator: ", ")
        FileHandle.standardError.write(Data("--target=NAME is required; accepted: \(accepted)\n".utf8))
        exit(64)
    }
    target = chosen
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    target([UInt8](UnsafeBufferPointer(start: data, count: size)))
    return 0
}
