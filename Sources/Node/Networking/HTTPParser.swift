import CHTTPParser

/// A request that has arrived whole.
struct HTTPRequest {
    enum Method {
        case get, head, post, options, other
    }

    /// What a request says of WebSocket. Source: RFC 6455, section 4.2.1.
    enum Handshake {
        /// The request is no handshake; an upgrade to anything else is left out, as HTTP allows.
        case none
        case complete(key: String)
        /// Status and reason.
        case refused(Int, String)
    }

    var method: Method
    var path: String
    var body: [UInt8]
    var keepsAlive: Bool
    var handshake: Handshake
}

/// Incremental HTTP/1.1 parsing: the http-parser library behind a safe face. One for each connection.
final class HTTPParser {
    enum Event {
        case none
        /// The client waits to be told that its body is welcome.
        case expectsContinue
        case request(HTTPRequest)
        /// Status and reason; the connection must close.
        case refused(Int, String)
    }

    private let limits: ServerLimits
    // The library's state; freed in deinit, touched only by `parse` and, through its `data` pointer to this object,
    // by the callbacks that run inside `parse`.
    private let parser: UnsafeMutablePointer<http_parser>
    /// What the bytes that are being parsed have come to.
    private var event = Event.none
    private(set) var isInRequest = false
    private var path: [UInt8] = []
    private var headerName: [UInt8] = []
    private var headerValue: [UInt8] = []
    private var isInValue = false
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var webSocketKey: String?
    private var webSocketVersion: String?
    private var upgradesToWebSocket = false
    private var expectsContinue = false
    private var refusal: (Int, String)?

    init(limits: ServerLimits) {
        self.limits = limits
        parser = .allocate(capacity: 1)
        parser.initialize(to: http_parser())
        http_parser_init(parser, HTTP_REQUEST)
    }

    deinit {
        parser.deallocate()
    }

    /// Takes bytes up to the end of one request at most; answers how many, and what came of them.
    func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> (consumed: Int, Event) {
        parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        event = .none
        defer { event = .none }
        let consumed = bytes.withMemoryRebound(to: CChar.self) {
            http_parser_execute(parser, HTTPParser.settings, $0.baseAddress, $0.count)
        }
        if let (status, reason) = refusal { return (bytes.count, .refused(status, reason)) }
        let code = http_errno(condor_http_errno(parser))
        if code == HPE_PAUSED {
            http_parser_pause(parser, 0)
        } else if code != HPE_OK {
            return (bytes.count, .refused(400, "not HTTP: \(String(cString: http_errno_description(code)))"))
        }
        return (consumed, event)
    }

    // MARK: Callbacks

    private static func of(_ parser: UnsafeMutablePointer<http_parser>?) -> HTTPParser {
        Unmanaged<HTTPParser>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
    }

