"""Scripts/run-tests counts what it runs: a sum that cannot come out too good."""
import importlib.machinery
import importlib.util
import sys

import pytest
from conftest import ROOT


@pytest.fixture
def script(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("run_tests", str(ROOT / "Scripts" / "run-tests"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
    loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["run-tests"])
    return module


def breaks(tally):
    tally.add(2, 0)
    raise KeyError("broken")


@pytest.mark.parametrize("part,summary", [
    (breaks, "3 passed, 1 failed, 0 skipped"), (lambda tally: sys.exit("no fixtures"), "1 passed, 1 failed, 0 skipped"),
    (lambda tally: tally.add(0, 0, 4), "1 passed, 0 failed, 4 skipped"),
    (lambda tally: script_counts(tally, "exit 3"), "1 passed, 1 failed, 0 skipped"),
    (lambda tally: script_counts(tally, "echo 5 passed, 0 failed; exit 3"), "6 passed, 1 failed, 0 skipped"),
])
def test_a_part_that_breaks_off_is_a_failure(script, monkeypatch, capsys, part, summary):
    monkeypatch.setattr(script, "PARTS", {"first": part, "second": lambda tally: tally.add(1, 0)})
    monkeypatch.setitem(globals(), "script_counts", lambda tally, text: script.counted(tally, ["sh", "-c", text]))
    assert script.main() == ("1 failed" in summary)
    assert capsys.readouterr().out.splitlines()[-1] == summary


def test_pytest_is_counted_with_skips(script, tmp_path):
    (tmp_path / "test_x.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert False\ndef test_c(): pytest.skip()\n"
        "@pytest.fixture\ndef broken(): raise OSError\ndef test_d(broken): pass\n")
    tally = script.Tally()
    script.pytest_part(tally, tmp_path)
    assert (tally.passed, tally.failed, tally.skipped) == (1, 2, 1)


def test_missing_programs_are_failures(script, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(script, "CONDOR", tmp_path / "nothing")
    monkeypatch.setattr(script, "FIXTURES", tmp_path)
    for name in ("conformance", "example", "docs"):
        monkeypatch.setattr(sys, "argv", ["run-tests", "--only", name])
        assert script.main() == 1
        assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
