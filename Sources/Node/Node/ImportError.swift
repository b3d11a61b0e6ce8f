public import Execution
public import Foundations
public import Storage

/// Why a block was not imported. Nothing of it was kept.
public enum ImportError: Error, Equatable, Sendable {
    case malformed(RLPError)
    /// Beyond the size that Osaka allows. https://eips.ethereum.org/EIPS/eip-7934
    case tooLarge
    case unknownParent(Bytes32)
    case header(HeaderError)
    case execution(BlockError)
    /// The database failed or refused: nothing is known of the block.
    case storage(StorageError)

    /// The name that official fixtures give to this reason.
    public var name: StaticString {
        switch self {
        case .malformed: "BlockException.RLP_STRUCTURES_ENCODING"
        case .tooLarge: "BlockException.RLP_BLOCK_LIMIT_EXCEEDED"
        case .unknownParent(.zero): "BlockException.UNKNOWN_PARENT_ZERO"
        case .unknownParent: "BlockException.UNKNOWN_PARENT"
        case .header(let error): error.name
        case .execution(.transaction(_, let error)): error.name
        case .execution(.systemContractFailed): "BlockException.SYSTEM_CONTRACT_CALL_FAILED"
        case .execution(.invalidDepositEvent): "BlockException.INVALID_DEPOSIT_EVENT_LAYOUT"
        case .execution(.state): "StateError"
        case .storage: "StorageError"
        }
    }
}
