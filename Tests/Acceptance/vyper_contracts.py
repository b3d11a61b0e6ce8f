"""Contracts in Vyper, which find the venue's interfaces in contracts/."""
import vyper
from conftest import ROOT
from vyper.compiler.input_bundle import FilesystemInputBundle


def factory(w3, source):
    """What deploys the contract."""
    out = vyper.compile_code(source, output_formats=["abi", "bytecode"],
                             input_bundle=FilesystemInputBundle([ROOT / "contracts"]))
    return w3.eth.contract(abi=out["abi"], bytecode=out["bytecode"])
