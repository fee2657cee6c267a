"""Benchmarks as data: what a number is a number of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from harness.claims.reading import bad_record

KINDS = frozenset({"binary-mean", "partial-credit", "judge", "elo"})
"""How a score is made: whole items, parts of items, a model's opinion, or a rating."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark in one version.

    Attributes:
        id: Key in ``benchmarks.toml``.
        title: Name for people.
        kind: One of `KINDS`.
        items: Number of items N of this version; ``None`` = stated by nobody.
        metric: What is averaged, in the words of `Settings.metric`.
        family: ``swe``, ``terminal`` or ``long-context``.
        agentic: True when the score is that of a model inside a scaffold.
        eval: Key in `evals.registry.EVALS` of the eval run for its claims, if any.
        stand_in: True when that eval has other items of the same kind.
    """

    id: str
    title: str
    kind: str
    items: int | None
    metric: str
    family: str
    agentic: bool
    eval: str | None
    stand_in: bool


_FIELDS: dict[str, tuple[type, bool]] = {
    "title": (str, True),
    "kind": (str, True),
    "items": (int, False),
    "metric": (str, True),
    "family": (str, True),
    "agentic": (bool, True),
    "eval": (str, False),
    "stand_in": (bool, True),
}


def parse_benchmarks(tables: Mapping[str, Any], file: str) -> dict[str, Benchmark]:
    """Typed records of ``benchmarks.toml``.

    Raises:
        AssayError: A field is missing, unknown or of the wrong type (E102).
    """
    return {key: _parse(key, table, file) for key, table in tables.items()}


def _parse(key: str, table: Any, file: str) -> Benchmark:
    where = f"table [{key}]"
    if not isinstance(table, dict):
        raise bad_record(file, where, "it is not a table", f"write [{key}] on a line of its own")
    values = cast("dict[str, Any]", table)
    unknown = sorted(set(values) - set(_FIELDS))
    if unknown:
        raise bad_record(file, where, f"unknown field {unknown[0]!r}", f"remove {unknown[0]!r}")
    for name, (kind, required) in _FIELDS.items():
        value = values.get(name)
        if value is None and not required:
            continue
        if type(value) is not kind:
            raise bad_record(
                file, where, f"field {name!r} is {value!r}", f"make it a {kind.__name__}"
            )
    if values["kind"] not in KINDS:
        raise bad_record(file, where, f"kind {values['kind']!r}", f"use one of {sorted(KINDS)}")
    if values.get("items") is not None and values["items"] < 1:
        raise bad_record(file, where, f"items {values['items']}", "write a number above zero")
    return Benchmark(
        id=key,
        title=values["title"],
        kind=values["kind"],
        items=values.get("items"),
        metric=values["metric"],
        family=values["family"],
        agentic=values["agentic"],
        eval=values.get("eval"),
        stand_in=values["stand_in"],
    )
