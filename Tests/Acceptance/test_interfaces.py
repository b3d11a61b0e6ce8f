"""contracts/interfaces: every function of the natives, called from Vyper through its interface, against eth_call."""
import json

import vyper_contracts
from conftest import ROOT

INTERFACES = ROOT / "contracts" / "interfaces"
WAD = 10**18
ADDRESSES = {"FixedPoint": "0x0000000000000000000000000000000000000C01",
             "Pricing": "0x0000000000000000000000000000000000000c02"}
MARKET = [WAD, WAD, WAD // 2, WAD // 4, WAD // 20]
ARGUMENTS = {
    **{name: [WAD // 3, 0] for name in ("exp", "exp2", "ln", "log2", "sqrt", "erf", "erfc", "normalDensity",
                                        "normalDistribution", "normalQuantile")},
    "pow": [2 * WAD, WAD // 2, 0], "mulDiv": [2**255, 2**255, 2**255, 4], "blackScholes": MARKET,
    "greeks": [1, *MARKET, 0], "black76": [0, *MARKET],
    "impliedVolatility": [0, WAD, WAD, WAD // 2, WAD // 20, 0, WAD // 10], "american": [0, 1, *MARKET, 0, 101],
    "portfolioGrid": [1, WAD // 2, [(0, 100 * WAD, 101 * WAD, WAD // 4, WAD // 20)],
                      [(0, 0, 100 * WAD, 0, WAD), (1, 0, 0, 0, -WAD), (3, 0, 95 * WAD, WAD // 2, 2 * WAD),
                       (5, 0, 110 * WAD, WAD // 2, -WAD)], []],
}


def vyper_type(parameter, contract, structs):
    if parameter["type"] == "tuple[]":
        name = structs[parameter["name"]]
        return f"DynArray[{contract}.{name}, 512]" if name == "GridPosition" else f"DynArray[{contract}.{name}, 64]"
    return "DynArray[int256, 1040]" if parameter["type"] == "int256[]" else parameter["type"]


def caller(contract, abi):
    """A Vyper contract that passes every call on to the native."""
    structs = {"expiries": "GridExpiry", "positions": "GridPosition", "scenarios": "GridScenario"}
    out = f"# pragma version ~=0.4.0\nfrom interfaces import {contract}\nN: constant(address) = {ADDRESSES[contract]}\n"
    for function in abi:
        if function["type"] != "function":
            continue
        inputs = ", ".join(f"a{i}: {vyper_type(p, contract, structs)}" for i, p in enumerate(function["inputs"]))
        outputs = ", ".join(vyper_type(p, contract, structs) for p in function["outputs"])
        names = ", ".join(f"a{i}" for i in range(len(function["inputs"])))
        out += (f"\n@view\n@external\ndef call_{function['name']}({inputs}) -> ({outputs}):\n"
                f"    return staticcall {contract}(N).{function['name']}({names})\n")
    return out


def test_every_function_from_vyper(node):
    w3 = node.web3
    for contract, address in ADDRESSES.items():
        abi = json.loads((INTERFACES / f"{contract}.json").read_text())
        factory = vyper_contracts.factory(w3, caller(contract, abi))
        receipt = w3.eth.wait_for_transaction_receipt(factory.constructor().transact({"from": w3.eth.accounts[0]}))
        through = factory(receipt.contractAddress)
        native = w3.eth.contract(address=w3.to_checksum_address(address), abi=abi)
        names = [function["name"] for function in abi if function["type"] == "function"]
        assert set(names) <= set(ARGUMENTS)
        for name in names:
            direct = native.functions[name](*ARGUMENTS[name]).call()
            assert through.functions["call_" + name](*ARGUMENTS[name]).call() == direct, name
            if name == "portfolioGrid":
                assert len(direct[1]) == 34 and direct[0] < 0
