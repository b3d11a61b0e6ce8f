"""The node as ordinary clients see it: web3.py, raw HTTP, raw WebSocket."""
import asyncio
import http.client
import json
import socket
import time

import pytest
import websockets
from conftest import Node
from eth_account import Account

KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


def post(node, body, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    connection.request("POST", "/", body, headers or {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()


def rpc(node, method, params):
    return json.loads(post(node, json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}))[1])


def signed(node, **fields):
    account = Account.from_key(fields.pop("key", KEY))
    transaction = {
        "chainId": 31337, "nonce": node.web3.eth.get_transaction_count(account.address), "gas": 100_000,
        "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9, "to": "0x" + "42" * 20, "value": 1,
    } | fields
    return account.sign_transaction(transaction).raw_transaction.to_0x_hex()


def test_usual_accounts(node):
    assert node.web3.eth.accounts[0] == Account.from_key(KEY).address
    assert node.web3.eth.get_balance(node.web3.eth.accounts[9]) == 10_000 * 10**18
    assert node.web3.eth.chain_id == 31337


def test_transfer_block_and_receipt(node):
    w3 = node.web3
    hash = w3.eth.send_transaction({"from": w3.eth.accounts[1], "to": "0x" + "43" * 20, "value": 5})
    receipt = w3.eth.wait_for_transaction_receipt(hash)
    assert receipt.status == 1 and receipt.gasUsed == 21000
    block = w3.eth.get_block(receipt.blockNumber, full_transactions=True)
    assert block.transactions[0].hash == hash and block.gasUsed == 21000
    assert w3.eth.get_balance("0x" + "43" * 20) == 5
    assert w3.eth.get_balance("0x" + "43" * 20, receipt.blockNumber - 1) == 0
    history = w3.eth.fee_history(4, "latest", [10, 90])
    assert len(history.baseFeePerGas) == len(history.gasUsedRatio) + 1


def test_typed_transactions(node):
    w3 = node.web3
    account = Account.from_key(KEY)
    for extra in ({"type": 1, "accessList": [], "gasPrice": 10**10}, {"type": 2}):
        fields = {"nonce": w3.eth.get_transaction_count(account.address), "chainId": 31337, "gas": 50_000,
                  "to": "0x" + "44" * 20, "value": 1}
        if extra.get("type") == 2:
            fields |= {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}
        raw = account.sign_transaction(fields | extra).raw_transaction
        receipt = w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(raw))
        assert receipt.status == 1 and receipt.type == extra["type"]
        assert w3.eth.get_transaction(receipt.transactionHash).hash == w3.keccak(raw)


def test_set_code_transaction(node):
    w3 = node.web3
    account = Account.from_key(KEY)
    nonce = w3.eth.get_transaction_count(account.address)
    authorization = account.sign_authorization(
        {"chainId": 31337, "address": "0x" + "00" * 19 + "04", "nonce": nonce + 1})
    raw = account.sign_transaction({
        "type": 4, "chainId": 31337, "nonce": nonce, "gas": 200_000, "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 1, "to": "0x" + "45" * 20, "value": 0, "data": b"",
        "authorizationList": [authorization]}).raw_transaction
    assert w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(raw)).status == 1
    assert w3.eth.get_code(account.address).to_0x_hex() == "0xef0100" + "00" * 19 + "04"


def test_revert_data_and_reason(node):
    # Reverts with Error("no").
    data = "08c379a0" + f"{32:064x}" + f"{2:064x}" + "6e6f".ljust(64, "0")
    code = "".join(f"7f{data[8 + 64 * i:72 + 64 * i]}60{4 + 32 * i:02x}52" for i in range(3))
    code = f"7f{data[:8].ljust(64, '0')}5f52" + code + "60645ffd"
    reply = rpc(node, "eth_call", [{"data": "0x" + code}, "latest"])
    assert reply["error"] == {"code": 3, "message": "execution reverted: no", "data": "0x" + data}
    reply = rpc(node, "eth_estimateGas", [{"data": "0x" + code}])
    assert reply["error"]["code"] == 3


def test_estimate_is_tight(node):
    w3 = node.web3
    # Needs gas left over for the 63/64 rule: calls itself once with all but 1/64.
    code = bytes.fromhex("6012600e5f3960125ff3" + "00000000" + "5f5f5f5f5f305a36601057f15b0000")
    for transaction in ({"to": "0x" + "43" * 20}, {"data": "0x" + code.hex()}):
        gas = w3.eth.estimate_gas({"from": w3.eth.accounts[2], **transaction})
        assert rpc(node, "eth_call", [{"from": w3.eth.accounts[2], "gas": hex(gas), **transaction}, "latest"])
        low = rpc(node, "eth_call", [{"from": w3.eth.accounts[2], "gas": hex(gas - 1), **transaction}, "latest"])
        assert "error" in low


