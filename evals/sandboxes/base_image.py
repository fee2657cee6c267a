"""A Debian image built on this machine from its own package mirror: no registry is asked.

It is not the image a benchmark publishes. Runs on it carry the label ``local-base`` and are
never put beside a leaderboard number.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from evals.sandboxes.bwrap_config import NOBODY
from evals.sandboxes.engine import EngineMissing, use_engine
from evals.sandboxes.paths import SandboxError, cache_dir

LABEL = "local-base"
# What Dockerfiles build on; always the image of the present recipe.
NEWEST = "assay-local-base:latest"
PACKAGES = (
    "ca-certificates",
    "git",
    "patch",
    "procps",
    "python3",
    "python3-pytest",
    "tmux",
)
# Documentation and translations double the image and serve no task.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/man/*")
RECIPE_VERSION = 1


def ensure_base_image() -> str:
    """The tag of the base image, built and imported when it is absent.

    About 25 s the first time, 0.1 s later. Safe to call from several processes.

    Raises:
        SandboxError: No engine answers, or mmdebstrap or the mirror is missing.
    """
    engine = use_engine()
    if isinstance(engine, EngineMissing):
        raise SandboxError("no base image", engine.reason, engine.fix)
    with _locked("image"):
        if subprocess.run(["docker", "image", "inspect", tag()], capture_output=True).returncode:
            change = ["--change", 'CMD ["/bin/bash"]', "--change", f"LABEL assay={LABEL}"]
            _run(["docker", "import", *change, str(ensure_tarball()), tag()], "import the image")
        _run(["docker", "tag", tag(), NEWEST], "name the image")
    return tag()


def ensure_rootfs() -> Path:
    """The same system as a folder, owned by the sandbox's user, for sandboxes without Docker.

    Raises:
        SandboxError: mmdebstrap or the mirror is missing.
    """
    target = _folder() / "rootfs"
    with _locked("rootfs"):
        if not target.is_dir():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            unpack = ["tar", "--extract", "--no-same-owner", "--exclude=./dev/*"]
            unpack += [f"--file={ensure_tarball()}", f"--directory={partial}"]
            _run(unpack, "unpack the base system")
            if os.geteuid() == 0:  # a sandbox started by root gives root's identity away
                _run(["chown", "-hR", f"{NOBODY}:{NOBODY}", str(partial)], "hand over the files")
            partial.rename(target)
    return target


def ensure_tarball() -> Path:
    """The system as one tar file, built by mmdebstrap when it is absent.

    Raises:
        SandboxError: mmdebstrap or the mirror is missing.
    """
    target = _folder() / "root.tar"
    with _locked("tarball"):
        if not target.is_file():
            if shutil.which("mmdebstrap") is None:
                raise SandboxError("no base image", "mmdebstrap is not installed", "make docker")
            partial = target.with_name("partial.tar")
            command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
            command += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
            _run([*command, codename(), str(partial), mirror()], "build the base system")
            partial.rename(target)
    return target


def tag() -> str:
    """Name of the image; the hash changes with the recipe, so a stale image is never used."""
    recipe = json.dumps([RECIPE_VERSION, codename(), PACKAGES, LEFT_OUT])
    return f"assay-local-base:{codename()}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"


@cache
def codename() -> str:
    """Code name of the running Debian.

    Raises:
        SandboxError: This is not Debian.
    """
    release = Path("/etc/os-release")
    text = release.read_text("utf-8") if release.is_file() else ""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if fields.get("ID") != "debian" or not fields.get("VERSION_CODENAME"):
        fix = "use an image of your own: -T base_image=NAME"
        raise SandboxError("no base image", "this is not a Debian release", fix)
    return fields["VERSION_CODENAME"].strip('"')


def mirror() -> str:
    """The mirror from which the system's own apt gets this release, in either source format.

    Raises:
        SandboxError: apt's sources name none.
    """
    form = "$(REPO_URI)|$(RELEASE)|$(CODENAME)"
    lines = _targets(form)
    if not lines:  # apt lists its targets only after the first update
        _run(["apt-get", "update", "-qq"], "refresh the package lists")
        lines = _targets(form)
    for line in lines:
        uri, *names = line.split("|")
        if codename() in names:
            return uri
    why = f"apt's sources name no mirror for {codename()}"
    raise SandboxError("no base image", why, "add one to /etc/apt/sources.list")


def _targets(form: str) -> list[str]:
    command = ["apt-get", "indextargets", "--format", form, "Identifier: Packages"]
    return _run(command, "read apt's sources").splitlines()


def _folder() -> Path:
    folder = cache_dir() / "base" / tag().partition(":")[2]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(name: str) -> Generator[None]:
    with (_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], purpose: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SandboxError(f"cannot {purpose}", str(error), "make docker") from error
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise SandboxError(f"cannot {purpose}", f"{command[0]}: {last}", "make docker")
    return done.stdout


if __name__ == "__main__":
    try:
        print(ensure_base_image())
    except SandboxError as error:
        sys.exit(str(error))
