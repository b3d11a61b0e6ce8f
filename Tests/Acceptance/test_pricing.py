"""The Pricing native against mpmath, and garbage through its ABI."""
import random

from mpmath import erfc, exp, log, mp, mpf, sqrt

PRICING = "0x0000000000000000000000000000000000000c02"
WAD = 10**18


def encode(node, *words):
    selector = node.web3.keccak(text="blackScholes(uint256,uint256,uint256,uint256,int256)")[:4].hex()
    return "0x" + selector + "".join(f"{word % 2**256:064x}" for word in words)


def evaluate(node, *words):
    output = node.request("eth_call", {"to": PRICING, "data": encode(node, *words)}, "latest")
    if isinstance(output, str):
        price, delta = int(output[2:66], 16), int(output[66:], 16)
        return price, delta - 2**256 if delta >= 2**255 else delta
    return output["error"]["data"][:10]


def exact(spot, strike, tau, sigma, rate):
    mp.dps = 60
    s, k, t, v, r = (mpf(x) / WAD for x in (spot, strike, tau, sigma, rate))
    cdf = lambda x: erfc(-x / sqrt(mpf(2))) / 2
    d1 = (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))
    return s * cdf(d1) - k * exp(-r * t) * cdf(d1 - v * sqrt(t)), cdf(d1)


def test_published_example(node):
    # derivatives.md, section 10.
    price, _ = evaluate(node, 104210 * WAD, 114631 * WAD, 55 * WAD // 100, 0, 0) and evaluate(
        node, 104210 * WAD, 114631 * WAD, 19178080000000000, 55 * WAD // 100, 4 * WAD // 100)
    assert abs(price / WAD - 428.4877) < 5e-5


def test_random_inputs_against_mpmath(node):
    generator = random.Random(1)
    for _ in range(300):
        spot = int(10 ** generator.uniform(-6, 7) * WAD)
        strike = int(spot * 10 ** generator.uniform(-1, 1))
        tau = int(10 ** generator.uniform(-5, 1.3) * WAD)
        sigma = int(10 ** generator.uniform(-2, 0.7) * WAD)
        rate = int(generator.uniform(-0.1, 0.3) * WAD)
        price, delta = evaluate(node, spot, strike, tau, sigma, rate)
        expected_price, expected_delta = exact(spot, strike, tau, sigma, rate)
        for actual, expected, size in ((price, expected_price, spot / WAD), (delta, expected_delta, 1)):
            error = abs(mpf(actual) / WAD - expected)
            assert error <= max(abs(expected) * mpf("1e-12"), mpf("1e-18") * max(1, size)), (
                spot, strike, tau, sigma, rate, actual, expected)


def test_limits(node):
    assert evaluate(node, 100 * WAD, 90 * WAD, 0, WAD, 0) == (10 * WAD, WAD)
    assert evaluate(node, 90 * WAD, 100 * WAD, 0, WAD, 0) == (0, 0)
    assert evaluate(node, 100 * WAD, 100 * WAD, WAD, 0, 0) == (0, WAD // 2)
    assert evaluate(node, 100 * WAD, 100 * WAD, WAD, 1, 0)[1] in (WAD // 2, WAD // 2 + 1)


def test_garbage_is_refused(node):
    domain, invalid = (node.web3.keccak(text=text)[:4].to_0x_hex() for text in ("OutOfDomain()", "InvalidInput()"))
    good = (100 * WAD, 100 * WAD, WAD, WAD, 0)
    for index, word in ((0, 0), (1, 0), (0, 2**96), (1, 2**256 - 1), (2, 101 * WAD), (3, 2**255), (4, 2**255), (4, 11 * WAD)):
        words = list(good)
        words[index] = word
        assert evaluate(node, *words) == domain, words
    for data in ("0x", "0x12345678", encode(node, *good)[:-2], encode(node)):
        reply = node.request("eth_call", {"to": PRICING, "data": data}, "latest")
        assert reply["error"]["code"] == 3 and reply["error"]["data"] == invalid
    generator = random.Random(2)
    for _ in range(300):
        words = [generator.getrandbits(generator.choice((8, 64, 96, 128, 255, 256))) for _ in range(5)]
        result = evaluate(node, *words)
        assert result == domain or isinstance(result, tuple)


def test_contracts_see_a_contract(node):
    assert node.web3.eth.get_code(PRICING, "latest") in (b"", b"\xfe")
    node.request("evm_mine")
    assert node.web3.eth.get_code(PRICING, "latest") == b"\xfe"
