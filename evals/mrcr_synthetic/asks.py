"""What is asked: the keys, the asks for texts, and the question at the end."""

from __future__ import annotations

import string

from evals.mrcr_synthetic import lexicon
from evals.mrcr_synthetic.texts import Dice

PREFIX_LENGTH = 10
ALPHABET = string.ascii_lowercase + string.digits
"""Lower case only: copying mixed case is a test of its own, which very small models fail."""

Key = tuple[str, str]
"""A format and a topic: what an ask names."""

Message = tuple[str, str]
"""A role, ``user`` or ``assistant``, and a text."""

KEYS: tuple[Key, ...] = tuple(
    (form, f"{qualifier} {thing}")
    for form in lexicon.FORMATS
    for qualifier in lexicon.QUALIFIERS
    for thing in lexicon.THINGS
)


def ordinal_word(n: int) -> str:
    """1 → ``1st``, 2 → ``2nd`` …"""
    if n % 100 in (11, 12, 13):
        return f"{n}th"
    return f"{n}" + {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")


def ask_for(key: Key) -> str:
    """The user's request for a text."""
    article = "an" if key[0][0] in "aeiou" else "a"
    return f"Write {article} {key[0]} about {key[1]}."


def question(prefix: str, ordinal: int, key: Key) -> str:
    """The last message: which text to repeat, and what to put before it."""
    return (
        f"Prepend {prefix} to the {ordinal_word(ordinal)} (1 indexed) {key[0]} about {key[1]}."
        " Include no other text in your answer."
    )


def draw_prefix(dice: Dice) -> str:
    """Ten characters of `ALPHABET`."""
    return "".join(dice.pick(ALPHABET) for _ in range(PREFIX_LENGTH))
