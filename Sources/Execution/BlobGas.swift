public import Chain
public import Foundations

/// Gas of blobs. Sources: EIP-4844, EIP-7691, EIP-7918.
public enum BlobGas {
    public static let perBlob: UInt64 = 131072
    /// The most blobs in one transaction from Osaka on. https://eips.ethereum.org/EIPS/eip-7594
    public static let maxBlobsPerTransaction = 6

    /// The price of a unit of blob gas, in wei.
    public static func baseFee(excessBlobGas: UInt64, parameters: BlobParameters) -> UInt256 {
        fakeExponential(numerator: excessBlobGas, denominator: parameters.baseFeeUpdateFraction)
    }

    /// e^(numerator ÷ denominator), by the Taylor series in integers that EIP-4844 defines; saturates at 2^256 − 1,
    /// which no transaction can pay.
    static func fakeExponential(numerator: UInt64, denominator: UInt64) -> UInt256 {
        guard denominator > 0 else { return .max }
        let (n, d) = (UInt256(numerator), UInt256(denominator))
        var index: UInt64 = 1
        var output = UInt256.zero
        var term = d
        while !term.isZero {
            let (sum, overflow) = output.addingReportingOverflow(term)
            let (product, productOverflow) = term.multipliedReportingOverflow(by: n)
            if overflow || productOverflow { return .max }
            output = sum
            term = product / (d * UInt256(index))
            index += 1
        }
        return output / d
    }

    /// The excess that a block starts with, from its parent's. `parameters` are the block's own.
    public static func excess(
        parentExcess: UInt64, parentUsed: UInt64, parentBaseFee: UInt256, parameters: BlobParameters, fork: Fork
    ) -> UInt64 {
        let target = parameters.target * perBlob
        let (total, overflow) = parentExcess.addingReportingOverflow(parentUsed)
        guard !overflow else { return .max }
        if total < target { return 0 }
        if fork >= .osaka {
            // While execution gas dominates the cost of a blob, the fee does not fall below a floor:
            // https://eips.ethereum.org/EIPS/eip-7918
            let blobFee = baseFee(excessBlobGas: parentExcess, parameters: parameters)
            let (floor, floorOverflow) = UInt256(8192 as UInt64).multipliedReportingOverflow(by: parentBaseFee)
            let (price, priceOverflow) = UInt256(perBlob).multipliedReportingOverflow(by: blobFee)
            if !priceOverflow, floorOverflow || floor > price {
                guard parameters.max > 0 else { return parentExcess }
                let share = parentUsed.multipliedFullWidth(by: parameters.max - parameters.target)
                let growth = parameters.max.dividingFullWidth((share.high % parameters.max, share.low)).quotient
                return parentExcess.addingReportingOverflow(growth).overflow ? .max : parentExcess + growth
            }
        }
        return total - target
    }
}
