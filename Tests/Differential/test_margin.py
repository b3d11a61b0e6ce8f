"""Both margin modes against an implementation written from the specification (derivatives.md, section 6) in binary64.

    pytest Tests/Differential/test_margin.py                     200 random portfolios
    CONDOR_PORTFOLIOS=10000 pytest Tests/Differential/test_margin.py

`condor-bench venue-margins` makes random venues (two underlyings, three expiries, perpetuals, futures, calls and puts,
collateral, open orders) and prints what margins depend on, beside the margins. Marks of options are compared too. The
limit is 1e-9 of what the account has at stake: the grid's distribution function errs by 1e-13, binary64 by 1e-16 an
operation.
"""
import json
import math
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / ".build" / "release" / "condor-bench"
PORTFOLIOS = int(os.environ.get("CONDOR_PORTFOLIOS", "200"))
YEAR = 31_536_000
PERPETUAL, FUTURE, CALL, PUT, AMERICAN_CALL, AMERICAN_PUT = range(6)

# (shift, volatility, damping): 21 of the grid, ±18 %, eight tails, two skews.
SCENARIOS = [(shift / 1000, volatility, 1.0) for shift in (135, 90, 45, 0, -45, -90, -135)
             for volatility in ("up", "same", "down")]
SCENARIOS += [(0.18, "up", 1.0), (-0.18, "up", 1.0)]
SCENARIOS += [(-0.66, "up", 0.21), (-0.33, "up", 0.42), (0.5, "up", 0.2772), (1, "up", 0.1386), (2, "up", 0.0693),
              (3, "up", 0.0462), (4, "up", 0.03465), (5, "up", 0.02772)]
SCENARIOS += [(0.0, "linear", 1.0), (0.0, "absolute", 1.0)]
BASIS = [(0.045, "same", 1.0), (-0.045, "same", 1.0)]
COUNT = len(SCENARIOS)
IS_SKEW = [volatility in ("linear", "absolute") for _, volatility, _ in SCENARIOS + BASIS]


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def black(forward, strike, tau, sigma, is_call):
    """Undiscounted."""
    deviation = sigma * math.sqrt(tau)
    if deviation == 0:
        return max(forward - strike if is_call else strike - forward, 0)
    d1 = math.log(forward / strike) / deviation + deviation / 2
    d2 = d1 - deviation
    if is_call:
        return forward * normal(d1) - strike * normal(d2)
    return strike * normal(-d2) - forward * normal(-d1)


def lattice(spot, strike, tau, sigma, rate, carry, is_call, steps=101):
    """American, Leisen-Reimer."""
    step = tau / steps
    deviation = sigma * math.sqrt(tau)
    d1 = (math.log(spot / strike) + (rate - carry + sigma * sigma / 2) * tau) / deviation

    def inversion(z):
        ratio = z / (steps + 1 / 3 + 0.1 / (steps + 1))
        return 0.5 + math.copysign(0.5, z) * math.sqrt(-math.expm1(-ratio * ratio * (steps + 1 / 6)))

    p, share = inversion(d1 - deviation), inversion(d1)
    if not (0 < p < 1 and 0 < share < 1):
        # So far from the strike that nothing is left to chance: the best of now and expiry.
        sign = 1 if is_call else -1
        return max(0, sign * (spot - strike), sign * (spot * math.exp(-carry * tau) - strike * math.exp(-rate * tau)))
    growth, discount = math.exp((rate - carry) * step), math.exp(-rate * step)
    up, down = growth * share / p, growth * (1 - share) / (1 - p)
    sign = 1 if is_call else -1

    ups, downs = [up ** n for n in range(steps + 1)], [down ** n for n in range(steps + 1)]

    def payoffs(n):
        return [max(sign * (spot * ups[j] * downs[n - j] - strike), 0) for j in range(n + 1)]

    values = payoffs(steps)
    for n in range(steps - 1, -1, -1):
        held = [discount * (p * high + (1 - p) * low) for low, high in zip(values, values[1:])]
        values = [max(pair) for pair in zip(held, payoffs(n))]
    return values[0]


def shocked(sigma, shock, tau, k):
    days = tau * 365
    m = (30 / max(days, 1)) ** (0.30 if days <= 30 else 0.13)
    if shock == "same":
        return sigma
    if shock == "up":
        return max(sigma * (1 + 0.5 * m), 0.40)
    if shock == "down":
        return sigma * max(0, 1 - 0.3 * m)
    limit = max(0, 0.25 - 0.1 * math.sqrt(tau))
    x = k if shock == "linear" else abs(k)
    tilt = x * limit / max(0.01, 2.4 * math.sqrt(tau))
    return sigma * (1 + max(-limit, min(limit, tilt)))


