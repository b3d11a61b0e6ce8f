import CLinux
import Glibc
import Synchronization

/// One thread's share of the server: a listening socket, the connections that it accepted, and a mailbox.
final class EventLoop: @unchecked Sendable {
    // Sendable: only `post` is called from other threads, and it touches only the mailbox and the event descriptor.
    // Everything else belongs to the thread that runs `run`.

    enum Letter {
        case send(UInt64, [UInt8])
        case stop
    }

    let port: UInt16
    let application: any ServerApplication
    let limits: ServerLimits
    private let index: Int
    private let connectionCount: ConnectionCount
    private let listener: Int32
    private let poller: Int32
    private let wakeUp: Int32
    private let mailbox = Mutex<[Letter]>([])
    private var connections: [UInt64: Connection] = [:]
    private var nextID: UInt64 = firstConnection
    /// Connections with requests that their last turn had no time for.
    private var unfinished: [UInt64] = []
    /// No descriptors are left for new clients, who wait in the listener's queue.
    private var isAcceptancePaused = false
    private var inputBuffer = [UInt8](repeating: 0, count: 64 << 10)

    private static let listenerID: UInt64 = 0
    private static let wakeUpID: UInt64 = 1
    private static let firstConnection: UInt64 = 2

    /// How long a client may hold the loop while others wait, unless one request takes longer.
    private static let turnNanoseconds = 10_000_000

    init(
        index: Int, host: String, port: UInt16, application: any ServerApplication, limits: ServerLimits,
        connectionCount: ConnectionCount
    ) throws(ServerError) {
        self.index = index
        self.application = application
        self.limits = limits
        self.connectionCount = connectionCount
        listener = try EventLoop.listen(host: host, port: port)
        self.port = EventLoop.port(of: listener)
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard poller >= 0, wakeUp >= 0 else { throw ServerError("cannot poll") }
        watch(listener, id: EventLoop.listenerID, for: EPOLLIN.rawValue)
        watch(wakeUp, id: EventLoop.wakeUpID, for: EPOLLIN.rawValue)
    }

    deinit {
        close(listener)
        close(poller)
        close(wakeUp)
    }

    func post(_ letter: Letter) {
        mailbox.withLock { $0.append(letter) }
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }

