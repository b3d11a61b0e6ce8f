"""Disks that fail under the release binary: the node ends with the reason, and what it had reported is there."""
import http.client
import json
import os
import pathlib
import re
import subprocess

import pytest
from conftest import CONDOR

TRANSFER = {"from": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "to": "0x" + "42" * 20, "value": "0x1"}


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    source = pathlib.Path(__file__).with_name("failing_disk.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def node_until_it_ends(data, environment, *options):
    """A development node that gets transactions until it is gone: its exit code, its errors, the last reported block."""
    process = subprocess.Popen(
        [CONDOR, "node", "--dev", "--quiet", "--port", "0", "--data-dir", data, *options], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=os.environ | environment)
    port = None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            port = int(found[1])
            break
    reported, refusal = -1, None
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while process.poll() is None:
            for method, params in (("eth_sendTransaction", [TRANSFER]), ("eth_blockNumber", [])):
                connection.request("POST", "/", json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
                reply = json.loads(connection.getresponse().read())
                refusal = reply.get("error", refusal)
            if "result" in reply and refusal is None:
                reported = int(reply["result"], 16)
    except (OSError, TypeError, http.client.HTTPException):
        pass
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors, reported, refusal


def verified(data):
    done = subprocess.run([CONDOR, "database", "verify", "--data-dir", data], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.search(r"block (\d+)", done.stdout)[1])


@pytest.mark.parametrize("kind,after", [("sync", 20), ("sync", 33), ("write", 25), ("write", 40)])
def test_an_input_output_error_stops_the_node_with_its_reason(shim, tmp_path, kind, after):
    data = tmp_path / "data"
    code, errors, reported, refusal = node_until_it_ends(
        data, {"LD_PRELOAD": str(shim), "CONDOR_FAIL": kind, "CONDOR_FAIL_AFTER": str(after)})
    assert code == 1 and "Input/output error" in errors, errors
    assert "stopped because" in errors
    assert refusal is None or "Input/output error" in refusal["message"] or "stopped" in refusal["message"]
    assert reported > 0
    assert verified(data) >= reported
    # With a sound disk the chain goes on.
    process = subprocess.Popen(
        [CONDOR, "node", "--dev", "--quiet", "--port", "0", "--data-dir", data], stdout=subprocess.PIPE, text=True)
    head = next(int(found[1]) for line in process.stdout if (found := re.search(r"Head: block (\d+)", line)))
    process.terminate()
    assert process.wait(timeout=10) == 0 and head >= reported


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
@pytest.mark.parametrize("size", ["3m", "5m"])
def test_a_full_disk_stops_a_node_that_makes_blocks(tmp_path, size):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no permission to mount")
    try:
        code, errors, reported, _ = node_until_it_ends(small / "data", {})
        assert code == 1 and "No space left on device" in errors, errors
        assert reported > 0
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        assert verified(small / "data") >= reported
    finally:
        subprocess.run(["umount", small], check=True)
