"""A typed client of the derivatives venue of a Condor node."""
from .amounts import from_quantity, to_quantity
from .client import Client, RequestError
from .layout import Layout
from .subscriptions import subscribe
from .types import (
    Account, AccountKey, Auction, Basis, Book, BookChange, BookLevel, BookUpdate, Breakers, Collateral,
    ExpiryRequirement, ExpiryRequirements, Fill, Funding, Greeks, InstrumentLimits, LeverageRequirement,
    LeverageRequirements, Liquidation, LiquidationEvent, LiquidationTotals, LiquidationUpdate, Margin, Margins, Mark,
    MarkUpdate, Market, OpenOrder, Order, Position, PriceBand, Requirements, Scenario, Simulation, Solvency,
    SolvencyRecord, Trade, TradeUpdate, Trigger, UnderlyingBreaker, UnderlyingSolvency, WithdrawalLimit)

__all__ = [
    "Account", "AccountKey", "Auction", "Basis", "Book", "BookChange", "BookLevel", "BookUpdate", "Breakers", "Client",
    "Collateral", "ExpiryRequirement", "ExpiryRequirements", "Fill", "Funding", "Greeks", "InstrumentLimits", "Layout",
    "LeverageRequirement", "LeverageRequirements", "Liquidation", "LiquidationEvent", "LiquidationTotals",
    "LiquidationUpdate", "Margin", "Margins", "Mark", "MarkUpdate", "Market", "OpenOrder", "Order", "Position",
    "PriceBand", "RequestError", "Requirements", "Scenario", "Simulation", "Solvency", "SolvencyRecord", "Trade",
    "TradeUpdate", "Trigger", "UnderlyingBreaker", "UnderlyingSolvency", "WithdrawalLimit", "from_quantity",
    "subscribe", "to_quantity"]
