"""Start and stop the embedded server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from harness.endpoints.local.weights import coarse_path, weights_path
from harness.endpoints.types import Embedded, Endpoint
from harness.errors import AssayError
from harness.paths import ROOT


@contextmanager
def running(endpoint: Endpoint, *, port: int = 0) -> Generator[Endpoint]:
    """The endpoint with a server behind it; an embedded one is started, and stopped at the end.

    Args:
        endpoint: Any endpoint; one that is not embedded is yielded as it is.
        port: Loopback port, 0 for any free one.

    Raises:
        AssayError: Packages or weights are missing (E210, E211), or the server does not start
            (E212).
    """
    if endpoint.embedded is None:
        yield endpoint
        return
    with TemporaryFile() as log:
        process = _start(endpoint, endpoint.embedded, port, log.fileno())
        try:
            yield replace(endpoint, base_url=_address(process, log))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _weights(embedded: Embedded) -> Path:
    if embedded.coarsen_bits is None:
        return weights_path(embedded.weights)
    return coarse_path(embedded.weights, embedded.coarsen_bits)


def _start(endpoint: Endpoint, embedded: Embedded, port: int, log: int) -> subprocess.Popen[str]:
    spec = {
        "weights": str(_weights(embedded)),
        "model": endpoint.model,
        "context": embedded.context,
        "threads": embedded.threads,
        "timeout": endpoint.timeout,
        "port": port,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.endpoints.local.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(spec) + "\n")
    process.stdin.flush()
    return process


def _address(process: subprocess.Popen[str], log: IO[bytes]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if line:
        return str(json.loads(line)["base_url"])
    process.wait()
    log.seek(0)
    tail = log.read().decode(errors="replace").strip().splitlines()
    why = tail[-1] if tail else f"It ended with code {process.returncode}."
    fix = "choose another --port" if "Address already in use" in why else "assay doctor"
    raise AssayError("E212", "The embedded server did not start.", why, fix, exit_code=4)
