"""A Whisper model of any size that says the same words over whatever it hears, and is sure of them.

Its encoder is random and costs what its size costs.  Its decoder goes by position alone: each position has a code of
its own, and the projection answers a code with the next token of the text.  So one window is one decoding, and what is
left of the words is the work of the code under test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.conftest import ROOT

FIXTURE = ROOT / "tests" / "fixtures" / "asr"
_CONTEXT, _MELS, _POSITIONS, _PROMPT = 1500, 80, 448, 3
_SURE = 30.0


def write_parrot(
    folder: Path, text: str, width: int = 64, layers: int = 1, heads: int = 2, language: str = "en"
) -> Path:
    """Write a model folder that faster-whisper loads; ``text`` has fewer tokens than ``width``."""
    from ctranslate2.specs import WhisperSpec
    from tokenizers import Tokenizer

    folder.mkdir(parents=True)
    tokens = Tokenizer.from_file(str(FIXTURE / "tokenizer.json"))
    tokens.add_special_tokens([f"<|{n * 0.02:.2f}|>" for n in range(_CONTEXT + 1)])
    tokens.save(str(folder / "tokenizer.json"))
    vocabulary = [tokens.id_to_token(n).replace("<|empty|>", "") for n in range(tokens.get_vocab_size())]
    says = ["<|0.00|>", *tokens.encode(" " + text).tokens, "<|29.00|>", "<|endoftext|>"]
    script = [f"<|{language}|>", *["<|transcribe|>"] * (_PROMPT - 2), *says]
    spec = WhisperSpec(layers, heads, layers, heads)
    _fill(spec, width, len(vocabulary), [tokens.token_to_id(one) for one in script])
    spec.register_vocabulary(vocabulary)
    known = json.loads((FIXTURE / "config.json").read_text(encoding="utf-8"))
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = known["suppress_ids_begin"]
    spec.config.lang_ids = known["lang_ids"]
    spec.config.alignment_heads = [[layers - 1, 0]]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    facts = json.loads((FIXTURE / "preprocessor_config.json").read_text(encoding="utf-8")) | {"chunk_length": 30}
    (folder / "preprocessor_config.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def _fill(spec: Any, width: int, words: int, script: list[int]) -> None:
    rng = np.random.default_rng(0)
    assert len(script) <= width, f"{len(script)} tokens need a width of as many"

    def weights(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.normal(0, shape[-1] ** -0.5, shape)).astype(np.float32)

    def linear(part: Any, rows: int, columns: int) -> None:
        part.weight, part.bias = weights(rows, columns, scale=0.05), np.zeros(rows, np.float32)

    def norm(part: Any) -> None:
        part.gamma, part.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def attention(part: Any, *rows: int) -> None:
        for one, size in zip(part.linear, rows, strict=True):
            linear(one, size, width)
        norm(part.layer_norm)

    def layer(part: Any) -> None:
        attention(part.self_attention, 3 * width, width)
        if hasattr(part, "attention"):
            attention(part.attention, width, 2 * width, width)
        linear(part.ffn.linear_0, 4 * width, width)
        linear(part.ffn.linear_1, width, 4 * width)
        norm(part.ffn.layer_norm)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, inputs in ((encoder.conv1, _MELS), (encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inputs, 3), np.zeros(width, np.float32)
    encoder.position_encodings.encodings = weights(_CONTEXT, width)
    codes = np.linalg.qr(rng.normal(size=(width, width)))[0]
    codes = (codes - codes.mean(axis=1, keepdims=True))[np.minimum(np.arange(_POSITIONS), len(script) - 1)]
    decoder.position_encodings.encodings = (10 * codes).astype(np.float32)
    decoder.embeddings.weight = weights(words, width, scale=0.01)
    projection = np.zeros((words, width), np.float32)
    for position, token in enumerate(script):
        projection[token] += _SURE * codes[position] / np.sqrt(width)
    decoder.projection.weight = projection
    for stack in (encoder, decoder):
        norm(stack.layer_norm)
        for one in stack.layer:
            layer(one)
