"""What the engines that ask with one prompt have in common."""

from __future__ import annotations

from analyzer.llm.client import Client
from analyzer.llm.prompts import Prompt


class PromptEngine:
    """An engine that asks a model with one prompt."""

    name = "llm"
    version = "2"

    def __init__(self, client: Client, prompt: Prompt) -> None:
        self._client = client
        self._prompt = prompt

    @property
    def model(self) -> str:
        """Model and prompt."""
        return f"{self._client.model}, {self._prompt.name}"
