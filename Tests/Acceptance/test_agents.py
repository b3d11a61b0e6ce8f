"""Agents that trade on a venue by JSON-RPC alone, and the demo."""
import json
import signal
import subprocess
import time

import pytest
from conftest import CONDOR, ROOT, Node

BOOK, CLEARING = (f"0x{number:040x}" for number in (0x0C12, 0x0C13))
DEMO = ["demo", "--json", "--seconds", "90"]


def condor(*arguments, timeout=120):
    return subprocess.run([CONDOR, *arguments], capture_output=True, text=True, timeout=timeout, cwd=ROOT)


@pytest.fixture(scope="module")
def demo():
    """The report of a short demo, as text."""
    run = condor(*DEMO, "--seed", "7")
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_seed_gives_one_report(demo):
    assert condor(*DEMO, "--seed", "7").stdout == demo
    other = json.loads(condor(*DEMO, "--seed", "8").stdout)
    assert other["stateRoot"] != json.loads(demo)["stateRoot"]


def test_the_demo_conserves_money(demo):
    report = json.loads(demo)
    books = {name: round(float(value) * 10**18) if "." in str(value) else int(value) * 10**18
             for name, value in report["conservation"].items() if name not in ("difference", "unbalancedInstruments")}
    exact = {name: int(str(value).replace(".", "")) if "." in str(value) else int(value) for name, value in
             report["conservation"].items()}
    assert report["conserved"] is True and exact["difference"] == 0 and exact["unbalancedInstruments"] == 0
    assert books["deposits"] > 0 and books["feesHeld"] > 0
    assert report["trading"]["fills"] > 20 and report["run"]["blocks"] == 30


@pytest.mark.parametrize("seed", ["1", "2"])
def test_nothing_is_dropped_in_a_deeper_crash_with_lower_caps(seed):
    """Three times the crash with a tenth of the limits: what a block leaves is carried over, all of it ends, and what accounts lacked
    was paid by the fund, by those who took their positions over, or by the day's profitable accounts."""
    run = condor("demo", "--json", "--seed", seed, "--crash", "3", "--caps", "0.1", timeout=300)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    steps, end = report["liquidations"], report["atTheEnd"]
    assert steps["entered"] == steps["leftSound"] > 20 and steps["stillThere"] == 0
    assert steps["deleveragings"] > 100 and steps["badDebts"] > 10 and float(steps["insurancePaid"]) == 50_000
    assert float(steps["debtAtMost"]) > 1_000 and float(steps["debtLeft"]) == 0
    assert float(steps["deleveragingCost"]) > 0
    assert end["belowMaintenance"] == end["insolvent"] == 0
    assert report["conserved"] is True and float(report["conservation"]["difference"]) == 0


def test_the_demo_takes_its_options():
    for arguments, message in (
        (["--crash", "x"], "--crash takes a number from 0.0 to 3.6"), (["--caps", "0"], "--caps takes a number"),
        (["--step", "0"], "--step takes a whole number from 1 to 60"), (["--venue", "nowhere.json"], "nowhere.json"),
    ):
        run = condor("demo", *arguments)
        assert run.returncode == 64 and message in run.stderr, run.stderr


def fills(node):
    topic = node.web3.to_hex(
        node.web3.keccak(text="Filled(uint32,uint32,uint32,uint8,int256,int256,int256,int256)"))
    return node.request("eth_getLogs", {"fromBlock": "0x0", "address": CLEARING, "topics": [topic]})


def open_orders(node, account):
    data = node.web3.keccak(text="orders(address,uint32)")[:4].hex() + account[2:].lower().rjust(64, "0") + "0" * 64
    answer = node.request("eth_call", {"to": BOOK, "data": "0x" + data.removeprefix("0x")}, "latest")
    return int(answer[66:130], 16)


def test_agents_trade_on_a_node_and_leave(tmp_path):
    node = Node("--quiet", "--venue", str(ROOT / "venues" / "dev.json"), "--block-time", "1", "--gas-limit", "500000000",
                "--accounts", "11")
    try:
        file = tmp_path / "agents.json"
        file.write_text(condor("agents", "--print").stdout)
        agents = subprocess.Popen(
            [CONDOR, "agents", str(file), "--url", node.url, "--interval", "100"], stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not (filled := fills(node)) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert filled, "nobody traded within a minute"
        maker = node.web3.eth.accounts[3]
        assert open_orders(node, maker) > 0
        agents.send_signal(signal.SIGINT)
        output = agents.communicate(timeout=20)[0]
        assert agents.returncode == 0
        for line in ("oracle: report × ", "maker-1: quote × ", "longs: order × ", "agents: stopped after "):
            assert line in output
        time.sleep(2.5)
        assert open_orders(node, maker) == 0
    finally:
        assert node.stop() == 0


def test_a_maker_takes_back_what_the_price_has_left_behind(tmp_path):
    """Quotes of strikes that the forward has left fill the cap of open orders until none is left for the perpetual."""
    node = Node("--quiet", "--venue", str(ROOT / "venues" / "dev.json"), "--block-time", "1", "--gas-limit", "500000000")
    maker = node.web3.eth.accounts[3]

    def strikes():
        account = node.request("condor_account", maker, "latest")
        names = [order["name"] for order in account["orders"]] if account else []
        return {int(name.split("-")[2]) for name in names if name.count("-") == 3}

    def wait(condition, message):
        deadline = time.monotonic() + 60
        while not condition(strikes()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert condition(strikes()), f"{message}: {sorted(strikes())}"

    try:
        prices, file = tmp_path / "prices.csv", tmp_path / "agents.json"
        prices.write_text("seconds,BTC\n0,120000\n10,105000\n")
        file.write_text(json.dumps({"agents": [
            {"kind": "publisher", "key": 1, "publishers": [0, 1, 2], "csv": "prices.csv", "markets": [{"underlying": "BTC"}]},
            {"kind": "maker", "key": 3, "underlyings": ["BTC"], "strikes": 1}]}))
        agents = subprocess.Popen([CONDOR, "agents", str(file), "--url", node.url, "--interval", "100"])
        wait(lambda found: found and min(found) > 112_500, "no quotes at the first price")
        wait(lambda found: found and max(found) < 112_500, "quotes at the price of before")
        agents.send_signal(signal.SIGINT)
        assert agents.wait(20) == 0
    finally:
        assert node.stop() == 0


def test_a_node_has_its_own_agents():
    node = Node("--quiet", "--with-agents", "--block-time", "1", cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not fills(node) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert fills(node)
    finally:
        assert node.stop() == 0


def test_agents_say_what_is_missing(tmp_path):
    file = tmp_path / "agents.json"
    file.write_text(json.dumps({"agents": [{"kind": "maker", "key": 3, "levels": 99}]}))
    run = condor("agents", str(file))
    assert run.returncode == 64 and "agents[0].levels: a whole number from 1 to 20 is expected" in run.stderr
    file.write_text(json.dumps({"agents": [{"kind": "maker", "key": 3}]}))
    run = condor("agents", str(file), "--url", "http://127.0.0.1:1")
    assert run.returncode == 1 and "no node at 127.0.0.1:1" in run.stderr
    assert condor("agents", str(tmp_path / "none.json")).returncode == 64
    node = Node("--quiet")
    try:
        run = condor("agents", str(file), "--url", node.url)
        assert run.returncode == 1 and "nothing is listed on this chain" in run.stderr
    finally:
        node.stop()
