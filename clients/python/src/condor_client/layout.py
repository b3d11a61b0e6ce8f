"""The venue's storage by `contracts/storage-layout.json`: which slot a field lies in, and what it says."""
from __future__ import annotations

import json
import pathlib
from decimal import Decimal
from typing import Any, Union

Value = Union[int, bool, str, Decimal, list[int]]


class Layout:
    """Every table, key and field of the venue's contracts."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self._contracts = layout["contracts"]

    @classmethod
    def load(cls, path: Union[str, pathlib.Path]) -> "Layout":
        """From the file."""
        return cls(json.loads(pathlib.Path(path).read_text()))

    def address(self, contract: str) -> str:
        """Where a contract lives."""
        return str(self._contracts[contract]["address"])

    def _word(self, contract: str, table: str, word: str) -> tuple[dict[str, Any], dict[str, Any]]:
        tables = [entry for entry in self._contracts[contract]["tables"] if entry["name"] == table]
        words = [entry for found in tables for entry in found["words"] if entry["name"] == word]
        if not words:
            raise KeyError(f"{contract} has no word '{word}' in a table '{table}'")
        return tables[0], words[0]

    def slot(self, contract: str, table: str, word: str, **key: int) -> int:
        """The slot of an entry's word.

        Raises:
            KeyError: for what is not declared.
            ValueError: for another key than the table's, or one that does not fit.
        """
        found, entry = self._word(contract, table, word)
        parts = {part["name"]: part for part in found["key"]}
        if parts.keys() != key.keys():
            raise ValueError(f"{table} is read by {', '.join(parts) or 'nothing'}")
        slot = (found["number"] << 248) | (entry["field"] << 192)
        for name, value in key.items():
            if not 0 <= value < 1 << parts[name]["bits"]:
                raise ValueError(f"{name} has {parts[name]['bits']} bits")
            slot |= value << parts[name]["bit"]
        return slot

    def decode(self, contract: str, table: str, word: str, value: int) -> dict[str, Value]:
        """The fields of a word."""
        _, entry = self._word(contract, table, word)
        return {field["name"]: _field(field, value) for field in entry["fields"]}


def _field(field: dict[str, Any], word: int) -> Value:
    bits = field["bits"]
    if "count" in field:
        return [(word >> (field["bit"] + place * bits)) & ((1 << bits) - 1) for place in range(field["count"])]
    value = (word >> field["bit"]) & ((1 << bits) - 1)
    kind = field["type"]
    if kind == "signed" and value >> (bits - 1):
        value -= 1 << bits
    if kind == "flag":
        return bool(value)
    if kind == "address":
        return f"0x{value:040x}"
    if kind == "ascii":
        return value.to_bytes(bits // 8, "big").lstrip(b"\0").decode("ascii")
    if "decimals" in field:
        return Decimal(f"{value}e-{field['decimals']}")
    return value
