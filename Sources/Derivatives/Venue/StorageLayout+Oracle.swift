// The tables of Oracle and Instruments.

extension StorageLayout {
    private static var feedKey: [StorageKeyPart] {
        [
            StorageKeyPart("kind", at: 160, 8), StorageKeyPart("underlying", at: 128, 32),
            StorageKeyPart("expiry", at: 64, 64),
        ]
    }

    private static var surfaceShape: [StorageField] {
        [
            .signed("a", 0, decimals: 18), .signed("b", 64, decimals: 18), .signed("rho", 128, decimals: 18),
            .signed("m", 192, decimals: 18),
        ]
    }

    static var oracle: [StorageTable] {
        [
            StorageTable(
                .oracle, 1, "sources", key: feedKey + [StorageKeyPart("publisher", at: 0, 64)],
                [
                    StorageWord(
                        "report",
                        [
                            .amount("value"), .unsigned("confidence", 128, 64, decimals: 18),
                            .number("timestamp", 192, 64),
                        ]),
                    StorageWord("surface", field: 1, surfaceShape),
                ]),
            StorageTable(
                .oracle, 2, "feeds", key: feedKey,
                [
                    StorageWord(
                        "state",
                        [
                            .amount("value"), .unsigned("confidence", 128, 64, decimals: 18),
                            .number("freshAt", 192, 48), .number("validity", 240, 8),
                        ]),
                    StorageWord("surface", field: 1, surfaceShape),
                    StorageWord("surfaceStamp", field: 2, [.number("timestamp", 0, 64)]),
                ]),
            StorageTable(
                .oracle, 3, "averages", key: [StorageKeyPart("underlying", at: 0, 32)],
                [StorageWord("average", [.amount("index"), .number("updatedAt", 128, 64)])]),
            StorageTable(
                .oracle, 4, "windows",
                key: [StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("expiry", at: 0, 64)],
                [
                    StorageWord(
                        "window",
                        [.amount("indexSeconds"), .number("seconds", 128, 64), .number("lastReport", 192, 64)])
                ]),
            StorageTable(
                .oracle, 5, "marks", key: [StorageKeyPart("underlying", at: 0, 32)],
                [StorageWord("marks", [.number("updatedAt", 0, 64)])]),
            StorageTable(
                .oracle, 6, "perpetualMarks", key: [StorageKeyPart("instrument", at: 0, 32)],
                [
                    StorageWord("mark", [.amount("price")]),
                    StorageWord("average", field: 1, [.amount("numerator"), .amount("denominator", 128)]),
                    StorageWord("averageTime", field: 2, [.number("updatedAt", 0, 64)]),
                ]),
            StorageTable(
                .oracle, 7, "surfaceExpiries",
                key: [StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("word", at: 0, 64)],
                [
                    StorageWord("length", when: "word = 0", [.number("expiries", 0, 64)]),
                    StorageWord("expiries", when: "word > 0", [.list("expiries", of: 64, count: 4)]),
                ]),
            StorageTable(
                .oracle, 8, "settlementPrices",
                key: [StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("expiry", at: 0, 64)],
                [StorageWord("settlement", [.amount("price")])]),
        ]
    }

    static var instruments: [StorageTable] {
        [
            StorageTable(
                .instruments, 1, "counts",
                [
                    StorageWord(
                        "counts",
                        [.number("instruments", 0, 64), .number("underlyings", 64, 64), .number("collateral", 128, 64)])
                ]),
            StorageTable(
                .instruments, 2, "instruments", key: [StorageKeyPart("instrument", at: 0, 32)],
                [
                    StorageWord(
                        "id",
                        [
                            .unsigned("strike", 0, 96, decimals: 8), .number("expiry", 96, 64), .number("kind", 160, 8),
                            .number("underlying", 168, 32),
                        ]),
                    StorageWord("units", field: 1, [.amount("tick"), .amount("lot", 128)]),
                    StorageWord(
                        "state", field: 2,
                        [.amount("settlementPerLot"), .number("status", 128, 8), .flag("isPriced", 136)]),
                ]),
            StorageTable(
                .instruments, 3, "numbers",
                key: [
                    StorageKeyPart("strike", at: 0, 96), StorageKeyPart("expiry", at: 96, 64),
                    StorageKeyPart("kind", at: 160, 8), StorageKeyPart("underlying", at: 168, 32),
                ], [StorageWord("number", [.number("instrument", 0, 32)])]),
            StorageTable(
                .instruments, 4, "underlyings", key: [StorageKeyPart("underlying", at: 0, 32)],
                [StorageWord("underlying", [.ascii("symbol", 64), .flag("isKnown", 255)])]),
            StorageTable(
                .instruments, 5, "parameters",
                key: [StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("parameter", at: 0, 8)],
                [StorageWord("parameter", [.signed("value", 0, 128), .flag("isSet", 255)])]),
            StorageTable(
                .instruments, 6, "lists",
                key: [
                    StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("list", at: 64, 8),
                    StorageKeyPart("entry", at: 0, 8),
                ],
                [
                    StorageWord("length", when: "entry = 0", [.number("entries", 0, 64)]),
                    StorageWord(
                        "leverageTier", when: "list = 0, entry > 0",
                        [.amount("lower"), .number("maximumLeverage", 128, 64)]),
                    StorageWord(
                        "feeTier", when: "list = 1, entry > 0",
                        [.amount("volume"), .signed("maker", 128, decimals: 8), .signed("taker", 192, decimals: 8)]),
                    StorageWord(
                        "scenario", when: "list = 2, entry > 0",
                        [
                            .signed("shift", 0, decimals: 18), .number("volatility", 64, 64),
                            .signed("damping", 128, decimals: 18),
                        ]),
                    StorageWord(
                        "publisher", when: "list = 3, entry > 0",
                        [.address("publisher"), .unsigned("weight", 160, 64, decimals: 8)]),
                ]),
            StorageTable(
                .instruments, 7, "roles", key: [StorageKeyPart("role", at: 0, 8)],
                [StorageWord("role", [.address("holder")])]),
            StorageTable(
                .instruments, 8, "collateral", key: [StorageKeyPart("collateral", at: 0, 32)],
                [
                    StorageWord(
                        "token",
                        [
                            .address("token"), .number("decimals", 160, 8), .number("underlying", 192, 32),
                            .flag("isKnown", 255),
                        ]),
                    StorageWord("haircut", field: 1, [.amount("haircut")]),
                ]),
            StorageTable(
                .instruments, 9, "expiryInstruments",
                key: [
                    StorageKeyPart("underlying", at: 128, 32), StorageKeyPart("expiry", at: 64, 64),
                    StorageKeyPart("word", at: 0, 64),
                ],
                [
                    StorageWord("length", when: "word = 0", [.number("instruments", 0, 64)]),
                    StorageWord("instruments", when: "word > 0", [.list("instruments", of: 32, count: 8)]),
                ]),
            StorageTable(
                .instruments, 10, "pendingExpiries", key: [StorageKeyPart("entry", at: 0, 64)],
                [
                    StorageWord("length", when: "entry = 0", [.number("expiries", 0, 64)]),
                    StorageWord(
                        "expiry", when: "entry > 0",
                        [
                            .number("expiry", 0, 64), .number("underlying", 64, 64), .number("instrument", 128, 63),
                            .flag("isClosed", 191),
                        ]),
                ]),
        ]
    }
}
