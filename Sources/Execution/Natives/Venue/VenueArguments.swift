import Derivatives
import Foundations

/// Why a call of the venue is refused.
enum VenueRefusal: Error {
    case venue(VenueError)
    case revert(NativeRevert, [UInt256])
    /// The call data is none.
    case invalidInput

    var output: [UInt8] {
        switch self {
        case .venue(let error): error.output
        case .revert(let revert, let arguments): revert.output(arguments)
        case .invalidInput: VenueReverts.invalidInput.output
        }
    }
}

/// The arguments of a call, each within the range of its declared type.
struct VenueArguments {
    private var words: [UInt256] = []
    private var lists: [[ABIValue]] = []

    /// nil for call data that is not what the function takes.
    init?(_ input: [UInt8], _ parameters: [NativeParameter]) {
        let isDynamic = parameters.contains { $0.type.isDynamic }
        if isDynamic {
            let values: [ABIValue]
            do throws(ABIError) {
                values = try ABI.decode([UInt8](input[4...]), as: parameters.map { $0.type })
            } catch { return nil }
            for (place, value) in values.enumerated() {
                guard let word = value.word else {
                    guard case .list(let elements) = value, elements.count <= parameters[place].cap else { return nil }
                    words.append(UInt256(UInt64(lists.count)))
                    lists.append(elements)
                    continue
                }
                words.append(word)
            }
            return
        }
        guard input.count >= 4 + 32 * parameters.count else { return nil }
        words.reserveCapacity(parameters.count)
        for (place, parameter) in parameters.enumerated() {
            let start = 4 + 32 * place
            let word = UInt256(bigEndian: input[start..<start + 32])
            switch parameter.type {
            case .unsigned(let bits): guard word.bitWidth <= UInt64(bits) else { return nil }
            case .signed(let bits):
                guard word.signExtended(fromByte: UInt256(UInt64(bits / 8 - 1))) == word else { return nil }
            case .bool: guard word <= .one else { return nil }
            case .address: guard word.bitWidth <= 160 else { return nil }
            default: return nil
            }
            words.append(word)
        }
    }

    func word(_ place: Int) -> UInt256 { words[place] }
    func integer(_ place: Int) -> UInt64 { words[place].limb0 }
    func index(_ place: Int) -> UInt32 { UInt32(truncatingIfNeeded: words[place].limb0) }
    func byte(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: words[place].limb0) }
    func flag(_ place: Int) -> Bool { !words[place].isZero }
    func address(_ place: Int) -> Address { Address(words[place]) }

    /// A number of 18 decimals, signed or not.
    func amount(_ place: Int) throws(VenueRefusal) -> Int128 { try VenueArguments.amount(words[place]) }

    static func amount(_ word: UInt256) throws(VenueRefusal) -> Int128 {
        guard let amount = Int128(signedWord: word) else { throw .venue(.overflow) }
        return amount
    }

    func list(_ place: Int) -> [ABIValue] { lists[Int(truncatingIfNeeded: words[place].limb0)] }

    /// The words of a list of numbers or addresses.
    func words(_ place: Int) -> [UInt256] { list(place).map { $0.word ?? .zero } }

    /// The account that the first two arguments name.
    func account(_ place: Int = 0) -> AccountID { AccountID(owner: address(place), index: index(place + 1)) }
}

extension ABIValue {
    /// A value of one word; nil for what is longer.
    var word: UInt256? {
        switch self {
        case .word(let word): word
        case .bool(let flag): flag ? .one : .zero
        case .address(let address): address.word
        case .bytes, .list: nil
        }
    }

    static func integer(_ value: UInt64) -> ABIValue { .word(UInt256(value)) }
    static func amount(_ value: Int128) -> ABIValue { .word(value.word) }
}

extension UInt32 {
    /// The first four bytes of call data; nil when there are fewer.
    init?(selectorOf callData: [UInt8]) {
        guard callData.count >= 4 else { return nil }
        self = callData.prefix(4).reduce(0) { ($0 << 8) | UInt32($1) }
    }
}
