"""The agent's own time limit: it ends the agent, never the grading."""

from __future__ import annotations

from inspect_ai.agent import Agent, AgentState
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import apply_limits, store, time_limit

TIMEOUT_KEY = "agent_timeout"


@solver
def within_time(agent: Agent) -> Solver:
    """Run an agent for at most the sample's ``agent_seconds``; what it left is graded.

    Sample limits (turns, messages, tokens) are Inspect's own and pass through.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        # The agent adds to these messages in place: they stay when it is stopped.
        agent_state = AgentState(messages=state.messages)
        limit = time_limit(state.metadata["agent_seconds"])
        try:
            with apply_limits([limit], catch_errors=True) as scope:
                agent_state = await agent(agent_state)
            if scope.limit_error is not None:
                store().set(TIMEOUT_KEY, True)
        finally:
            state.messages = agent_state.messages
            if agent_state.output:
                state.output = agent_state.output
        return state

    return solve
