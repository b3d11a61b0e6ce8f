import Chain
import Cryptography
import Execution
import Foundations
import JSONText
import Testing

@Suite struct HeaderTests {
    @Test func genesisOfMainNetwork() throws {
        let json = try #require(
            OfficialFixtures.documents("ethtests_BasicTests", names: ["genesishashestest.json"]).first?.json)
        var decoder = RLPDecoder(try #require(json["genesis_rlp_hex"]?.bytes))
        let block = try Block(&decoder)
        #expect(decoder.isAtEnd)
        #expect(block.encoded == json["genesis_rlp_hex"]?.bytes)
        #expect(block.header.hash == json["genesis_hash"]?.bytes32)
        #expect(block.header.ommersHash == Block.emptyOmmersHash)
        #expect(Block.hash(ofOmmers: []) == Block.emptyOmmersHash)
    }

    @Test func everyForksFieldsComeBack() throws {
        var header = Header()
        header.number = 300
        header.extraData = [1, 2]
        header.nonce = 0x0102_0304_0506_0708
        let steps: [(inout Header) -> Void] = [
            { _ in }, { $0.baseFeePerGas = 7 }, { $0.withdrawalsRoot = .zero },
            {
                $0.blobGasUsed = 0
                $0.excessBlobGas = 131_072
                $0.parentBeaconBlockRoot = .zero
            }, { $0.requestsHash = .zero },
        ]
        for step in steps {
            step(&header)
            var decoder = RLPDecoder(header.encoded)
            #expect(try Header(&decoder) == header)
        }
        let block = Block(
            header: header, transactions: [], ommers: [header],
            withdrawals: [Withdrawal(index: 1, validatorIndex: 2, address: .zero, amount: 3)])
        var decoder = RLPDecoder(block.encoded)
        #expect(try Block(&decoder) == block)
    }

    @Test func bloomKnowsWhatWentIn() {
        var bloom = Bloom()
        let log = Log(address: Address(.one), topics: [.zero, Bytes32(.max)], data: [1])
        #expect(!bloom.mayContain(log.address.bytes))
        bloom.add([log])
        #expect(bloom.mayContain(log.address.bytes) && bloom.mayContain(Bytes32(.max).bytes))
        #expect(!bloom.mayContain(Bytes32(.one).bytes))
        #expect(bloom.bytes.reduce(0) { $0 + $1.nonzeroBitCount } <= 9)
    }

    // MARK: Schedule

    @Test func forksOfMainNetwork() {
        let mainnet = ChainConfiguration.mainnet
        #expect(mainnet.fork(number: 1_149_999, timestamp: 0) == .frontier)
        #expect(mainnet.fork(number: 1_150_000, timestamp: 0) == .homestead)
        #expect(mainnet.fork(number: 7_280_000, timestamp: 0) == .petersburg)
        #expect(mainnet.fork(number: 15_537_394, timestamp: 1_663_224_179) == .paris)
        #expect(mainnet.fork(number: 19_426_587, timestamp: 1_710_338_135) == .cancun)
        #expect(mainnet.blobParameters(number: 17_000_000, timestamp: 1_690_000_000) == nil)
        #expect(mainnet.blobParameters(number: 20_000_000, timestamp: 1_720_000_000)?.max == 6)
        #expect(mainnet.blobParameters(number: 23_000_000, timestamp: 1_750_000_000)?.max == 9)
        #expect(mainnet.blobParameters(number: 24_000_000, timestamp: 1_765_290_071)?.max == 15)
        #expect(mainnet.blobParameters(number: 24_200_000, timestamp: 1_767_747_671)?.max == 21)
        #expect(!mainnet.venueIsActive(number: .max))
        #expect(mainnet.isDAOBlock(1_920_009) && !mainnet.isDAOBlock(1_920_010))
    }

