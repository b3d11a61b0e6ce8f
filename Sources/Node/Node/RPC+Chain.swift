import Chain
import Cryptography
import EVM
import Execution
import Foundations
import JSONText
import Storage

// Blocks, fees, and what the node says of itself.

extension RPCService {
    static let clientVersion = "Condor/v0.1.0"

    static let chainMethods: [String: Method] = [
        "web3_clientVersion": { _, _, writer in writer.value(clientVersion) },
        "web3_sha3": { _, parameters, writer in
            writer.value(hex: Keccak256.hash(try parameters.bytes(0)).bytes)
        },
        "net_version": { service, _, writer in writer.value("\(service.chain.rules.chainID)") },
        "net_listening": { _, _, writer in writer.value(true) },
        "net_peerCount": { _, _, writer in writer.value(quantity: 0 as UInt64) },
        "eth_chainId": { service, _, writer in writer.value(quantity: service.chain.rules.chainID) },
        "eth_protocolVersion": { _, _, writer in writer.value(quantity: 68 as UInt64) },
        "eth_syncing": { _, _, writer in writer.value(false) },
        "eth_mining": { _, _, writer in writer.value(false) },
        "eth_coinbase": { service, _, writer in writer.value(hex: service.chain.head.header.beneficiary.bytes) },
        "eth_blockNumber": { service, _, writer in writer.value(quantity: service.chain.head.number) },
        "eth_getBlockByNumber": { service, parameters, writer in
            let record = try service.find(parameters, 0)
            service.write(record, fullTransactions: try parameters.bool(1), &writer)
        },
        "eth_getBlockByHash": { service, parameters, writer in
            let record = try service.chain.block(hash: parameters.hash(0))
            service.write(record, fullTransactions: try parameters.bool(1), &writer)
        },
        "eth_getBlockTransactionCountByNumber": { service, parameters, writer in
            let record = try service.find(parameters, 0)
            service.writeCount(record?.transactions.count, &writer)
        },
        "eth_getBlockTransactionCountByHash": { service, parameters, writer in
            let record = try service.chain.block(hash: parameters.hash(0))
            service.writeCount(record?.transactions.count, &writer)
        },
        "eth_getUncleCountByBlockNumber": { service, parameters, writer in
            let record = try service.find(parameters, 0)
            service.writeCount(record?.block.ommers.count, &writer)
        },
        "eth_getUncleCountByBlockHash": { service, parameters, writer in
            let record = try service.chain.block(hash: parameters.hash(0))
            service.writeCount(record?.block.ommers.count, &writer)
        },
        "eth_getUncleByBlockNumberAndIndex": { service, parameters, writer in
            service.writeOmmer(try service.find(parameters, 0), try parameters.number(1), &writer)
        },
        "eth_getUncleByBlockHashAndIndex": { service, parameters, writer in
            try service.writeOmmer(
                service.chain.block(hash: parameters.hash(0)), parameters.number(1), &writer)
        },
        "eth_getHeaderByNumber": { service, parameters, writer in
            try service.writeHeader(service.find(parameters, 0), &writer)
        },
        "eth_getHeaderByHash": { service, parameters, writer in
            try service.writeHeader(service.chain.block(hash: parameters.hash(0)), &writer)
        },
        "eth_getBlockReceipts": { service, parameters, writer in
            guard let record = try service.find(parameters, 0, .numberOrHash) else { return writer.null() }
            let fee = service.chain.context(of: record).blobBaseFee
            writer.array { writer in
                for index in record.receipts.indices { writer.receipt(in: record, at: index, blobBaseFee: fee) }
            }
        },
        "eth_gasPrice": { service, _, writer in
            writer.value(quantity: BaseFee.next(after: service.chain.head.header) &+ RPCService.suggestedTip)
        },
        "eth_maxPriorityFeePerGas": { _, _, writer in writer.value(quantity: RPCService.suggestedTip) },
        "eth_blobBaseFee": { service, _, writer in
            writer.value(quantity: service.chain.context(of: service.chain.head).blobBaseFee)
        },
        "eth_baseFee": { service, _, writer in
            guard let fee = service.nextBaseFee(after: service.chain.head.header) else { return writer.null() }
            writer.value(quantity: fee)
        },
        "eth_config": { service, _, writer in service.writeConfiguration(&writer) },
        "eth_capabilities": { service, _, writer in service.writeCapabilities(&writer) },
        "eth_feeHistory": { service, parameters, writer in try service.feeHistory(parameters, &writer) },
    ]

    /// What a sender is advised to offer the beneficiary: 1 gwei, of which nothing is needed on an idle chain.
    static let suggestedTip = UInt256(1_000_000_000 as UInt64)

    /// The most percentiles that one fee history may ask for, as with geth.
    static let percentileLimit = 100

    private func write(_ record: BlockRecord?, fullTransactions: Bool, _ writer: inout JSONWriter) {
        if let record { writer.value(record, fullTransactions: fullTransactions) } else { writer.null() }
    }

