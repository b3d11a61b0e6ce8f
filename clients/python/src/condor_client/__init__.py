"""A typed client of the derivatives venue of a Condor node."""
from .amounts import from_quantity, to_quantity
from .client import Client, RequestError
from .layout import Layout
from .subscriptions import subscribe
from .types import (
    Account, AccountKey, Auction, Basis, Book, BookChange, BookLevel, BookUpdate, Breakers, Collateral, Fill, Funding,
    Greeks, InstrumentLimits, Liquidation, LiquidationEvent, LiquidationTotals, LiquidationUpdate, Margin, Margins,
    Mark, MarkUpdate, Market, OpenOrder, Order, Position, PriceBand, Scenario, Simulation, Solvency, SolvencyRecord,
    Trade, TradeUpdate, Trigger, UnderlyingBreaker, UnderlyingSolvency, WithdrawalLimit)

__all__ = [
    "Account", "AccountKey", "Auction", "Basis", "Book", "BookChange", "BookLevel", "BookUpdate", "Breakers", "Client",
    "Collateral", "Fill", "Funding", "Greeks", "InstrumentLimits", "Layout", "Liquidation", "LiquidationEvent",
    "LiquidationTotals", "LiquidationUpdate", "Margin", "Margins", "Mark", "MarkUpdate", "Market", "OpenOrder", "Order",
    "Position", "PriceBand", "RequestError", "Scenario", "Simulation", "Solvency", "SolvencyRecord", "Trade",
    "TradeUpdate", "Trigger", "UnderlyingBreaker", "UnderlyingSolvency", "WithdrawalLimit", "from_quantity",
    "subscribe", "to_quantity"]
