import Foundation
import Foundations

/// Why a peer cannot be asked.
struct FuzzPeerError: Error, CustomStringConvertible {
    let description: String
}

/// `Scripts/fuzz-peer` as a process. Requests are written by a thread of their own, so that neither side waits for the
/// other to read.
final class FuzzPeer: Sendable {
    enum Kind: String, CaseIterable {
        case pyrevm, eels

        var order: FuzzOrder { self == .pyrevm ? .independent : .sequence }
    }

    /// What the peer calls itself, with its version.
    let name: String
    private let process: Process
    private let input: FileHandle
    private let output: FileHandle
    private let writer = DispatchQueue(label: "condor.fuzz.writer")

    init(_ kind: Kind, python: String, script: String) throws {
        // A peer that ends is an error at the next write, no signal.
        signal(SIGPIPE, SIG_IGN)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script, kind.rawValue]
        let (requests, replies) = (Pipe(), Pipe())
        // Whole batches fit, so that the two sides work at the same time. 1031 is Linux's F_SETPIPE_SZ; where the size is
        // refused, it is only slower.
        for pipe in [requests, replies] { _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, 1031, 1 << 20) }
        process.standardInput = requests
        process.standardOutput = replies
        do { try process.run() } catch {
            throw FuzzPeerError(description: "\(python) cannot be started: \(error)")
        }
        self.process = process
        input = requests.fileHandleForWriting
        output = replies.fileHandleForReading
        name = String(decoding: try FuzzPeer.receive(output, python), as: UTF8.self)
    }

    deinit {
        try? input.close()
        process.waitUntilExit()
    }

    func send(_ request: FuzzRequest) {
        let bytes = request.bytes
        var frame = Data(capacity: bytes.count + 4)
        withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { frame.append(contentsOf: $0) }
        frame.append(contentsOf: bytes)
        let ready = frame
        // A failed write shows as the end of the replies.
        writer.async { [input] in try? input.write(contentsOf: ready) }
    }

    func receive() throws -> FuzzReplyReader { FuzzReplyReader(try FuzzPeer.receive(output, name)) }

    private static func receive(_ handle: FileHandle, _ name: String) throws -> [UInt8] {
        let header = try take(4, handle, name)
        return try take(header.reduce(0) { $0 << 8 | Int($1) }, handle, name)
    }

    private static func take(_ count: Int, _ handle: FileHandle, _ name: String) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                read(handle.fileDescriptor, buffer.baseAddress! + filled, count - filled)
            }
            guard got > 0 else {
                throw FuzzPeerError(description: "the peer (\(name)) has ended; its message stands above")
            }
            filled += got
        }
        return bytes
    }
}
