import Derivatives
import Foundations

extension VenueContracts {
    /// What each contract declares, with its address.
    static var interfaces: [(Address, NativeInterface)] {
        all.map { contract in (contract.address, interface(of: contract)) }
    }

    /// Any of the venue's errors can come back from any of its contracts.
    private static func interface(of contract: VenueContract) -> NativeInterface {
        let events = VenueEventKind.allCases.filter { $0.contract == contract }.map { $0.declaration }
        func interface(_ name: StaticString, _ functions: [NativeFunction]) -> NativeInterface {
            NativeInterface(name: name, functions: functions, errors: VenueReverts.all, events: events)
        }
        switch contract {
        case .oracle: return interface("Oracle", VenueFunctions.Oracle.allCases.map { $0.declaration })
        case .instruments: return interface("Instruments", VenueFunctions.Instruments.allCases.map { $0.declaration })
        case .book: return interface("Book", VenueFunctions.Book.allCases.map { $0.declaration })
        case .clearing: return interface("Clearing", VenueFunctions.Clearing.allCases.map { $0.declaration })
        case .liquidation: return interface("Liquidation", VenueFunctions.Liquidation.allCases.map { $0.declaration })
        }
    }
}
