"""What replies cost, in words for the reader."""

from __future__ import annotations

from analyzer.config import Price
from analyzer.model import Usage


def told(usage: Usage, price: Price | None) -> str:
    """Return tokens, calls and, with a price, cost; kept replies cost nothing."""
    if not usage.calls:
        return f"{usage.kept} kept replies, nothing asked"
    cached = f" ({usage.cached:,} from its cache)" if usage.cached else ""
    kept = f", {usage.kept} kept replies" if usage.kept else ""
    parts = f"{usage.input:,} tokens in{cached}, {usage.output:,} out, {usage.calls} calls{kept}"
    return parts if price is None else f"{parts}, cost {cost(usage, price):.4f}"


def cost(usage: Usage, price: Price) -> float:
    """Return the cost in the currency of the price."""
    fresh = usage.input - usage.cached
    return (fresh * price.input + usage.cached * price.cached + usage.output * price.output) / 1e6