    private func writeHeader(_ record: BlockRecord?, _ writer: inout JSONWriter) {
        guard let record else { return writer.null() }
        writer.object { $0.headerFields(record.header, hash: record.hash) }
    }

    /// An ommer as a block without a body.
    private func writeOmmer(_ record: BlockRecord?, _ index: UInt64, _ writer: inout JSONWriter) {
        guard let record, index < UInt64(record.block.ommers.count) else { return writer.null() }
        let header = record.block.ommers[Int(index)]
        writer.object { writer in
            writer.headerFields(header, hash: header.hash)
            writer.member("size", quantity: UInt64(Block(header: header, transactions: []).encoded.count))
            writer.key("uncles")
            writer.array { _ in }
        }
    }

    private func writeCount(_ count: Int?, _ writer: inout JSONWriter) {
        if let count { writer.value(quantity: UInt64(count)) } else { writer.null() }
    }

    private func feeHistory(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        let wanted = min(try parameters.number(0), 1024)
        if wanted == 0 {
            return writer.object { writer in
                writer.member("oldestBlock", quantity: 0 as UInt64)
                writer.key("gasUsedRatio")
                writer.null()
            }
        }
        guard let newest = try find(parameters, 1) else {
            let number = try parameters.number(1)
            throw RPCError.server("request beyond head block: requested \(number), head \(chain.head.number)")
        }
        guard let values = (parameters.optional(2).map(\.array)) ?? [] else {
            throw RPCError.invalidParameters("argument 2 must be an array of reward percentiles")
        }
        guard values.count <= RPCService.percentileLimit else {
            throw RPCError.invalidParameters(
                "invalid reward percentile: over the query limit \(RPCService.percentileLimit)")
        }
        var percentiles: [Double] = []
        for value in values {
            guard let percentile = value.double, percentile >= percentiles.last ?? 0, percentile <= 100 else {
                throw RPCError.invalidParameters("reward percentiles must ascend from 0 to 100")
            }
            percentiles.append(percentile)
        }
        let count = min(wanted, newest.number + 1)
        let records = try chain.blocks(newest.number + 1 - count...newest.number)
        writer.object { writer in
            writer.member("oldestBlock", quantity: newest.number + 1 - count)
            writer.key("baseFeePerGas")
            writer.array { writer in
                for record in records { writer.value(quantity: record.header.baseFeePerGas ?? .zero) }
                writer.value(quantity: nextBaseFee(after: newest.header) ?? .zero)
            }
            writer.key("gasUsedRatio")
            writer.array(records) { $0.value(Double($1.header.gasUsed) / Double(max(1, $1.header.gasLimit))) }
            writer.key("baseFeePerBlobGas")
            writer.array { writer in
                for record in records { writer.value(quantity: chain.context(of: record).blobBaseFee) }
                writer.value(quantity: nextBlobBaseFee(after: newest.header))
            }
            writer.key("blobGasUsedRatio")
            writer.array(records) { writer, record in
                let most = (chain.context(of: record).blobParameters?.max ?? 1) * BlobGas.perBlob
                writer.value(Double(record.header.blobGasUsed ?? 0) / Double(max(1, most)))
            }
            if !percentiles.isEmpty {
                writer.key("reward")
                writer.array(records) { writer, record in
                    writer.array(RPCService.rewards(record, percentiles)) { $0.value(quantity: $1) }
                }
            }
        }
    }

    /// The base fee of the block behind `header`; nil when that is before London.
    private func nextBaseFee(after header: Header) -> UInt256? {
        let configuration = chain.rules.configuration(of: header)
        guard configuration.fork(number: header.number + 1, timestamp: header.timestamp) >= .london else { return nil }
        return BaseFee.next(after: header)
    }

    /// The price of blob gas behind `header`, by the rules of `header`'s time; zero before Cancun.
    private func nextBlobBaseFee(after header: Header) -> UInt256 {
        let configuration = chain.rules.configuration(of: header)
        guard let parameters = configuration.blobParameters(number: header.number, timestamp: header.timestamp),
            let excess = Header.excessBlobGas(
                after: header, number: header.number, timestamp: header.timestamp, configuration)
        else { return .zero }
        return BlobGas.baseFee(excessBlobGas: excess, parameters: parameters)
    }

    /// The tips at the percentiles of the block's gas, cheapest first.
    private static func rewards(_ record: BlockRecord, _ percentiles: [Double]) -> [UInt256] {
        let fee = record.header.baseFeePerGas ?? .zero
        let tips = record.transactions.map { (tip: $0.effectiveGasPrice &- fee, gas: $0.gasUsed) }
            .sorted { $0.tip < $1.tip }
        return percentiles.map { percentile in
            let threshold = Double(record.header.gasUsed) * percentile / 100
            var gas: UInt64 = 0
            for entry in tips {
                gas += entry.gas
                if Double(gas) >= threshold { return entry.tip }
            }
            return tips.last?.tip ?? .zero
        }
    }
}
