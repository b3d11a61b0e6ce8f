"""Nodes whose chain goes on from a block of a data folder, which is read through and stays as it is."""
import hashlib
import pathlib
import subprocess

import pytest
from conftest import CONDOR, ROOT, Node
from test_storage import CHAIN, GENESIS, check_account, condor, folder, serve  # noqa: F401

TARGET = "0x" + "51" * 20


def content(folder):
    """Every file of a folder, by the hash of its content."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def fork(source, *options):
    return serve("--fork-from", source, *options)


def test_a_fork_of_a_development_chain(tmp_path):
    data = tmp_path / "dev"
    base = serve("--dev", "--data-dir", str(data))
    sender = base.web3.eth.accounts[0]
    for value in range(1, 8):
        base.web3.eth.send_transaction({"from": sender, "to": TARGET, "value": value})
    hashes = [base.web3.eth.get_block(number).hash for number in range(8)]
    # The folder is in use by its own node meanwhile.
    live = fork(f"{data}@5")
    assert live.web3.eth.get_balance(TARGET) == 15
    base.web3.eth.send_transaction({"from": sender, "to": TARGET, "value": 100})
    assert live.web3.eth.get_balance(TARGET) == 15 and live.stop() == 0
    assert base.stop() == 0
    before = content(data)
    for number in (0, 3, 7):
        node = fork(f"{data}@{number}", "--balance", "20000")
        w3 = node.web3
        # The first block of its own brings the accounts to their balance.
        assert w3.eth.block_number == number + 1 and w3.eth.get_block(number).hash == hashes[number]
        assert 0 <= w3.eth.get_balance(sender) - 20000 * 10**18 < 10**9
        assert len(w3.eth.get_block(number + 1).withdrawals) == 10
        for old in range(number + 1):
            assert w3.eth.get_block(old).hash == hashes[old]
            assert w3.eth.get_balance(TARGET, old) == sum(range(1, old + 1))
            check_account(w3, sender, [0], old)
        receipt = w3.eth.wait_for_transaction_receipt(
            w3.eth.send_transaction({"from": sender, "to": TARGET, "value": 1000}))
        assert receipt.blockNumber == number + 2 and receipt.status == 1
        assert w3.eth.get_balance(TARGET) == sum(range(1, number + 1)) + 1000
        check_account(w3, w3.to_checksum_address(TARGET), [], number + 2)
        snapshot = node.request("evm_snapshot")
        node.request("hardhat_mine", "0x14")
        assert node.request("evm_revert", snapshot) and w3.eth.block_number == number + 2
        assert w3.eth.chain_id == 31337
        assert node.stop() == 0
    assert content(data) == before


def test_a_fork_of_an_imported_chain(folder):  # noqa: F811
    """At every block behind Shanghai of the official test chain, by its rules."""
    before = content(folder)
    for number in (40, 47, 54):
        node = fork(f"{folder}@{number}")
        w3 = node.web3
        from web3.middleware import ExtraDataToPOAMiddleware
        w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        sender = w3.eth.accounts[0]
        assert w3.eth.block_number == number + 1
        assert 0 <= w3.eth.get_balance(sender) - 10_000 * 10**18 < 10**9
        w3.eth.wait_for_transaction_receipt(w3.eth.send_transaction({"from": sender, "to": TARGET, "value": 5}))
        for block in (number - 7, number, number + 2):
            check_account(w3, w3.to_checksum_address(TARGET), [0], block)
        assert node.stop() == 0
    assert content(folder) == before


@pytest.mark.parametrize("options,code,words", [
    (["--fork-from", "{}@55"], 1, "unknown block"), (["--fork-from", "/nowhere@1"], 1, "holds no chain"),
    (["--fork-from", "{}@0"], 1, "before the merge"), (["--fork-from", "{}", "--dev"], 64, "choose one chain"),
    (["--fork-from", "{}", "--chain-id", "5"], 64, "keeps its chain's id"),
])
def test_refusals(folder, options, code, words):  # noqa: F811
    command = [CONDOR, "node", "--port", "0", *(option.format(folder) for option in options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == code and words in done.stderr, done


def test_logs_are_json_lines(tmp_path):
    import json
    node = Node("--log-format", "json", "--quiet", stderr=subprocess.PIPE)
    node.request("evm_mine")
    node.request("hardhat_mine", "0x5")
    assert node.stop() == 0
    events = [json.loads(line) for line in node.process.stderr.read().splitlines()]
    assert [event["event"] for event in events] == ["node started"] + ["block sealed"] * 6 + ["node stopped"]
    assert [event["number"] for event in events if "number" in event] == list(range(1, 7))
    assert all(event["level"] == "info" and event["time"].endswith("Z") for event in events)
    node = Node("--log-format", "text", "--quiet", stderr=subprocess.PIPE)
    assert node.stop() == 0
    assert " info node started chain=31337 " in node.process.stderr.read()
    assert "takes text, json or none" in condor("node", "--dev", "--log-format", "xml", code=64)
