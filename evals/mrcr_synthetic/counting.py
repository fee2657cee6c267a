"""How many tokens a conversation is taken to have.

Lengths are approximate by design: the exact count belongs to the endpoint and is in the log. The
rule that was used is written into the metadata of every task and sample.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

CHARACTERS_PER_TOKEN = 4
"""English prose has about four characters a token in current vocabularies."""

MESSAGE_TOKENS = 4
"""Added for the role marks around each message."""

Counter = Callable[[str], int]


class GenerationError(ValueError):
    """A data set that cannot be made as asked: what failed, why, and what mends it."""

    def __init__(self, what: str, why: str, fix: str) -> None:
        """Keep the three sentences apart for callers that lay them out."""
        super().__init__(f"{what} {why} {fix}")
        self.what = what
        self.why = why
        self.fix = fix


def by_characters(text: str) -> int:
    """Tokens of one message: characters / 4 rounded up, plus 4 for the role marks."""
    return -(-len(text) // CHARACTERS_PER_TOKEN) + MESSAGE_TOKENS


def by_tokenizer(file: Path) -> Counter:
    """Count with a ``tokenizer.json`` of the `tokenizers` package, plus 4 a message.

    Raises:
        GenerationError: The package is not installed or the file cannot be read.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise GenerationError(
            f"Tokens cannot be counted with {file.name}.",
            "The package `tokenizers` is not installed.",
            "Install it, or leave `tokenizer` out to count characters / 4.",
        ) from error
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the package raises bare Exception
        raise GenerationError(
            f"The tokenizer {file} cannot be read.",
            f"{error}.",
            "Pass the path of a tokenizer.json file.",
        ) from error

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids) + MESSAGE_TOKENS

    return count


def rule(tokenizer: Path | None) -> str:
    """The counting rule in words, for metadata."""
    if tokenizer is None:
        return f"characters / {CHARACTERS_PER_TOKEN} + {MESSAGE_TOKENS} a message"
    return f"{tokenizer.name} + {MESSAGE_TOKENS} a message"
