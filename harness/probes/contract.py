"""The handful of checks that come before any spend.

Each takes a `Wire` and returns one `ProbeResult`. Words are drawn from a fixed list by a fixed
seed, so that two endpoints get the same bytes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import jsonschema

from harness.endpoints.tokenizer import count_tokens
from harness.endpoints.types import Endpoint
from harness.errors import AssayError
from harness.probes.types import ProbeResult, Status
from harness.probes.wire import Wire
from harness.protocols.types import Protocol

CANARY_TOKENS = 1200
"""Length of the context canary: long enough to hit a quiet cap, short enough to cost a cent."""

_WORDS = (
    *("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty"),
    *("kiosk", "lotus", "maple", "north", "ocean", "pearl", "raven", "slate", "tulip", "yarrow"),
)


def _filler(words: int, seed: int) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(_WORDS) for _ in range(words))


def model_id(wire: Wire) -> ProbeResult:
    """The reply names the model that was asked for."""
    reply = wire.ask("Say hello.", max_tokens=8)
    title = "the reply names the model that was asked for"
    asked = wire.endpoint.model
    if reply.status >= 400:
        return ProbeResult(
            "model-id", title, Status.FAIL, f"HTTP {reply.status}: {reply.text}", "E230"
        )
    if reply.model == asked:
        return ProbeResult("model-id", title, Status.PASS, asked)
    said = reply.model or "nothing"
    return ProbeResult("model-id", title, Status.WARN, f"asked {asked}, reply says {said}", "E230")


def output_cap(wire: Wire) -> ProbeResult:
    """``max_tokens`` is obeyed, and a cut reply says that it was cut."""
    reply = wire.ask("Count from 1 to 200 in words.", max_tokens=16)
    title = "the output cap is obeyed and reported"
    if reply.tokens_out is None:
        return ProbeResult("output-cap", title, Status.FAIL, "no usage in the reply", "E231")
    detail = f"{reply.tokens_out} tokens of at most 16, stop reason '{reply.stop_reason}'"
    cut = reply.tokens_out >= 16
    good = reply.tokens_out <= 16 and (reply.stop_reason == "length") == cut
    return ProbeResult(
        "output-cap", title, Status.PASS if good else Status.FAIL, detail, "" if good else "E231"
    )


def usage(wire: Wire) -> ProbeResult:
    """Reported prompt tokens grow by what the served model's own tokenizer counts.

    The difference of two requests cancels the chat template and any system prompt.
    """
    title = "prompt tokens agree with the model's own tokenizer"
    short, long = _filler(20, 1), _filler(20, 1) + " " + _filler(180, 2)
    name = wire.endpoint.tokenizer
    counts = [count_tokens(name, text) if name else None for text in (short, long)]
    if counts[0] is None or counts[1] is None:
        why = f"tokenizer '{name}' is not installed" if name else "no tokenizer named"
        return ProbeResult("usage", title, Status.SKIP, why)
    replies = [wire.ask(text, max_tokens=1) for text in (short, long)]
    if replies[0].tokens_in is None or replies[1].tokens_in is None:
        return ProbeResult("usage", title, Status.FAIL, "no usage in the reply", "E232")
    reported = replies[1].tokens_in - replies[0].tokens_in
    counted = counts[1] - counts[0]
    good = abs(reported - counted) <= 2
    detail = f"{reported} reported for {counted} counted"
    return ProbeResult(
        "usage", title, Status.PASS if good else Status.FAIL, detail, "" if good else "E232"
    )


_TOOL: dict[str, Any] = {
    "name": "get_weather",
    "description": "Current weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}


def tools(wire: Wire) -> ProbeResult:
    """A tool call comes back as a call, with arguments that fit the tool's schema."""
    title = "tool calls come back as calls that fit their schema"
    prompt = "Use the get_weather tool to find the weather in Lagos, in celsius."
    reply = wire.ask(prompt, max_tokens=1024, tools=[_TOOL])
    if reply.status >= 400:
        detail = f"HTTP {reply.status}: {reply.text}"
        return ProbeResult("tools", title, Status.FAIL, detail, "E233")
    if not reply.tool_calls:
        leaked = "get_weather" in reply.text
        detail = "the call came back as plain text" if leaked else "the model made no call"
        return ProbeResult("tools", title, Status.FAIL if leaked else Status.WARN, detail, "E233")
    name, arguments = reply.tool_calls[0]
    try:
        jsonschema.validate(json.loads(arguments), _TOOL["parameters"])
    except (ValueError, RecursionError, jsonschema.ValidationError) as error:
        why = error.message if isinstance(error, jsonschema.ValidationError) else str(error)
        return ProbeResult("tools", title, Status.FAIL, f"{name}: {why}"[:200], "E233")
    return ProbeResult("tools", title, Status.PASS, f"{name}({arguments})"[:200])