def test_logs_storage_and_proof(node):
    w3 = node.web3
    # Runtime: sstore(0, 7); log1(0, 0, topic 0x2a).
    runtime = bytes.fromhex("60075f55602a5f5fa100")
    init = bytes.fromhex(f"60{len(runtime):02x}600a5f3960{len(runtime):02x}5ff3") + runtime
    address = w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": w3.eth.accounts[3], "data": init})).contractAddress
    assert w3.eth.get_code(address) == runtime
    receipt = w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": w3.eth.accounts[3], "to": address}))
    assert len(receipt.logs) == 1
    topic = "0x" + "2a".rjust(64, "0")
    query = {"address": address, "topics": [topic], "fromBlock": 0, "toBlock": "latest"}
    assert [entry.transactionHash for entry in w3.eth.get_logs(query)] == [receipt.transactionHash]
    assert w3.eth.get_logs(query | {"topics": ["0x" + "2b".rjust(64, "0")]}) == []
    assert int.from_bytes(w3.eth.get_storage_at(address, 0)) == 7
    proof = w3.eth.get_proof(address, [0, 1])
    root = w3.eth.get_block("latest").stateRoot
    assert w3.keccak(proof.accountProof[0]) == root
    assert int.from_bytes(proof.storageProof[0].value) == 7 and w3.keccak(proof.storageProof[0].proof[0]) == proof.storageHash


def test_snapshots_and_time(node):
    snapshot = node.request("evm_snapshot")
    height = node.web3.eth.block_number
    node.request("evm_increaseTime", 1000)
    before = node.web3.eth.get_block("latest").timestamp
    node.request("evm_mine")
    assert node.web3.eth.get_block("latest").timestamp >= before + 1000
    assert node.request("evm_revert", snapshot) is True
    assert node.web3.eth.block_number == height
    assert node.request("evm_revert", snapshot) is False


@pytest.mark.parametrize("body,code", [
    (b"{", -32700), (b"", -32700), (b"\xff\xfe", -32700), (b"[]", -32600), (b"7", -32600), (b"{}", -32600),
    (b'{"id":1,"method":5}', -32600), (b'{"id":{},"method":"eth_chainId"}', -32600),
    (b'{"id":1,"method":"eth_nope"}', -32601), (b'{"id":1,"method":"eth_chainId","params":{}}', -32602),
    (b'{"id":1,"method":"eth_getBalance","params":[]}', -32602),
    (b'{"id":1,"method":"eth_getBalance","params":[5,"latest"]}', -32602),
    (b'{"id":1,"method":"eth_getBalance","params":["0x12","latest"]}', -32602),
    (b'{"id":1,"method":"eth_getBlockByNumber","params":["sometimes",false]}', -32602),
    (b'{"id":1,"method":"eth_getBlockByNumber","params":["0x1","yes"]}', -32602),
    (b'{"id":1,"method":"eth_call","params":["x","latest"]}', -32602),
    (b'{"id":1,"method":"eth_sendRawTransaction","params":["0xzz"]}', -32602),
    (b'{"id":1,"method":"eth_sendRawTransaction","params":["0x00"]}', -32000),
    (b"[" * 100_000, -32700),
])
def test_bad_requests_get_the_proper_error(node, body, code):
    status, reply = post(node, body)
    assert status == 200 and json.loads(reply)["error"]["code"] == code
    assert node.web3.eth.chain_id == 31337


def test_batch_and_notifications(node):
    call = {"jsonrpc": "2.0", "method": "eth_chainId", "params": []}
    batch = [call | {"id": 1}, call, call | {"id": "two"}, 5]
    replies = json.loads(post(node, json.dumps(batch))[1])
    assert [reply["id"] for reply in replies] == [1, "two", None]
    assert replies[0]["result"] == "0x7a69" and replies[2]["error"]["code"] == -32600


def test_large_body_is_refused_and_the_node_lives(node):
    status, _ = post(node, b"[" + b" " * (20 << 20) + b"]")
    assert status == 413
    assert node.web3.eth.chain_id == 31337


def test_chunked_and_pipelined_requests(node):
    body = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
    head = b"POST / HTTP/1.1\r\nHost: x\r\n"
    one = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % 10 + body[:10] + b"\r\n%x\r\n" % (len(body) - 10)
    chunked += body[10:] + b"\r\n0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", node.port)) as client:
        client.sendall(one + chunked + one)
        received = b""
        while received.count(b"0x7a69") < 3:
            received += client.recv(65536)
    with socket.create_connection(("127.0.0.1", node.port)) as client:
        client.sendall(b"nonsense\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("fields,message", [
    ({"nonce": 0}, "nonce too low"), ({"value": 10**30}, "insufficient funds"), ({"gas": 20_000}, "intrinsic gas too low"),
    ({"gas": 16_777_217}, "gas limit too high"), ({"chainId": 1}, "invalid chain id"),
    ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 2}, "max priority fee per gas higher"),
    ({"to": "", "data": b"\0" * 49_153, "gas": 9_000_000}, "max initcode size"),
])
def test_invalid_transactions(node, fields, message):
    reply = rpc(node, "eth_sendRawTransaction", [signed(node, **fields)])
    assert reply["error"]["code"] == -32000 and message in reply["error"]["message"]


