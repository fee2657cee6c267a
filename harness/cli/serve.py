"""`assay serve`."""

from __future__ import annotations

import click

from harness.cli.common import console, status


@click.command()
@click.argument("endpoint", default="local")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Loopback port; 0 = any free one.",
)
def command(endpoint: str, port: int) -> None:
    """Serve an embedded ENDPOINT on loopback until interrupted."""
    import signal

    from harness.endpoints.catalog import get_endpoint
    from harness.endpoints.local.process import running
    from harness.errors import AssayError

    found = get_endpoint(endpoint)
    if found.embedded is None:
        raise AssayError(
            "E208",
            f"Endpoint '{endpoint}' is not embedded.",
            "It is served by somebody else.",
            "assay serve local",
        )
    with running(found, port=port) as live:
        console().print(live.base_url)
        status().print("Ctrl-C ends it.")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
