import json
from typing import Any

import jsonschema
import pytest

from harness.endpoints.local.tools import as_chunks, constrained, unconstrained, wants_tools

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "bash",
        "description": "run",
        "parameters": {
            "type": "object",
            "properties": {"command": {"type": "string"}},
            "required": ["command"],
        },
    },
}


def _request(**extra: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "hi"}], "tools": [TOOL], **extra}


def _schema(request: dict[str, Any]) -> dict[str, Any]:
    return constrained(request)["response_format"]["json_schema"]["schema"]


def test_tools_become_a_schema_and_a_description() -> None:
    plain = constrained(_request(temperature=0.5))
    assert "tools" not in plain
    assert plain["temperature"] == 0.5
    assert plain["messages"][0]["role"] == "system"
    assert "bash" in plain["messages"][0]["content"]
    jsonschema.validate({"tool": "bash", "arguments": {"command": "ls"}}, _schema(_request()))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"tool": "bash", "arguments": {}}, _schema(_request()))


def test_an_answer_is_allowed_only_when_the_choice_is_free() -> None:
    jsonschema.validate({"answer": "done"}, _schema(_request()))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"answer": "done"}, _schema(_request(tool_choice="required")))
    assert not wants_tools(_request(tool_choice="none"))


def test_calls_and_results_of_earlier_turns_reach_the_model_as_text() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "bash", "arguments": "{bad"}}
    messages = [
        {"role": "system", "content": "sys"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "out"}]},
    ]
    plain = constrained(_request(messages=messages))["messages"]
    assert [m["role"] for m in plain] == ["system", "assistant", "user"]
    assert "bash" in plain[1]["content"]
    assert "out" in plain[2]["content"]


def _response(content: str, reason: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"content": content}, "finish_reason": reason}
    return {"id": "x", "model": "m", "choices": [choice], "usage": {"total_tokens": 3}}


def test_a_constrained_reply_becomes_a_call() -> None:
    reply = unconstrained(_response('{"tool": "bash", "arguments": {"command": "ls"}}'))
    choice = reply["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    function = choice["message"]["tool_calls"][0]["function"]
    assert (function["name"], json.loads(function["arguments"])) == ("bash", {"command": "ls"})
    assert reply["usage"] == {"total_tokens": 3}


def test_a_cut_reply_stays_text_and_says_that_it_was_cut() -> None:
    reply = unconstrained(_response('{"tool": "ba', "length"))
    assert reply["choices"][0]["finish_reason"] == "length"
    assert "tool_calls" not in reply["choices"][0]["message"]


def test_an_answer_becomes_content() -> None:
    reply = unconstrained(_response('{"answer": "done"}'))
    assert reply["choices"][0]["message"]["content"] == "done"


def test_chunks_carry_the_call_the_end_and_the_usage() -> None:
    reply = unconstrained(_response('{"tool": "bash", "arguments": {"command": "ls"}}'))
    first, last, usage = as_chunks(reply, with_usage=True)
    assert first["choices"][0]["delta"]["tool_calls"][0]["index"] == 0
    assert last["choices"][0]["finish_reason"] == "tool_calls"
    assert usage["usage"] == {"total_tokens": 3}
