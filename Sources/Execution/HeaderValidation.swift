public import Chain
public import Cryptography
public import Foundations

/// The rules that a header and its ommers obey, whatever the block does.
public enum HeaderValidation {
    /// Checks a header against its parent by the rules of its own fork.
    public static func check(
        _ header: Header, parent: Header, configuration: ChainConfiguration
    ) throws(HeaderError) {
        let (number, isLast) = parent.number.addingReportingOverflow(1)
        if isLast || header.number != number { throw .wrongNumber }
        if header.timestamp <= parent.timestamp { throw .timestampNotAfterParent }
        if header.extraData.count > 32 { throw .extraDataTooLong }
        if configuration.isDAOBlock(header.number), header.extraData != ChainConfiguration.daoExtraData {
            throw .wrongForkExtraData
        }
        let fork = configuration.fork(number: header.number, timestamp: header.timestamp)
        try checkFields(header, fork: fork)
        try checkGas(header, parent: parent, fork: fork)
        try checkSeal(header, parent: parent, fork: fork)
        if let parameters = configuration.blobParameters(number: header.number, timestamp: header.timestamp) {
            try checkBlobGas(header, parent: parent, parameters: parameters, fork: fork)
        }
    }

    /// Each fork's header has all its fields and no others.
    private static func checkFields(_ header: Header, fork: Fork) throws(HeaderError) {
        let hasCancun = fork >= .cancun
        guard (header.baseFeePerGas != nil) == (fork >= .london),
            (header.withdrawalsRoot != nil) == (fork >= .shanghai), (header.blobGasUsed != nil) == hasCancun,
            (header.excessBlobGas != nil) == hasCancun, (header.parentBeaconBlockRoot != nil) == hasCancun,
            (header.requestsHash != nil) == (fork >= .prague),
            (header.blockAccessListHash != nil) == (fork >= .amsterdam),
            (header.slotNumber != nil) == (fork >= .amsterdam)
        else { throw .wrongFields }
    }

    /// Sources: Yellow Paper 4.3.4; EIP-1559 (base fee, and a limit twice as high in the first London block).
    private static func checkGas(_ header: Header, parent: Header, fork: Fork) throws(HeaderError) {
        if header.gasUsed > header.gasLimit { throw .gasUsedAboveLimit }
        // https://eips.ethereum.org/EIPS/eip-1985
        if header.gasLimit > UInt64(Int64.max) { throw .gasLimitTooLarge }
        let isFirstLondon = fork >= .london && parent.baseFeePerGas == nil
        // The parent's limit is below 2^63 by the check above when it was imported; a genesis may say anything.
        let (old, overflow) = parent.gasLimit.multipliedReportingOverflow(by: isFirstLondon ? 2 : 1)
        if overflow { throw .gasLimitOutOfBounds }
        let change = header.gasLimit > old ? header.gasLimit - old : old - header.gasLimit
        if change >= old / 1024 || header.gasLimit < 5000 { throw .gasLimitOutOfBounds }
        if fork >= .london, header.baseFeePerGas != BaseFee.next(after: parent) { throw .wrongBaseFee }
    }

    /// Difficulty by formula before Paris, nothing of proof of work from then on. https://eips.ethereum.org/EIPS/eip-3675
    private static func checkSeal(_ header: Header, parent: Header, fork: Fork) throws(HeaderError) {
        guard fork >= .paris else {
            if header.difficulty.isZero { throw .noDifficultyBeforeParis }
            let expected = Difficulty.next(
                number: header.number, timestamp: header.timestamp, parentDifficulty: parent.difficulty,
                parentTimestamp: parent.timestamp, parentHasOmmers: parent.ommersHash != Block.emptyOmmersHash,
                fork: fork)
            if header.difficulty != expected { throw .wrongDifficulty }
            return
        }
        if !header.difficulty.isZero { throw .difficultyAfterParis }
        if header.nonce != 0 { throw .nonceAfterParis }
        if header.ommersHash != Block.emptyOmmersHash { throw .ommersAfterParis }
    }

    /// The excess that the parent left; what the block itself uses, its execution says. Sources: EIP-4844, EIP-7691,
    /// EIP-7918.
    private static func checkBlobGas(
        _ header: Header, parent: Header, parameters: BlobParameters, fork: Fork
    ) throws(HeaderError) {
        guard let excess = header.excessBlobGas else { throw .wrongFields }
        let expected = BlobGas.excess(
            parentExcess: parent.excessBlobGas ?? 0, parentUsed: parent.blobGasUsed ?? 0,
            parentBaseFee: parent.baseFeePerGas ?? .zero, parameters: parameters, fork: fork)
        if excess != expected { throw .wrongExcessBlobGas }
    }

    /// Checks the work behind a header from before Paris. `ethash` is that of the header's epoch.
    public static func checkWork(_ header: Header, _ ethash: Ethash) throws(HeaderError) {
        let (mix, result) = ethash.result(sealHash: header.sealHash, nonce: header.nonce)
        // result ≤ 2^256 ÷ difficulty, without the number that 256 bits do not hold.
        let product = result.multipliedFullWidth(by: header.difficulty)
        let isEnough = product.high.isZero || (product.high == .one && product.low.isZero)
        if mix != header.mixHash || !isEnough { throw .wrongSeal }
    }

    /// How many generations an ommer may lie back.
    public static var maxOmmerDepth: UInt64 { 6 }

    /// Checks a block's ommers. `ancestors` are the block's parent and the blocks before it, newest first, with the
    /// hashes of their headers; seven suffice. Source: Yellow Paper 11.1.
    public static func checkOmmers(
        of block: Block, ancestors: [(hash: Bytes32, block: Block)], configuration: ChainConfiguration
    ) throws(HeaderError) {
        let header = block.header
        if Block.hash(ofOmmers: block.ommers) != header.ommersHash { throw .wrongOmmersHash }
        if block.ommers.isEmpty { return }
        if configuration.fork(number: header.number, timestamp: header.timestamp) >= .paris { throw .ommersAfterParis }
        if block.ommers.count > 2 { throw .tooManyOmmers }
        let recent = ancestors.prefix(Int(maxOmmerDepth) + 1)
        var seen: [Bytes32] = recent.flatMap { $0.block.ommers.map { $0.hash } }
        for ommer in block.ommers {
            let hash = ommer.hash
            if recent.contains(where: { $0.hash == hash }) { throw .ommerIsAncestor }
            if seen.contains(hash) { throw .ommerAlreadyIncluded }
            seen.append(hash)
            if ommer.parentHash == header.parentHash { throw .ommerIsBrother }
            // With a parent among these the ommer is at most six generations old.
            guard let parent = recent.first(where: { $0.hash == ommer.parentHash })?.block.header else {
                throw .ommerParentUnknown
            }
            try check(ommer, parent: parent, configuration: configuration)
        }
    }
}
