// The tables of Clearing.

extension StorageLayout {
    private static var account: StorageKeyPart { StorageKeyPart("account", at: 0, 32) }
    private static var owner: StorageKeyPart { StorageKeyPart("account", at: 128, 32) }
    private static var instrument: StorageKeyPart { StorageKeyPart("instrument", at: 0, 32) }

    static var clearing: [StorageTable] {
        [
            StorageTable(.clearing, 1, "counts", [StorageWord("counts", [.number("accounts", 0, 64)])]),
            StorageTable(
                .clearing, 2, "accounts", key: [account],
                [
                    StorageWord(
                        "account",
                        [
                            .address("owner"), .number("index", 160, 32), .number("mode", 192, 8),
                            .flag("isInAuction", 200), .number("assets", 208, 16), .flag("isKnown", 255),
                        ]),
                    StorageWord("cash", field: 1, [.amount("cash")]),
                    StorageWord("volume", field: 3, [.amount("thirtyDays"), .number("day", 128, 64)]),
                ]),
            StorageTable(
                .clearing, 3, "dayVolumes", key: [owner, StorageKeyPart("dayModulo31", at: 0, 5)],
                [StorageWord("volume", [.amount("volume"), .number("day", 128, 64)])]),
            StorageTable(
                .clearing, 4, "accountNumbers",
                key: [StorageKeyPart("owner", at: 0, 160), StorageKeyPart("index", at: 160, 32)],
                [StorageWord("number", [.number("account", 0, 32)])]),
            StorageTable(
                .clearing, 5, "sessionKeys",
                key: [StorageKeyPart("key", at: 0, 160), StorageKeyPart("account", at: 160, 32)],
                [StorageWord("sessionKey", [.number("expiry", 0, 64)])]),
            StorageTable(
                .clearing, 6, "positions", key: [owner, instrument],
                [
                    StorageWord(
                        "position",
                        [
                            .amount("cost"), .signed("lots", 128), .number("assetPlace", 192, 16),
                            .number("holderPlace", 208, 32),
                        ]),
                    StorageWord("funding", field: 1, [.amount("paidUpTo")]),
                    StorageWord(
                        "openOrders", field: 2,
                        [
                            .signed("buyLots", 0), .signed("sellLots", 64), .signed("buyCost", 128),
                            .signed("sellCost", 192),
                        ]),
                ]),
            StorageTable(
                .clearing, 7, "assets", key: [owner, StorageKeyPart("word", at: 0, 64)],
                [StorageWord("assets", [.list("instruments", of: 32, count: 8)])]),
            StorageTable(
                .clearing, 8, "holders",
                key: [StorageKeyPart("instrument", at: 128, 32), StorageKeyPart("word", at: 0, 64)],
                [StorageWord("holders", [.list("accounts", of: 32, count: 8)])]),
            StorageTable(
                .clearing, 9, "markets", key: [instrument],
                [StorageWord("market", [.signed("openInterest", 0), .number("holders", 64, 64)])]),
            StorageTable(
                .clearing, 10, "totals",
                [StorageWord("totals", [.amount("collectedFees"), .amount("deposits", 128)])]),
            StorageTable(
                .clearing, 11, "funding", key: [instrument],
                [
                    StorageWord("funding", [.amount("cumulativePerLot")]),
                    StorageWord(
                        "premiums", field: 1, [.amount("sum"), .number("samples", 128, 64), .number("hour", 192, 64)]),
                ]),
            StorageTable(
                .clearing, 12, "withdrawals", key: [StorageKeyPart("period", at: 0, 8)],
                [StorageWord("withdrawn", [.amount("amount"), .number("periodNumber", 128, 64)])]),
            StorageTable(.clearing, 13, "badDebt", [StorageWord("badDebt", [.number("lastBlock", 0, 64)])]),
            StorageTable(
                .clearing, 14, "deposits", key: [owner, StorageKeyPart("collateral", at: 0, 32)],
                [StorageWord("deposit", [.amount("amount"), .number("block", 128, 64)])]),
            StorageTable(.clearing, 15, "insurance", [StorageWord("insurance", [.amount("fund")])]),
            StorageTable(
                .clearing, 16, "underlyings", key: [StorageKeyPart("underlying", at: 0, 32)],
                [StorageWord("interest", [.amount("openInterest")])]),
        ]
    }
}
