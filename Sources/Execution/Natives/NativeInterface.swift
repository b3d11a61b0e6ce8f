import Foundations

/// What a native contract offers, declared once: the call data is decoded by it, and the files in
/// `contracts/interfaces` are written from it.
struct NativeInterface {
    let name: StaticString
    let functions: [NativeFunction]
    let errors: [NativeRevert]
}

/// A view function. `selector` is the first four bytes of the signature's hash, which a test recomputes.
struct NativeFunction {
    let name: StaticString
    let selector: UInt32
    let inputs: [NativeParameter]
    let outputs: [NativeParameter]
}

struct NativeParameter {
    let name: StaticString
    let type: ABIType

    init(_ name: StaticString, _ type: ABIType) {
        self.name = name
        self.type = type
    }
}

/// A custom error without arguments.
struct NativeRevert {
    let name: StaticString
    let selector: UInt32
    /// What it means, for the reader of the interface files.
    let meaning: StaticString

    /// What a call that ends so returns.
    var output: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> $0) } }
}

extension UInt32 {
    /// The first four bytes of call data; nil when there are fewer.
    init?(selectorOf callData: [UInt8]) {
        guard callData.count >= 4 else { return nil }
        self = callData.prefix(4).reduce(0) { ($0 << 8) | UInt32($1) }
    }
}
