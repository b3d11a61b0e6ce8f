public import Foundations
public import State

/// The values of the state's tries. Source: Yellow Paper, 4.1.
public enum AccountCoding {
    public static func encode(_ account: Account, storageRoot: Bytes32) -> [UInt8] {
        RLPEncoder.list { encoder in
            encoder.append(account.nonce)
            encoder.append(account.balance)
            encoder.append(storageRoot)
            encoder.append(account.codeHash)
        }
    }

    public static func encode(_ value: UInt256) -> [UInt8] {
        var encoder = RLPEncoder()
        encoder.append(value)
        return encoder.bytes
    }

    public static func decode(_ value: [UInt8]) -> (account: Account, storageRoot: Bytes32)? {
        do throws(RLPError) {
            var decoder = RLPDecoder(value)
            var fields = try decoder.list()
            let nonce = try fields.integer()
            let balance = try fields.word()
            let storageRoot = try fields.hash()
            return (Account(nonce: nonce, balance: balance, codeHash: try fields.hash()), storageRoot)
        } catch {
            return nil
        }
    }

    public static func decodeWord(_ value: [UInt8]) -> UInt256? {
        var decoder = RLPDecoder(value)
        return try? decoder.word()
    }
}
