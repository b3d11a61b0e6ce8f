"""`condor t8n` and `condor b11r`: forms of input and output, exit codes, traces; the drivers of the official `fill`."""
import copy
import io
import json
import random
import subprocess

import pytest
import rlp
from conftest import CONDOR, ROOT
from eth_account import Account
from ethereum_spec_tools.evm_tools import main as specification

EXAMPLE = ROOT / "examples" / "transition"
KEY = "0x" + "00" * 31 + "01"
SENDER = Account.from_key(KEY).address.lower()
OTHER = "0x" + "00" * 18 + "1234"


def example():
    return {name: json.loads((EXAMPLE / f"{name}.json").read_text()) for name in ("alloc", "env", "txs")}


def call(*words, data=None, tool="t8n"):
    return subprocess.run([CONDOR, tool, *map(str, words)], capture_output=True, text=True,
                          input="" if data is None else json.dumps(data))


def transition(data, fork="Cancun", *words):
    """t8n from standard input to standard output."""
    result = call(*[f"--input.{name}=stdin" for name in ("alloc", "env", "txs")], "--output.alloc=stdout",
                  "--output.result=stdout", "--output.body=stdout", f"--state.fork={fork}", *words, data=data)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def simple(fork, txs=(), **env):
    """An input for any fork: the key's account, a block, the transactions."""
    block = {"currentCoinbase": OTHER, "currentGasLimit": "0x1c9c380", "currentNumber": "0x1",
             "currentTimestamp": "0x3e8", "currentDifficulty": "0x20000"} | env
    if fork in ("Cancun", "Prague"):
        del block["currentDifficulty"]
        block |= {"currentRandom": "0x0", "currentBaseFee": "0x7", "withdrawals": [],
                  "parentBeaconBlockRoot": "0x" + "00" * 32, "currentExcessBlobGas": "0x0"}
    return {"alloc": {SENDER: {"balance": "0xde0b6b3a7640000"}}, "env": block, "txs": list(txs)}


def legacy(nonce, **fields):
    return {"nonce": hex(nonce), "gas": "0x5208", "gasPrice": "0xa", "to": OTHER, "value": "0x1", "input": "0x",
            "v": "0x0", "r": "0x0", "s": "0x0", "secretKey": KEY} | fields


# MARK: Forms

def test_files_and_streams_say_the_same(tmp_path):
    words = [word for name in ("alloc", "env", "txs") for word in (f"--input.{name}", EXAMPLE / f"{name}.json")]
    result = call(*words, "--state.fork", "Cancun", "--output.basedir", tmp_path / "new", "--output.body", "txs.rlp")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    streams = transition(example())
    for name, file in (("alloc", "alloc.json"), ("result", "result.json"), ("body", "txs.rlp")):
        assert json.loads((tmp_path / "new" / file).read_text()) == streams[name]
    errors = call(*words, "--state.fork", "Cancun", "--output.alloc", "stderr", "--output.result", "")
    assert json.loads(errors.stderr) == {"alloc": streams["alloc"]} and errors.stdout == ""


def test_refused_transactions_are_left_out():
    output = transition(simple("London", [legacy(1), legacy(0), legacy(0), legacy(1, gas="0x5207"), legacy(1)],
                               currentBaseFee="0x7"), "London")
    refused = output["result"]["rejected"]
    assert [entry["index"] for entry in refused] == [0, 2, 3]
    assert "nonce too high" in refused[0]["error"] and "TransactionException.NONCE_MISMATCH_TOO_LOW" in refused[1]["error"]
    assert "intrinsic gas too low" in refused[2]["error"]
    assert len(output["result"]["receipts"]) == 2 == len(rlp.decode(bytes.fromhex(output["body"][2:])))
    assert output["alloc"][OTHER]["balance"] == hex(2 + 2 * 21000 * 3 + 2 * 10**18)


def test_transactions_as_rlp():
    first = transition(example())
    for key in ("txs", "txsRlp"):
        data = {name: value for name, value in example().items() if name != "txs"} | {key: first["body"]}
        again = transition(data)
        assert again["alloc"] == first["alloc"] and again["body"] == first["body"]
        assert again["result"]["receipts"] == first["result"]["receipts"] and again["result"]["rejected"] == []


def test_unprotected_and_protected_signatures():
    for protected, fork, v in ((True, "London", 37), (False, "London", 27), (True, "Homestead", 27)):
        data = simple(fork, [legacy(0, protected=protected)], currentBaseFee="0x7")
        (transaction,) = rlp.decode(bytes.fromhex(transition(data, fork)["body"][2:]))
        assert int.from_bytes(transaction[6], "big") in (v, v + 1)


