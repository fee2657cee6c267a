"""Tool calls for a model whose chat template drops ``tools``.

A request with tools becomes a generation constrained to a JSON schema: either one call with the
arguments that the tool's own schema allows, or an answer in words. The reply is turned back into
the chat dialect. Pure functions on wire dictionaries.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

Wire = dict[str, Any]


def wants_tools(request: Wire) -> bool:
    """Whether a chat request asks for tools."""
    return bool(request.get("tools")) and request.get("tool_choice") != "none"


def constrained(request: Wire) -> Wire:
    """The same request without tools: their descriptions in words, the reply bound by a schema."""
    functions = [tool["function"] for tool in request["tools"]]
    plain = {
        key: value
        for key, value in request.items()
        if key not in {"tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options"}
    }
    described = "\n".join(
        f"- {f['name']}: {f.get('description', '')} "
        f"Arguments: {json.dumps(f.get('parameters', {}))}"
        for f in functions
    )
    intro = (
        "You can use these tools:\n"
        f"{described}\n"
        'Reply with JSON: {"tool": name, "arguments": {…}} to use one'
    )
    answer = request.get("tool_choice", "auto") == "auto"
    intro += ', or {"answer": text} when you are done.' if answer else "."
    messages = [_plain_message(message) for message in request["messages"]]
    if messages and messages[0]["role"] == "system":
        messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{intro}"}
    else:
        messages.insert(0, {"role": "system", "content": intro})
    plain["messages"] = messages
    plain["response_format"] = {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": _schema(request, functions, answer)},
    }
    return plain


def _schema(request: Wire, functions: list[Wire], answer: bool) -> Wire:
    choice = request.get("tool_choice")
    only = choice["function"]["name"] if isinstance(choice, dict) else None
    options: list[Wire] = [
        {
            "type": "object",
            "properties": {
                "tool": {"const": f["name"]},
                "arguments": f.get("parameters") or {"type": "object"},
            },
            "required": ["tool", "arguments"],
            "additionalProperties": False,
        }
        for f in functions
        if only in (None, f["name"])
    ]
    if answer:
        options.append(
            {
                "type": "object",
                "properties": {"answer": {"type": "string"}},
                "required": ["answer"],
                "additionalProperties": False,
            }
        )
    return {"anyOf": options}


def _plain_message(message: Wire) -> Wire:
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    if message["role"] == "tool":
        return {"role": "user", "content": f"Tool result:\n{content}"}
    for call in message.get("tool_calls") or []:
        function = call["function"]
        arguments = _loads(function.get("arguments") or "{}")
        content += json.dumps({"tool": function["name"], "arguments": arguments})
    return {"role": message["role"], "content": content}


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def unconstrained(response: Wire) -> Wire:
    """The model's constrained reply as a chat completion with ``tool_calls`` or plain content.

    A reply cut off by the token limit is not JSON; it stays content with finish reason ``length``.
    """
    choice = response["choices"][0]
    text = choice["message"].get("content") or ""
    parsed = _loads(text)
    if not isinstance(parsed, dict) or choice.get("finish_reason") == "length":
        return response
    reply: Wire = parsed
    if "tool" in reply:
        call = {
            "id": f"call_{uuid4().hex[:16]}",
            "type": "function",
            "function": {
                "name": str(reply["tool"]),
                "arguments": json.dumps(reply.get("arguments", {})),
            },
        }
        message: Wire = {"role": "assistant", "content": None, "tool_calls": [call]}
        reason = "tool_calls"
    else:
        message = {"role": "assistant", "content": str(reply.get("answer", ""))}
        reason = "stop"
    return {**response, "choices": [{**choice, "message": message, "finish_reason": reason}]}


def as_chunks(response: Wire, *, with_usage: bool) -> list[Wire]:
    """A finished completion as stream chunks: one delta, one finish, usage where asked for."""
    choice = response["choices"][0]
    base = {
        "id": response.get("id"),
        "object": "chat.completion.chunk",
        "created": response.get("created"),
        "model": response.get("model"),
    }
    delta = {key: value for key, value in choice["message"].items() if value is not None}
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": i, **c} for i, c in enumerate(delta["tool_calls"])]
    chunks: list[Wire] = [
        {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {
            **base,
            "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}],
        },
    ]
    if with_usage:
        chunks.append({**base, "choices": [], "usage": response.get("usage")})
    return chunks
