"""JSON-RPC over HTTP."""
from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from typing import Any, Optional, Sequence, Union

from .types import (
    Account, Book, Breakers, Liquidation, Market, Order, Simulation, Solvency, Trade, parse)

#: A block: its number, its hash, or `latest` and the like.
Block = Union[int, str]
#: Instruments: a name or an id, an underlying's symbol, several of these, or None for all.
Selection = Union[str, int, Sequence[Union[str, int]], None]


class RequestError(Exception):
    """What the node answers instead of a result. `data` is what a contract would have reverted with."""

    def __init__(self, code: int, message: str, data: Optional[str] = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


def selection_json(select: Selection) -> Any:
    """Instruments as the node takes them."""
    if select is None or isinstance(select, str):
        return select
    if isinstance(select, int):
        return hex(select)
    return [hex(entry) if isinstance(entry, int) else entry for entry in select]


def block_json(block: Block) -> str:
    """A block as the node takes it."""
    return hex(block) if isinstance(block, int) else block


class Client:
    """The venue of one node. Every method takes the block to read at last; the newest is meant where none is given."""

    def __init__(self, url: str = "http://127.0.0.1:8545", timeout: float = 30) -> None:
        self.url, self.timeout = url, timeout
        self._ids = itertools.count(1)

    def request(self, method: str, *parameters: Any) -> Any:
        """One call of any method; its result as JSON has it.

        Raises:
            RequestError: for an error that the node answers.
            OSError: where no answer comes.
        """
        call = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(parameters)}
        request = urllib.request.Request(
            self.url, json.dumps(call).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=self.timeout) as reply:
            answer = json.load(reply)
        if "error" in answer:
            error = answer["error"]
            raise RequestError(error["code"], error["message"], error.get("data"))
        return answer["result"]

    def markets(self, select: Selection = None, block: Block = "latest") -> list[Market]:
        """Listings with their prices; settled ones only where they are named."""
        return parse(list[Market], self.request("condor_markets", selection_json(select), block_json(block)))

    def book(
        self, instrument: Union[str, int], levels: int = 20, orders: bool = False, block: Block = "latest"
    ) -> Book:
        """The first levels of a book, with `orders` also who waits there."""
        options = {"levels": hex(levels), "orders": orders}
        return parse(Book, self.request("condor_book", selection_json(instrument), options, block_json(block)))

    def trades(
        self, select: Selection = None, from_block: int = 0, limit: int = 100, block: Block = "latest"
    ) -> list[Trade]:
        """The last fills up to a block, newest first."""
        options = {"fromBlock": hex(from_block), "limit": hex(limit)}
        return parse(
            list[Trade], self.request("condor_trades", selection_json(select), options, block_json(block)))

    def account(self, owner: str, index: int = 0, block: Block = "latest") -> Optional[Account]:
        """An account's positions, orders, margins and Greeks; None for one that has not acted yet."""
        result = self.request("condor_account", {"owner": owner, "index": hex(index)}, block_json(block))
        if result is None:
            return None
        # The last entry of the scenarios is the move of the basis.
        scenarios = result.pop("scenarios") or []
        result["basis"] = next((entry for entry in scenarios if entry.get("basis")), None)
        result["scenarios"] = [entry for entry in scenarios if not entry.get("basis")]
        return parse(Account, result)

    def simulate_order(self, order: Order, block: Block = "latest") -> Simulation:
        """What an order would do behind a block: the code that would execute it, on a copy.

        Raises:
            RequestError: with code 3 where the venue would refuse it; the message begins with the contract's error.
        """
        return parse(Simulation, self.request("condor_simulateOrder", order.to_json(), block_json(block)))

    def breakers(self, select: Selection = None, block: Block = "latest") -> Breakers:
        """What can stop an act: price bands, divergence, stale prices, caps, withdrawal limits."""
        result = self.request("condor_breakers", selection_json(select), block_json(block))
        withdrawals = result.pop("withdrawals")
        result["withdrawalsClosedUntilBlock"] = withdrawals["closedUntilBlock"]
        result["withdrawalsHour"], result["withdrawalsDay"] = withdrawals["hour"], withdrawals["day"]
        return parse(Breakers, result)

    def auctions(self, block: Block = "latest") -> list[Liquidation]:
        """The accounts in the waterfall, at most 1,000 in no particular order, with what of them is for sale."""
        return parse(list[Liquidation], self.request("condor_auctions", block_json(block)))

    def solvency(self, block: Block = "latest") -> Solvency:
        """What the venue holds and owes, and the summary record of its last block."""
        return parse(Solvency, self.request("condor_solvency", block_json(block)))
