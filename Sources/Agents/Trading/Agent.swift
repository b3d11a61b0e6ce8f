/// Who acts at the venue: it reads the market as of the newest block and puts transactions on the desk. What it decides depends on the
/// chain, its terms and its seed alone.
public protocol Agent: AnyObject {
    var name: String { get }

    /// What has to be on the chain before it acts: money, the margin mode.
    func prepare(_ desk: Desk, _ market: Market) throws

    /// One round, after each new block.
    func act(_ desk: Desk, _ market: Market) throws

    /// What it takes back when it is stopped.
    func leave(_ desk: Desk, _ market: Market) throws
}

extension Agent {
    public func prepare(_ desk: Desk, _ market: Market) throws {}
    public func leave(_ desk: Desk, _ market: Market) throws {}
}
