"""The venue's contracts as tests and benchmarks meet them: their numbers and interfaces, the ids of instruments, publishers' reports."""
import json
import pathlib

INTERFACES = pathlib.Path(__file__).resolve().parents[2] / "contracts" / "interfaces"
WAD = 10**18
DAY = 86_400
CONTRACTS = {"Oracle": 0x0C10, "Instruments": 0x0C11, "Book": 0x0C12, "Clearing": 0x0C13, "Liquidation": 0x0C14}
SPOT, FORWARD, SURFACE, RATE = 0, 1, 2, 3
GTC, IOC, FOK, POST_ONLY = 0, 1, 2, 3
PERPETUAL, FUTURE, CALL, PUT, AMERICAN_CALL, AMERICAN_PUT = range(6)
REPORT = {"Report": [{"name": name, "type": type} for name, type in (
    ("kind", "uint8"), ("underlying", "uint32"), ("expiry", "uint64"), ("values", "int256[]"),
    ("confidence", "uint256"), ("timestamp", "uint64"))]}


def instrument_id(kind, expiry=0, strike=0, underlying=1):
    return underlying << 168 | kind << 160 | expiry << 96 | strike * 10**8


def contracts(w3):
    """The venue's contracts by their names."""
    return {name: w3.eth.contract(address=w3.to_checksum_address(f"0x{address:040x}"),
                                  abi=json.loads((INTERFACES / f"{name}.json").read_text()))
            for name, address in CONTRACTS.items()}


def report(oracle, chain_id, publisher, kind, values, timestamp, underlying=1, expiry=0, sent=None):
    """The arguments of `Oracle.report`, signed by the publisher; `sent` names what is changed after that."""
    message = {"kind": kind, "underlying": underlying, "expiry": expiry, "values": values, "confidence": WAD,
               "timestamp": timestamp}
    domain = {"name": "Condor Oracle", "version": "1", "chainId": chain_id, "verifyingContract": oracle.address}
    signed = publisher.sign_typed_data(domain, REPORT, message)
    return [*(message | (sent or {})).values(), signed.v - 27, signed.r, signed.s]