def test_pool_rules():
    node = Node("--quiet", "--block-time", "86400")
    try:
        first = signed(node, nonce=1, to="0x" + "46" * 20)
        assert "result" in rpc(node, "eth_sendRawTransaction", [first])
        assert "already known" in rpc(node, "eth_sendRawTransaction", [first])["error"]["message"]
        cheap = signed(node, nonce=1, to="0x" + "47" * 20, maxFeePerGas=10**10 + 1)
        assert "underpriced" in rpc(node, "eth_sendRawTransaction", [cheap])["error"]["message"]
        better = signed(node, nonce=1, to="0x" + "47" * 20, maxFeePerGas=11 * 10**9, maxPriorityFeePerGas=11 * 10**8)
        assert "result" in rpc(node, "eth_sendRawTransaction", [better])
        assert rpc(node, "txpool_status", [])["result"] == {"pending": "0x0", "queued": "0x1"}
        node.request("evm_mine")
        assert node.web3.eth.get_block("latest").transactions == []
        rpc(node, "eth_sendRawTransaction", [signed(node, nonce=0)])
        assert rpc(node, "txpool_status", [])["result"] == {"pending": "0x2", "queued": "0x0"}
        node.request("evm_mine")
        assert len(node.web3.eth.get_block("latest").transactions) == 2
        assert node.web3.eth.get_balance("0x" + "47" * 20) == 1 and node.web3.eth.get_balance("0x" + "46" * 20) == 0
    finally:
        assert node.stop() == 0


def test_websocket_subscriptions(node):
    async def session():
        async with websockets.connect(f"ws://127.0.0.1:{node.port}", max_size=None) as client:
            async def call(method, *params):
                await client.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
                return json.loads(await asyncio.wait_for(client.recv(), 5))

            heads = (await call("eth_subscribe", "newHeads"))["result"]
            logs = (await call("eth_subscribe", "logs", {"topics": ["0x" + "2a".rjust(64, "0")]}))["result"]
            assert (await call("eth_subscribe", "weather"))["error"]["code"] == -32602
            sender = node.web3.eth.accounts[4]
            # Init code that logs a topic and deploys nothing.
            node.web3.eth.send_transaction({"from": sender, "data": "0x602a5f5fa100"})
            pushed = [json.loads(await asyncio.wait_for(client.recv(), 5)) for _ in range(2)]
            by_id = {message["params"]["subscription"]: message["params"]["result"] for message in pushed}
            assert int(by_id[heads]["number"], 16) == node.web3.eth.block_number
            assert by_id[logs]["topics"] == ["0x" + "2a".rjust(64, "0")]
            assert (await call("eth_unsubscribe", heads))["result"] is True
            assert (await call("eth_unsubscribe", heads))["error"]["code"] == -32000
            await client.ping()
            assert (await call("eth_chainId"))["result"] == "0x7a69"
    asyncio.run(session())


def test_oversized_websocket_message_closes_only_that_connection(node):
    async def session():
        async with websockets.connect(f"ws://127.0.0.1:{node.port}") as client:
            with pytest.raises(websockets.ConnectionClosed):
                await client.send("x" * (6 << 20))
                await asyncio.wait_for(client.recv(), 10)
    asyncio.run(session())
    assert node.web3.eth.chain_id == 31337


def test_filters(node):
    blocks = node.request("eth_newBlockFilter")
    node.request("evm_mine")
    assert len(node.request("eth_getFilterChanges", blocks)) == 1
    assert node.request("eth_getFilterChanges", blocks) == []
    assert node.request("eth_uninstallFilter", blocks) is True
    assert node.request("eth_getFilterChanges", blocks)["error"]["message"] == "filter not found"
    pending = node.request("eth_newPendingTransactionFilter")
    sent = [node.request("eth_sendRawTransaction", signed(node)) for _ in range(3)]
    assert node.request("eth_getFilterChanges", pending) == sent
    assert node.request("eth_getFilterChanges", pending) == []


