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
    /// Of a list of tuples: how Vyper calls them, and their fields.
    let structName: StaticString?
    let fields: [NativeParameter]
    /// Of a list: the most elements it has.
    let cap: Int

    /// A number, or a list of up to `cap` numbers.
    init(_ name: StaticString, _ type: ABIType, atMost cap: Int = 0) {
        self.name = name
        self.type = type
        self.cap = cap
        structName = nil
        fields = []
    }

    /// A list of tuples.
    init(_ name: StaticString, of structName: StaticString, _ fields: [NativeParameter], atMost cap: Int) {
        self.name = name
        type = .array(.tuple(fields.map { $0.type }))
        self.structName = structName
        self.fields = fields
        self.cap = cap
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
