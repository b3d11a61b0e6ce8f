import Dispatch
import Synchronization

/// Work on all cores whose results do not depend on who does what.
enum Parallel {
    /// `body` of every index, in order; the error of the first index that fails.
    static func map<Result: Sendable, Failure: Error>(
        _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        let finished = Mutex<[Int: Swift.Result<Result, Failure>]>([:])
        withoutActuallyEscaping(body) { body in
            DispatchQueue.concurrentPerform(iterations: count) { index in
                let result: Swift.Result<Result, Failure>
                do throws(Failure) { result = .success(try body(index)) } catch { result = .failure(error) }
                finished.withLock { $0[index] = result }
            }
        }
        let results = finished.withLock { $0 }
        var values: [Result] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            if let result = results[index] { values.append(try result.get()) }
        }
        return values
    }
}
