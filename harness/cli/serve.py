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
    import time

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
        try:
            console().print(live.base_url)
            status().print("Ctrl-C ends it.")
            while _listens(str(live.base_url)):
                time.sleep(1)
        except KeyboardInterrupt:
            return
    raise AssayError(
        "E220",
        f"Endpoint '{endpoint}' does not answer.",
        "Its server has ended.",
        f"assay serve {endpoint}",
        exit_code=4,
    )


def _listens(url: str) -> bool:
    import socket
    from urllib.parse import urlsplit

    try:
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 80), timeout=10).close()
    except ConnectionError:
        return False
    except OSError:
        return True  # Busy is not gone.
    return True
