import Chain
import Foundations

/// Chains from files of blocks, as `geth export` writes them: the blocks' encodings one behind the other.
public enum ChainImport {
    /// Checks and executes every block on the genesis, which the file may have in front. With `seals`, proofs of work
    /// are checked.
    public static func tree(
        genesis: GenesisFile, blocks bytes: [UInt8], seals: EthashEpochs?
    ) throws(ChainImportError) -> BlockTree {
        var tree = BlockTree(genesis: genesis, seals: seals)
        let first = genesis.block.encoded
        var decoder = RLPDecoder(bytes)
        var position = 0
        while !decoder.isAtEnd {
            do throws(ImportError) {
                let block: [UInt8]
                do throws(RLPError) { block = try decoder.encodedItem() } catch { throw ImportError.malformed(error) }
                if position > 0 || block != first { try tree.add(encoded: block) }
            } catch {
                throw ChainImportError(position: position, reason: error)
            }
            position += 1
        }
        return tree
    }
}

/// Which block of a file was refused, and why.
public struct ChainImportError: Error, CustomStringConvertible {
    /// How many blocks stand before it.
    public let position: Int
    public let reason: ImportError

    public var description: String { "block \(position) of the file: \(reason.name): \(reason)" }
}