    private static func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }

    /// How long the names of the headers are that say something here.
    private static let knownLengths = ["sec-websocket-key", "sec-websocket-version", "upgrade", "expect"]
        .map(\.utf8.count)

    // Made once, never freed, and never written again.
    private nonisolated(unsafe) static let settings: UnsafePointer<http_parser_settings> = {
        let settings = UnsafeMutablePointer<http_parser_settings>.allocate(capacity: 1)
        settings.initialize(to: http_parser_settings())
        settings.pointee.on_message_begin = { HTTPParser.of($0).begin() }
        settings.pointee.on_url = { HTTPParser.of($0).takePath(HTTPParser.bytes($1, $2)) }
        settings.pointee.on_header_field = { HTTPParser.of($0).takeName(HTTPParser.bytes($1, $2)) }
        settings.pointee.on_header_value = { HTTPParser.of($0).takeValue(HTTPParser.bytes($1, $2)) }
        settings.pointee.on_headers_complete = { HTTPParser.of($0).endHeaders() }
        settings.pointee.on_body = { HTTPParser.of($0).takeBody(HTTPParser.bytes($1, $2)) }
        settings.pointee.on_message_complete = { HTTPParser.of($0).end() }
        return UnsafePointer(settings)
    }()

    private func begin() -> Int32 {
        isInRequest = true
        path.removeAll(keepingCapacity: true)
        forgetHeader()
        headerBytes = 0
        body = []
        webSocketKey = nil
        webSocketVersion = nil
        upgradesToWebSocket = false
        expectsContinue = false
        return 0
    }

    private func takePath(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        path += bytes
        return count(bytes.count)
    }

    private func takeName(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        if isInValue { finishHeader() }
        headerName += bytes
        return count(bytes.count)
    }

    private func takeValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        isInValue = true
        headerValue += bytes
        return count(bytes.count)
    }

    private func count(_ bytes: Int) -> Int32 {
        headerBytes += bytes
        return headerBytes <= limits.headerBytes ? 0 : refuse(431, "headers over \(limits.headerBytes) bytes")
    }

    private func finishHeader() {
        defer { forgetHeader() }
        // Most headers say nothing here, and no string is made of them.
        guard HTTPParser.knownLengths.contains(headerName.count) else { return }
        let value = String(decoding: headerValue, as: UTF8.self)
        switch String(decoding: headerName, as: UTF8.self).lowercased() {
        case "sec-websocket-key": webSocketKey = value
        case "sec-websocket-version": webSocketVersion = value
        case "upgrade":
            let names = value.lowercased().split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
            if names.contains(where: { $0.prefix { $0 != " " && $0 != "\t" } == "websocket" }) {
                upgradesToWebSocket = true
            }
        case "expect": expectsContinue = value.lowercased() == "100-continue"
        default: break
        }
    }

    private func forgetHeader() {
        headerName.removeAll(keepingCapacity: true)
        headerValue.removeAll(keepingCapacity: true)
        isInValue = false
    }

    private func endHeaders() -> Int32 {
        if isInValue { finishHeader() }
        let length = condor_http_content_length(parser)
        // The library says UInt64.max for a body without a stated length.
        if length != .max, length > UInt64(limits.bodyBytes) {
            return refuse(413, "body over \(limits.bodyBytes) bytes")
        }
        if expectsContinue { event = .expectsContinue }
        body.reserveCapacity(Int(min(length == .max ? 0 : length, 64 << 10)))
        return 0
    }

    private func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        if body.count + bytes.count > limits.bodyBytes { return refuse(413, "body over \(limits.bodyBytes) bytes") }
        body += bytes
        return 0
    }

    private func end() -> Int32 {
        isInRequest = false
        let method: HTTPRequest.Method =
            switch http_method(condor_http_method(parser)) {
            case HTTP_GET: .get
            case HTTP_HEAD: .head
            case HTTP_POST: .post
            case HTTP_OPTIONS: .options
            default: .other
            }
        event = .request(
            HTTPRequest(
                method: method, path: String(decoding: path, as: UTF8.self), body: body,
                keepsAlive: http_should_keep_alive(parser) != 0, handshake: handshake))
        body = []
        // One request at a time, so that what follows an upgrade is not taken for HTTP.
        http_parser_pause(parser, 1)
        return 0
    }

    private var handshake: HTTPRequest.Handshake {
        // The library's flag stands for both headers: Connection with `upgrade`, and Upgrade with anything.
        guard upgradesToWebSocket, condor_http_is_upgrade(parser) != 0 else {
            return webSocketKey == nil
                ? .none : .refused(400, "a WebSocket handshake has the headers Upgrade: websocket, Connection: Upgrade")
        }
        guard webSocketVersion == "13" else { return .refused(426, "only WebSocket version 13 is served") }
        guard let webSocketKey, WebSocket.isKey(webSocketKey) else {
            return .refused(400, "Sec-WebSocket-Key must be 16 bytes in Base64")
        }
        return .complete(key: webSocketKey)
    }

    private func refuse(_ status: Int, _ reason: String) -> Int32 {
        refusal = (status, reason)
        return 1
    }
}
