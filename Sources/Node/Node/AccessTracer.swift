import Chain
import EVM
import Foundations

/// Collects the accounts and slots that code touches.
struct AccessTracer: Tracer {
    static var isEnabled: Bool { true }

    /// Accounts that are warm anyway; their slots count all the same.
    private let excluded: Set<Address>
    private var touched: [Address: Set<UInt256>] = [:]

    init(excluding excluded: Set<Address>, _ list: [AccessListEntry]) {
        self.excluded = excluded
        for entry in list where !excluded.contains(entry.address) || !entry.storageKeys.isEmpty {
            touched[entry.address, default: []].formUnion(entry.storageKeys)
        }
    }

    /// Ascending.
    var list: [AccessListEntry] {
        touched.sorted { $0.key < $1.key }.map { AccessListEntry(address: $0.key, storageKeys: $0.value.sorted()) }
    }

    mutating func step(_ step: TraceStep) {
        let stack = step.stack
        switch step.opcode {
        case 0x54, 0x55:
            if let slot = stack.last { touched[step.address, default: []].insert(slot) }
        // BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT
        case 0x31, 0x3b, 0x3c, 0x3f, 0xff:
            if let word = stack.last { touch(Address(word)) }
        // CALL, CALLCODE, DELEGATECALL, STATICCALL
        case 0xf1, 0xf2, 0xf4, 0xfa:
            if stack.count >= 5 { touch(Address(stack[stack.count - 2])) }
        default: break
        }
    }

    private mutating func touch(_ address: Address) {
        if !excluded.contains(address) { touched[address, default: []].formUnion([]) }
    }
}
