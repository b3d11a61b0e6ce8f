"""Amounts of 18 decimals: hexadecimal quantities on the wire, exact `Decimal` here."""
from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Union

#: What stands for an amount where one is given. A float is refused: it is seldom the number that was meant.
Amount = Union[Decimal, int, str]

DECIMALS = 18
#: Enough digits for 256 bits; anything that does not fit raises instead of rounding.
_EXACT = decimal.Context(prec=100, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow])


def from_quantity(text: str) -> Decimal:
    """`"0xde0b6b3a7640000"` is 1; a minus may stand in front."""
    return Decimal(f"{int(text, 16)}e-{DECIMALS}")


def to_quantity(amount: Amount) -> str:
    """An amount as the node takes it.

    Raises:
        TypeError: for a float.
        ValueError: for what is no number, or has more than 18 decimals.
    """
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"an amount is a Decimal, an int or a str, not {type(amount).__name__}")
    try:
        units = _EXACT.scaleb(Decimal(amount), DECIMALS).to_integral_exact(context=_EXACT)
    except decimal.DecimalException:
        units = Decimal("NaN")
    if not units.is_finite():
        raise ValueError(f"no number of at most {DECIMALS} decimals: {amount}")
    return hex(int(units))
