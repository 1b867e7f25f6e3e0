"""The one place that chooses engines: from settings to what labels, extracts and advises."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analyzer.commitments.extract import Extractor, FollowThrough
from analyzer.config import Settings
from analyzer.feedback.advise import Adviser
from analyzer.labels.labeler import Labeler
from analyzer.labels.rubric import Rubric

if TYPE_CHECKING:
    from analyzer.llm.client import Client
    from analyzer.llm.endpoint import Endpoint
    from analyzer.llm.replies import Memory

PROMPTS = ("window.1", "feedback.1", "follow_through.1")
"""In force: of windows, of the feedback's wording, of earlier promises."""
NONE = "none"
"""The model that means: no language model."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What works on a transcript."""

    labeler: Labeler
    extractor: Extractor
    adviser: Adviser
    follow_through: FollowThrough
    prompts: tuple[str, ...] = ()
    """Id, version and hash of those that a language model is asked with."""


def wants_llm(settings: Settings) -> bool:
    """Return whether a language model was named."""
    return settings.llm not in (None, "", NONE)


def build_engines(
    settings: Settings,
    memory: Memory,
    now: Callable[[], datetime],
    progress: Callable[[float, float], None] = lambda at, of: None,
) -> Engines:
    """Return the engines in force; nothing is sent and no key is looked for before a reply is missing.

    Args:
        settings: that say which.
        memory: where replies are kept.
        now: the clock.
        progress: told how many seconds of a talk a language model has read, and of how many.

    """
    if not wants_llm(settings):
        from analyzer.commitments.claims import LocalFollowThrough
        from analyzer.commitments.local import LocalExtractor
        from analyzer.feedback.templates import TemplateAdviser
        from analyzer.labels.local import LocalLabeler

        return Engines(LocalLabeler(), LocalExtractor(), TemplateAdviser(), LocalFollowThrough())
    from analyzer.commitments.follow_through import LLMFollowThrough
    from analyzer.commitments.llm import LLMExtractor
    from analyzer.feedback.llm import LLMAdviser
    from analyzer.labels.llm import LLMLabeler
    from analyzer.labels.reading import Reader
    from analyzer.llm.prompts import load_prompt

    client = build_client(settings, memory, now)
    window, feedback, follow_through = (load_prompt(name) for name in PROMPTS)
    reader = Reader(client, window, settings.llm_window, progress)
    return Engines(
        LLMLabeler(reader),
        LLMExtractor(reader),
        LLMAdviser(client, feedback),
        LLMFollowThrough(client, follow_through),
        tuple(one.name for one in (window, feedback, follow_through)),
    )


def made_with(settings: Settings, rubric: Rubric) -> tuple[str, ...]:
    """Return what tells one analysis from another: the rubric's hash, and the model with its prompts or ``local``."""
    if not wants_llm(settings):
        return (rubric.hash, "local")
    from analyzer.llm.prompts import load_prompt

    return (rubric.hash, str(settings.llm), *(load_prompt(name).hash for name in PROMPTS))


def build_client(settings: Settings, memory: Memory, now: Callable[[], datetime]) -> Client:
    """Return the way to the model that the settings name."""
    from analyzer.llm.client import Client

    return Client(
        lambda: _endpoint(settings),
        settings.llm or NONE,
        memory,
        now,
        mode=settings.llm_mode,
        concurrency=settings.llm_concurrency,
        deadline=settings.llm_deadline,
    )


def endpoint_kind(settings: Settings) -> str:
    """Return where the words of a meeting go, for the reader; replies that are kept or carried by hand say it themselves."""
    if not wants_llm(settings):
        return "none"
    if settings.llm_mode != "live":
        return settings.llm_mode
    return _endpoint(settings).kind


def _endpoint(settings: Settings) -> Endpoint:
    from analyzer.llm.endpoint import find_endpoint

    return find_endpoint(settings.llm or NONE, settings.llm_base_url, os.environ)
