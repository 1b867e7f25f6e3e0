"""A random-weight model in GGUF that llama.cpp loads: noise, but noise that a real server forces into a schema."""

from __future__ import annotations

from pathlib import Path

import numpy as np

WIDTH, HEADS, HIDDEN, CONTEXT = 32, 4, 64, 16_384
_SPECIAL = ("<unk>", "<s>", "</s>")


def write_tiny_model(path: Path, seed: int = 0) -> Path:
    """Write a one-layer llama with a byte vocabulary; return its path."""
    import gguf

    tokens = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *(chr(c) for c in range(32, 127))]
    tokens = [token.replace(" ", "\u2581") for token in tokens]
    kinds = [
        gguf.TokenType.UNKNOWN,
        *[gguf.TokenType.CONTROL] * 2,
        *[gguf.TokenType.BYTE] * 256,
        *[gguf.TokenType.NORMAL] * 95,
    ]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, value in _weights(tokens, np.random.default_rng(seed)).items():
        writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _weights(tokens: list[str], draw: np.random.Generator) -> dict[str, np.ndarray]:
    def some(*shape: int) -> np.ndarray:
        return draw.normal(0.0, 0.1, shape).astype(np.float32)

    embedding = some(len(tokens), WIDTH)
    embedding[:, 0] = 3.0  # constant, so that the first column of the output is a bias for each token
    output = some(len(tokens), WIDTH)
    output[:, 0] = 0.0
    output[3:259, 0] = -3.0  # bytes are rare
    for ends in ('"', "]", "}", ","):  # strings and lists end soon
        output[tokens.index(ends), 0] = 1.5
    output[2, 0] = 2.0
    ones = np.ones(WIDTH, np.float32)
    layer = {name: some(WIDTH, WIDTH) for name in ("attn_q", "attn_k", "attn_v", "attn_output")}
    layer |= {"ffn_gate": some(HIDDEN, WIDTH), "ffn_up": some(HIDDEN, WIDTH), "ffn_down": some(WIDTH, HIDDEN)}
    named = {f"blk.0.{name}.weight": value for name, value in layer.items()}
    named |= {"blk.0.attn_norm.weight": ones, "blk.0.ffn_norm.weight": ones, "output_norm.weight": ones}
    return {"token_embd.weight": embedding, "output.weight": output, **named}
