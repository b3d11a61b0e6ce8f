import COpenSSL
import CWslay

/// WebSocket frames of one connection: the wslay library behind a safe face. Bytes in, messages out, and the reverse.
final class WebSocket {
    // The library's state, freed in deinit. Its callbacks run only inside the calls made here and reach this object
    // through the user pointer.
    private var context: wslay_event_context_ptr?
    private var input: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0)
    private var output: [UInt8] = []
    private var messages: [[UInt8]] = []
    private(set) var isClosed = false

    init(messageLimit: Int) {
        var callbacks = wslay_event_callbacks()
        callbacks.recv_callback = { context, buffer, count, _, user in
            WebSocket.of(user).read(context, buffer, count)
        }
        callbacks.send_callback = { _, bytes, count, _, user in
            WebSocket.of(user).output += UnsafeBufferPointer(start: bytes, count: count)
            return count
        }
        callbacks.on_msg_recv_callback = { _, argument, user in
            WebSocket.of(user).take(argument!.pointee)
        }
        wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque())
        wslay_event_config_set_max_recv_msg_length(context, UInt64(messageLimit))
    }

    deinit {
        wslay_event_context_free(context)
    }

    /// Takes bytes; answers the messages that are complete. Pings and closing are answered by themselves.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> [[UInt8]] {
        input = bytes
        messages = []
        if wslay_event_recv(context) != 0 { isClosed = true }
        input = .init(start: nil, count: 0)
        return messages
    }

    func send(_ text: [UInt8]) {
        text.withUnsafeBufferPointer { buffer in
            // The library copies the message.
            var message = wslay_event_msg(
                opcode: UInt8(WSLAY_TEXT_FRAME.rawValue), msg: buffer.baseAddress, msg_length: buffer.count)
            wslay_event_queue_msg(context, &message)
        }
    }

    func close(code: UInt16) {
        wslay_event_queue_close(context, code, nil, 0)
    }

    /// What must go to the client now.
    func takeOutput() -> [UInt8] {
        if wslay_event_send(context) != 0 { isClosed = true }
        if wslay_event_get_close_sent(context) != 0 { isClosed = true }
        defer { output = [] }
        return output
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> WebSocket {
        Unmanaged<WebSocket>.fromOpaque(user!).takeUnretainedValue()
    }

    private func read(_ context: wslay_event_context_ptr?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int
    {
        if input.isEmpty {
            wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
            return -1
        }
        let taken = min(count, input.count)
        buffer!.update(from: input.baseAddress!, count: taken)
        input = UnsafeBufferPointer(rebasing: input[taken...])
        return taken
    }

    private func take(_ message: wslay_event_on_msg_recv_arg) {
        // Control frames have been answered by the library.
        guard message.opcode == UInt8(WSLAY_TEXT_FRAME.rawValue) || message.opcode == UInt8(WSLAY_BINARY_FRAME.rawValue)
        else { return }
        messages.append([UInt8](UnsafeBufferPointer(start: message.msg, count: message.msg_length)))
    }

    /// Whether a handshake's key has the form of 16 bytes in Base64.
    static func isKey(_ key: String) -> Bool {
        // 22 digits, of which the last stands for two bits only, and the filling.
        let digits = Array(key.utf8)
        guard digits.count == 24, key.hasSuffix("=="), "AQgw".utf8.contains(digits[21]) else { return false }
        return digits.prefix(22).allSatisfy { digit in
            switch digit {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }

    /// The answer to a handshake's key. Source: RFC 6455, section 4.2.2.
    static func acceptance(of key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        EVP_Digest(text, text.count, &digest, nil, EVP_sha1(), nil)
        var encoded = [UInt8](repeating: 0, count: 29)
        EVP_EncodeBlock(&encoded, digest, 20)
        return String(decoding: encoded.prefix(28), as: UTF8.self)
    }
}
