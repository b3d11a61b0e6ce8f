#if !hasFeature(Embedded)
    public import Derivatives
    import Foundations

    extension VenueError {
        /// The custom error as the interface files name it, with its arguments, and what it means:
        /// `InsufficientMargin(available: 5, required: 7): …`.
        public var text: String {
            let output = output
            guard let selector = UInt32(selectorOf: output),
                let declared = VenueReverts.all.first(where: { $0.selector == selector })
            else { return "\(self)" }
            var arguments: [String] = []
            for (place, input) in declared.inputs.enumerated() {
                let start = 4 + 32 * place
                guard output.count >= start + 32 else { break }
                let word = UInt256(bigEndian: output[start..<start + 32])
                let value = Int128(signedWord: word).map { "\($0)" } ?? "\(word)"
                arguments.append("\(input.name): \(value)")
            }
            let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
            return "\(declared.name)\(list): \(declared.meaning)"
        }
    }
#endif
