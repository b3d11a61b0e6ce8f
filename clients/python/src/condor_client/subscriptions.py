"""What happens at the venue, as it happens, over WebSocket. Needs the extra `subscriptions`."""
from __future__ import annotations

import json
from typing import Any, AsyncIterator, Literal, Union

from .client import RequestError, Selection, selection_json
from .types import BookUpdate, LiquidationUpdate, MarkUpdate, TradeUpdate, parse

Topic = Literal["book", "trades", "marks", "liquidations"]
Update = Union[BookUpdate, TradeUpdate, MarkUpdate, LiquidationUpdate]
_KINDS: dict[str, type] = {
    "book": BookUpdate, "trades": TradeUpdate, "marks": MarkUpdate, "liquidations": LiquidationUpdate}


async def subscribe(url: str, topic: Topic, select: Selection = None) -> AsyncIterator[Any]:
    """Updates block by block, until the iterator is closed or the connection ends.

    A book's updates hold the levels that changed, each as it is after the block: together with `Client.book` of the block before the
    first of them they keep a copy of the book. `sequence` counts the updates of this subscription.

    Raises:
        RequestError: where the node refuses.
        ImportError: without the package `websockets`.
    """
    import websockets

    async with websockets.connect(url, max_size=1 << 26) as socket:
        parameters = [topic] if select is None else [topic, selection_json(select)]
        await socket.send(json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "condor_subscribe", "params": parameters}))
        answer = json.loads(await socket.recv())
        if "error" in answer:
            raise RequestError(answer["error"]["code"], answer["error"]["message"], answer["error"].get("data"))
        async for message in socket:
            update = json.loads(message)
            if update.get("method") == "condor_subscription":
                yield parse(_KINDS[topic], update["params"]["result"])
