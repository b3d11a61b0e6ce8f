import Cryptography
import Derivatives
import EVM
import Foundations

// Oracle at 0x0c10: signed reports in, prices out.

extension VenueCall {
    mutating func oracle(
        _ function: VenueFunctions.Oracle, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .report: return try report(arguments)
        case .updateMarks:
            // Marks hold for a block: who comes second changes nothing.
            let underlying = arguments.index(0)
            if venue.marksTime(underlying: underlying) < venue.time {
                try venue { venue throws(VenueError) in try venue.updateMarks(underlying: underlying) }
            }
            return []
        case .digest: return [.bytes(digest(try unsignedReport(arguments)).bytes)]
        case .indexPrice:
            let underlying = arguments.index(0)
            let price = try venue { venue throws(VenueError) in try venue.indexPrice(underlying: underlying) }
            let validity = venue.validity(of: Feed(.spot, underlying: underlying))
            return [.amount(price), .integer(UInt64(validity.rawValue))]
        case .validity: return [.integer(UInt64(venue.validity(of: try feed(arguments)).rawValue))]
        case .markPrice:
            let number = try instrument(arguments.word(0)).number
            return [.amount(try venue { venue throws(VenueError) in try venue.markPrice(of: number) })]
        case .forwardPrice:
            let (underlying, expiry) = (arguments.index(0), arguments.integer(1))
            let price = try venue { venue throws(VenueError) in
                try venue.forwardPrice(underlying: underlying, expiry: expiry)
            }
            return [.amount(price)]
        case .marksTime: return [.integer(venue.marksTime(underlying: arguments.index(0)))]
        case .surfaceExpiries:
            return [.list(venue.surfaceExpiries(underlying: arguments.index(0)).map { .integer($0) })]
        case .publishers:
            let publishers = try venue { venue throws(VenueError) in try venue.publishers() }
            return [
                .list(publishers.map { .address($0.address) }), .list(publishers.map { .integer($0.weight) }),
            ]
        }
    }

    private func feed(_ arguments: VenueArguments) throws(VenueRefusal) -> Feed {
        guard let kind = FeedKind(rawValue: arguments.byte(0)) else { throw .venue(.invalidReport) }
        return Feed(kind, underlying: arguments.index(1), expiry: arguments.integer(2))
    }

    private func unsignedReport(_ arguments: VenueArguments) throws(VenueRefusal) -> Report {
        var values: [Int128] = []
        for word in arguments.words(3) { values.append(try VenueArguments.amount(word)) }
        return Report(
            feed: try feed(arguments), values: values, confidence: try arguments.amount(4),
            timestamp: arguments.integer(5))
    }

    /// Anyone may carry a report to the venue; the signature says whose it is.
    private mutating func report(_ arguments: VenueArguments) throws(VenueRefusal) -> [ABIValue] {
        let report = try unsignedReport(arguments)
        venue.storage.charge(VenueGas.signature)
        // A signature with the greater of the two possible s is another's copy of one that was seen.
        guard arguments.byte(6) <= 1, Secp256k1.isLow(arguments.word(8)),
            let publisher = Secp256k1.recoverAddress(
                hash: digest(report), yParity: arguments.byte(6), r: arguments.word(7), s: arguments.word(8))
        else { throw .venue(.unknownPublisher) }
        try venue { venue throws(VenueError) in try venue.submit(report, from: publisher) }
        return []
    }

    /// What a publisher signs: the report as typed data of EIP-712, under this chain and this contract.
    private func digest(_ report: Report) -> Bytes32 {
        let values = report.values.flatMap { $0.word.bigEndianBytes }
        let body = hash([
            ReportTypes.report, UInt256(UInt64(report.feed.kind.rawValue)), UInt256(UInt64(report.feed.underlying)),
            UInt256(report.feed.expiry), Keccak256.hash(values).word, report.confidence.word,
            UInt256(report.timestamp),
        ])
        let domain = hash([
            ReportTypes.domain, ReportTypes.name, ReportTypes.version, UInt256(venue.storage.chainID),
            VenueContract.oracle.address.word,
        ])
        return Keccak256.hash([0x19, 0x01] + domain.bytes + body.bytes)
    }

    private func hash(_ words: [UInt256]) -> Bytes32 { Keccak256.hash(words.flatMap { $0.bigEndianBytes }) }
}

/// Hashes of what does not change in a report's typed data. https://eips.ethereum.org/EIPS/eip-712
private enum ReportTypes {
    /// "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    static var domain: UInt256 {
        UInt256(limbs: 0xa9a7_5d52_2b39_400f, 0x239f_7b17_9b0f_faca, 0x512e_cc4c_f759_cc79, 0x8b73_c3c6_9bb8_fe3d)
    }
    /// "Condor Oracle"
    static var name: UInt256 {
        UInt256(limbs: 0xc974_fa43_c6ce_c122, 0xe15c_1efb_2733_9cfe, 0x1af3_3fd4_3f37_2baf, 0x9912_719f_817c_adcc)
    }
    /// "1"
    static var version: UInt256 {
        UInt256(limbs: 0xcb4c_672f_298b_8bc6, 0xf5a9_5163_7e03_07cd, 0x7adf_6128_82df_0950, 0xc89e_fdaa_54c0_f20c)
    }
    /// "Report(uint8 kind,uint32 underlying,uint64 expiry,int256[] values,uint256 confidence,uint64 timestamp)"
    static var report: UInt256 {
        UInt256(limbs: 0xd047_691c_82f1_2d55, 0x375f_19b6_e2e8_99d5, 0xaddf_2f70_de36_8c0f, 0x39b7_6221_de1f_d679)
    }
}
