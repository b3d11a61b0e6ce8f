"""A chain of others: imported from genesis file and blocks, served with the state behind every block."""
import json
import pathlib
import subprocess

import pytest
from conftest import CONDOR, ROOT, Node

CHAIN = ROOT.parent / "shared" / "fixtures" / "execution-apis"
GENESIS, BLOCKS = CHAIN / "genesis.json", CHAIN / "chain.rlp"
CALLER, TARGET = "0x" + "c0" * 20, "0x" + "c1" * 20


@pytest.fixture(scope="module")
def chain():
    node = Node("--genesis", GENESIS, "--import", BLOCKS, "--no-work", kind=())
    yield node
    assert node.stop() == 0


def start(*options):
    return subprocess.run([CONDOR, "node", "--port", "0", *map(str, options)], capture_output=True, text=True, timeout=60)


def test_every_state_has_the_root_of_its_header(chain):
    """Proofs of an account at every block lead to that block's state root, by the code of the trie package."""
    from eth_utils import keccak
    from trie import HexaryTrie
    import rlp
    account = bytes.fromhex("7dcd17433742f4c0ca53122ab541d0ba67fc27df")
    for number in range(55):
        header = chain.request("eth_getBlockByNumber", hex(number), False)
        proof = chain.request("eth_getProof", "0x" + account.hex(), ["0x0"], hex(number))
        nodes = [rlp.decode(bytes.fromhex(node[2:])) for node in proof["accountProof"]]
        value = HexaryTrie.get_from_proof(bytes.fromhex(header["stateRoot"][2:]), keccak(account), nodes)
        nonce, balance, root, code = rlp.decode(value)
        assert int.from_bytes(balance, "big") == int(chain.request("eth_getBalance", "0x" + account.hex(), hex(number)), 16)
        assert "0x" + root.hex() == proof["storageHash"] and "0x" + code.hex() == proof["codeHash"]


@pytest.mark.parametrize("options,code,words", [
    (["--genesis", GENESIS, "--import", BLOCKS], 1, "block 0 of the file: BlockException.INVALID_POW"),
    (["--genesis", "nowhere.json"], 64, "'nowhere.json' cannot be read"),
    (["--genesis", BLOCKS], 64, "no JSON"),
    (["--genesis", GENESIS, "--dev"], 64, "choose one chain"), ([], 64, "choose one chain"),
    (["--dev", "--import", BLOCKS], 64, "--import needs --genesis"),
    (["--genesis", GENESIS, "--accounts", "3"], 64, "needs --dev"),
])
def test_refusals(options, code, words):
    result = start(*options)
    assert result.returncode == code and words in result.stderr, result


def test_damaged_files_are_refused(tmp_path):
    whole = BLOCKS.read_bytes()
    for position in [0, 5, 700, 20_000, len(whole) - 1]:
        damaged = bytearray(whole)
        damaged[position] ^= 0x40
        (tmp_path / "chain.rlp").write_bytes(damaged)
        result = start("--genesis", GENESIS, "--import", tmp_path / "chain.rlp", "--no-work")
        assert result.returncode == 1 and "of the file: " in result.stderr and "Exception." in result.stderr, (position, result)
    (tmp_path / "chain.rlp").write_bytes(whole[:30_000])
    assert start("--genesis", GENESIS, "--import", tmp_path / "chain.rlp", "--no-work").returncode == 1


def test_it_does_not_grow(chain):
    assert chain.request("evm_mine")["error"]["code"] == -32601
    assert chain.request("eth_blockNumber") == "0x36" and chain.request("eth_accounts") == []


# MARK: Calls

def run(chain, code, method="eth_call", *more, **call):
    overrides = {TARGET: {"code": code}}
    if method == "debug_traceCall":
        return chain.request(method, {"from": CALLER, "to": TARGET, **call}, "latest", {"stateOverrides": overrides, **more[0]})
    return chain.request(method, {"from": CALLER, "to": TARGET, **call}, "latest", overrides, *more)


def test_overrides_of_blocks_and_accounts(chain):
    # NUMBER, TIMESTAMP, COINBASE, BALANCE of CALLER
    code = "0x4360005242602052416040527f" + "00" * 12 + "c0" * 20 + "31606052608060" + "00f3"
    result = chain.request(
        "eth_call", {"from": CALLER, "to": TARGET}, "0x10", {TARGET: {"code": code}, CALLER: {"balance": "0x5"}},
        {"number": "0x99", "time": "0x1234567", "feeRecipient": "0x" + "aa" * 20})
    words = [int(result[2:][64 * index:64 * index + 64], 16) for index in range(4)]
    assert words == [0x99, 0x1234567, int("aa" * 20, 16), 5]


