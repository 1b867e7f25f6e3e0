"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.report.browser import started


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a browser for a module: its driver keeps an event loop running, which others could not start then."""
    with started() as browser:
        yield browser
