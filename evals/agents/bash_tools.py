"""The two bash tools: one shell that stays, and a fresh one for each command."""

from __future__ import annotations

from inspect_ai.tool import Tool, tool
from inspect_ai.util import sandbox

from evals.agents.clip import keep_ends, keep_start
from evals.agents.shell import Reply, Shell


@tool(parallel=False)
def bash(timeout: int = 300, limit: int = 16_000) -> Tool:
    """A shell whose state stays from call to call.

    Args:
        timeout: Seconds a command may take; then the shell is closed and a new one made.
        limit: Characters of output shown; the start is kept.
    """
    shell = Shell(timeout, limit)

    async def execute(command: str) -> str:
        """Run a command in a bash shell and return what it prints.

        The shell stays open between calls: the current folder, variables and background jobs
        are kept. There is no terminal and no standard input. Start anything that should go on
        running with & and send its output to a file.

        Args:
            command: The command line or script to run.
        """
        return _describe(await shell.run(command), timeout, limit)

    return execute


@tool(parallel=False, name="bash")
def bash_once(timeout: int = 60, limit: int = 10_000) -> Tool:
    """A fresh subshell for each command.

    Args:
        timeout: Seconds a command may take.
        limit: Characters from which on only the two ends of the output are shown.
    """

    async def execute(command: str) -> str:
        """Run a command in a new bash process and return what it prints and its exit code.

        Nothing but files is kept between calls: the folder and variables start afresh.

        Args:
            command: The command line or script to run.
        """
        # A file instead of a pipe: a background job must not hold the answer back.
        script = 'out=$(mktemp); bash -c "$1" >"$out" 2>&1 </dev/null; code=$?; '
        script += 'cat "$out"; rm -f "$out"; exit "$code"'
        words = ["bash", "-c", script, "bash", command]
        try:
            result = await sandbox().exec(words, timeout=timeout, timeout_retry=False)
        except TimeoutError:
            return f"(Stopped: the command took longer than {timeout} s. Its output is lost.)"
        text = keep_ends(result.stdout + result.stderr, limit)
        return f"{text}\n(exit code {result.returncode})"

    return execute


def _describe(reply: Reply, timeout: int, limit: int) -> str:
    text = keep_start(reply.output, limit, reply.size)
    notes = {
        "timeout": f"(Stopped after {timeout} s. The shell was closed; the next command gets a "
        "new one.)",
        "flood": "(Stopped: far too much output. The shell was closed; the next command gets a "
        "new one.)",
        "gone": "(The shell has ended; the next command gets a new one.)",
    }
    note = notes.get(reply.state, f"(exit code {reply.code})" if reply.code else "")
    return "\n".join(part for part in (text.rstrip("\n"), note) if part) or "(no output)"