def test_a_call_pays_for_gas_at_the_fees_that_it_states(chain):
    reply = run(chain, "0x00", gasPrice="0x77359400")
    assert reply["error"]["code"] == -32000 and "insufficient funds for gas * price + value" in reply["error"]["message"]
    assert "have 0 want 100000000000000000" in reply["error"]["message"]


def test_moved_precompile(chain):
    overrides = {"0x" + "00" * 19 + "02": {"movePrecompileToAddress": TARGET}}
    moved = chain.request("eth_call", {"to": TARGET, "input": "0x1234"}, "latest", overrides)
    assert moved == chain.request("eth_call", {"to": "0x" + "00" * 19 + "02", "input": "0x1234"}) and len(moved) == 66
    assert chain.request("eth_call", {"to": "0x" + "00" * 19 + "02", "input": "0x1234"}, "latest", overrides) == "0x"


def test_access_list_has_what_code_touches(chain):
    # SLOAD(5), BALANCE(0xaa…), SSTORE(7, 1)
    code = "0x60055473" + "aa" * 20 + "3160016007550000"
    reply = chain.request(
        "eth_createAccessList", {"from": CALLER, "to": TARGET}, "latest",
        {TARGET: {"code": code}, CALLER: {"balance": "0xffffffffffffffffffff"}})
    listed = {entry["address"]: [int(key, 16) for key in entry["storageKeys"]] for entry in reply["accessList"]}
    assert listed == {TARGET: [5, 7], "0x" + "aa" * 20: []}
    assert "error" not in reply and int(reply["gasUsed"], 16) > 40_000


def test_access_list_that_never_settles(chain):
    """Code that touches another slot whenever it has other gas must not keep the node."""
    reply = chain.request(
        "eth_createAccessList", {"from": CALLER, "to": TARGET}, "latest",
        {TARGET: {"code": "0x5a5400"}, CALLER: {"balance": "0xffffffffffffffffffff"}})
    assert "does not settle" in reply["error"]["message"] or "accessList" in reply


# MARK: Traces

def test_call_tracer_nests(chain):
    # CALL(gas, 0x04, value 0, no data), then revert with 32 zero bytes
    code = "0x600060006000600060006004" + "5af150" + "60206000fd"
    trace = run(chain, code, "debug_traceCall", {"tracer": "callTracer"})
    assert trace["type"] == "CALL" and trace["error"] == "execution reverted" and trace["output"] == "0x" + "00" * 32
    assert [call["to"] for call in trace["calls"]] == ["0x" + "00" * 19 + "04"]


def test_deep_calls_do_not_break_the_tracers(chain):
    code = "0x6000600060006000600030" + "5af1" + "00"
    trace = run(chain, code, "debug_traceCall", {"tracer": "callTracer"}, gas=hex(50_000_000))
    depth = 0
    while trace:
        depth += 1
        trace = (trace.get("calls") or [None])[0]
    assert depth > 300
    steps = run(chain, code, "debug_traceCall", {"enableMemory": True}, gas=hex(50_000_000))
    assert max(step["depth"] for step in steps["structLogs"]) == depth


def test_steps_with_storage_memory_and_errors(chain):
    # SSTORE(1, 2), SLOAD(1), MSTORE(0), then an undefined operation
    trace = run(chain, "0x60026001556001546000520c", "debug_traceCall", {"enableMemory": True})
    steps = trace["structLogs"]
    assert [step["op"] for step in steps][:4] == ["PUSH1", "PUSH1", "SSTORE", "PUSH1"]
    slot = "0x" + "00" * 31
    assert steps[2]["storage"] == {slot + "01": slot + "02"} == steps[4]["storage"]
    assert steps[-1]["memory"] == [slot + "02"] and "error" in steps[-1] and trace["failed"]


def test_unknown_tracer(chain):
    assert "tracer not found" in run(chain, "0x00", "debug_traceCall", {"tracer": "nothing"})["error"]["message"]


# MARK: Simulation

