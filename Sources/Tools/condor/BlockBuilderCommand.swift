import Chain
import Commitment
import Cryptography
import Foundation
import Foundations
import JSONText

extension Command {
    static let blockBuilder = Command(
        name: "b11r", summary: "Put a block together, with the interface of geth's and EELS' b11r.",
        options: [
            Option(name: "input.header", value: "FILE", help: "the header, or stdin (default header.json)"),
            Option(name: "input.txs", value: "FILE", help: "RLP of the transactions, or stdin (default txs.rlp)"),
            Option(name: "input.ommers", value: "FILE", help: "RLPs of ommer blocks or headers, or stdin"),
            Option(name: "input.withdrawals", value: "FILE", help: "withdrawals, or stdin"),
            Option(name: "output.basedir", value: "FOLDER", help: "where the output file goes; made if need be"),
            Option(name: "output.block", value: "FILE", help: "RLP and hash of the block (default block.json)"),
            Option(name: "seal.clique", value: "FILE", help: "refused: Condor seals no blocks"),
            Option(name: "seal.ethash", help: "refused: Condor seals no blocks"),
            Option(name: "verbosity", value: "N", help: "taken and not used"),
        ],
        notes: """
            Header: parentHash, sha3Uncles (or ommersHash), miner, stateRoot, transactionsRoot, receiptsRoot, logsBloom,
            difficulty, number, gasLimit, gasUsed, timestamp, extraData, mixHash, nonce, and from the forks that have
            them baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, requestsHash,
            blockAccessListHash, slotNumber.
            Nothing is checked against the body: b11r also builds blocks that are wrong on purpose.

            Exit codes are geth's: 3 configuration, 10 JSON, 11 files, 12 RLP.
            """
    ) { arguments in
        try ToolFailure.report { try build(arguments) }
    }

    private static func build(_ arguments: Arguments) throws {
        if arguments.flag("seal.ethash") || arguments.value("seal.clique") != nil {
            throw ToolFailure(.configuration, "Condor seals no blocks: neither --seal.ethash nor --seal.clique")
        }
        let inputs = ToolInputs(arguments)
        guard let json = try inputs.document("header", fallback: "header.json", keys: "header") else {
            throw ToolFailure(.json, "standard input has no 'header'")
        }
        var ommers: [Header] = []
        if arguments.value("input.ommers") != nil,
            let list = try inputs.document("ommers", fallback: "", keys: "ommers", "uncles"), !list.isNull
        {
            guard let encoded = list.all({ $0.bytes }) else {
                throw ToolFailure(.json, "ommers: not an array of hexadecimal strings")
            }
            ommers = try encoded.map(ommer)
        }
        var withdrawals: [Withdrawal]?
        if arguments.value("input.withdrawals") != nil {
            let list = try inputs.document("withdrawals", fallback: "", keys: "withdrawals")
            guard let list, !list.isNull else {
                throw ToolFailure(.json, "withdrawals: not there")
            }
            guard let read = list.all(Withdrawal.init(transition:)) else {
                throw ToolFailure(.json, "withdrawals: each has index, validatorIndex, address and amount")
            }
            withdrawals = read
        }
        let block = Block(
            header: try header(json, ommers: ommers), transactions: try transactions(inputs), ommers: ommers,
            withdrawals: withdrawals)
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("rlp")
            writer.value(hex: block.encoded)
            writer.key("hash")
            writer.value("\(block.header.hash)")
        }
        var outputs = try ToolOutputs(folder: arguments.value("output.basedir"))
        let place = arguments.value("output.block") ?? "block.json"
        if place == "stdout" {
            // The block is the whole of standard output, not a member of it.
            FileHandle.standardOutput.write(Data(writer.bytes + [10]))
        } else {
            try outputs.put("block", writer.bytes, at: place)
            outputs.finish()
        }
    }

    private static func transactions(_ inputs: ToolInputs) throws(ToolFailure) -> [Transaction] {
        guard let json = try inputs.document("txs", fallback: "txs.rlp", keys: "txs"), !json.isNull else { return [] }
        guard let bytes = json.bytes else {
            throw ToolFailure(.json, "txs: not a string of hexadecimal RLP")
        }
        if bytes.isEmpty { return [] }
        do throws(RLPError) {
            var decoder = RLPDecoder(bytes)
            let list = try decoder.array { (item: inout RLPDecoder) throws(RLPError) in
                try Transaction(inBlock: &item)
            }
            try decoder.finish()
            return list
        } catch {
            throw ToolFailure(.rlp, "txs: \(error)")
        }
    }

    /// The header of an ommer, which comes with or without its block.
    private static func ommer(_ bytes: [UInt8]) throws(ToolFailure) -> Header {
        do throws(RLPError) {
            var decoder = RLPDecoder(bytes)
            var probe = RLPDecoder(bytes)
            let isBlock = try probe.list().nextIsList
            return isBlock ? try Block(&decoder).header : try Header(&decoder)
        } catch {
            throw ToolFailure(.rlp, "ommers: \(error)")
        }
    }

    private static func header(_ json: JSONValue, ommers: [Header]) throws(ToolFailure) -> Header {
        var header = Header()
        header.parentHash = try json.required("parentHash") { $0.bytes32 }
        header.ommersHash =
            try json.optional("sha3Uncles", or: "ommersHash") { $0.bytes32 } ?? Block.hash(ofOmmers: ommers)
        header.beneficiary = try json.optional("miner") { $0.address } ?? .zero
        header.stateRoot = try json.required("stateRoot") { $0.bytes32 }
        header.transactionsRoot = try json.optional("transactionsRoot") { $0.bytes32 } ?? emptyRoot
        header.receiptsRoot = try json.optional("receiptsRoot") { $0.bytes32 } ?? emptyRoot
        if let bloom = try json.optional("logsBloom", { $0.bytes }) {
            guard bloom.count == 256 else { throw ToolFailure(.json, "'logsBloom' has 256 bytes") }
            header.bloom.bytes = bloom
        }
        header.difficulty = try json.optional("difficulty") { $0.number256 } ?? .zero
        header.number = try json.required("number") { $0.number64 }
        header.gasLimit = try json.required("gasLimit") { $0.number64 }
        header.gasUsed = try json.optional("gasUsed") { $0.number64 } ?? 0
        header.timestamp = try json.required("timestamp") { $0.number64 }
        header.extraData = try json.optional("extraData") { $0.bytes } ?? []
        header.mixHash = try json.optional("mixHash") { $0.bytes32 } ?? .zero
        header.nonce = try json.optional("nonce") { $0.number64 } ?? 0
        header.withdrawalsRoot = try json.optional("withdrawalsRoot") { $0.bytes32 }
        // A header with a withdrawals root has a base fee in front of it.
        header.baseFeePerGas =
            try json.optional("baseFeePerGas") { $0.number256 } ?? (header.withdrawalsRoot == nil ? nil : .zero)
        header.blobGasUsed = try json.optional("blobGasUsed") { $0.number64 }
        header.excessBlobGas = try json.optional("excessBlobGas") { $0.number64 }
        header.parentBeaconBlockRoot = try json.optional("parentBeaconBlockRoot") { $0.bytes32 }
        header.requestsHash = try json.optional("requestsHash") { $0.bytes32 }
        header.blockAccessListHash = try json.optional("blockAccessListHash") { $0.bytes32 }
        header.slotNumber = try json.optional("slotNumber") { $0.number64 }
        return header
    }

    /// The root of an empty trie, which a header that says nothing else has.
    private static let emptyRoot = BlockRoots.transactions([])
}
