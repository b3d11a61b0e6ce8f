import Chain
import EVM
import Execution
import Foundations
import JSONText

// What the node says of its rules and of what it keeps.

extension RPCService {
    /// The rules that hold now, those that come next, and the last ones that are planned.
    /// https://eips.ethereum.org/EIPS/eip-7910
    func writeConfiguration(_ writer: inout JSONWriter) {
        let time = chain.head.header.timestamp
        let forks = chain.rules.forkTimestamps
        let next = forks.first { $0 > time }
        writer.object { writer in
            writer.key("current")
            writeConfiguration(at: forks.last { $0 <= time } ?? 0, &writer)
            writer.key("next")
            if let next { writeConfiguration(at: next, &writer) } else { writer.null() }
            writer.key("last")
            if next != nil, let last = forks.last { writeConfiguration(at: last, &writer) } else { writer.null() }
        }
    }

    private func writeConfiguration(at time: UInt64, _ writer: inout JSONWriter) {
        let rules = chain.rules
        let configuration = rules.terminal?.configuration ?? rules.configuration
        let fork = configuration.fork(number: .max, timestamp: time)
        writer.object { writer in
            writer.member("activationTime", time)
            writer.key("blobSchedule")
            if let blobs = configuration.blobParameters(number: .max, timestamp: time) {
                writer.object { writer in
                    writer.member("target", blobs.target)
                    writer.member("max", blobs.max)
                    writer.member("baseFeeUpdateFraction", blobs.baseFeeUpdateFraction)
                }
            } else {
                writer.null()
            }
            writer.member("chainId", quantity: rules.chainID)
            let identifier = rules.forkIdentifier(genesis: chain.genesisHash, timestamp: time)
            writer.member("forkId", hex: UInt256(UInt64(identifier)).bigEndianBytes.suffix(4))
            writer.key("precompiles")
            writer.object { writer in
                let named = Precompiles.addresses(fork: fork).map { (Precompiles.name(of: $0), $0) }
                for (name, address) in named.sorted(by: { $0.0 < $1.0 }) { writer.member(name, address: address) }
            }
            writer.key("systemContracts")
            writer.object { writer in
                if fork >= .cancun { writer.member("BEACON_ROOTS_ADDRESS", address: SystemContracts.beaconRoots) }
                guard fork >= .prague else { return }
                writer.member(
                    "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS", address: SystemContracts.consolidationRequests)
                writer.member("DEPOSIT_CONTRACT_ADDRESS", address: configuration.depositContract)
                writer.member("HISTORY_STORAGE_ADDRESS", address: SystemContracts.historyStorage)
                writer.member("WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS", address: SystemContracts.withdrawalRequests)
            }
        }
    }

    /// What can be asked of which blocks: everything of every block.
    func writeCapabilities(_ writer: inout JSONWriter) {
        let head = chain.head
        writer.object { writer in
            writer.key("head")
            writer.object { writer in
                writer.member("number", quantity: head.number)
                writer.member("hash", hash: head.hash)
            }
            for name in ["state", "tx", "logs", "receipts", "blocks", "stateproofs"] {
                writer.key(name)
                writer.object { writer in
                    writer.key("disabled")
                    writer.value(false)
                    writer.member("oldestBlock", quantity: 0 as UInt64)
                    guard name == "logs" else { return }
                    // The window in which logs can be searched: as long as a chain can get.
                    writer.key("deleteStrategy")
                    writer.object { writer in
                        writer.key("type")
                        writer.value("window")
                        writer.member("retentionBlocks", quantity: UInt64.max)
                    }
                }
            }
        }
    }
}

extension Precompiles {
    /// Names as EIP-7910 gives them.
    fileprivate static func name(of address: Address) -> String {
        let names = [
            "ECREC", "SHA256", "RIPEMD160", "ID", "MODEXP", "BN254_ADD", "BN254_MUL", "BN254_PAIRING", "BLAKE2F",
            "KZG_POINT_EVALUATION", "BLS12_G1ADD", "BLS12_G1MSM", "BLS12_G2ADD", "BLS12_G2MSM", "BLS12_PAIRING_CHECK",
            "BLS12_MAP_FP_TO_G1", "BLS12_MAP_FP2_TO_G2",
        ]
        let number = Int(clamping: address.word.clampedToUInt64)
        return names.indices.contains(number - 1) ? names[number - 1] : "P256VERIFY"
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ key: String, _ number: UInt64) {
        self.key(key)
        value(number)
    }
}