def test_filters_report_what_comes_after_a_revert(node):
    # Init code that logs a topic and deploys nothing.
    log = {"from": node.web3.eth.accounts[4], "data": "0x602a5f5fa100"}
    head = node.web3.eth.block_number
    snapshot = node.request("evm_snapshot")
    blocks = node.request("eth_newBlockFilter")
    logs = node.request("eth_newFilter", {})
    later = node.request("eth_newFilter", {"fromBlock": hex(head + 4)})
    for _ in range(3):
        node.request("eth_sendTransaction", log)
    assert [len(node.request("eth_getFilterChanges", filter)) for filter in (blocks, logs, later)] == [3, 3, 0]
    assert node.request("evm_revert", snapshot) is True
    for expected in ([1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1]):
        node.request("eth_sendTransaction", log)
        assert [len(node.request("eth_getFilterChanges", filter)) for filter in (blocks, logs, later)] == expected


def test_queries_are_bounded(node):
    history = rpc(node, "eth_feeHistory", ["0x1", "latest", list(range(101))])
    assert history["error"] == {"code": -32602, "message": "invalid reward percentile: over the query limit 100"}
    assert "result" in rpc(node, "eth_feeHistory", ["0x1", "latest", list(range(100))])
    assert rpc(node, "eth_feeHistory", ["0x1", "latest", "0x5"])["error"]["code"] == -32602
    for filter in ({"address": ["0x" + "11" * 20] * 1001}, {"topics": [["0x" + "11" * 32] * 1001]}):
        assert "at most 1000" in rpc(node, "eth_getLogs", [filter])["error"]["message"]


def test_block_time_and_stop():
    node = Node("--quiet", "--block-time", "1")
    time.sleep(2.5)
    assert node.web3.eth.block_number >= 2
    start = time.monotonic()
    assert node.stop() == 0
    assert time.monotonic() - start < 1


def test_a_taken_port_is_an_error(node):
    import subprocess
    from conftest import CONDOR
    result = subprocess.run(
        [CONDOR, "node", "--dev", "--port", str(node.port)], capture_output=True, text=True, timeout=10)
    assert result.returncode == 1 and "cannot listen" in result.stderr


def test_documented_methods_exist(node):
    import re
    from conftest import ROOT
    methods = set(re.findall(r"`((?:eth|net|web3|evm|txpool|personal|hardhat|debug|testing)_\w+)`", (ROOT / "docs/rpc.md").read_text()))
    assert len(methods) > 50
    for method in methods:
        reply = rpc(node, method, [])
        assert reply.get("error", {}).get("code") != -32601, method


def test_garbage_on_the_wire(node):
    """Random bytes, broken requests and broken frames; the node must answer the next client."""
    import random
    generator = random.Random(3)
    body = b'{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x%040x","latest"]}' % 5
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    upgrade = (b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    for round in range(400):
        sent = bytearray(whole)
        for _ in range(generator.randrange(1, 6)):
            sent[generator.randrange(len(sent))] = generator.randrange(256)
        if round % 4 == 1:
            sent = generator.randbytes(generator.randrange(1, 3000))
        elif round % 4 == 2:
            sent = upgrade + generator.randbytes(generator.randrange(1, 3000))
        elif round % 4 == 3:
            sent = sent[:generator.randrange(len(sent))]
        with socket.create_connection(("127.0.0.1", node.port), timeout=5) as client:
            client.sendall(bytes(sent))
            if round % 8 == 0:
                client.settimeout(0.02)
                try:
                    client.recv(4096)
                except OSError:
                    pass
    assert node.web3.eth.chain_id == 31337


def test_random_calls_never_break_the_node(node):
    """Every documented method with random parameters: an answer or a proper error, never silence or -32603."""
    import random
    import re
    from conftest import ROOT
    generator = random.Random(4)
    methods = sorted(set(re.findall(r"`((?:eth|net|web3|txpool|debug|testing)_\w+)`", (ROOT / "docs/rpc.md").read_text())))
    values = [None, True, 0, -1, 2**64 - 1, 1.5, "", "0x", "0x0", "latest", "earliest", "0x" + "f" * 64, "0x" + "1" * 40,
              "0x" + "2" * 65, "\u2603", [], {}, [None], {"to": "0x" + "00" * 20}, {"fromBlock": "earliest"},
              {"data": "0x6001", "gas": "0xffffffffffffffff"}, {"blockHash": 5}, [[[["0x1"]]]],
              {"topics": [[None], None, "0x" + "00" * 32]}, "0x" + "ab" * 5000]
    for _ in range(3000):
        parameters = [generator.choice(values) for _ in range(generator.randrange(5))]
        reply = rpc(node, generator.choice(methods), parameters)
        assert ("result" in reply) != ("error" in reply)
        if "error" in reply:
            code = reply["error"]["code"]
            assert code in (-32602, -32601, -32000, 3) or -38026 <= code <= -38010, (parameters, reply)
