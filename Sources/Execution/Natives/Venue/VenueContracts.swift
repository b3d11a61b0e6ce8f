import Derivatives
import EVM
import Foundations

/// What the enums of functions have in common.
protocol VenueFunction: RawRepresentable where RawValue == UInt32 {
    var declaration: NativeFunction { get }
}

/// The functions of each contract.
enum VenueFunctions {}

extension VenueFunction {
    func function(
        _ name: StaticString, _ inputs: [NativeParameter], _ outputs: [NativeParameter], writes: Bool = false
    ) -> NativeFunction {
        NativeFunction(name: name, selector: rawValue, inputs: inputs, outputs: outputs, writes: writes)
    }
}

/// The venue's contracts, all over one storage: which there are, what they declare, and how a call of one runs.
///
/// They take no ether and answer no call in another contract's name. What is not a call of a declared function is `InvalidInput`.
/// A call that writes closes all of them to others that write until it ends (derivatives.md, section 2).
enum VenueContracts {
    static var all: [VenueContract] { VenueContract.allCases }

    static func contract(at address: Address) -> VenueContract? {
        let word = address.word
        guard word.bitWidth <= 16 else { return nil }
        switch word.limb0 {
        case 0x0c10: return .oracle
        case 0x0c11: return .instruments
        case 0x0c12: return .book
        case 0x0c13: return .clearing
        case 0x0c14: return .liquidation
        default: return nil
        }
    }

    // MARK: - Calls

    static func run<Host: NativeHost>(
        _ contract: VenueContract, _ message: NativeMessage, _ americanRows: AmericanRows, host: inout Host
    ) -> NativeOutcome {
        guard message.gas >= VenueGas.base else { return .outOfGas }
        if message.isDelegated { return refuse(VenueReverts.delegatedCall) }
        if !message.value.isZero { return refuse(VenueReverts.notPayable) }
        let (number, time) = (host.blockNumber, host.timestamp)
        return withUnsafeMutablePointer(to: &host) { pointer in
            guard var storage = HostVenueStorage(pointer, gasLimit: message.gas) else {
                return refuse(VenueReverts.corrupt)
            }
            storage.charge(VenueGas.base)
            let venue = Venue(storage: storage, time: time, blockNumber: number, americanRows: americanRows)
            var call = VenueCall(venue: venue, contract: contract, caller: message.caller, isStatic: message.isStatic)
            let result: Result<[UInt8], VenueRefusal>
            do throws(VenueRefusal) { result = .success(try call.run(message.input)) } catch {
                result = .failure(error)
            }
            let storageAfter = call.venue.storage
            if storageAfter.isExhausted { return .outOfGas }
            switch result {
            case .success(let output): return .success(gasUsed: storageAfter.gasUsed, output: output)
            case .failure(let refusal): return .revert(gasUsed: storageAfter.gasUsed, output: refusal.output)
            }
        }
    }

    private static func refuse(_ revert: NativeRevert) -> NativeOutcome {
        .revert(gasUsed: VenueGas.base, output: revert.output)
    }
}
