#if !hasFeature(Embedded)
    import Foundations

    extension StorageLayout {
        private static var contracts: [VenueContract] {
            VenueContract.allCases.filter { contract in tables.contains { $0.contract == contract } }
        }

        /// `contracts/storage-layout.json`, one table a line.
        public static var json: String {
            let contracts = contracts.map { contract in
                let tables = tables.filter { $0.contract == contract }.map { "    " + $0.json }
                return """
                      "\(contract.name)": {"address": "\(contract.text)", "tables": [
                    \(tables.joined(separator: ",\n"))
                      ]}
                    """
            }
            return """
                {
                  "slot": "table * 2^248 + field * 2^192 + the sum of each key part * 2^bit",
                  "contracts": {
                \(contracts.joined(separator: ",\n"))
                  }
                }

                """
        }

        /// `docs/storage-layout.md`.
        public static var markdown: String {
            var text = """
                # Storage layout of the venue

                Written from `StorageLayout` in `Sources/Derivatives/Venue` (`contracts/storage-layout.json` has the same for programs;
                run the test `storageLayoutFilesAreFresh` with REGENERATE=1 to write both anew).

                Slots are not hashed. A slot is table · 2^248 + field · 2^192 + the parts of the key, each at its bit: the cash of account 7
                lies in Clearing at 2 · 2^248 + 1 · 2^192 + 7. `eth_getStorageAt` reads it, `eth_getProof` proves it. Bits count from the
                least significant; numbers with a sign are in two's complement of their width; `.18` means 18 decimals. Instruments and
                accounts stand under their numbers (Instruments table 3, Clearing table 4 have them); accounts' assets from 2^31 on are kinds
                of collateral, whose lots are 1e-9 tokens. Prices on the book are ticks and sizes lots (Instruments table 2).

                """
            for contract in contracts {
                text += "\n## \(contract.name), `\(contract.text)`\n\n"
                text += "| table | key (bits) | word | fields (bits) |\n|---|---|---|---|\n"
                for table in tables where table.contract == contract {
                    for (place, word) in table.words.enumerated() {
                        let isFirst = place == 0
                        let key = table.key.map { "\($0.name) (\(range($0.bit, $0.width)))" }.joined(separator: ", ")
                        let isFielded = table.words.contains { $0.field != 0 }
                        let name = "\(word.name)" + (isFielded ? ", field \(word.field)" : "")
                        let condition = word.condition.utf8CodeUnitCount == 0 ? "" : " (\(word.condition))"
                        text += "| \(isFirst ? "\(table.number) \(table.name)" : "") | \(isFirst ? key : "") "
                        text += "| \(name)\(condition) | \(word.fields.map { $0.text }.joined(separator: " · ")) |\n"
                    }
                }
            }
            return text
        }

        fileprivate static func range(_ bit: Int, _ width: Int) -> String {
            width == 1 ? "\(bit)" : "\(bit)–\(bit + width - 1)"
        }
    }

    extension VenueContract {
        /// The contract's name, as its interface has it.
        public var name: String {
            switch self {
            case .oracle: "Oracle"
            case .instruments: "Instruments"
            case .book: "Book"
            case .clearing: "Clearing"
            case .liquidation: "Liquidation"
            }
        }

        fileprivate var text: String {
            "0x" + String(repeating: "0", count: 36) + String(UInt32(rawValue) | 0x10000, radix: 16).dropFirst()
        }
    }

    extension StorageTable {
        fileprivate var json: String {
            let key = key.map { #"{"name": "\#($0.name)", "bit": \#($0.bit), "bits": \#($0.width)}"# }
            let words = words.map { $0.json }
            return """
                {"number": \(number), "name": "\(name)", "key": [\(key.joined(separator: ", "))], \
                "words": [\(words.joined(separator: ", "))]}
                """
        }
    }

    extension StorageWord {
        fileprivate var json: String {
            let when = condition.utf8CodeUnitCount == 0 ? "" : #""when": "\#(condition)", "#
            let fields = fields.map { $0.json }.joined(separator: ", ")
            return #"{"name": "\#(name)", "field": \#(field), \#(when)"fields": [\#(fields)]}"#
        }
    }

    extension StorageField {
        private var type: String {
            switch kind {
            case .unsigned: "unsigned"
            case .signed: "signed"
            case .flag: "flag"
            case .address: "address"
            case .ascii: "ascii"
            }
        }

        fileprivate var json: String {
            var text = #"{"name": "\#(name)", "bit": \#(bit), "bits": \#(width), "type": "\#(type)""#
            if decimals != 0 { text += #", "decimals": \#(decimals)"# }
            if count != 1 { text += #", "count": \#(count)"# }
            return text + "}"
        }

        fileprivate var text: String {
            let place = count == 1 ? StorageLayout.range(bit, width) : "\(count) of \(width)"
            let sign = kind == .signed ? "±" : ""
            return
                "\(name) (\(place)\(decimals == 0 && sign.isEmpty ? "" : ", \(sign)\(decimals == 0 ? "" : ".\(decimals)")"))"
        }
    }
#endif
