import Foundations

/// What a native contract offers, declared once: the call data is decoded by it, and the files in
/// `contracts/interfaces` are written from it.
struct NativeInterface {
    let name: StaticString
    let functions: [NativeFunction]
    let errors: [NativeRevert]
    var events: [NativeEvent] = []
}

/// A function. `selector` is the first four bytes of the signature's hash, which a test recomputes.
struct NativeFunction {
    let name: StaticString
    let selector: UInt32
    let inputs: [NativeParameter]
    let outputs: [NativeParameter]
    /// Whether it may change the state; otherwise it is a view.
    var writes = false
}

/// An event.
struct NativeEvent {
    let name: StaticString
    /// The hash of its signature, the first topic.
    let topic: UInt256
    /// How many of the parameters, the first ones, are topics; the others are data.
    let indexed: Int
    /// Made when somebody asks: an event that is emitted needs the topic only.
    private let makeParameters: @Sendable () -> [NativeParameter]

    init(
        name: StaticString, topic: UInt256, indexed: Int,
        parameters: @autoclosure @escaping @Sendable () -> [NativeParameter]
    ) {
        self.name = name
        self.topic = topic
        self.indexed = indexed
        makeParameters = parameters
    }

    var parameters: [NativeParameter] { makeParameters() }
}

struct NativeParameter: Sendable {
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

/// A custom error.
struct NativeRevert: Sendable {
    let name: StaticString
    let selector: UInt32
    /// What it means, for the reader of the interface files.
    let meaning: StaticString
    /// Its arguments, each of one word.
    var inputs: [NativeParameter] = []

    /// What a call that ends so returns, when the error has no arguments.
    var output: [UInt8] { output([]) }

    /// What a call that ends so returns.
    func output(_ arguments: [UInt256]) -> [UInt8] {
        var output = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> $0) }
        for word in arguments { output += word.bigEndianBytes }
        return output
    }
}
