"""Seeded dice and the template grammar that writes the texts.

Every sentence is drawn from the same few templates, so texts differ in words but not in style:
nothing but its place in the conversation tells one needle from another.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from evals.mrcr_synthetic import lexicon

T = TypeVar("T")

LONGEST_SENTENCE = 10
"""Words in the longest sentence of the grammar; the width of a range of words must allow it."""

_TOPIC_FIRST = (
    ("{topic}", "{deed}", "the", "{look}", "{object}", "{near}", "the", "{place}"),
    ("{topic}", "{move}", "{manner}", "{near}", "the", "{look}", "{place}"),
)
_OTHERS = (
    ("The", "{person}", "{deed}", "the", "{look}", "{object}", "{near}", "the", "{place}"),
    ("By", "{time}", "the", "{look}", "{object}", "{move}", "{near}", "the", "{place}"),
    ("No", "{person}", "{manner}", "{deed}", "the", "{object}", "or", "the", "{look}", "{place}"),
    ("The", "{object}", "{move}", "{manner}", "and", "the", "{person}", "{deed}", "the", "{place}"),
    ("Before", "{time}", "the", "{person}", "{manner}", "{deed}", "the", "{look}", "{object}"),
)
_SLOTS: dict[str, tuple[str, ...]] = {
    "{person}": lexicon.PEOPLE,
    "{deed}": lexicon.DEEDS,
    "{move}": lexicon.MOVES,
    "{manner}": lexicon.MANNERS,
    "{object}": lexicon.OBJECTS,
    "{look}": lexicon.LOOKS,
    "{place}": lexicon.PLACES,
    "{near}": lexicon.NEAR,
    "{time}": lexicon.TIMES,
}


class Dice:
    """Random choices that are the same on every Python version.

    Only `random.Random.random` is used: its sequence for a given seed is the one that Python's
    documentation promises to keep ("Notes on Reproducibility"); `choice` and `shuffle` are not.
    """

    def __init__(self, *seed: object) -> None:
        """Seed from the text of `seed`."""
        self._random = random.Random("/".join(str(part) for part in seed))

    def below(self, n: int) -> int:
        """A whole number in 0 … n − 1."""
        return int(self._random.random() * n)

    def chance(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def pick(self, things: Sequence[T]) -> T:
        """One of `things`."""
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """`things` in random order (Fisher and Yates)."""
        out = list(things)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out


def write_text(dice: Dice, form: str, topic: str, words: tuple[int, int]) -> str:
    """A text of a length drawn from `words` (both ends included).

    Args:
        dice: Where the choices come from.
        form: A key of `lexicon.FORMATS`.
        topic: The topic, two words; the first sentence names it.
        words: Fewest and most words; at least `LONGEST_SENTENCE` − 1 apart.
    """
    low, high = words
    goal = low + dice.below(high - LONGEST_SENTENCE + 2 - low)
    sentences = [_sentence(dice, dice.pick(_TOPIC_FIRST), topic)]
    count = len(sentences[0].split())
    while count < goal:
        sentences.append(_sentence(dice, dice.pick(_OTHERS), topic))
        count += len(sentences[-1].split())
    return lexicon.FORMATS[form].join(sentences)


def _sentence(dice: Dice, template: tuple[str, ...], topic: str) -> str:
    words = [dice.pick(_SLOTS[word]) if word in _SLOTS else word for word in template]
    return " ".join(words).replace("{topic}", topic.capitalize()) + "."