def context(wire: Wire) -> ProbeResult:
    """A prompt well inside the advertised window is read whole: nothing refused, nothing cut.

    Words hidden at the head, the middle and the tail are asked back. A weak model may not recall
    them, so recall is told and never failed; the token count and a refusal are what decide.
    """
    title = "a prompt inside the advertised window is read whole"
    window = wire.endpoint.context_tokens
    if window is None:
        return ProbeResult("context", title, Status.SKIP, "no window advertised")
    words = min(CANARY_TOKENS, int(window * 0.75)) * 3 // 4
    half = _filler(words // 2, 3), _filler(words // 2, 4)
    secrets = ("osprey", "cobalt", "thistle")
    prompt = (
        f"Code word one is {secrets[0]}. {half[0]} Code word two is {secrets[1]}. {half[1]} "
        f"Code word three is {secrets[2]}. Repeat the three code words."
    )
    reply = wire.ask(prompt, max_tokens=48)
    if reply.status >= 400:
        detail = f"HTTP {reply.status} for about {words * 4 // 3} of {window} tokens: {reply.text}"
        return ProbeResult("context", title, Status.FAIL, detail[:200], "E234")
    recalled = sum(word in reply.text.lower() for word in secrets)
    counted = count_tokens(wire.endpoint.tokenizer, prompt) if wire.endpoint.tokenizer else None
    detail = f"{reply.tokens_in} prompt tokens reported, {counted or 'not'} counted, "
    detail += f"{recalled} of 3 code words recalled"
    cut = counted is not None and (reply.tokens_in or 0) < counted
    return ProbeResult(
        "context", title, Status.FAIL if cut else Status.PASS, detail, "E234" if cut else ""
    )


PROBES: tuple[Callable[[Wire], ProbeResult], ...] = (model_id, output_cap, usage, tools, context)
"""In order; the first one finds out whether anything answers at all."""


def check(endpoint: Endpoint, protocol: Protocol, *, with_tools: bool) -> list[ProbeResult]:
    """Run the probes against a running endpoint.

    Args:
        endpoint: With a base URL.
        protocol: Its sampling and effort go into every request.
        with_tools: Whether the eval uses tools; otherwise that probe is skipped.

    Raises:
        AssayError: The endpoint cannot be reached or does not speak its dialect.
    """
    wire = Wire(endpoint, protocol)
    try:
        results: list[ProbeResult] = []
        for probe in PROBES:
            if probe is tools and not with_tools:
                results.append(
                    ProbeResult("tools", "tool calls", Status.SKIP, "this eval uses no tools")
                )
                continue
            results.append(_guarded(probe, wire, first=not results))
        return results
    finally:
        wire.close()


def _guarded(probe: Callable[[Wire], ProbeResult], wire: Wire, *, first: bool) -> ProbeResult:
    try:
        return probe(wire)
    except AssayError as error:
        if first:
            raise
        name = probe.__name__.replace("_", "-")
        detail = f"{error.what} {error.why}"
        return ProbeResult(name, name, Status.FAIL, detail[:300], error.code)
