"""The client alone: amounts, parsing, errors, the layout. Its methods are tested against a node in Tests/Acceptance/test_venue_rpc.py."""
import dataclasses
import http.server
import json
import pathlib
import threading
import typing
from decimal import Decimal

import condor_client
import pytest
from condor_client import Client, Layout, Order, RequestError, Trigger, from_quantity, to_quantity
from condor_client import types
from condor_client.types import parse


@pytest.mark.parametrize("text, units", [
    ("0", 0), ("1", 10**18), ("0.000000000000000001", 1), ("-2.5", -25 * 10**17), ("1e3", 1000 * 10**18),
    ("170141183460469231731.687303715884105727", 2**127 - 1)])
def test_amounts_are_exact(text, units):
    assert to_quantity(text) == to_quantity(Decimal(text)) == hex(units)
    assert from_quantity(hex(units)) == Decimal(text)


def test_amounts_that_are_none_are_refused():
    for value, error in ((1.5, TypeError), (None, TypeError), (True, TypeError), ("x", ValueError), ("1e-19", ValueError),
                         ("0.1234567890123456789", ValueError), (Decimal("NaN"), ValueError), (Decimal("Infinity"), ValueError)):
        with pytest.raises(error):
            to_quantity(value)


@pytest.fixture
def server():
    """A node that answers with what it is told to, and keeps what it was asked."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.asked.append((request["method"], request["params"]))
            body = json.dumps({"jsonrpc": "2.0", "id": request["id"]} | self.server.answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answer = [], {"result": []}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(server):
    return Client(f"http://127.0.0.1:{server.server_address[1]}")


def test_parameters(server, client):
    client.markets()
    client.markets(["BTC", 5], block=7)
    client.trades("BTC-PERP", from_block=3, limit=5, block="0x" + "ab" * 32)
    client.auctions(block="earliest")
    server.answer = {"result": None}
    assert client.account("0x" + "11" * 20, index=2) is None
    assert server.asked == [
        ("condor_markets", [None, "latest"]), ("condor_markets", [["BTC", "0x5"], "0x7"]),
        ("condor_trades", ["BTC-PERP", {"fromBlock": "0x3", "limit": "0x5"}, "0x" + "ab" * 32]),
        ("condor_auctions", ["earliest"]),
        ("condor_account", [{"owner": "0x" + "11" * 20, "index": "0x2"}, "latest"])]


def test_errors(server, client):
    server.answer = {"error": {"code": 3, "message": "execution reverted: ZeroSize: nothing", "data": "0xc459d23f"}}
    with pytest.raises(RequestError, match="ZeroSize") as caught:
        client.request("condor_simulateOrder", {})
    assert (caught.value.code, caught.value.data) == (3, "0xc459d23f")


def test_an_order_as_json():
    order = Order("0x" + "11" * 20, "BTC-PERP", "sell", size="0.5", price=Decimal("1.5"), reduce_only=True,
                  trigger=Trigger("takeProfit", Decimal(2), on="index"))
    request = order.to_json()
    assert request["size"] == hex(5 * 10**17) and request["price"] == hex(15 * 10**17) and request["reduceOnly"] is True
    assert request["trigger"] == {"kind": "takeProfit", "on": "index", "price": hex(2 * 10**18)}
    assert "price" not in dataclasses.replace(order, price=None).to_json()


def test_values_are_parsed_as_their_types_say():
    level = {"price": "0x1bc16d674ec80000", "size": "-0xde0b6b3a7640000", "orders": "0x2"}
    assert parse(types.BookLevel, level) == types.BookLevel(Decimal(2), Decimal(-1), 2)
    event = parse(types.LiquidationEvent, {
        "event": "BadDebt", "transactionHash": "0x1", "logIndex": "0x0", "account": {"owner": "0x2", "index": "0x1"},
        "amount": "0x0"})
    assert event.amount == 0 and event.bidder is None and event.account == types.AccountKey("0x2", 1)
    with pytest.raises(TypeError):
        parse(types.BookLevel, {"price": "0x0"})


def test_everything_is_typed_and_told():
    for name in condor_client.__all__:
        assert getattr(condor_client, name).__doc__, name
    for name, kind in vars(types).items():
        if dataclasses.is_dataclass(kind):
            assert typing.get_type_hints(kind), name
    for name, function in vars(Client).items():
        if not name.startswith("_"):
            assert function.__doc__ and "return" in function.__annotations__, name


def test_layout():
    layout = Layout({"contracts": {"C": {"address": "0x12", "tables": [{
        "number": 2, "name": "t", "key": [{"name": "a", "bit": 0, "bits": 32}, {"name": "b", "bit": 128, "bits": 32}],
        "words": [{"name": "w", "field": 1, "fields": [
            {"name": "signed", "bit": 0, "bits": 64, "type": "signed", "decimals": 2},
            {"name": "count", "bit": 64, "bits": 8, "type": "unsigned"}, {"name": "set", "bit": 72, "bits": 1, "type": "flag"},
        ]}, {"name": "list", "field": 2, "fields": [{"name": "n", "bit": 0, "bits": 16, "type": "unsigned", "count": 3}]},
            {"name": "text", "field": 3, "fields": [{"name": "s", "bit": 0, "bits": 64, "type": "ascii"}]}]}]}}})
    assert layout.slot("C", "t", "w", a=5, b=6) == 2 << 248 | 1 << 192 | 6 << 128 | 5
    word = (1 << 72) | (7 << 64) | (2**64 - 150)
    assert layout.decode("C", "t", "w", word) == {"signed": Decimal("-1.5"), "count": 7, "set": True}
    assert layout.decode("C", "t", "list", 3 << 32 | 1) == {"n": [1, 0, 3]}
    assert layout.decode("C", "t", "text", int.from_bytes(b"BTC")) == {"s": "BTC"}
    for arguments, error in ((dict(a=1), ValueError), (dict(a=1 << 32, b=0), ValueError), (dict(a=-1, b=0), ValueError)):
        with pytest.raises(error):
            layout.slot("C", "t", "w", **arguments)
    with pytest.raises(KeyError):
        layout.slot("C", "t", "x", a=1, b=1)


def test_the_layout_of_the_repository_loads():
    layout = Layout.load(pathlib.Path(__file__).resolve().parents[3] / "contracts" / "storage-layout.json")
    assert layout.slot("Clearing", "accounts", "cash", account=7) == (2 << 248) + (1 << 192) + 7
    assert layout.address("Book").endswith("0c12")
