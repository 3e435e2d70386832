"""Amounts of money, durations and dates in a body: deal size, prices, signing period, lifecycle settings."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.api.checking import Checked
from sandbox.api.codes import CURRENCIES
from sandbox.contracts import lifecycle
from sandbox.contracts.durations import is_duration

AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
DEFAULT_CURRENCY = "EUR"
MOST_DAYS = 3650
# A date outside of these years is a mistake, and would have the contract's periods counted for long.
YEARS = (2000, 2100)


def value(body: Checked, name: str, former: dict[str, str] | None) -> dict[str, str] | None:
    """The deal size `{amount, currency}`; null for none. Without a currency the former one stays (ASSUMED)."""
    if body.data.get(name) is None:
        return None
    inner = body.inner(name)
    amount = inner.text("amount", low=1, high=20)
    if amount and not AMOUNT.fullmatch(amount):
        inner.wrong("amount", 'A decimal number in a text is expected: "12500.00".')
    currency = inner.text("currency", high=3, default=(former or {}).get("currency", DEFAULT_CURRENCY))
    if currency not in CURRENCIES:
        inner.wrong("currency", "A currency of ISO 4217 is expected: SEK.")
    return {"amount": amount, "currency": currency}


def product(body: Checked) -> dict[str, Any]:
    """The columns of a product (section 6.13)."""
    return {
        "name": body.text("name", low=1, high=500),
        "description": body.text("description", high=5000, default=None) or "",
        "counterparty_lock": body.flag("counterparty_lock", default=False),
        "price_1": _price(body, "price_1"),
        "price_2": _price(body, "price_2"),
        "quantity": _quantity(body),
    }


def signing_period(body: Checked) -> dict[str, Any]:
    """`signing_period_expiration`, with the one attribute that its type has (section 8.3)."""
    name = "signing_period_expiration"
    if body.data.get(name) is None:
        body.wrong(name, "An object is expected; it cannot be removed.")
        return {}
    inner = body.inner(name)
    kind = inner.choice("type", ("never", "days_after_publish", "fixed_date"))
    if kind == "days_after_publish":
        days = inner.data.get("expire_days_after_publish")
        if type(days) is not int or not 1 <= days <= MOST_DAYS:
            inner.wrong("expire_days_after_publish", f"A whole number from 1 to {MOST_DAYS} is expected.")
        return {"type": kind, "expire_days_after_publish": days}
    if kind == "fixed_date":
        return {"type": kind, "expire_fixed_date": _date(inner, "expire_fixed_date")}
    return {"type": kind}


def lifecycle_settings(body: Checked) -> dict[str, Any]:
    """`lifecycle_settings`; 400 for one that the type does not allow (section 9.2)."""
    inner = body.inner("lifecycle_settings")
    kind = inner.choice("type", tuple(lifecycle.TYPES))
    found: dict[str, Any] = {"type": kind, **dict.fromkeys(lifecycle.SETTINGS)}
    allowed, needed = lifecycle.TYPES.get(kind, ((), ()))
    for name in lifecycle.SETTINGS:
        if inner.data.get(name) is None:
            if name in needed:
                inner.wrong(name, f"A contract of the type {kind} needs it.")
        elif name not in ("start_date", *allowed):
            inner.wrong(name, f"A contract of the type {kind} has none.")
        else:
            found[name] = _date(inner, name) if name.endswith("_date") else _duration(inner, name)
    if kind == "single_period":
        _one_end(inner, found)
    return found


def _one_end(inner: Checked, found: dict[str, Any]) -> None:
    if (found["end_date"] is None) == (found["duration"] is None):
        inner.wrong("end_date", "A single period has an end date or a duration, one of the two.")
    elif found["end_date"] and found["start_date"] and found["end_date"] < found["start_date"]:
        inner.wrong("end_date", "It must not be before the start date.")


def _date(body: Checked, name: str) -> Any:
    text = body.data.get(name)
    try:
        found = date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        found = None
    if found is None or not YEARS[0] <= found.year <= YEARS[1]:
        return body.wrong(name, f"A date of the years {YEARS[0]} to {YEARS[1]} is expected: 2026-01-31.")
    return found.isoformat()


def _duration(body: Checked, name: str) -> Any:
    text = body.data[name]
    return text if is_duration(text) else body.wrong(name, "A duration of at most 100 years is expected: 12m, 3w.")


def _price(body: Checked, name: str) -> dict[str, Any]:
    """A price with its discount taken off, unless the body says what is left."""
    inner = body.inner(name)
    base, off, given = (_amount(inner, part) for part in ("base_amount", "discount_amount", "amount"))
    percent = inner.data.get("discount_percent")
    text = str(percent) if type(percent) in (int, float) else percent
    if text is not None and not (isinstance(text, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", text)):
        inner.wrong("discount_percent", "A number from 0 to 100 is expected.")
        text = None
    left = Decimal(base or "0") - Decimal(off or "0")
    if text is not None:
        left -= left * Decimal(text) / 100
    amount = given or str(left.quantize(Decimal("0.01"), ROUND_HALF_UP))
    return {
        "amount": {"amount": amount},
        "base_amount": {"amount": base or "0.00"},
        "discount_amount": {"amount": off or "0.00"},
        "discount_percent": text or "0",
    }


def _amount(price: Checked, name: str) -> str | None:
    inner = price.inner(name)
    text = inner.text("amount", high=20, default=None)
    if text is not None and not AMOUNT.fullmatch(text):
        inner.wrong("amount", 'A decimal number in a text is expected: "500.10".')
        return None
    return text


def _quantity(body: Checked) -> dict[str, Any]:
    inner = body.inner("quantity")
    kind = inner.choice("type", ("quantity", "single_choice", "multiple_choice"), default="quantity")
    amount = inner.data.get("amount", 1)
    text = amount if isinstance(amount, str) else str(amount) if type(amount) in (int, float) else ""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text):
        inner.wrong("amount", "A number is expected.")
    return {"type": kind, "amount": amount}