    @Test func namesOfForks() {
        for fork in Fork.allCases { #expect(Fork(name: fork.fixtureName) == fork) }
        #expect(Fork(name: "Merge") == .paris && Fork(name: "petersburg") == .petersburg)
        #expect(Fork(name: "Bogota") == nil)
        // No chain runs a draft.
        #expect(Fork.allCases.filter(\.isDraft) == [.amsterdam])
        #expect(!ChainConfiguration.mainnet.forks.contains { $0.fork.isDraft })
    }

    // MARK: Validation

    private let development = ChainConfiguration.development(chainID: 1)

    private var parent: Header {
        var header = Header()
        header.ommersHash = Block.emptyOmmersHash
        header.number = 9
        header.timestamp = 1000
        header.gasLimit = 30_000_000
        header.gasUsed = 20_000_000
        header.baseFeePerGas = 1_000_000_000
        header.withdrawalsRoot = .zero
        header.blobGasUsed = 7 * BlobGas.perBlob
        header.excessBlobGas = 10 * BlobGas.perBlob
        header.parentBeaconBlockRoot = .zero
        header.requestsHash = .zero
        return header
    }

    private var child: Header {
        var header = parent
        header.number = 10
        header.timestamp = 1001
        header.baseFeePerGas = BaseFee.next(after: parent)
        header.excessBlobGas = BlobGas.excess(
            parentExcess: 10 * BlobGas.perBlob, parentUsed: 7 * BlobGas.perBlob, parentBaseFee: 1_000_000_000,
            parameters: .standard(.osaka)!, fork: .osaka)
        return header
    }

    private func error(_ change: (inout Header) -> Void) -> HeaderError? {
        var header = child
        change(&header)
        do {
            try HeaderValidation.check(header, parent: parent, configuration: development)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyFieldIsChecked() {
        #expect(error { _ in } == nil)
        #expect(error { $0.number = 11 } == .wrongNumber)
        #expect(error { $0.number = 9 } == .wrongNumber)
        #expect(error { $0.timestamp = 1000 } == .timestampNotAfterParent)
        #expect(error { $0.extraData = [UInt8](repeating: 0, count: 33) } == .extraDataTooLong)
        #expect(error { $0.gasLimit = 30_000_000 + 29_295 } == nil)
        #expect(error { $0.gasLimit = 30_000_000 + 29_296 } == .gasLimitOutOfBounds)
        #expect(error { $0.gasLimit = 30_000_000 - 29_296 } == .gasLimitOutOfBounds)
        #expect(error { $0.gasLimit = .max } == .gasLimitTooLarge)
        #expect(error { $0.gasUsed = 30_000_001 } == .gasUsedAboveLimit)
        #expect(error { $0.baseFeePerGas = 1_000_000_000 } == .wrongBaseFee)
        #expect(error { $0.baseFeePerGas = nil } == .wrongFields)
        #expect(error { $0.requestsHash = nil } == .wrongFields)
        #expect(error { $0.difficulty = .one } == .difficultyAfterParis)
        #expect(error { $0.nonce = 1 } == .nonceAfterParis)
        #expect(error { $0.ommersHash = .zero } == .ommersAfterParis)
        #expect(error { $0.excessBlobGas = 0 } == .wrongExcessBlobGas)
    }

    @Test func ommersAreBounded() {
        let configuration = ChainConfiguration(chainID: 1, forks: [(.homestead, .block(0))])
        func sealed(_ number: UInt64, parent: Header?, extra: UInt8 = 0, ommers: [Header] = []) -> Block {
            var header = Header()
            header.number = number
            header.extraData = [extra]
            header.gasLimit = 1_000_000
            header.timestamp = 1000 + number * 13
            header.difficulty = UInt256(1_000_000 as UInt64)
            header.ommersHash = Block.hash(ofOmmers: ommers)
            if let parent {
                header.parentHash = parent.hash
                header.difficulty = Difficulty.next(
                    number: number, timestamp: header.timestamp, parentDifficulty: parent.difficulty,
                    parentTimestamp: parent.timestamp, parentHasOmmers: false, fork: .homestead)
            }
            return Block(header: header, transactions: [], ommers: ommers)
        }
        var chain = [sealed(0, parent: nil)]
        for number: UInt64 in 1...9 { chain.append(sealed(number, parent: chain.last?.header)) }
        func error(_ ommers: [Header], in chain: [Block]) -> HeaderError? {
            let block = sealed(UInt64(chain.count), parent: chain.last?.header, ommers: ommers)
            do {
                try HeaderValidation.checkOmmers(
                    of: block, ancestors: chain.reversed().map { ($0.header.hash, $0) }, configuration: configuration)
                return nil
            } catch {
                return error
            }
        }
        func ommer(_ number: Int, _ extra: UInt8 = 1) -> Header {
            sealed(UInt64(number), parent: chain[number - 1].header, extra: extra).header
        }
        #expect(error([], in: chain) == nil)
        #expect(error([ommer(9), ommer(4)], in: chain) == nil)
        #expect(error([ommer(3)], in: chain) == .ommerParentUnknown)
        #expect(error([ommer(9), ommer(8), ommer(7)], in: chain) == .tooManyOmmers)
        #expect(error([ommer(9), ommer(9)], in: chain) == .ommerAlreadyIncluded)
        #expect(error([chain[8].header], in: chain) == .ommerIsAncestor)
        #expect(error([sealed(10, parent: chain[9].header, extra: 1).header], in: chain) == .ommerIsBrother)
        var wrong = ommer(9)
        wrong.difficulty = .one
        #expect(error([wrong], in: chain) == .wrongDifficulty)
        let used = chain + [sealed(10, parent: chain[9].header, ommers: [ommer(9)])]
        #expect(error([ommer(9)], in: used) == .ommerAlreadyIncluded)
        #expect(error([ommer(9, 2)], in: used) == nil)
    }
}
