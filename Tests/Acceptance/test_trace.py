"""EIP-3155 traces of `condor run --trace` beside revm's (pyrevm), step by step."""
import json
import subprocess
import sys

import pytest
from conftest import CONDOR

REVM = """
import sys
from pyrevm import EVM, AccountInfo
evm = EVM(gas_limit=10**9, tracing=True)
evm.insert_account_info("0x" + "00" * 18 + "2000", AccountInfo(code=bytes.fromhex(sys.argv[1])))
try:
    evm.message_call(caller="0x" + "00" * 18 + "1000", to="0x" + "00" * 18 + "2000", gas=int(sys.argv[2]) + 21000)
except RuntimeError:
    pass
"""
CODES = {
    "arithmetic, memory, storage": "6001600201600052600160005560006000556020600020",
    "a call of itself until out of gas": "6001600054016000556020600060006000600030" + "5af15000",
    "a creation and a revert": "69602060005260206000fd600052600a60166000f0505f5ffd",
    "a jump loop": "600a5b6001900380600257",
    "a precompile, static and delegated": "602060005f5f60045afa505f5f5f5f305af45000",
    "logs, transient storage, hashes": "6001600255600a60015d60015c5f5f5fa15f5f2000",
}


def steps(text):
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    number = lambda value: int(value, 16) if isinstance(value, str) else value
    return [(line["pc"], line["op"], line["depth"], number(line["gas"]), number(line["gasCost"]),
             [number(word) for word in line["stack"]]) for line in lines if "pc" in line], lines[-1]


@pytest.mark.parametrize("name", CODES)
def test_steps_equal_revm(name):
    gas = 60_000
    expected, _ = steps(subprocess.run([sys.executable, "-c", REVM, CODES[name], str(gas)], capture_output=True, text=True).stdout)
    result = subprocess.run(
        [CONDOR, "run", "--trace", "--json", "--fork", "Cancun", "--gas", str(gas), "--code", CODES[name]],
        capture_output=True, text=True)
    actual, summary = steps(result.stderr)
    assert len(expected) > 5
    # The cost of a call is told with or without the gas that goes along; what is left afterwards is in the next step.
    calls = (0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA)
    for one, other in zip(actual, expected):
        ran_out = other[4] == 0 and one[4] == one[3]  # revm tells no cost of a step that runs out of gas
        if one[1] in calls or ran_out:
            one, other = (step[:4] + step[5:] for step in (one, other))
        assert one == other
    # revm leaves out the STOP behind the code's last byte.
    assert len(actual) - len(expected) in (0, 1)
    assert int(summary["gasUsed"], 16) == json.loads(result.stdout)["gasUsed"] and "output" in summary
