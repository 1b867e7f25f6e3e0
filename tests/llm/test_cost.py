"""What a meeting cost is told in tokens, and in money where a price is known."""

from __future__ import annotations

import pytest

from analyzer.config import Price
from analyzer.llm.cost import cost, told
from analyzer.model import Usage

PRICE = Price(input=2.0, cached=0.2, output=10.0)


def test_cached_tokens_have_their_own_price() -> None:
    assert cost(Usage(input=1_000_000, cached=400_000, output=50_000), PRICE) == pytest.approx(1.2 + 0.08 + 0.5)


def test_what_is_told() -> None:
    usage = Usage(input=12_000, cached=3_000, output=900, calls=3, kept=1)
    assert told(usage, None) == "12,000 tokens in (3,000 from its cache), 900 out, 3 calls, 1 kept replies"
    assert told(usage, PRICE).endswith("cost 0.0276")
    assert told(Usage(kept=4), PRICE) == "4 kept replies, nothing asked"
