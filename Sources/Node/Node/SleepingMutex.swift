import Glibc

/// A mutex whose waiters sleep at once.
///
/// Those of Swift's `Mutex` watch in the kernel (FUTEX_LOCK_PI) for as long as the holder runs. That is right where a lock
/// is held for a moment, but while a block is made it took a processor from everybody else: of two threads that send
/// transactions, the one that waited used a third of all processor time.
final class SleepingMutex<Value>: @unchecked Sendable {
    // Sendable: the value is reached only while the lock is held. The lock's memory is owned by this object alone, so
    // that it stays where it is, and freed with it.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
