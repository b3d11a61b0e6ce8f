public import Chain
public import Foundations

/// The base fee of execution gas. https://eips.ethereum.org/EIPS/eip-1559
public enum BaseFee {
    /// What the first London block starts with, in wei.
    public static var initial: UInt256 { 1_000_000_000 }

    /// The base fee of the block after `parent`, in wei.
    public static func next(after parent: Header) -> UInt256 {
        guard let fee = parent.baseFeePerGas else { return initial }
        let target = parent.gasLimit / 2
        guard target > 0, parent.gasUsed != target else { return fee }
        let distance = parent.gasUsed > target ? parent.gasUsed - target : target - parent.gasUsed
        let product = fee.multipliedFullWidth(by: UInt256(distance))
        let change =
            UInt256.divideFullWidth(high: product.high, low: product.low, by: UInt256(target)).quotient / 8
        if parent.gasUsed > target { return fee.addingReportingOverflow(Swift.max(1, change)).partialValue }
        return fee &- change
    }
}
