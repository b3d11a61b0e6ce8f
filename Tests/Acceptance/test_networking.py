"""What the node's port does with clients of all manners, over raw sockets."""
import json
import os
import re
import resource
import socket
import time

import pytest
from conftest import Node

JUMP_LOOP = "0x5b5f56"


def body(method, *params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def post(content, header=b""):
    return b"POST / HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s" % (header, len(content), content)


def connect(node, window=None):
    client = socket.socket()
    client.settimeout(20)
    if window:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.connect(("127.0.0.1", node.port))
    return client


def read_all(client):
    received = bytearray()
    while part := client.recv(1 << 20):
        received += part
    return bytes(received)


def read_reply(client):
    """One reply with its Content-Length."""
    head, _, rest = client.recv(1 << 16).partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    rest = bytearray(rest)
    while len(rest) < length:
        part = client.recv(1 << 20)
        assert part, "the reply was cut"
        rest += part
    return bytes(rest)


@pytest.fixture(scope="module")
def zeros(node):
    """The address of a contract that returns as many zeros as its call data says."""
    runtime = bytes.fromhex("5f355ff3")
    init = bytes.fromhex(f"60{len(runtime):02x}600a5f3960{len(runtime):02x}5ff3") + runtime
    w3 = node.web3
    return w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": w3.eth.accounts[5], "data": init})).contractAddress


def call(zeros, size):
    return {"jsonrpc": "2.0", "id": size, "method": "eth_call", "params": [{"to": zeros, "data": f"0x{size:064x}"}, "latest"]}


def test_a_half_closed_client_gets_its_replies(node, zeros):
    request = post(json.dumps(call(zeros, 1 << 20)).encode())
    with connect(node) as client:
        client.sendall(request * 3)
        client.shutdown(socket.SHUT_WR)
        assert len(read_all(client)) > 3 * (2 << 20)
    with connect(node) as client:
        client.sendall(request[:-5])
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""


def test_one_large_reply_is_not_cut(node, zeros):
    with connect(node) as client:
        client.sendall(post(json.dumps([call(zeros, 4 << 20)] * 3).encode()))
        time.sleep(1)
        assert len(read_reply(client)) > 24 << 20


def test_a_closing_reply_is_sent_for_as_long_as_the_client_reads(node, zeros):
    with connect(node, window=64 << 10) as client:
        client.sendall(post(json.dumps([call(zeros, 4 << 20)] * 2).encode(), b"Connection: close\r\n"))
        received = 0
        for _ in range(8):
            time.sleep(1)
            while part := client.recv(1 << 16):
                received += len(part)
                if received % (2 << 20) < len(part):
                    break
        assert received + len(read_all(client)) > 16 << 20


def test_pipelined_replies_wait_for_the_client(node, zeros):
    memory = lambda: int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{node.process.pid}/status").read())[1])
    before = memory()
    with connect(node, window=64 << 10) as client:
        client.sendall(post(json.dumps(call(zeros, 4 << 20)).encode()) * 40)
        time.sleep(3)
        assert memory() - before < 150_000
        client.shutdown(socket.SHUT_WR)
        assert len(read_all(client)) > 40 * (8 << 20)


def test_a_batch_has_a_bounded_reply(node, zeros):
    batch = [call(zeros, 1 << 20)] * 20 + [{"jsonrpc": "2.0", "method": "eth_chainId"}, call(zeros, 1) | {"id": "last"}]
    with connect(node) as client:
        client.sendall(post(json.dumps(batch).encode()))
        replies = json.loads(read_reply(client))
    assert len(replies) == 21
    good = [reply for reply in replies if "result" in reply]
    assert 25_000_000 // (2 << 20) <= len(good) <= 25_000_000 // (2 << 20) + 1 and good == replies[:len(good)]
    assert all(reply["error"] == {"code": -32003, "message": "response too large"} for reply in replies[len(good):])
    assert replies[-1]["id"] == "last"


def test_head_has_no_body(node):
    with connect(node) as client:
        client.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        replies = read_all(client).split(b"\r\n\r\n")
    assert replies[0].startswith(b"HTTP/1.1 200 ") and replies[1].startswith(b"HTTP/1.1 404 ") and replies[2:] == [b""]
    assert int(re.search(rb"Content-Length: (\d+)", replies[0])[1]) > 0


HANDSHAKE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13"}


@pytest.mark.parametrize("change,status", [
    ({}, 101), ({"Upgrade": "WebSocket"}, 101), ({"Upgrade": "h2c, websocket"}, 101),
    ({"Connection": "keep-alive, Upgrade"}, 101), ({"Upgrade": None}, 400), ({"Upgrade": "h2c"}, 400),
    ({"Connection": None}, 400), ({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Version": None}, 426),
    ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "short"}, 400),
    ({"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQAA"}, 400), ({"Sec-WebSocket-Key": "dGhlIHNhbXBsZ!Bub25jZQ=="}, 400),
    # An offer of another protocol is left out.
    ({"Upgrade": "h2c", "Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None}, 200),
])
def test_handshakes(node, change, status):
    headers = {name: value for name, value in (HANDSHAKE | change).items() if value}
    with connect(node) as client:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        client.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 %d " % status)


def test_the_kernel_watches_for_dead_peers(node):
    with connect(node) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(4096)
        time.sleep(0.3)
        ports = f":{node.port:04X} 0100007F:{client.getsockname()[1]:04X}"
        line = next(line for line in open("/proc/net/tcp") if ports in line)
        # Timer 2 is the one that probes an idle connection.
        assert line.split()[5].startswith("02:")


def test_the_limit_of_open_files_is_raised():
    def narrow():
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    node = Node("--quiet", preexec_fn=narrow)
    try:
        limits = open(f"/proc/{node.process.pid}/limits").read()
        assert int(re.search(r"Max open files\s+(\d+)", limits)[1]) >= 4096
    finally:
        assert node.stop() == 0


def test_without_descriptors_clients_wait_and_the_node_idles():
    node = Node("--quiet", "--threads", "1",
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)))

    def processor_seconds():
        fields = open(f"/proc/{node.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11:13]) / os.sysconf("SC_CLK_TCK")

    clients = []
    try:
        clients = [connect(node) for _ in range(60)]
        time.sleep(0.2)
        start = processor_seconds()
        time.sleep(2)
        assert processor_seconds() - start < 0.5
        request = post(body("eth_chainId"))
        clients[0].sendall(request)
        assert b"0x7a69" in read_reply(clients[0])
        for client in clients[:40]:
            client.close()
        clients[-1].sendall(request)
        assert b"0x7a69" in read_reply(clients[-1])
    finally:
        for client in clients:
            client.close()
        assert node.stop() == 0


def test_the_node_stops_at_once_though_it_is_busy():
    node = Node("--quiet")
    clients = [connect(node) for _ in range(8)]
    loop = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"data": JUMP_LOOP}, "latest"]}
    for client in clients:
        client.sendall(post(json.dumps([loop] * 1000).encode()))
    time.sleep(0.5)
    start = time.monotonic()
    assert node.stop() == 0
    assert time.monotonic() - start < 1
    for client in clients:
        client.close()
