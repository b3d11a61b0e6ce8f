/// Why a venue's configuration cannot be used: everything that is wrong with it.
public struct VenueFileError: Error, Equatable, CustomStringConvertible {
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// Where it is, such as `underlyings[0].perpetual.tick`; empty for the file as a whole.
        public let path: String
        public let found: String
        public let accepted: String

        public var description: String {
            (path.isEmpty ? "" : path + ": ") + "found \(found); accepted: \(accepted)"
        }
    }

    public let problems: [Problem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