# MARK: The block around

@pytest.mark.parametrize("words, miner, ommer", [
    ((), 5 * 10**18 + 2 * (5 * 10**18 // 32), 5 * 10**18 * 7 // 8),
    (("--state.reward", "3200"), 3400, 2800), (("--state.reward", "33"), 35, 28), (("--state.reward", "0"), 0, 0),
    (("--state.reward", "-1"), None, None)])
def test_rewards(words, miner, ommer):
    ommers = [{"delta": 1, "address": "0x" + "aa" * 20}, {"delta": "0x2", "address": "0x" + "bb" * 20}]
    alloc = transition(simple("Frontier", ommers=ommers), "Frontier", *words)["alloc"]
    balances = [int(alloc[address]["balance"], 16) if address in alloc else None for address in (OTHER, "0x" + "aa" * 20)]
    assert balances == [miner, ommer]


def test_values_that_follow_from_the_parent():
    env = {"parentDifficulty": "0x100000", "parentTimestamp": "0x3e7", "currentNumber": "0x64"}
    data = simple("Byzantium", **env)
    del data["env"]["currentDifficulty"]
    assert int(transition(data, "Byzantium")["result"]["currentDifficulty"], 16) == 0x100000 + 0x100000 // 2048
    data["env"]["parentUncleHash"] = "0x" + "11" * 32
    assert int(transition(data, "Byzantium")["result"]["currentDifficulty"], 16) == 0x100000 + 2 * 0x100000 // 2048
    data = simple("Cancun", parentBaseFee="800", parentGasUsed="0x1c9c380", parentGasLimit="0x1c9c380",
                  parentExcessBlobGas="0x80000", parentBlobGasUsed="0xc0000")
    del data["env"]["currentBaseFee"], data["env"]["currentExcessBlobGas"]
    result = transition(data)["result"]
    assert (result["currentBaseFee"], result["currentExcessBlobGas"]) == (hex(900), hex(0x80000 + 0xc0000 - 0x60000))
    result = transition(data | {"blobParams": {"target": 1, "max": 6, "baseFeeUpdateFraction": "0x32f0ed"}}, "Cancun",
                        "--input.blobParams=stdin")["result"]
    assert result["currentExcessBlobGas"] == hex(0x80000 + 0xc0000 - 0x20000)


def test_a_block_that_does_not_hold_is_named():
    output = transition(simple("Prague", [legacy(0)], blockHashes={"0x0": "0x" + "11" * 32}), "Prague")
    assert "system contract empty or failed" in output["result"]["blockException"]
    assert len(output["result"]["receipts"]) == 1 and output["alloc"][OTHER]["balance"] != "0x0"
    assert "blockException" not in transition(simple("Prague", [legacy(0)]), "Prague", "--state-test")["result"]


# MARK: Exit codes

def broken(**changes):
    """The example with members of env replaced, None for left out."""
    data = example()
    data["env"] = {key: value for key, value in (data["env"] | changes).items() if value is not None}
    return data


@pytest.mark.parametrize("code, data, words", [
    (3, example(), ["--state.fork=Atlantis"]), (3, broken(withdrawals=None), []), (3, broken(currentRandom=None), []),
    (3, broken(parentBeaconBlockRoot=None), []), (3, broken(parentBaseFee=None), []),
    (3, broken(currentDifficulty="0x1"), []), (3, example(), ["--trace", "--trace.memory", "--trace.nomemory"]),
    (3, example() | {"blobParams": {"target": 9, "max": 6, "baseFeeUpdateFraction": 1}}, ["--input.blobParams=stdin"]),
    (4, broken(blockHashes={"5": "0x" + "11" * 32}), []), (10, {"env": {}}, []), (10, [], []),
    (10, broken(currentNumber="seven"), []), (10, broken(blockHashes={"x": "0x" + "11" * 32}), []),
    (10, example() | {"alloc": {"0x12": {}}}, []), (10, example() | {"txs": "zz"}, []), (10, example() | {"txs": [1]}, []),
    (11, example(), ["--input.txs=/nowhere/txs.json"]), (11, example(), ["--output.result=/nowhere/result.json"]),
    (12, example() | {"txs": "0xc30102"}, []), (64, example(), ["--state.chainid=x"]), (64, example(), ["--state.reward=x"])])
def test_exit_codes(code, data, words):
    result = call("--input.alloc=stdin", "--input.env=stdin", "--input.txs=stdin", "--state.fork=Cancun",
                  "--output.alloc=stdout", "--output.result=stdout", *words, data=data)
    assert result.returncode == code, result.stderr
    assert result.stdout == "" and (code == 64 or result.stderr.startswith(f"ERROR({code}): "))


def test_text_that_is_no_json_and_transactions_that_cannot_be_read():
    result = subprocess.run([CONDOR, "t8n", "--input.env=stdin"], input="{", capture_output=True, text=True)
    assert result.returncode == 10
    strange = [{}, legacy(0, to="0x12"), legacy(0, gas="lots"), legacy(0, type="0x7f"), legacy(0, v="0x5", r="0x1", s="0x1"),
               legacy(0, value=hex(2**256)), legacy(0, secretKey="0x" + "00" * 32)]
    result = transition(simple("London", strange + [legacy(0)], currentBaseFee="0x7"), "London")["result"]
    assert [entry["index"] for entry in result["rejected"]] == list(range(len(strange)))
    assert len(result["receipts"]) == 1


STRANGE = [None, True, "", "0x", "0x0", hex(2**63), hex(2**64 - 1), hex(2**64), hex(2**256 - 1), hex(2**256), -1, 0, 2**63,
           1e30, "abc", [], {}, [[]], "0x" + "ff" * 20, "0x" + "ff" * 32, "0xc0", "9" * 30]


def places(value, path=()):
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


@pytest.mark.parametrize("fork", ["DAOFork", "London", "Prague", "BPO3", "BPO2ToAmsterdamAtTime15k"])
def test_strange_values_end_in_a_result_or_a_reason(fork):
    chance = random.Random(fork)
    sound = example() | {"blobParams": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477}}
    sound["env"] |= {"ommers": [{"delta": 1, "address": OTHER}], "parentDifficulty": "0x20000", "slotNumber": "0x1"}
    for _ in range(40):
        data = copy.deepcopy(sound)
        *path, last = chance.choice([path for path in places(data) if path])
        member = data
        for key in path:
            member = member[key]
        member[last] = chance.choice(STRANGE)
        result = call("--input.alloc=stdin", "--input.env=stdin", "--input.txs=stdin", "--input.blobParams=stdin",
                      "--output.alloc=stdout", "--output.result=stdout", f"--state.fork={fork}", data=data)
        assert result.returncode in (0, 3, 4, 10, 12), (path, last, member[last], result.stderr)


# MARK: Traces and counts

def test_traces_and_counts(tmp_path):
    (tmp_path / "trace-9-stale.jsonl").write_text("")
    output = transition(example(), "Cancun", "--trace", "--trace.memory", "--trace.returndata",
                        "--opcode.count=stdout", f"--output.basedir={tmp_path}")
    (receipt,) = output["result"]["receipts"]
    (file,) = tmp_path.glob("trace-*.jsonl")
    assert file.name == f"trace-0-{receipt['transactionHash']}.jsonl"
    *steps, end = map(json.loads, file.read_text().splitlines())
    assert [step["opName"] for step in steps] == [
        "NUMBER", "PUSH1", "SSTORE", "PUSH1", "NUMBER", "SUB", "BLOCKHASH", "PUSH1", "SSTORE", "STOP"]
    assert steps[2] | {"gas": 0} == {
        "pc": 3, "op": 0x55, "gas": 0, "gasCost": hex(22100), "memSize": 0, "stack": ["0x7", "0x0"], "depth": 1,
        "returnData": "0x", "refund": 0, "opName": "SSTORE"}
    assert end["output"] == "" and int(end["gasUsed"], 16) == int(receipt["gasUsed"], 16) - 21000
    assert output["opcodeCount"] == {"NUMBER": 2, "PUSH1": 3, "SSTORE": 2, "SUB": 1, "BLOCKHASH": 1, "STOP": 1}
    transition(example(), "Cancun", "--trace", "--trace.nostack", f"--output.basedir={tmp_path}")
    assert not any({"stack", "memory", "returnData"} & json.loads(line).keys() for line in file.read_text().splitlines())


# MARK: b11r

HEADER = {"parentHash": "0x" + "11" * 32, "miner": OTHER, "stateRoot": "0x" + "22" * 32, "logsBloom": "0x" + "00" * 256,
          "difficulty": "0x0", "number": "0x7", "gasLimit": "0x1c9c380", "gasUsed": "0x0", "timestamp": "0x3e8",
          "extraData": "0xabcd", "mixHash": "0x" + "33" * 32, "nonce": "0x0000000000000001"}


def test_blocks_equal_the_specification():
    body = transition(example())["body"]
    ommer = call("--input.header=stdin", "--input.txs=stdin", "--output.block=stdout", tool="b11r",
                 data={"header": HEADER, "txs": ""})
    block = json.loads(ommer.stdout)["rlp"]
    shanghai = HEADER | {"baseFeePerGas": "0x7", "withdrawalsRoot": "0x" + "44" * 32, "transactionsRoot": "0x" + "55" * 32}
    withdrawals = [{"index": "0x0", "validatorIndex": "0x1", "address": OTHER, "amount": "0x5"}]
    for data, words in (({"header": HEADER, "txs": body, "ommers": []}, []),
                        ({"header": HEADER, "txs": "", "ommers": [block]}, []),
                        ({"header": shanghai, "txs": body, "ommers": [], "withdrawals": withdrawals},
                         ["--input.withdrawals=stdin"])):
        words = ["--input.header=stdin", "--input.txs=stdin", "--input.ommers=stdin", "--output.block=stdout", *words]
        output = io.StringIO()
        assert specification(["b11r", *words], output, io.StringIO(json.dumps(data))) == 0
        result = call(*words, data=data, tool="b11r")
        assert json.loads(result.stdout) == json.loads(output.getvalue())


@pytest.mark.parametrize("code, data, words", [
    (3, {"header": HEADER}, ["--seal.ethash"]), (10, {"header": {}}, []), (10, {}, []),
    (10, {"header": HEADER, "txs": 5}, []), (12, {"header": HEADER, "txs": "0xc101"}, []),
    (11, {"header": HEADER, "txs": ""}, ["--output.block=/nowhere/block.json"])])
def test_exit_codes_of_b11r(code, data, words):
    result = call("--input.header=stdin", "--input.txs=stdin", *words, data=data, tool="b11r")
    assert result.returncode == code and result.stderr.startswith(f"ERROR({code}): ")


# MARK: As fill calls it

def test_as_fill_drives_geth(tmp_path):
    tool = ROOT / "Scripts" / "fill" / "evm"
    version = subprocess.run([tool, "-v"], capture_output=True, text=True)
    assert version.stdout.startswith("evm version ") and not version.stderr
    text = subprocess.run([tool, "t8n", "--help"], capture_output=True, text=True).stdout
    for fork in ("Frontier", "ConstantinopleFix", "TangerineWhistle", "Merge", "Shanghai", "Osaka", "BPO1", "BPO4"):
        assert fork in text
    result = subprocess.run(
        [tool, "t8n", "--input.alloc=stdin", "--input.txs=stdin", "--input.env=stdin", "--output.result=stdout",
         "--output.alloc=stdout", "--output.body=stdout", "--state.fork=Cancun", "--state.chainid=1", "--state.reward=0",
         f"--output.basedir={tmp_path}", "--trace"], input=json.dumps(example()), capture_output=True, text=True)
    assert json.loads(result.stdout)["result"]["rejected"][0]["index"] == 1 and len(list(tmp_path.iterdir())) == 1


def test_as_fill_drives_evmone(tmp_path):
    tool = ROOT / "Scripts" / "fill" / "evmone-t8n"
    version = subprocess.run([tool, "-v"], capture_output=True, text=True)
    assert version.stdout.startswith("evmone-t8n ") and not version.stderr
    (tmp_path / "output").mkdir()
    (tmp_path / "blob.json").write_text(json.dumps({"target": "0x3", "max": "0x6", "baseFeeUpdateFraction": "0x32f0ed"}))
    result = subprocess.run(
        [tool, "--state.fork", "Cancun", "--input.alloc", EXAMPLE / "alloc.json", "--input.env", EXAMPLE / "env.json",
         "--input.txs", EXAMPLE / "txs.json", "--output.basedir", tmp_path, "--output.result", "output/result.json",
         "--output.alloc", "output/alloc.json", "--output.body", "output/txs.rlp", "--state.reward", "0",
         "--state.chainid", "1", "--opcode.count", "opcodes.json", "--input.blobParams", tmp_path / "blob.json"],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert names == {"blob.json", "opcodes.json", "output/result.json", "output/alloc.json", "output/txs.rlp"}
