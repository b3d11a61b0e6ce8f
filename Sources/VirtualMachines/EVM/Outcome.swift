/// Why execution halted exceptionally. All gas of the frame is gone.
public enum HaltReason: UInt8, Sendable {
    case outOfGas
    case stackUnderflow
    case stackOverflow
    case invalidOpcode
    case invalidJump
    /// A write in a static call.
    case staticViolation
    /// RETURNDATACOPY beyond the data.
    case returnDataOutOfBounds
    /// The target of a creation has nonce, code or storage.
    case createCollision
    case codeTooLarge
    case initCodeTooLarge
    /// Deployed code begins with 0xEF. https://eips.ethereum.org/EIPS/eip-3541
    case invalidCodePrefix
    case nonceOverflow
    /// A precompiled contract refused its input.
    case precompileFailure

    public var name: StaticString {
        switch self {
        case .outOfGas: "out of gas"
        case .stackUnderflow: "stack underflow"
        case .stackOverflow: "stack limit reached 1024"
        case .invalidOpcode: "invalid opcode"
        case .invalidJump: "invalid jump destination"
        case .staticViolation: "write protection"
        case .returnDataOutOfBounds: "return data out of bounds"
        case .createCollision: "contract address collision"
        case .codeTooLarge: "max code size exceeded"
        case .initCodeTooLarge: "max initcode size exceeded"
        case .invalidCodePrefix: "invalid code: must not begin with 0xef"
        case .nonceOverflow: "nonce uint64 overflow"
        case .precompileFailure: "precompile failed"
        }
    }
}

/// How execution ended: a value, not an error.
public enum ExecutionStatus: Equatable, Sendable {
    case success
    case revert
    case halt(HaltReason)

    public var isSuccess: Bool { self == .success }
}
