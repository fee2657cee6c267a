"""What is to be run: one eval under one protocol on one endpoint, with its items named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals.registry import load_eval
from evals.sandboxes.engine import EngineMissing, use_engine
from harness.endpoints.types import Endpoint
from harness.errors import AssayError
from harness.protocols.types import Protocol

if TYPE_CHECKING:
    from inspect_ai import Task


@dataclass(frozen=True, slots=True)
class Job:
    """A run before it starts.

    Attributes:
        eval: Name of the eval.
        eval_version: Its version ``N-X``.
        protocol: The settings.
        endpoint: Where.
        items: Ids of the items that are run, in data-set order.
        content: SHA-256 over their questions and answers: a changed generator is another data set.
        all_items: Number of items of the data set under this protocol.
        seed: Seed of the random subset; ``None`` = all items.
        runs: Attempts per item.
        input_tokens: Rough prompt tokens of one pass over the items (characters / 4); agents read
            their own transcript again at every step, so for them it is a lower bound.
        task_metadata: What the task says about itself: data revision, images, packages.
    """

    eval: str
    eval_version: str
    protocol: Protocol
    endpoint: Endpoint
    items: tuple[str, ...]
    content: str
    all_items: int
    seed: int | None
    runs: int
    input_tokens: int
    task_metadata: dict[str, Any]

    @property
    def item_set(self) -> str:
        """``all``, or ``random:m:seedS``."""
        return "all" if self.seed is None else f"random:{len(self.items)}:seed{self.seed}"

    def digest(self) -> str:
        """SHA-256 of everything that makes two measurements the same."""
        content = {
            "eval": self.eval,
            "eval_version": self.eval_version,
            "protocol": self.protocol.digest,
            "endpoint": self.endpoint.identity(),
            "items": self.items,
            "content": self.content,
            "runs": self.runs,
            "task": self.task_metadata,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def build_task(protocol: Protocol) -> Task:
    """The Inspect task of a protocol.

    Raises:
        AssayError: Its sandbox is not here (E320), the task refuses its arguments (E321), or it
            does otherwise than the protocol's settings say (E111).
    """
    sandbox = protocol.settings.sandbox or ""
    if sandbox.startswith("docker"):
        engine = use_engine()
        if isinstance(engine, EngineMissing):
            raise AssayError(
                "E320",
                f"The protocol '{protocol.name}' of '{protocol.eval}' needs Docker.",
                f"{engine.reason[:1].upper()}{engine.reason[1:]}.",
                engine.fix,
                exit_code=4,
            )
    try:
        task = load_eval(protocol.eval)(**protocol.task_args)
    except AssayError:
        raise
    except Exception as error:
        # An eval cannot import our error type; its own errors carry what, why and fix.
        what = getattr(error, "what", f"The eval '{protocol.eval}' cannot be set up.")
        why = getattr(error, "why", f"{type(error).__name__}: {error}")
        fix = getattr(error, "fix", "assay doctor")
        raise AssayError("E321", str(what), str(why), str(fix), exit_code=4) from error
    _check_settings(protocol, task.metadata or {})
    return task


def _check_settings(protocol: Protocol, task: dict[str, Any]) -> None:
    """The task says what it does; a protocol that says otherwise would be graded as that."""
    for name in ("scaffold", "sandbox", "network"):
        stated, real = getattr(protocol.settings, name), task.get(name, "none")
        if stated not in (None, real):
            raise AssayError(
                "E111",
                f"The protocol {protocol.name} does not fit.",
                f"metadata.settings.{name} is '{stated}', the task's is '{real}'.",
                f"edit {protocol.name}.yaml",
            )


def make_job(
    protocol: Protocol, endpoint: Endpoint, *, items: int | None = None, seed: int = 1
) -> tuple[Job, Task]:
    """A job over all items of a protocol, or over a seeded random subset.

    Args:
        protocol: The settings.
        endpoint: Where.
        items: Size of a random subset; ``None`` = all.
        seed: Seed of the subset.

    Raises:
        AssayError: The task cannot be set up, or the subset is larger than the data set (E302).
    """
    task = build_task(protocol)
    ids = [str(sample.id) for sample in task.dataset]
    total = len(ids)
    if items is not None and not 0 < items <= total:
        raise AssayError(
            "E302", f"There are {total} items, not {items}.", "", f"--items {total} or fewer"
        )
    chosen = None
    if items is not None and items < total:
        # The order that decides which items belong to the subset is Inspect's own seeded shuffle.
        task.dataset.shuffle(seed)
        chosen = {str(task.dataset[i].id) for i in range(items)}
        task.dataset = task.dataset.filter(lambda sample: str(sample.id) in chosen)
        ids = [id_ for id_ in ids if id_ in chosen]
    texts = [(str(s.id), _text(s.input), s.target) for s in task.dataset]
    characters = sum(len(question) for _, question, _ in texts)
    runs = int(protocol.limits.get("epochs", 1))
    job = Job(
        eval=protocol.eval,
        eval_version=str(task.version),
        protocol=protocol,
        endpoint=endpoint,
        items=tuple(ids),
        content=hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest(),
        all_items=total,
        seed=None if chosen is None else seed,
        runs=runs,
        input_tokens=runs * characters // 4,
        task_metadata=dict(task.metadata or {}),
    )
    return job, task


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(f"{message.role}: {message.text}" for message in content)
