#!/usr/bin/env python3
"""The pricing library beside QuantLib (binary64), where that is installed.

    Benchmarks/quant.py [--milliseconds N] [--json]

The limit: a price with all Greeks takes a logarithm, two exponentials of rates, a density and two tails of the normal
distribution, about 130 products of 128 bits at 3 ns. On chain, for comparison (public figures): Solady's expWad and lnWad
keep about 1e-20 and 1 ulp; DeFiMath prices Black-Scholes for 2,582 to 2,739 gas at 5e-12, an implied volatility for about
12,400. Peers: `pip install quantlib`.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONDOR = os.environ.get("CONDOR") or ROOT / ".build" / "release" / "condor"
GAS = {"exp": 100, "exp, exact path": 900, "ln": 100, "sqrt": 100, "pow": 160, "normal distribution": 100,
       "normal quantile": 400, "price and Greeks": 300, "implied volatility": 1200,
       "Leisen-Reimer 101, American": 1000 + 40 * 101 + 101 * 101 // 2,
       "Leisen-Reimer 501, American": 1000 + 40 * 501 + 501 * 501 // 2}


def quantlib(milliseconds):
    """Nanoseconds of the same options in QuantLib; empty without it."""
    try:
        import QuantLib as ql
    except ImportError:
        return {}
    today = ql.Date(1, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    days = ql.Actual365Fixed()
    spot = ql.SimpleQuote(1.0)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(spot), ql.YieldTermStructureHandle(ql.FlatForward(today, 1 / 32, days)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 1 / 16, days)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.25, days)))
    payoff = ql.PlainVanillaPayoff(ql.Option.Put, 1.0)
    european = ql.VanillaOption(payoff, ql.EuropeanExercise(today + 182))
    european.setPricingEngine(ql.AnalyticEuropeanEngine(process))

    def greeks():
        european.NPV(), european.delta(), european.gamma(), european.vega(), european.theta(), european.rho()

    def american(engine):
        option = ql.VanillaOption(payoff, ql.AmericanExercise(today, today + 182))
        option.setPricingEngine(engine)
        return option.NPV

    calls = {"price and Greeks": greeks, "Leisen-Reimer 101, American": american(ql.BinomialLRVanillaEngine(process, 101)),
             "Leisen-Reimer 501, American": american(ql.BinomialLRVanillaEngine(process, 501)),
             "American, integral equation": american(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))}
    times = {}
    for name, call in calls.items():
        count, start = 0, time.perf_counter()
        while (time.perf_counter() - start) * 1000 < milliseconds:
            spot.setValue(1.0 + count % 1000 * 1e-6)
            call()
            count += 1
        times[name] = (time.perf_counter() - start) * 1e9 / count
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--milliseconds", type=int, default=300, help="time for each row")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    output = subprocess.run(
        [str(CONDOR), "price", "bench", "--milliseconds", str(options.milliseconds), "--json"], capture_output=True,
        text=True, check=True).stdout
    peer = quantlib(options.milliseconds)
    rows = [row | {"gas": GAS.get(row["name"]), "quantlib_ns": peer.get(row["name"])} for row in json.loads(output)]
    if options.json:
        print(json.dumps(rows))
        return 0
    print(f"{'':32}{'ns':>12}{'gas':>9}{'ns/gas':>8}{'QuantLib ns':>13}")
    for row in rows:
        gas, other = row["gas"], row["quantlib_ns"]
        per_gas = f"{row['nanoseconds'] / gas:.1f}" if gas else ""
        print(f"{row['name']:32}{row['nanoseconds']:12.0f}{gas or '':>9}{per_gas:>8}"
              f"{f'{other:.0f}' if other else '':>13}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