class World:
    def __init__(self, data):
        self.time = data["time"]
        self.credit = int(data["credit"]) / 1e18
        self.expiries = data["expiries"]
        self.markets = [{"index": int(m["index"]) / 1e18, "confidence": int(m["confidence"]) / 1e18,
                         "rate": int(m["rate"]) / 1e18, "forwards": [int(f) / 1e18 for f in m["forwards"]],
                         "slices": [[int(v) / 1e18 for v in s] for s in m["slices"]]} for m in data["markets"]]
        self.cache = {}

    def instrument(self, asset):
        """Mark, gain per unit in every scenario and basis move, and what it is charged; per unit."""
        key = (asset["underlying"], asset["kind"], asset["expiry"], asset["strike"])
        if key not in self.cache:
            self.cache[key] = self.value(asset)
        return self.cache[key]

    def value(self, asset):
        market, kind = self.markets[asset["underlying"] - 1], asset["kind"]
        index = market["index"]
        columns = SCENARIOS + BASIS
        if kind == PERPETUAL:
            return asset["mark"], [asset["mark"] * shift for shift, _, _ in columns], None
        place = self.expiries.index(asset["expiry"])
        forward, rate = market["forwards"][place], market["rate"]
        tau = (asset["expiry"] - self.time) / YEAR
        discount = math.exp(-rate * tau)
        if kind == FUTURE:
            return forward, [forward * shift * discount for shift, _, _ in columns], tau
        a, b, rho, m, width = market["slices"][place]
        strike, is_call = asset["strike"], kind in (CALL, AMERICAN_CALL)
        k = math.log(strike / forward)
        sigma = math.sqrt((a + b * (rho * (k - m) + math.hypot(k - m, width))) / tau)
        if kind in (CALL, PUT):
            def price(shift, shock):
                return discount * black(forward * (1 + shift), strike, tau, shocked(sigma, shock, tau, k), is_call)
        else:
            carry = rate - math.log(forward / index) / tau

            def price(shift, shock):
                return lattice(index * (1 + shift), strike, tau, shocked(sigma, shock, tau, k), rate, carry, is_call)
        mark = price(0, "same")
        return mark, [price(shift, shock) - mark for shift, shock, _ in columns], tau


def order_loss(asset, mark):
    unit = asset["tick"] * asset["lot"]
    buys, sells = asset["buyLots"] * asset["lot"], asset["sellLots"] * asset["lot"]
    return (buys, max(0, asset["buyCost"] * unit - buys * mark)), (sells, max(0, sells * mark - asset["sellCost"] * unit))


def portfolio(world, account, initial):
    groups, strikes = {}, {}
    charges = marked = stake = 0
    for asset in account["assets"]:
        mark, gains, tau = world.instrument(asset)
        size, market = asset["lots"] * asset["lot"], world.markets[asset["underlying"] - 1]
        marked += size * mark - (asset["cost"] if asset["kind"] <= FUTURE else 0)
        (buys, buy_loss), (sells, sell_loss) = order_loss(asset, mark)
        stake += (abs(size) + buys + sells) * (market["index"] + mark + asset["strike"])
        if not initial:
            buys = sells = buy_loss = sell_loss = 0
        pnl, orders = groups.setdefault(
            (asset["underlying"], asset["expiry"]), ([0.0] * (COUNT + 2), [0.0] * (COUNT + 2)))
        for place, gain in enumerate(gains):
            # Only the move is damped or weighted: what an order loses by its price is lost whatever happens.
            gain *= (SCENARIOS + BASIS)[place][2] if place < COUNT else 0.5 + 2 * (tau or 0)
            pnl[place] += size * gain
            if IS_SKEW[place]:
                orders[place] -= abs(gain) * max(buys, sells) + max(buy_loss, sell_loss)
            else:
                orders[place] += min(0, buys * gain - buy_loss, -sells * gain - sell_loss)
        largest = max(abs(size + buys), abs(size - sells))
        notional = mark if asset["kind"] <= FUTURE else market["index"]
        if asset["kind"] == PERPETUAL:
            charges += largest * mark * (0.04 if initial else 0.03)
        if initial and market["confidence"] < 0.55:
            charges += (1 - market["confidence"]) * notional * largest
        if asset["kind"] >= CALL:
            key = (asset["underlying"], asset["expiry"], asset["strike"])
            strikes[key] = strikes.get(key, 0) + size - sells
    for (underlying, _, _), net in strikes.items():
        charges += max(0, -net) * world.markets[underlying - 1]["index"] * (0.005 if initial else 0.003)
    if account["collateral"]:
        worth = account["collateral"] * world.markets[0]["index"]
        marked += worth * 0.9
        stake += worth
        pnl, _ = groups.setdefault((1, 0), ([0.0] * (COUNT + 2), [0.0] * (COUNT + 2)))
        for place, (shift, _, damping) in enumerate(SCENARIOS):
            pnl[place] += worth * shift * damping
    totals = {}
    for (underlying, expiry), (pnl, orders) in groups.items():
        total = totals.setdefault(underlying, [0.0] * (COUNT + 1))
        for place in range(COUNT):
            total[place] += orders[place] + (-abs(pnl[place]) if IS_SKEW[place] else pnl[place])
        if expiry:
            total[COUNT] += min(0, *(pnl[place] + orders[place] for place in (COUNT, COUNT + 1)))
    joint = min(0, *(sum(total[place] for total in totals.values()) for place in range(COUNT + 1)))
    apart = sum(min(0, *total) for total in totals.values())
    worst = world.credit * joint + (1 - world.credit) * apart
    return (1.0 if initial else 0.8) * worst - charges + marked + account["cash"], stake


