public import Foundations

/// The code with which an account says that it runs another account's code.
/// https://eips.ethereum.org/EIPS/eip-7702
public enum Delegation {
    /// What every such code begins with; no other code may begin with 0xef since London.
    private static var prefix: [UInt8] { [0xef, 0x01, 0x00] }

    public static func code(to target: Address) -> [UInt8] { prefix + target.bytes }

    /// The account whose code runs; nil for any other code.
    public static func target(of code: [UInt8]) -> Address? {
        code.count == 23 && code.starts(with: prefix) ? Address(code.dropFirst(3)) : nil
    }
}
