import Chain
import Foundations
import Storage

/// Chains from files of blocks, as `geth export` writes them: the blocks' encodings one behind the other.
public enum ChainImport {
    /// Checks and executes every block on the genesis, which the file may have in front; all in memory. With `seals`,
    /// proofs of work are checked.
    public static func inMemory(
        genesis: GenesisFile, blocks bytes: [UInt8], seals: EthashEpochs?
    ) throws -> DataDirectory {
        let directory = try DataDirectory(inMemory: genesis)
        let importer = ChainImporter(database: directory.database, rules: directory.rules, seals: seals)
        let first = genesis.block.encoded
        var decoder = RLPDecoder(bytes)
        var position = 0
        while !decoder.isAtEnd {
            do throws(ImportError) {
                let block: [UInt8]
                do throws(RLPError) { block = try decoder.encodedItem() } catch { throw ImportError.malformed(error) }
                if position > 0 || block != first { try importer.add(encoded: block) }
            } catch {
                throw ChainImportError(position: position, reason: error)
            }
            position += 1
        }
        return directory
    }
}

/// Which block of a file was refused, and why.
public struct ChainImportError: Error, CustomStringConvertible {
    /// How many blocks stand before it.
    public let position: Int
    public let reason: ImportError

    public var description: String { "block \(position) of the file: \(reason.name): \(reason)" }
}
