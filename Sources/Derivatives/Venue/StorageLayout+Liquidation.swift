// The tables of Liquidation. `LiquidationLayout` says what the words are for.

extension StorageLayout {
    private static var account: StorageKeyPart { StorageKeyPart("account", at: 0, 32) }
    private static var underlying: StorageKeyPart { StorageKeyPart("underlying", at: 0, 32) }

    static var liquidation: [StorageTable] {
        [
            StorageTable(
                .liquidation, 1, "queue",
                [
                    StorageWord("queue", [.number("accounts", 0, 64), .number("lastTrade", 64, 64)]),
                    StorageWord(
                        "sweep", field: 1,
                        [.number("nextAccount", 0, 64), .number("day", 64, 64), .number("nextBaseline", 128, 64)]),
                ]),
            StorageTable(
                .liquidation, 2, "queueEntries", key: [StorageKeyPart("place", at: 0, 64)],
                [StorageWord("entry", [.number("account", 0, 64)])]),
            StorageTable(
                .liquidation, 3, "liquidations", key: [account],
                [
                    StorageWord(
                        "state",
                        [
                            .number("step", 0, 8), .number("underlying", 8, 8), .number("queuePlace", 32, 32),
                            .number("start", 64, 64), .number("seen", 128, 64), .number("lastTrade", 192, 64),
                        ]),
                    StorageWord(
                        "reserve", field: 1,
                        [.amount("reserved"), .number("pausedUntil", 128, 64), .number("began", 192, 64)]),
                ]),
            StorageTable(
                .liquidation, 4, "liquidatedInterest", key: [underlying],
                [
                    StorageWord("moved", [.amount("size"), .number("block", 128, 64)]),
                    StorageWord("basis", field: 1, [.amount("openInterest")]),
                ]),
            StorageTable(
                .liquidation, 5, "insurancePaid", key: [underlying],
                [
                    StorageWord("block", when: "underlying = 0", [.amount("amount"), .number("block", 128, 64)]),
                    StorageWord("day", field: 1, [.amount("amount"), .number("day", 128, 64)]),
                ]),
            StorageTable(
                .liquidation, 6, "dayStarts", key: [account],
                [StorageWord("equity", [.amount("equity"), .number("day", 128, 64)])]),
            StorageTable(
                .liquidation, 7, "summary", key: [underlying],
                [
                    StorageWord("venueMoney", when: "underlying = 0", [.amount("equity"), .amount("cash", 128)]),
                    StorageWord(
                        "venueFunds", field: 1, when: "underlying = 0",
                        [.amount("insuranceFund"), .amount("badDebt", 128)]),
                    StorageWord(
                        "venueRisk", field: 2, when: "underlying = 0",
                        [
                            .signed("worstRatio", 0, decimals: 18), .number("inLiquidation", 64, 64),
                            .number("block", 128, 64), .number("time", 192, 64),
                        ]),
                    StorageWord("interest", when: "underlying > 0", [.amount("openInterest"), .amount("equity", 128)]),
                    StorageWord("insurance", field: 1, when: "underlying > 0", [.amount("paidToday")]),
                    StorageWord(
                        "risk", field: 2, when: "underlying > 0",
                        [
                            .signed("worstRatio", 0, decimals: 18), .number("holders", 64, 64),
                            .number("block", 128, 64),
                        ]),
                ]),
            StorageTable(
                .liquidation, 8, "totals",
                [
                    StorageWord("paid", [.amount("insurancePaid"), .amount("socialised", 128)]),
                    StorageWord("closed", field: 1, [.amount("closedInBook"), .amount("deleveraged", 128)]),
                    StorageWord("sold", field: 2, [.amount("auctioned")]),
                ]),
        ]
    }
}
