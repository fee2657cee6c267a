"""The command line. Each command lives in its own file and is imported only when it runs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn, cast

import click

from harness import __version__
from harness.errors import AssayError

COMMANDS: dict[str, str] = {
    "claims": "List and show published numbers.",
    "judge": "Judge a claim from counts alone: no run, no network.",
    "plan": "What a run would cost and what gap it can see.",
    "check": "Probe an endpoint's contract on the raw wire.",
    "verify": "Check a claim on an endpoint: plan, check, run, judge, report.",
    "gate": "Regression check of an endpoint against a recorded reference.",
    "report": "Write the page of a finished run again.",
    "serve": "Serve the embedded model on loopback.",
    "doctor": "What is missing here, and the one command that fixes it.",
    "explain": "What a code means and what to do.",
}
"""Command → its one-line help, so that `--help` imports none of them."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(f"harness.cli.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def app(ctx: click.Context, debug: bool) -> None:
    """Somebody published a score: is it true at the endpoint where you would use the model?

    Exit codes: 0 reproduced or gate passed; 1 below, above or regressed; 2 usage;
    3 inconclusive or not comparable; 4 invalid run; 130 interrupted, resumable.
    """
    ctx.obj = {"debug": debug}


def _report(error: AssayError, *, as_json: bool) -> None:
    from harness.cli.common import emit_json, printable, status

    if as_json:
        emit_json(error.to_json())
    out = status()
    out.print(f"{error.code} {printable(error.what)}", style="bold red", markup=False)
    out.print(f"  why  {printable(error.why)}", markup=False)
    out.print(f"  fix  {printable(error.fix)}", markup=False)


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line; every expected failure ends in one clear error and its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    debug = "--debug" in arguments
    try:
        result: Any = app.main(args=arguments, prog_name="assay", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except AssayError as error:
        if debug:
            raise
        _report(error, as_json="--json" in arguments)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("Interrupted. The same command goes on where this one stopped.", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("Interrupted. The same command goes on where this one stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        if debug:
            raise
        _report(_from_os_error(error), as_json="--json" in arguments)
        sys.exit(4)


def _from_os_error(error: OSError) -> AssayError:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return AssayError(
            "E310",
            "The disk is full.",
            f"Writing {error.filename or 'a file'} failed: {error.strerror}.",
            "free some space, then run the same command again: it goes on where it stopped",
            exit_code=4,
        )
    return AssayError(
        "E311",
        "The operating system refused an operation.",
        f"{error.strerror or error}: {error.filename or ''}",
        "run the same command again with --debug for the traceback",
        exit_code=4,
    )
