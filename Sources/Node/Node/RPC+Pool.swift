import Chain
import Foundations
import JSONText

// What waits for a block.

extension RPCService {
    static let poolMethods: [String: Method] = [
        "txpool_status": { service, _, writer in
            let status = service.chain.poolStatus()
            writer.object { writer in
                writer.member("pending", quantity: UInt64(status.pending.count))
                writer.member("queued", quantity: UInt64(status.queued.count))
            }
        },
        "txpool_content": { service, _, writer in
            service.writePool(&writer) { writer, own in
                writer.object { writer in
                    for pooled in own {
                        writer.key("\(pooled.transaction.nonce)")
                        writer.value(pooled)
                    }
                }
            }
        },
        "txpool_contentFrom": { service, parameters, writer in
            let address = try parameters.address(0)
            let status = service.chain.poolStatus()
            writer.object { writer in
                for (name, transactions) in [("pending", status.pending), ("queued", status.queued)] {
                    writer.key(name)
                    writer.object { writer in
                        for pooled in transactions where pooled.sender == address {
                            writer.key("\(pooled.transaction.nonce)")
                            writer.value(pooled)
                        }
                    }
                }
            }
        },
        "txpool_inspect": { service, _, writer in
            service.writePool(&writer) { writer, own in
                writer.object { writer in
                    for pooled in own {
                        let transaction = pooled.transaction
                        writer.key("\(transaction.nonce)")
                        writer.value(
                            (transaction.to.map(\.checksummed) ?? "contract creation")
                                + ": \(transaction.value) wei + \(transaction.gasLimit) gas × "
                                + "\(transaction.maxFeePerGas) wei")
                    }
                }
            }
        },
    ]

    /// The pool by state and sender; `write` writes one sender's transactions.
    private func writePool(_ writer: inout JSONWriter, _ write: (inout JSONWriter, [PooledTransaction]) -> Void) {
        let status = chain.poolStatus()
        writer.object { writer in
            for (name, transactions) in [("pending", status.pending), ("queued", status.queued)] {
                writer.key(name)
                writer.object { writer in
                    let senders = Dictionary(grouping: transactions, by: \.sender).sorted { $0.key < $1.key }
                    for (sender, own) in senders {
                        writer.key(sender.checksummed)
                        write(&writer, own)
                    }
                }
            }
        }
    }
}
