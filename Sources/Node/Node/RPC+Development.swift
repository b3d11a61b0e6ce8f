import Foundations
import JSONText
import Storage
import Synchronization

// What development tools do to a chain of their own: seal blocks, move its clock, go back.

extension RPCService {
    static let developmentMethods: [String: Method] = [
        "evm_mine": { service, parameters, writer in
            if let value = parameters.optional(0) {
                // A timestamp, alone or in Ganache's object.
                let timestamp = value["timestamp"] ?? value
                guard let seconds = timestamp.unsigned ?? timestamp.quantity64 else {
                    throw RPCError.invalidParameters("argument 0 must be a timestamp")
                }
                try service.setNextTimestamp(seconds)
            }
            try service.seal()
            writer.value("0x0")
        },
        "hardhat_mine": { service, parameters, writer in
            let count = parameters.count > 0 ? try parameters.number(0) : 1
            guard count <= 10_000 else { throw RPCError.invalidParameters("at most 10000 blocks in one call") }
            // Many blocks, made durable together.
            try service.chain.database.group { for _ in 0..<count { try service.seal() } }
            writer.value(true)
        },
        "evm_increaseTime": { service, parameters, writer in
            writer.value(service.chain.increaseTime(by: try parameters.number(0)))
        },
        "evm_setNextBlockTimestamp": { service, parameters, writer in
            try service.setNextTimestamp(parameters.number(0))
            writer.null()
        },
        "evm_snapshot": { service, _, writer in writer.value(quantity: service.chain.snapshot()) },
        "evm_revert": { service, parameters, writer in
            let head = try service.chain.revert(to: parameters.number(0))
            if let head { service.filters.withLock { $0.goBack(to: head) } }
            writer.value(head != nil)
        },
    ]

    private func setNextTimestamp(_ timestamp: UInt64) throws(RPCError) {
        guard chain.setNextTimestamp(timestamp) else {
            throw .invalidParameters("timestamp \(timestamp) is not behind that of block \(chain.head.number)")
        }
    }
}
