"""The worked samples that open every conversation of a data set.

The official shape is one block of text (``block``). Very small models do not carry a format over
from a block; ``turns`` gives them the same samples as real turns of the conversation.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from evals.mrcr_synthetic.asks import KEYS, Key, Message, ask_for, draw_prefix, question
from evals.mrcr_synthetic.texts import Dice, write_text

Shape = Literal["block", "turns"]
SHAPES: tuple[str, ...] = get_args(Shape)

_OPENING = "These sample conversations each end with a question and its right answer."
_CLOSING = "=== END OF SAMPLES ===\nThe conversation to answer starts now."


def worked_keys(shots: int, seed: int) -> tuple[Key, ...]:
    """The keys of the worked samples, two each; no conversation asks for one of them."""
    return tuple(Dice("worked keys", seed).shuffled(KEYS)[: 2 * shots])


@cache
def worked_samples(
    shots: int, shape: Shape, words: tuple[int, int], seed: int
) -> tuple[Message, ...]:
    """`shots` short conversations answered right, the same for every sample of a data set."""
    samples = [_one(number, words, seed) for number in range(shots)]
    if shape == "turns":
        return tuple(message for sample in samples for message in sample)
    parts = [_OPENING]
    for number, sample in enumerate(samples, start=1):
        parts.append(f"=== SAMPLE {number} ===")
        parts += [f"{role.capitalize()}: {text}" for role, text in sample]
    return (("user", "\n\n".join([*parts, _CLOSING])),)


def _one(number: int, words: tuple[int, int], seed: int) -> list[Message]:
    """Three asks, two of them with the same key; the question is about its 2nd and 1st in turn."""
    dice = Dice("worked", seed, words, number)
    key, other = worked_keys(number + 1, seed)[-2:]
    asks = (key, other, key) if number % 2 == 0 else (other, key, key)
    texts = [write_text(dice, *ask, words) for ask in asks]
    ordinal = 2 - number % 2
    wanted = [text for ask, text in zip(asks, texts, strict=True) if ask == key][ordinal - 1]
    prefix = draw_prefix(dice)
    messages: list[Message] = []
    for ask, text in zip(asks, texts, strict=True):
        messages += [("user", ask_for(ask)), ("assistant", text)]
    return [*messages, ("user", question(prefix, ordinal, key)), ("assistant", prefix + wanted)]
