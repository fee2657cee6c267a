"""What a model sees of an output that is too long."""

from __future__ import annotations


def keep_start(text: str, limit: int, total: int | None = None) -> str:
    """The first ``limit`` characters and a note, or the text as it is when it fits.

    Args:
        text: The output, or its start.
        limit: Characters kept.
        total: Bytes of the whole output when ``text`` is only its start.
    """
    if len(text) <= limit:
        return text
    whole = f"{len(text)} characters" if total is None else f"{total} bytes"
    return (
        f"{text[:limit]}\n(Cut here: this is the start of {whole}. To see more, search it or "
        "print a part of it.)"
    )


def keep_ends(text: str, limit: int) -> str:
    """The first and last half of ``limit`` characters when the text has that many or more."""
    if len(text) < limit:
        return text
    half = limit // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n({left_out} characters in the middle are left out.)\n{text[-half:]}"
