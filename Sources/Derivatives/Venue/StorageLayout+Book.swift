// The tables of Book. `BookLayout` says what the words are for.

extension StorageLayout {
    private static var listing: StorageKeyPart { StorageKeyPart("instrument", at: 128, 32) }
    private static var account: StorageKeyPart { StorageKeyPart("account", at: 128, 32) }
    private static var bits: [StorageField] { [.list("bits", of: 1, count: 256)] }

    /// A node of an index: the key's low bits without the last 8 of each depth, and the depth.
    private static func index(
        _ number: UInt8, _ name: StaticString, of value: StaticString, key: [StorageKeyPart] = []
    ) -> StorageTable {
        StorageTable(
            .book, number, name,
            key: key + [StorageKeyPart("depth", at: 192, 8), StorageKeyPart(value, at: 0, 64)],
            [StorageWord("children", bits)])
    }

    static var book: [StorageTable] {
        [
            StorageTable(
                .book, 1, "books", key: [listing],
                [
                    StorageWord(
                        "book",
                        [
                            .number("bestBid", 0, 32), .number("bestAsk", 32, 32), .number("sequence", 64, 64),
                            .number("freePlace", 128, 32), .number("placesUsed", 160, 32),
                            .number("lastTrade", 192, 32), .number("openOrders", 224, 32),
                        ]),
                    StorageWord(
                        "triggers", field: 1,
                        [
                            .number("fallingMark", 0, 32), .number("risingMark", 32, 32),
                            .number("fallingIndex", 64, 32), .number("risingIndex", 96, 32),
                            .number("dormantOrders", 128, 32),
                        ]),
                ]),
            StorageTable(
                .book, 2, "orders", key: [listing, StorageKeyPart("place", at: 0, 32)],
                [
                    StorageWord(
                        "terms",
                        [
                            .signed("lotsLeft", 0), .signed("lotsPlaced", 64), .number("ticks", 128, 32),
                            .number("account", 160, 32), .number("sequence", 192, 48), .number("flags", 240, 16),
                        ]),
                    StorageWord(
                        "links", field: 1,
                        [
                            .number("next", 0, 32), .number("previous", 32, 32), .number("olderPlace", 64, 32),
                            .number("olderInstrument", 96, 32), .number("newerPlace", 128, 32),
                            .number("newerInstrument", 160, 32), .number("clientID", 192, 64),
                        ]),
                    StorageWord(
                        "conditions", field: 2,
                        [
                            .number("nextPlace", 0, 32), .number("nextInstrument", 32, 32),
                            .number("previousPlace", 64, 32), .number("previousInstrument", 96, 32),
                            .number("expiry", 128, 64), .number("triggerTicks", 192, 32), .number("block", 224, 32),
                        ]),
                ]),
            StorageTable(
                .book, 3, "levels",
                key: [StorageKeyPart("ladder", at: 192, 8), listing, StorageKeyPart("ticks", at: 0, 32)],
                [
                    StorageWord(
                        "level",
                        [
                            .number("firstPlace", 0, 32), .number("lastPlace", 32, 32), .signed("lots", 64),
                            .number("orders", 128, 32),
                        ])
                ]),
            index(4, "levelIndex", of: "ticks", key: [StorageKeyPart("ladder", at: 200, 8), listing]),
            StorageTable(
                .book, 5, "accountOrders", key: [account],
                [
                    StorageWord(
                        "orders",
                        [
                            .number("newestPlace", 0, 32), .number("newestInstrument", 32, 32),
                            .number("oldestPlace", 64, 32), .number("oldestInstrument", 96, 32),
                            .number("open", 128, 32), .number("reduceOnly", 160, 32),
                        ])
                ]),
            StorageTable(
                .book, 6, "clientOrders", key: [account, StorageKeyPart("clientID", at: 0, 64)],
                [
                    StorageWord(
                        "order", [.number("sequence", 0, 64), .number("place", 64, 32), .number("instrument", 96, 32)])
                ]),
            StorageTable(
                .book, 7, "protection", key: [account, StorageKeyPart("underlying", at: 0, 32)],
                [
                    StorageWord(
                        "limits",
                        [
                            .unsigned("quantity", 0, 64, decimals: 9), .unsigned("delta", 64, 64, decimals: 9),
                            .unsigned("vega", 128, 64, decimals: 9), .number("window", 192, 16),
                            .number("freeze", 208, 16), .flag("isSet", 224),
                        ]),
                    StorageWord(
                        "counted", field: 1,
                        [
                            .unsigned("quantity", 0, 64, decimals: 9), .signed("delta", 64, decimals: 9),
                            .signed("vega", 128, decimals: 9), .number("frozenUntil", 192, 40),
                            .number("firstRecord", 232, 12), .number("records", 244, 12),
                        ]),
                ]),
            StorageTable(
                .book, 8, "protectionRecords",
                key: [account, StorageKeyPart("underlying", at: 64, 32), StorageKeyPart("record", at: 0, 12)],
                [
                    StorageWord(
                        "second",
                        [
                            .unsigned("quantity", 0, 64, decimals: 9), .signed("delta", 64, decimals: 9),
                            .signed("vega", 128, decimals: 9), .number("time", 192, 64),
                        ])
                ]),
            StorageTable(
                .book, 9, "expiringOrders", key: [StorageKeyPart("second", at: 0, 64)],
                [
                    StorageWord(
                        "orders",
                        [
                            .number("firstPlace", 0, 32), .number("firstInstrument", 32, 32),
                            .number("lastPlace", 64, 32), .number("lastInstrument", 96, 32),
                            .number("orders", 128, 64),
                        ])
                ]),
            index(10, "expiryIndex", of: "second"),
            index(11, "triggerIndex", of: "instrument"),
            StorageTable(
                .book, 12, "cursors",
                [
                    StorageWord("firstExpiry", [.number("second", 0, 64)]),
                    StorageWord("nextTriggers", field: 1, [.number("instrument", 0, 64)]),
                ]),
            StorageTable(
                .book, 13, "parameters",
                [
                    StorageWord(
                        "limits",
                        [
                            .number("ordersPerAct", 0, 16), .number("levelsPerWalk", 16, 16),
                            .number("triggersPerBlock", 32, 16), .number("expiriesPerBlock", 48, 16),
                            .number("minimumNotional", 64, 32), .number("orderingRule", 96, 8),
                            .number("ordersPerBatch", 128, 16), .number("openOrders", 144, 16),
                        ]),
                    StorageWord(
                        "openOrderTiers", field: 1,
                        [
                            .number("orders0", 0, 16), .number("equity0", 16, 48), .number("orders1", 64, 16),
                            .number("equity1", 80, 48), .number("orders2", 128, 16), .number("equity2", 144, 48),
                            .number("orders3", 192, 16), .number("equity3", 208, 48),
                        ]),
                ]),
            index(14, "auctionIndex", of: "instrument"),
        ]
    }
}