def simulate(chain, blocks, block="latest", **options):
    return chain.request("eth_simulateV1", {"blockStateCalls": blocks, **options}, block)


def test_simulated_state_is_carried_on(chain):
    counter = "0x6000546001018060005560005260206000f3"
    call = {"from": CALLER, "to": TARGET}
    blocks = simulate(chain, [{"stateOverrides": {TARGET: {"code": counter}}, "calls": [call, call]}, {"calls": [call]}])
    values = [int(call["returnData"], 16) for block in blocks for call in block["calls"]]
    assert values == [1, 2, 3] and blocks[1]["parentHash"] == blocks[0]["hash"]
    assert chain.request("eth_getCode", TARGET) == "0x"


@pytest.mark.parametrize("number", range(0, 55, 3))
def test_simulation_on_every_fork(chain, number):
    blocks = simulate(chain, [{"calls": [{"from": CALLER, "to": TARGET}]}], hex(number))
    assert blocks[0]["number"] == hex(number + 1) and blocks[0]["calls"][0]["status"] == "0x1"


@pytest.mark.parametrize("request_,code", [
    ({}, -32602), ({"blockStateCalls": []}, -32602), ({"blockStateCalls": [5]}, -32602),
    ({"blockStateCalls": [{"calls": [{"gas": "0xffffffffffff"}]}]}, -38015),
    ({"blockStateCalls": [{"calls": [{"gas": "0x1"}]}]}, -38013),
    ({"blockStateCalls": [{"blockOverrides": {"number": "0xffffffffffffffff"}}]}, -32602),
    ({"blockStateCalls": [{"blockOverrides": {"number": "0xfffffffffffffff"}}]}, -38026),
    ({"blockStateCalls": [{"blockOverrides": {"time": "0x1"}}]}, -38021),
    ({"blockStateCalls": [{"stateOverrides": {TARGET: {"state": {}, "stateDiff": {}}}}]}, -32000),
])
def test_simulations_that_are_refused(chain, request_, code):
    assert chain.request("eth_simulateV1", request_)["error"]["code"] == code


def test_extreme_overrides(chain):
    """Numbers at their limits: an answer or a proper error."""
    most = {8: "0x" + "f" * 16, 32: "0x" + "f" * 64}
    for key, size in [("time", 8), ("gasLimit", 8), ("baseFeePerGas", 32), ("blobBaseFee", 32), ("difficulty", 32)]:
        for validation in (False, True):
            call = {"from": CALLER, "to": TARGET, "maxFeePerGas": most[32], "value": "0x1"}
            for calls in ([], [call], [{"to": TARGET, "blobVersionedHashes": ["0x01" + "00" * 31]}]):
                block = {"blockOverrides": {key: most[size]}, "calls": calls,
                         "stateOverrides": {CALLER: {"balance": most[32], "nonce": most[8]}}}
                reply = simulate(chain, [block, {}, {"calls": calls}], validation=validation)
                assert isinstance(reply, list) or reply["error"]["code"] != 0
    assert chain.request("eth_blockNumber") == "0x36"


# MARK: Fees

def test_fee_history_foretells_the_next_base_fee(chain):
    for number in range(54):
        history = chain.request("eth_feeHistory", "0x1", hex(number), [50])
        following = chain.request("eth_getBlockByNumber", hex(number + 1), False)
        assert history["baseFeePerGas"][1] == following.get("baseFeePerGas", "0x0"), number
        assert len(history["baseFeePerBlobGas"]) == 2 and history["oldestBlock"] == hex(number)


def test_fee_history_at_its_bounds(chain):
    assert chain.request("eth_feeHistory", "0x0", "latest", []) == {"oldestBlock": "0x0", "gasUsedRatio": None}
    assert chain.request("eth_feeHistory", "0x1", "0x64", [])["error"] == {
        "code": -32000, "message": "request beyond head block: requested 100, head 54"}
    assert chain.request("eth_feeHistory", "0x400", "latest", [])["oldestBlock"] == "0x0"


def test_rules_of_a_call_are_those_of_the_block_that_it_sees(chain):
    """PUSH0 came with Shanghai, at 390 seconds."""
    code = "0x5f60005260206000f3"
    for time, works in [("0x185", False), ("0x186", True)]:
        reply = chain.request("eth_call", {"to": TARGET}, "0x26", {TARGET: {"code": code}}, {"time": time})
        assert (reply == "0x" + "00" * 32) == works, reply
