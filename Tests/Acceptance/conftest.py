"""A fresh node for the tests that talk to one. CONDOR names the binary."""
import os
import pathlib
import re
import signal
import subprocess

import pytest
from web3 import Web3

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONDOR = os.environ.get("CONDOR", str(ROOT / ".build" / "release" / "condor"))


class Node:
    """A running `condor node` on a free port; a development chain unless `kind` says otherwise."""

    def __init__(self, *options, kind=("--dev",), **process):
        self.process = subprocess.Popen(
            [CONDOR, "node", *kind, "--port", "0", *options], stdout=subprocess.PIPE, text=True, **process)
        self.banner = ""
        for line in self.process.stdout:
            self.banner += line
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise RuntimeError("the node did not start:\n" + self.banner)
        self.url = f"http://127.0.0.1:{self.port}"
        self.web3 = Web3(Web3.HTTPProvider(self.url))

    def request(self, method, *params):
        """One JSON-RPC call; its result, or the whole reply when it is an error."""
        reply = self.web3.provider.make_request(method, list(params))
        return reply["result"] if "result" in reply else reply

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=5)


@pytest.fixture(scope="module")
def node():
    node = Node("--quiet")
    yield node
    assert node.stop() == 0
