import Chain
import Cryptography
import Execution
import Foundations
import JSONText
import Testing

@Test func officialProofsOfWork() throws {
    let ethash = try #require(Ethash(epoch: 0))
    var count = 0
    for document in try OfficialFixtures.documents("ethtests_PoWTests") {
        for test in document.json.object ?? [] {
            var decoder = RLPDecoder(try #require(test.value["header"]?.bytes))
            var header = try Header(&decoder)
            #expect(header.sealHash == test.value["header_hash"]?.bytes32)
            let (mix, result) = ethash.result(sealHash: header.sealHash, nonce: header.nonce)
            #expect(mix == test.value["mixHash"]?.bytes32)
            #expect(Bytes32(result) == test.value["result"]?.bytes32)
            header.nonce ^= 1
            #expect(throws: HeaderError.wrongSeal) { try HeaderValidation.checkWork(header, ethash) }
            count += 1
        }
    }
    #expect(count == 2)
    #expect(Ethash(epoch: 2048) == nil)
}
