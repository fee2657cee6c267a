"""The plainest agent loop: call the model, run its tools, until it calls none."""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.agent import Agent, AgentState, agent
from inspect_ai.model import ChatMessageSystem, execute_tools, get_model
from inspect_ai.tool import Tool

from evals.agents.bash_tools import bash, bash_once
from evals.agents.editor import str_replace_editor

_SYSTEM = "You are a software engineer who solves tasks on a Linux machine through tools."
# The tools cut their own output; Inspect's 16 KiB would cut a second time, from the middle.
_UNCUT_BYTES = 1 << 20


@agent
def minimal(timeout: int = 300, limit: int = 16_000) -> Agent:
    """A persistent shell and a file editor, after the "minimal mode" that the vendor describes.

    No compaction, no prompt but one sentence. Steps are limited by the protocol.

    Args:
        timeout: Seconds a shell command may take.
        limit: Characters of a tool's output that the model sees.
    """
    return _loop(lambda: [bash(timeout, limit), str_replace_editor(limit)])


@agent
def bash_only(timeout: int = 60, limit: int = 10_000) -> Agent:
    """One tool: each command in a fresh subshell.

    Args:
        timeout: Seconds a command may take.
        limit: Characters from which on only the ends of an output are shown.
    """
    return _loop(lambda: [bash_once(timeout, limit)])


def _loop(make_tools: Callable[[], list[Tool]]) -> Agent:
    async def execute(state: AgentState) -> AgentState:
        # Made anew for each sample: a shell belongs to one sandbox.
        tools = make_tools()
        state.messages.insert(0, ChatMessageSystem(content=_SYSTEM))
        while True:
            state.output = await get_model().generate(state.messages, tools)
            state.messages.append(state.output.message)
            if not state.output.message.tool_calls:
                return state
            done = await execute_tools(state.messages, tools, max_output=_UNCUT_BYTES)
            state.messages.extend(done.messages)

    return execute
