import Derivatives
import Execution
public import Foundations
import JSONText
public import Storage

/// A venue as a file describes it (docs/venue.md, Configuration), on a chain that begins at a certain time.
///
/// The file is read whole before anything is done. Then the library's own acts run over empty storage, the acts that transactions of
/// its owner would be, so that a venue from a file and one from transactions are the same.
public struct VenueFile: Sendable {
    public let name: String
    /// What the state begins with: the venue's contracts, and the faucet where cash is one.
    public let accounts: [GenesisAccount]
    public let content: Content

    /// What is in the venue, for people.
    public struct Content: Equatable, Sendable, CustomStringConvertible {
        public var underlyings: [String] = []
        public var perpetuals = 0
        public var futures = 0
        public var options = 0
        public var expiries = 0
        public var publishers = 0
        public var orderingRule = ""

        public var description: String {
            func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
            return
                "\(underlyings.joined(separator: ", ")); \(count(perpetuals, "perpetual")), \(count(futures, "future")), "
                + "\(count(options, "option")) in \(count(expiries, "expiry chain")); \(count(publishers, "publisher")); "
                + "ordering \(orderingRule)"
        }
    }

    /// - Parameters:
    ///   - developmentAccounts: whom the numbers 0, 1, 2, … of the file stand for.
    ///   - time: of the first block, to which expiries are relative.
    /// - Throws: everything that is wrong.
    public init(
        parsing bytes: [UInt8], developmentAccounts: [Address], time: UInt64
    ) throws(VenueFileError) {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch {
            throw VenueFileError(
                problems: [.init(path: "", found: "no JSON (\(error.message))", accepted: "one JSON object")])
        }
        let problems = VenueFileProblems()
        var plan = VenueFilePlan(developmentAccounts: developmentAccounts, time: time)
        plan.read(VenueFileValue(json: document.root, path: "", problems: problems))
        if !problems.list.isEmpty { throw VenueFileError(problems: problems.list) }
        var venue = Venue(storage: VenueMemory(), time: time, blockNumber: 0)
        for step in plan.steps {
            let before = venue.checkpoint
            do throws(VenueError) { try step.act(&venue) } catch {
                venue.revert(to: before)
                problems.add(step.path, found: "what the venue refuses (\(error))", accepted: "what it takes")
            }
        }
        if !problems.list.isEmpty { throw VenueFileError(problems: problems.list) }
        name = plan.name
        content = plan.content
        accounts = VenueGenesis.accounts(of: venue.storage) + plan.tokens
    }
}

/// The venue's contracts in a first block.
enum VenueGenesis {
    /// A venue without a file: who owns it may do everything else by transactions.
    static func accounts(owner: Address) -> [GenesisAccount] {
        var venue = Venue(storage: VenueMemory(), time: 0, blockNumber: 0)
        venue.set(.owner, to: owner)
        venue.set(.guardian, to: owner)
        return accounts(of: venue.storage)
    }

    static func accounts(of storage: VenueMemory) -> [GenesisAccount] {
        // Code that no EVM runs, and a nonce, as activation gives them.
        var accounts = VenueNatives.addresses.map { GenesisAccount(address: $0, nonce: 1, code: [0xfe]) }
        for (slot, word) in storage.words {
            guard let place = accounts.firstIndex(where: { $0.address == slot.contract.address }) else { continue }
            accounts[place].storage.append((slot.word, word))
        }
        return accounts
    }
}