def leverage_margin(notional, interest, initial):
    if not initial:
        rate, deduction = 1 / 80, 0.0
        if notional > 150e6:
            deduction, rate = 150e6 * (1 / 40 - 1 / 80), 1 / 40
        return notional * rate - deduction
    rate = 1 / (40 if notional < 150e6 else 20)
    return notional * min(1, rate + (1 - rate) * max(0, interest - 500e6) / 500e6)


def options_requirement(world, holdings, initial):
    """Of one expiry; holdings are (asset, size)."""
    shorts = calls = 0
    for asset, size in holdings:
        index = world.markets[asset["underlying"] - 1]["index"]
        mark = world.instrument(asset)[0]
        is_call = asset["kind"] in (CALL, AMERICAN_CALL)
        calls += size if is_call else 0
        if size < 0:
            out = max(0, asset["strike"] - index if is_call else index - asset["strike"])
            maintenance = mark + (0.09 * index if is_call else max(0.09 * index, 0.09 * mark))
            need = maintenance
            if initial:
                need = mark + max(0.15 - out / index, 0.13) * index
                if not is_call:
                    need = max(need, 1.05 * maintenance)
            shorts -= size * need

    def payoff(price):
        return sum(size * max(0, price - asset["strike"] if asset["kind"] in (CALL, AMERICAN_CALL)
                              else asset["strike"] - price) for asset, size in holdings)

    loss = -min(0, *(payoff(price) for price in [0] + [asset["strike"] for asset, _ in holdings]))
    asset = holdings[0][0]
    forward = world.markets[asset["underlying"] - 1]["forwards"][world.expiries.index(asset["expiry"])]
    return min(shorts, loss + max(0, -calls) * (1.2 if initial else 1.1) * forward)


def standard(world, account, initial):
    margin, stake, expiries = account["cash"], 0, {}
    if account["collateral"]:
        margin += account["collateral"] * world.markets[0]["index"] * 0.9
    for asset in account["assets"]:
        mark = world.instrument(asset)[0]
        size = asset["lots"] * asset["lot"]
        (buys, buy_loss), (sells, sell_loss) = order_loss(asset, mark)
        stake += (abs(size) + buys + sells) * (world.markets[asset["underlying"] - 1]["index"] + mark + asset["strike"])
        if asset["kind"] >= CALL:
            expiries.setdefault((asset["underlying"], asset["expiry"]), []).append(asset)
            continue
        margin += size * mark - asset["cost"]
        notional = max(abs(size + buys), abs(size - sells)) * mark if initial else abs(size) * mark
        margin -= leverage_margin(notional, asset["openInterest"] * asset["lot"] * mark, initial)
        if initial:
            margin -= max(buy_loss, sell_loss)
    for assets in expiries.values():
        need = options_requirement(world, [(a, a["lots"] * a["lot"]) for a in assets], initial)
        if initial:
            unit = [a["tick"] * a["lot"] for a in assets]
            filled = options_requirement(world, [(a, (a["lots"] - a["sellLots"]) * a["lot"]) for a in assets], True)
            if any(a["sellLots"] for a in assets):
                need = max(need, filled - sum(a["sellCost"] * u for a, u in zip(assets, unit)))
            for asset, u in zip(assets, unit):
                if asset["buyLots"]:
                    closing = min(asset["buyLots"], max(0, -asset["lots"]))
                    cost = asset["buyCost"] * u
                    closed = cost * closing / asset["buyLots"]
                    need += cost - closed + max(0, closed - closing * asset["lot"] * world.instrument(asset)[0])
        margin -= need
    return margin, stake


def test_margins_follow_the_specification():
    output = subprocess.run([BENCH, "venue-margins", str(PORTFOLIOS), "7"], capture_output=True, text=True, check=True)
    compared = 0
    for line in output.stdout.splitlines():
        data = json.loads(line)
        world = World(data)
        for account in data["accounts"]:
            for name in ("cash", "collateral", "initial", "maintenance"):
                account[name] = int(account[name]) / 1e18
            for asset in account["assets"]:
                asset.update({name: int(value) for name, value in asset.items()})
                for name in ("strike", "tick", "lot", "cost", "mark"):
                    asset[name] /= 1e18
                mark = world.instrument(asset)[0]
                scale = world.markets[asset["underlying"] - 1]["index"] + asset["strike"]
                assert abs(mark - asset["mark"]) <= 1e-12 * scale, (asset, mark)
            rule = standard if account["mode"] == "standard" else portfolio
            for kind in ("initial", "maintenance"):
                margin, stake = rule(world, account, kind == "initial")
                assert abs(margin - account[kind]) <= 1e-9 * stake + 1e-6, (kind, margin, account)
                compared += 1
    assert compared == 2 * PORTFOLIOS
