import CLinux
import Glibc
import Synchronization

/// What a server does with what it receives. Called on the server's loops, several at the same time.
public protocol ServerApplication: Sendable {
    /// Answers the body of an HTTP POST.
    func respond(to body: [UInt8]) -> [UInt8]
    /// Answers an HTTP GET of a path; nil for a path that is not there.
    func page(_ path: String) -> (contentType: String, body: [UInt8])?
    /// Answers a WebSocket message; nil for no answer.
    func respond(to message: [UInt8], from connection: WebSocketHandle) -> [UInt8]?
    /// A WebSocket connection is gone.
    func closed(_ connection: WebSocketHandle)
}

/// Bounds on what clients may take.
public struct ServerLimits: Sendable {
    /// Bytes of an HTTP body or a WebSocket message.
    public var bodyBytes = 5 << 20
    public var headerBytes = 64 << 10
    /// Connections at the same time, over all loops.
    public var connections = 4096
    /// Bytes that may wait for a client before its next request is answered. One reply may have more.
    public var unreadBytes = 1 << 20
    /// Bytes of pushed messages that may wait for a client that reads slowly before it is cut off.
    public var pushedBytes = 16 << 20
    /// Seconds in which a request must arrive once it has begun.
    public var requestSeconds = 30
    /// Seconds that a connection may be idle between requests.
    public var idleSeconds = 120
    /// Seconds in which a client must take some of what waits for it.
    public var stallSeconds = 30
    /// Seconds for which a connection that the server ends stays open for the client to notice.
    public var lingerSeconds = 5

    public init() {}
}

/// Names a WebSocket connection, so that other threads can send to it.
public struct WebSocketHandle: Hashable, Sendable {
    let loop: Int
    let id: UInt64
}

/// Why a server does not start.
public struct ServerError: Error, CustomStringConvertible {
    public let description: String

    init(_ doing: String) {
        description = "\(doing): \(String(cString: strerror(errno)))"
    }
}

/// HTTP/1.1 and WebSocket on one port. One loop per thread, each with its own listening socket (SO_REUSEPORT).
public final class Server: Sendable {
    public let port: UInt16
    private let loops: [EventLoop]
    private let threads: Mutex<[pthread_t]>

    /// Binds the port; 0 takes a free one. `start` begins to serve.
    public init(
        host: String, port: UInt16, application: any ServerApplication, limits: ServerLimits = ServerLimits(),
        threadCount: Int
    ) throws(ServerError) {
        // For the connections, and for what else the process opens.
        _ = condor_raise_descriptor_limit()
        var bound = port
        var loops: [EventLoop] = []
        let connectionCount = ConnectionCount()
        for index in 0..<max(1, threadCount) {
            let loop = try EventLoop(
                index: index, host: host, port: bound, application: application, limits: limits,
                connectionCount: connectionCount)
            bound = loop.port
            loops.append(loop)
        }
        self.port = bound
        self.loops = loops
        threads = Mutex([])
    }

    public func start() {
        signal(SIGPIPE, SIG_IGN)
        threads.withLock { threads in
            for loop in loops {
                var thread = pthread_t()
                let context = Unmanaged.passRetained(loop).toOpaque()
                pthread_create(
                    &thread, nil,
                    { context in
                        Unmanaged<EventLoop>.fromOpaque(context!).takeRetainedValue().run()
                        return nil
                    }, context)
                threads.append(thread)
            }
        }
    }

    /// Sends a text message; does nothing when the connection is gone.
    public func send(_ message: [UInt8], to connection: WebSocketHandle) {
        loops[connection.loop].post(.send(connection.id, message))
    }

    /// Closes all connections and ends the threads. A thread that is in the middle of a long request is left to itself
    /// after `milliseconds`: nobody waits for its reply any more.
    public func stop(within milliseconds: Int = 500) {
        for loop in loops { loop.post(.stop) }
        let end = EventLoop.nanoseconds() + milliseconds * 1_000_000
        threads.withLock { threads in
            for thread in threads {
                let left = max(0, end - EventLoop.nanoseconds()) / 1_000_000
                if condor_join(thread, Int32(clamping: left)) != 0 { pthread_detach(thread) }
            }
            threads = []
        }
    }
}

/// Connections over all loops.
final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)

    func tryAdd(limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        remove()
        return false
    }

    func remove() { count.subtract(1, ordering: .relaxed) }
}
