extension AgentsFile {
    /// The set that `condor node --with-agents` and `condor demo` start: for the accounts of a development chain and the venue of
    /// venues/dev.json.
    public static let usual = """
        {
          "seed": 1,
          "underlyings": ["BTC", "ETH", "SOL"],
          "agents": [
            {
              "kind": "publisher", "name": "oracle", "key": 1, "publishers": [0, 1, 2],
              "markets": [
                {"underlying": "BTC", "price": 121000, "volatility": 0.45, "crash": 0.13},
                {"underlying": "ETH", "price": 4350, "volatility": 0.65, "crash": 0.17},
                {"underlying": "SOL", "price": 221, "volatility": 0.8, "crash": 0.26}
              ]
            },
            {
              "kind": "maker", "name": "maker-1", "key": 3, "cash": 20000000, "options": ["BTC", "ETH"], "strikes": 3
            },
            {
              "kind": "maker", "name": "maker-2", "key": 4, "cash": 10000000, "halfSpread": 0.0007, "notional": 150000,
              "strikes": 0
            },
            {"kind": "hedger", "name": "hedger", "key": 5, "underlyings": ["BTC", "ETH"]},
            {"kind": "liquidator", "name": "liquidator", "key": 6},
            {"kind": "noise", "name": "longs", "key": 7, "accounts": 30, "leverage": [3, 9], "longs": 0.85},
            {"kind": "noise", "name": "shorts", "key": 8, "accounts": 20, "leverage": [2, 6], "longs": 0.1},
            {
              "kind": "noise", "name": "whales", "key": 9, "underlyings": ["SOL"], "accounts": 3, "cash": 500000,
              "leverage": [9, 10], "longs": 1, "activity": 0.2
            },
            {"kind": "insurer", "name": "insurer", "key": 2, "cash": 100000}
          ]
        }
        """
}
