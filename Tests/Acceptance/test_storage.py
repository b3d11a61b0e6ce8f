"""Chains that last: import, restart, history, proofs, the fixtures' recorded answers, kills, full disks."""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
import rlp
from conftest import CONDOR, ROOT, Node
from eth_utils import keccak
from trie import HexaryTrie

FIXTURES = ROOT.parent / "shared" / "fixtures" / "execution-apis"
GENESIS, CHAIN = FIXTURES / "genesis.json", FIXTURES / "chain.rlp"


def condor(*arguments, code=0):
    done = subprocess.run([CONDOR, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imported") / "data"
    text = condor("import", "--no-seals", "--genesis", GENESIS, "--data-dir", folder, CHAIN)
    assert "Imported 54 blocks" in text
    return folder


def serve(*options):
    return Node("--quiet", *options, kind=())


def recorded(method):
    for path in sorted((FIXTURES / method).glob("*.io")):
        request = None
        for line in path.read_text().splitlines():
            if line.startswith(">> "):
                request = json.loads(line[3:])
            elif line.startswith("<< "):
                yield path.name, request, json.loads(line[3:])


def post(node, body):
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


def check_account(w3, address, slots, number):
    """The proof of an account and its slots under the header's state root, checked with py-trie."""
    proof = w3.eth.get_proof(address, slots, number)
    root = w3.eth.get_block(number).stateRoot
    leaf = HexaryTrie.get_from_proof(root, keccak(bytes.fromhex(address[2:])), [rlp.decode(n) for n in proof.accountProof])
    if leaf == b"":
        return proof
    nonce, balance, storage_root, code_hash = rlp.decode(leaf)
    assert int.from_bytes(balance) == proof.balance and int.from_bytes(nonce) == proof.nonce
    assert storage_root == proof.storageHash and code_hash == proof.codeHash
    for entry in proof.storageProof:
        value = HexaryTrie.get_from_proof(
            storage_root, keccak(int.from_bytes(entry.key).to_bytes(32)), [rlp.decode(n) for n in entry.proof]
        ) if entry.proof else b""
        assert int.from_bytes(rlp.decode(value) if value else b"") == int.from_bytes(entry.value)
    return proof


def test_import_goes_on_and_verifies(folder):
    text = condor("import", "--no-seals", "--data-dir", folder, CHAIN)
    assert "Imported 0 blocks (54 were there)" in text
    assert "is sound" in condor("database", "verify", "--data-dir", folder)


def test_state_at_every_block_as_recorded(folder):
    """What the recorded conversations say of balances, nonces, code, slots and proofs, before and after a restart."""
    for _ in range(2):
        node = serve("--data-dir", str(folder))
        for method in ("eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_getProof", "eth_getStorageAt",
                       "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getTransactionReceipt"):
            for name, request, wanted in recorded(method):
                if "error" in wanted:
                    continue
                assert post(node, request) == wanted, f"{method}/{name}"
        assert node.stop() == 0


def test_proofs_hold_under_every_header(folder):
    genesis = json.loads(GENESIS.read_text())
    addresses = ["0x" + key.removeprefix("0x") for key in list(genesis["alloc"])[:6]] + ["0x" + "77" * 20]
    node = serve("--data-dir", str(folder))
    w3 = node.web3
    from web3.middleware import ExtraDataToPOAMiddleware
    w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    for number in range(0, 55, 9):
        for address in addresses:
            check_account(w3, w3.to_checksum_address(address), [0, 1, 2**255], number)
    node.stop()


def test_development_chain_survives_a_kill(tmp_path):
    data = tmp_path / "dev"
    node = serve("--dev", "--data-dir", str(data))
    w3 = node.web3
    accounts = w3.eth.accounts
    for value in range(1, 6):
        w3.eth.send_transaction({"from": accounts[0], "to": "0x" + "51" * 20, "value": value})
    snapshot = w3.provider.make_request("evm_snapshot", [])["result"]
    w3.eth.send_transaction({"from": accounts[0], "to": "0x" + "51" * 20, "value": 1000})
    lost = w3.eth.get_block("latest").hash
    assert w3.provider.make_request("evm_revert", [snapshot])["result"]
    before = [w3.eth.get_block(number, full_transactions=True) for number in range(6)]
    node.process.send_signal(signal.SIGKILL)
    node.process.wait()
    node = serve("--dev", "--data-dir", str(data))
    w3 = node.web3
    assert w3.eth.block_number == 5 and node.banner.count("Head: block 5") == 1
    assert [w3.eth.get_block(number, full_transactions=True) for number in range(6)] == before
    assert w3.provider.make_request("eth_getBlockByHash", [lost.to_0x_hex(), False])["result"] is None
    for number in range(6):
        assert w3.eth.get_balance("0x" + "51" * 20, number) == sum(range(1, number + 1))
        check_account(w3, accounts[0], [], number)
    w3.eth.send_transaction({"from": accounts[0], "to": "0x" + "51" * 20, "value": 7})
    assert w3.eth.get_balance("0x" + "51" * 20) == 22
    # One process at a time.
    second = subprocess.run([CONDOR, "node", "--dev", "--port", "0", "--data-dir", data], capture_output=True, text=True)
    assert second.returncode == 1 and "in use by another process" in second.stderr
    assert node.stop() == 0
    assert "another chain" in condor("node", "--dev", "--chain-id", "5", "--port", "0", "--data-dir", data, code=1)


def test_retention_refuses_the_past_with_its_own_code(tmp_path):
    node = serve("--dev", "--data-dir", str(tmp_path / "dev"), "--retain", "10")
    w3 = node.web3
    w3.provider.make_request("hardhat_mine", ["0x3c"])
    address = w3.eth.accounts[0]
    for _ in range(100):
        if "condor_oldest_state_number 50" in metrics(node):
            break
        import time
        time.sleep(0.1)
    reply = node.request("eth_getBalance", address, "0x3")
    assert reply["error"]["code"] == 4444 and "pruned" in reply["error"]["message"]
    assert w3.eth.get_balance(address, 51) == 10_000 * 10**18
    node.stop()


def metrics(node):
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


def test_metrics_are_prometheus_text(node):
    node.request("evm_mine")
    text = metrics(node)
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) condor_\w+ .+|condor_\w+ [0-9.e+-]+", line), line
    assert re.search(r"^condor_blocks_total [1-9]", text, re.M)


def test_damaged_and_foreign_input_is_refused(folder, tmp_path):
    broken = tmp_path / "broken.rlp"
    content = CHAIN.read_bytes()
    broken.write_bytes(content[:-100])
    assert "ends within the block" in condor(
        "import", "--no-seals", "--genesis", GENESIS, "--data-dir", tmp_path / "a", broken, code=64)
    # What came before the end was kept.
    assert "Head: block 53" in condor("database", "show", "--data-dir", tmp_path / "a")
    other = json.loads(GENESIS.read_text()) | {"timestamp": "0x1"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert "another chain" in condor(
        "import", "--genesis", tmp_path / "other.json", "--data-dir", folder, CHAIN, code=1)
    assert "INVALID_POW" in condor("import", "--genesis", GENESIS, "--data-dir", tmp_path / "b", CHAIN, code=1)
    assert "holds no chain" in condor("node", "--port", "0", "--data-dir", tmp_path / "empty", code=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_disk_stops_the_node_with_its_reason(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no permission to mount")
    try:
        done = subprocess.run(
            [CONDOR, "import", "--no-seals", "--report-every-block", "--genesis", GENESIS, "--data-dir", small / "d", CHAIN],
            capture_output=True, text=True)
        assert done.returncode == 1 and "No space left on device" in done.stderr, done.stderr
        reported = [int(number) for number in re.findall(r"^block (\d+) ", done.stdout, re.M)]
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        shown = condor("database", "verify", "--data-dir", small / "d")
        assert int(re.search(r"block (\d+)", shown)[1]) >= max(reported, default=0)
    finally:
        subprocess.run(["umount", small], check=True)


def test_snapshots_begin_other_folders(folder, tmp_path):
    for block in (54, 45, 0):
        file, data = tmp_path / f"{block}.snapshot", tmp_path / f"from{block}"
        shown = condor("snapshot", "export", "--data-dir", folder, "--block", block, file)
        assert condor("snapshot", "verify", file) == shown == condor("snapshot", "import", "--data-dir", data, file)
        assert "is sound" in condor("database", "verify", "--data-dir", data)
        # The rest of the chain goes on top, with the same head.
        condor("import", "--no-seals", "--data-dir", data, CHAIN)
        assert "Head: block 54, 0xd226371d" in condor("database", "show", "--data-dir", data)
    content = bytearray((tmp_path / "45.snapshot").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "bad.snapshot").write_bytes(content)
    assert "damaged" in condor("snapshot", "verify", tmp_path / "bad.snapshot", code=1)
    assert "already" in condor("snapshot", "import", "--data-dir", folder, tmp_path / "45.snapshot", code=1)


def test_kills_lose_nothing():
    done = subprocess.run(
        [pathlib.Path(ROOT) / "Scripts" / "kill-loop", "--rounds", "20", "--seed", "7"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
