"""The server process: llama.cpp and its front, until its standard input closes.

Run as ``python -m harness.endpoints.local.server``. The specification comes as one JSON line on
standard input; one JSON line on standard output says where it listens. The parent keeps the pipe
open: when the parent dies, however it dies, the pipe closes and the server ends.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import threading
from typing import Any

import uvicorn

from harness.endpoints.local.front import front


def _llama(spec: dict[str, Any], key: str) -> Any:
    # A compiled module without stubs.
    from xllamacpp import CommonParams, Server  # pyright: ignore[reportAttributeAccessIssue]

    params = CommonParams()
    params.model.path = spec["weights"]
    params.model_alias = {spec["model"]}
    params.n_ctx = spec["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = spec["threads"]
    params.cpuparams_batch.n_threads = spec["threads"]
    params.port = 0
    params.ctx_shift = False
    params.cache_prompt = True
    # It would let any web page read it: only the front knows the key.
    params.api_keys = [key]
    return Server(params)


def _end_with_parent(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True
    threading.Timer(5, os._exit, (0,)).start()


def main() -> None:
    """Serve until standard input closes."""
    spec = json.loads(sys.stdin.readline())
    listener = socket.create_server(("127.0.0.1", spec["port"]))
    key = secrets.token_urlsafe()
    llama = _llama(spec, key)
    app = front(llama.listening_address, spec["timeout"], key)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    sys.stdout.write(json.dumps({"base_url": address}) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])
    os._exit(0)


if __name__ == "__main__":
    main()