    func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        var lastSweep = EventLoop.now()
        while true {
            let count = epoll_wait(poller, &events, Int32(events.count), unfinished.isEmpty ? 1000 : 0)
            let polled = EventLoop.now()
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                switch event.data.u64 {
                case EventLoop.listenerID: acceptConnections()
                case EventLoop.wakeUpID:
                    if !readMail() {
                        shutDown()
                        return
                    }
                default:
                    if let connection = connections[event.data.u64] { serve(connection, event.events) }
                }
            }
            let waiting = unfinished
            unfinished = []
            for id in waiting {
                guard let connection = connections[id] else { continue }
                connection.isInLine = false
                takeTurn(connection)
            }
            // By the clock of the poll, and only when the poll has told everything: a client that has sent something
            // while the loop was busy with another one is not idle.
            if polled != lastSweep, count < events.count {
                lastSweep = polled
                for connection in connections.values where connection.isExpired(now: polled) { drop(connection) }
                resumeAcceptance()
            }
        }
    }

    /// Seconds of the monotonic clock.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }

    /// Nanoseconds of the monotonic clock.
    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    // MARK: Connections

    private func acceptConnections() {
        // A bounded number for each turn; the poller tells of the others again.
        for _ in 0..<64 {
            let descriptor = condor_accept(listener)
            if descriptor < 0 {
                if errno == EAGAIN { return }
                if errno == EINTR || errno == ECONNABORTED { continue }
                // No descriptors or no memory: the poller would tell of the same client again and again.
                isAcceptancePaused = true
                return modify(listener, id: EventLoop.listenerID, for: 0)
            }
            guard connectionCount.tryAdd(limit: limits.connections) else {
                close(descriptor)
                continue
            }
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(4))
            condor_expire_dead_peer(descriptor)
            let connection = Connection(
                descriptor: descriptor, handle: WebSocketHandle(loop: index, id: nextID), application: application,
                limits: limits)
            connections[nextID] = connection
            watch(descriptor, id: nextID, for: EPOLLIN.rawValue)
            nextID += 1
        }
    }

    /// Tries again to take clients: every second, and when a connection has ended.
    private func resumeAcceptance() {
        guard isAcceptancePaused else { return }
        isAcceptancePaused = false
        modify(listener, id: EventLoop.listenerID, for: EPOLLIN.rawValue)
    }

    private func serve(_ connection: Connection, _ events: UInt32) {
        if events & EPOLLERR.rawValue != 0 { return drop(connection) }
        // Both directions are closed. What is left to read is read, or the kernel would take back the last reply.
        if events & EPOLLHUP.rawValue != 0, !connection.wantsInput { return drop(connection) }
        // A bounded number of reads for each turn, so that one busy client does not starve the others.
        var reads = 0
        while events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0, reads < 16, connection.wantsInput {
            reads += 1
            let count = recv(connection.descriptor, &inputBuffer, inputBuffer.count, 0)
            if count > 0 {
                inputBuffer.withUnsafeBufferPointer {
                    connection.receive(UnsafeBufferPointer(rebasing: $0[0..<count]))
                }
                // A long body comes in many pieces, none of which gives anything to answer.
                connection.work(until: EventLoop.nanoseconds() + EventLoop.turnNanoseconds)
            } else if count == 0 {
                connection.endInput()
            } else if errno != EINTR {
                if errno != EAGAIN { return drop(connection) }
                break
            }
        }
        takeTurn(connection)
    }

    /// Answers what the connection has asked, and sends what waits for it.
    private func takeTurn(_ connection: Connection) {
        let deadline = EventLoop.nanoseconds() + EventLoop.turnNanoseconds
        repeat {
            connection.work(until: deadline)
            guard connection.flush() else { return drop(connection) }
        } while connection.canWork && EventLoop.nanoseconds() < deadline
        if connection.isFinished { return drop(connection) }
        if connection.canWork, !connection.isInLine {
            connection.isInLine = true
            unfinished.append(connection.handle.id)
        }
        let interest =
            (connection.wantsInput ? EPOLLIN.rawValue : 0) | (connection.hasOutput ? EPOLLOUT.rawValue : 0)
        if interest != connection.interest {
            connection.interest = interest
            modify(connection.descriptor, id: connection.handle.id, for: interest)
        }
    }

    private func drop(_ connection: Connection) {
        connections[connection.handle.id] = nil
        close(connection.descriptor)
        connectionCount.remove()
        if connection.isWebSocket { application.closed(connection.handle) }
        resumeAcceptance()
    }

    /// False when the loop is to end.
    private func readMail() -> Bool {
        var counter: UInt64 = 0
        _ = read(wakeUp, &counter, 8)
        let letters = mailbox.withLock { mailbox in
            defer { mailbox = [] }
            return mailbox
        }
        for letter in letters {
            switch letter {
            case .stop: return false
            case .send(let id, let message):
                guard let connection = connections[id] else { continue }
                connection.push(message)
                takeTurn(connection)
            }
        }
        return true
    }

    private func shutDown() {
        for connection in connections.values {
            connection.goAway()
            _ = connection.flush()
            close(connection.descriptor)
        }
        connections = [:]
    }

    // MARK: System calls

    private func watch(_ descriptor: Int32, id: UInt64, for events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func modify(_ descriptor: Int32, id: UInt64, for events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: id))
        epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event)
    }

    private static func listen(host: String, port: UInt16) throws(ServerError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        errno = EADDRNOTAVAIL
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let info = found else {
            throw ServerError("cannot resolve the host '\(host)'")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(
            info.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerError("cannot open a socket") }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(4))
        // The first loop of a process must own the port alone, or a second node would silently share it.
        if port == 0 || !isTaken(info) { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(4)) }
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            Glibc.listen(descriptor, 1024) == 0
        else {
            let error = ServerError("cannot listen on \(host):\(port)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Whether another process listens there already.
    private static func isTaken(_ info: UnsafeMutablePointer<addrinfo>) -> Bool {
        let probe = socket(info.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        guard connect(probe, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else { return false }
        // A sibling loop of this process answers too: it is known by the owner of the socket's port table.
        return !ownPorts.withLock { $0.contains(peerPort(probe)) }
    }

    /// Ports on which this process listens.
    private static let ownPorts = Mutex<Set<UInt16>>([])

    private static func peerPort(_ descriptor: Int32) -> UInt16 {
        port(descriptor, getpeername)
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        let number = port(descriptor, getsockname)
        _ = ownPorts.withLock { $0.insert(number) }
        return number
    }

    private static func port(
        _ descriptor: Int32,
        _ query: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> UInt16 {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            guard query(descriptor, pointer, &size) == 0 else { return 0 }
            // The port stands at the same place, big-endian, in IPv4 and IPv6 addresses.
            return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
