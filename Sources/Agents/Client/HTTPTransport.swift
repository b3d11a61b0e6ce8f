import Foundations
import Glibc

/// JSON-RPC over one kept HTTP/1.1 connection, opened anew where the server has closed it.
public final class HTTPTransport: RPCTransport {
    private let host: String
    private let port: String
    private let path: String
    private var socket: Int32 = -1
    /// What has been read and not used.
    private var buffer: [UInt8] = []
    private static let longestReply = 64 << 20
    private static let timeoutSeconds = 30

    /// - Throws: what is wrong with a URL that is not `http://host[:port][/path]`.
    public init(url: String) throws(RPCFailure) {
        guard url.hasPrefix("http://") else {
            throw RPCFailure(message: "'\(url)' is no URL of the form http://host:port")
        }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        self.path = path.isEmpty ? "/" : String(path)
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            let tail = authority[authority.index(after: close)...]
            port = tail.hasPrefix(":") ? String(tail.dropFirst()) : "80"
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            host = String(parts[0])
            port = parts.count > 1 ? String(parts[1]) : "80"
        }
        guard !host.isEmpty, UInt16(port) != nil else {
            throw RPCFailure(message: "'\(url)' is no URL of the form http://host:port")
        }
    }

    deinit { disconnect() }

    public func exchange(_ request: [UInt8]) throws -> [UInt8] {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(request.count)\r\n\r\n"
        let message = Array(head.utf8) + request
        let isFresh = socket < 0
        if isFresh { try connect() }
        do {
            try send(message)
            return try receive()
        } catch let failure as ConnectionLost {
            disconnect()
            // A kept connection may have been closed while it was idle. What was answered in part is not asked again.
            guard !isFresh, !failure.hadAnswer else { throw RPCFailure(message: failure.message) }
            try connect()
            do {
                try send(message)
                return try receive()
            } catch let failure as ConnectionLost {
                disconnect()
                throw RPCFailure(message: failure.message)
            }
        }
    }

    private struct ConnectionLost: Error {
        let message: String
        var hadAnswer = false
    }

    private func connect() throws(RPCFailure) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, port, &hints, &list)
        guard code == 0 else {
            throw RPCFailure(message: "no address of \(host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var reason = "no address"
        var next = list
        while let candidate = next?.pointee {
            next = candidate.ai_next
            let descriptor = Glibc.socket(candidate.ai_family, candidate.ai_socktype, candidate.ai_protocol)
            guard descriptor >= 0 else { continue }
            var timeout = timeval(tv_sec: HTTPTransport.timeoutSeconds, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
            }
            // Small requests wait for an answer each: they must not wait for company.
            var flag: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &flag, socklen_t(MemoryLayout<Int32>.size))
            if Glibc.connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 {
                socket = descriptor
                buffer = []
                return
            }
            reason = String(cString: strerror(errno))
            close(descriptor)
        }
        throw RPCFailure(message: "no node at \(host):\(port): \(reason)")
    }

    private func disconnect() {
        if socket >= 0 { close(socket) }
        socket = -1
    }

    private func send(_ bytes: [UInt8]) throws(ConnectionLost) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw lost("the connection to the node broke") }
            sent += count
        }
    }

    private func receive() throws -> [UInt8] {
        while true {
            if let (headers, start) = HTTPTransport.headers(in: buffer) {
                let reply = try HTTPReply(headers)
                guard reply.length <= HTTPTransport.longestReply else {
                    throw RPCFailure(message: "the node's answer has \(reply.length) bytes")
                }
                while buffer.count < start + reply.length { try fill() }
                let body = Array(buffer[start..<(start + reply.length)])
                buffer.removeFirst(start + reply.length)
                if reply.closes { disconnect() }
                guard reply.status == 200 else {
                    throw RPCFailure(message: "the node answers with HTTP status \(reply.status)")
                }
                return body
            }
            guard buffer.count <= 64 << 10 else { throw RPCFailure(message: "the node's answer is no HTTP") }
            try fill()
        }
    }

    private func fill() throws(ConnectionLost) {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw lost(count == 0 ? "the node closed the connection" : "the node does not answer")
            }
            buffer += chunk[..<count]
            return
        }
    }

    private func lost(_ message: String) -> ConnectionLost {
        ConnectionLost(message: "\(message) (\(host):\(port))", hadAnswer: !buffer.isEmpty)
    }

    /// The header lines, and where the body begins; nil while they are not complete.
    private static func headers(in bytes: [UInt8]) -> (String, Int)? {
        guard bytes.count >= 4 else { return nil }
        for end in 0...(bytes.count - 4)
        where bytes[end] == 13 && bytes[end + 1] == 10 && bytes[end + 2] == 13 && bytes[end + 3] == 10 {
            return (String(decoding: bytes[..<end], as: UTF8.self), end + 4)
        }
        return nil
    }
}

/// What the head of an HTTP answer says.
struct HTTPReply {
    let status: Int
    let length: Int
    let closes: Bool

    /// - Throws: what is missing. Only answers of a stated length are taken.
    init(_ headers: String) throws(RPCFailure) {
        let lines = headers.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw RPCFailure(message: "the node's answer is no HTTP")
        }
        var (length, closes): (Int?, Bool) = (nil, false)
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " || $0 == "\t" }
            switch parts[0].lowercased() {
            case "content-length": length = Int(value)
            case "connection": closes = value.lowercased() == "close"
            default: break
            }
        }
        guard let length, length >= 0 else {
            throw RPCFailure(message: "the node's answer has HTTP status \(status) and no length")
        }
        self.status = status
        self.length = length
        self.closes = closes
    }
}
