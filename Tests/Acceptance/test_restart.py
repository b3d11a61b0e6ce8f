"""After a restart, orderly or not, every question about the chain and its states has the answer that it had."""
import json
import signal

import pytest
from test_storage import FIXTURES, condor, folder, post, serve  # noqa: F401

# Of the recorded questions, those whose answers depend on the moment: none.
METHODS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir() and path.name.split("_")[0] in (
    "eth", "debug", "net", "txpool"))


def questions():
    for method in METHODS:
        for path in sorted((FIXTURES / method).glob("*.io")):
            for line in path.read_text().splitlines():
                if line.startswith(">> "):
                    yield f"{method}/{path.name}", json.loads(line[3:])


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_imported_chain_answers_as_before(folder, end):  # noqa: F811
    asked = [pair for pair in questions() if pair[1]["method"] != "eth_sendRawTransaction"]
    assert len(asked) > 150
    answers = []
    for _ in range(2):
        node = serve("--data-dir", str(folder))
        answers.append([post(node, question) for _, question in asked])
        node.process.send_signal(end)
        node.process.wait(timeout=10)
    for (name, _), before, after in zip(asked, *answers):
        assert before == after, name


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_chain_of_its_own_answers_as_before(tmp_path, end):
    """Every method that reads a state, at every block, on a chain with contracts, logs, refusals and a reorganisation."""
    data = str(tmp_path / "dev")
    node = serve("--dev", "--data-dir", data)
    w3 = node.web3
    sender = w3.eth.accounts[0]
    # Stores the number of the block at the slot of the same number, logs it, and answers slot 1.
    code = "0x" + "602080600b6000396000f3" + "4343554360005260076020" + "6000a1600154600052" + "60206000f3" + "00" * 7
    receipt = w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": sender, "data": code, "gas": 200_000}))
    contract = receipt.contractAddress
    for step in range(6):
        w3.eth.send_transaction({"from": sender, "to": contract, "gas": 200_000})
        w3.eth.send_transaction({"from": sender, "to": "0x" + "51" * 20, "value": step + 1})
        if step == 3:
            snapshot = node.request("evm_snapshot")
            node.request("hardhat_mine", "0x3")
            node.request("evm_revert", snapshot)
    head = w3.eth.block_number
    hashes = [w3.eth.get_block(number).transactions[0].to_0x_hex() for number in range(1, head + 1)
              if w3.eth.get_block(number).transactions]
    call = {"from": sender, "to": contract, "gas": "0x30d40"}
    asked = [("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "address": contract}]),
             ("eth_feeHistory", [hex(head), "latest", [10, 90]])]
    for number in range(head + 1):
        at = hex(number)
        asked += [("eth_getBalance", [sender, at]), ("eth_getTransactionCount", [sender, at]),
                  ("eth_getCode", [contract, at]), ("eth_getStorageAt", [contract, hex(number), at]),
                  ("eth_getProof", [contract, ["0x1", hex(number)], at]), ("eth_call", [call, at]),
                  ("eth_estimateGas", [call, at]), ("eth_createAccessList", [call, at]),
                  ("eth_getStorageValues", [{contract: ["0x" + "00" * 31 + "01"]}, at]),
                  ("eth_simulateV1", [{"blockStateCalls": [{"calls": [call]}]}, at]),
                  ("eth_getBlockByNumber", [at, True]), ("eth_getBlockReceipts", [at]), ("debug_getRawBlock", [at]),
                  ("debug_getRawReceipts", [at]), ("debug_traceBlockByNumber", [at])]
    for transaction in hashes:
        asked += [("eth_getTransactionByHash", [transaction]), ("eth_getTransactionReceipt", [transaction]),
                  ("debug_traceTransaction", [transaction]), ("debug_getRawTransaction", [transaction])]
    bodies = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": params} for method, params in asked]
    before = [post(node, body) for body in bodies]
    assert sum("result" in answer for answer in before) > len(before) * 0.8
    node.process.send_signal(end)
    node.process.wait(timeout=10)
    node = serve("--dev", "--data-dir", data)
    for body, answer in zip(bodies, before):
        assert post(node, body) == answer, body
    assert node.stop() == 0
    assert "is sound" in condor("database", "verify", "--data-dir", data)
