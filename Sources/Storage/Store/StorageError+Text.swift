import Glibc

extension StorageError {
    /// What the operating system says of an errno.
    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// The system's last error.
    static func last(_ operation: String, _ path: String) -> StorageError {
        .system(operation: operation, path: path, code: errno)
    }
}
