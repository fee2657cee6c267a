"""Verdicts as JSON and back, without losing a digit: ``verdict.json`` and ``gate.json``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from harness.errors import AssayError
from harness.verdicts.gate_types import GateVerdict
from harness.verdicts.types import Verdict

SCHEMA_VERSION = 1

T = TypeVar("T", Verdict, GateVerdict)


@lru_cache(maxsize=4)
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(verdict: Verdict | GateVerdict) -> dict[str, Any]:
    """A verdict as a JSON object: field names as in the dataclass, floats unrounded."""
    body = cast("dict[str, Any]", _adapter(type(verdict)).dump_python(verdict, mode="json"))
    return {"schema_version": SCHEMA_VERSION, **body}


def verdict_from_json(document: Any) -> Verdict:
    """The verdict in a JSON object.

    Raises:
        AssayError: Another schema version, or fields missing or of the wrong type (E402).
    """
    return _parse(document, Verdict)


def gate_from_json(document: Any) -> GateVerdict:
    """The gate verdict in a JSON object.

    Raises:
        AssayError: Another schema version, or fields missing or of the wrong type (E402).
    """
    return _parse(document, GateVerdict)


def _parse(document: Any, kind: type[T]) -> T:
    if not isinstance(document, dict):
        raise _unreadable("It is not a JSON object.")
    body = dict(cast("dict[str, Any]", document))
    version = body.pop("schema_version", None)
    if version != SCHEMA_VERSION:
        raise _unreadable(
            f"It has schema version {version!r}; this program reads {SCHEMA_VERSION}."
        )
    try:
        return cast("T", _adapter(kind).validate_python(body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _unreadable(f"{place}: {first['msg']}.") from error


def _unreadable(why: str) -> AssayError:
    return AssayError(
        "E402",
        "The verdict cannot be read.",
        why,
        "write it again with `assay report RUN`",
        exit_code=4,
    )
